"""What the means, totals and quantiles of a draft show: each table's own rules, then what is told
elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from linkwell.confidentiality.draft import Draft, TableDraft
from linkwell.confidentiality.groups import Flags, Memberships, distinct
from linkwell.confidentiality.guard import Memory
from linkwell.confidentiality.magnitudes import Told, guarded, keyed_sums, off
from linkwell.confidentiality.means import Amounts, amounts, means, totals, unit_noise
from linkwell.confidentiality.profile import Profile
from linkwell.confidentiality.quantiles import ToldQuantiles, checked_percents, guarded_quantiles, quantiles
from linkwell.confidentiality.request import (
    AMOUNTS,
    Floats,
    Ints,
    MeanTable,
    QuantileTable,
    WeightedTable,
)
from linkwell.confidentiality.second_amounts import hide_second_amounts
from linkwell.confidentiality.survey import mean_weights, weighted_counts
from linkwell.confidentiality.twins import same


@dataclass(frozen=True, eq=False, repr=False)
class AmountsTold:
    """What one table tells about its amounts; nan where hidden, empty where it is none of that kind.

    Attributes:
        means, totals: shape (rows,). quantiles: shape (rows, percents).
        told, bars, told_quantiles: what the ledger keeps.
    """

    means: Floats
    totals: Floats
    quantiles: Floats
    told: Told
    bars: Told
    told_quantiles: ToldQuantiles


def nothing_told() -> AmountsTold:
    """A table of counts."""
    none = np.zeros(0)
    return AmountsTold(none, none, none, Told.of([]), Told.of([]), ToldQuantiles.of([]))


def decide_amounts(
    draft: Draft, shown: Ints, out: Ints, memory: Memory, profile: Profile, *, repeats_only: bool,
    lifted: bool,
) -> tuple[AmountsTold, ...]:  # fmt: skip
    """Decide the amounts of every table, in order; what one tells, the next ones know.

    Args:
        shown: released count per group of the draft. out: the places of whom is left out.
        repeats_only: nothing new may be told.
        lifted: a checker answers for near twins.
    """
    found: list[AmountsTold] = []
    for table, place in zip(draft.tables, draft.slices[1:], strict=True):
        told = Told.of([memory.means, *(part.told for part in found)])
        bars = Told.of([memory.mean_bars, *(part.bars for part in found)])
        quantiles_told = ToldQuantiles.of([memory.quantiles, *(part.told_quantiles for part in found)])
        own = shown[place], out
        if isinstance(table.table, MeanTable | WeightedTable):
            found.append(_means(table, *own, told, bars, profile, repeats_only=repeats_only, lifted=lifted))
        elif isinstance(table.table, QuantileTable):
            found.append(
                _quantiles(table, *own, quantiles_told, profile, repeats_only=repeats_only, lifted=lifted)
            )
        else:
            found.append(nothing_told())
    return tuple(found)


def _means(
    table: TableDraft, shown: Ints, out: Ints, earlier: Told, bars: Told, profile: Profile, *,
    repeats_only: bool, lifted: bool,
) -> AmountsTold:  # fmt: skip
    survey = isinstance(table.table, WeightedTable)
    facts, pairs, noise = _without(table, out, profile)
    able = (mean_weights(facts, pairs, noise, shown, profile) if survey
            else means(facts, pairs, noise, shown, table.unit, profile))  # fmt: skip
    sums, ones = _sums(table)
    every = _candidates(table, able, shown, sums)
    rows = np.flatnonzero(~np.isnan(able))
    # Enough people, and hidden all the same: their amounts must not follow from what else is told.
    untold = every.take(np.flatnonzero(np.isnan(able) & (shown >= profile.magnitude_released_count)))
    own_bars = Told.untold(untold.groups, untold.sums)
    kept = guarded(
        every.take(rows), earlier, Told.of([bars, own_bars]), ones[rows], profile.guard_distance,
        repeats_only=repeats_only, lifted=lifted, figures=profile.magnitude_figures,
    )  # fmt: skip
    answer = np.full(len(able), np.nan)
    answer[rows] = kept
    answer, line_bars = hide_second_amounts(
        table, answer, _told_before(every, earlier), sums, shown, earlier, profile
    )
    there = np.flatnonzero(~np.isnan(answer))
    told = Told(every.groups, every.contributors, every.counts, answer, every.sums).take(there)
    none, asked = np.zeros(0), isinstance(table.table, MeanTable) and table.table.with_totals
    added = weighted_counts(answer, shown, profile) if survey else none
    added = totals(answer, shown, profile) if asked else added
    kept_bars = Told.of([own_bars, line_bars])
    return AmountsTold(none if survey else answer, added, none, told, kept_bars, ToldQuantiles.of([]))


def _quantiles(
    table: TableDraft, shown: Ints, out: Ints, earlier: ToldQuantiles, profile: Profile, *,
    repeats_only: bool, lifted: bool,
) -> AmountsTold:  # fmt: skip
    assert isinstance(table.table, QuantileTable)
    percents = checked_percents(table.table, profile)
    facts, pairs, _ = _without(table, out, profile)
    asked = quantiles(facts, pairs, shown, percents, profile)
    sums, ones = _sums(table)
    answer, told = guarded_quantiles(
        asked, percents, table.groups, sums, ones, earlier, profile, repeats_only=repeats_only, lifted=lifted
    )
    none = np.zeros(0)
    return AmountsTold(none, none, answer, Told.of([]), Told.of([]), told)


def _without(table: TableDraft, out: Ints, profile: Profile) -> tuple[Amounts, Memberships, Floats]:
    """Amounts, memberships and noise of a table as if those who are left out of it were not there.

    What is asked of amounts is asked of the others' then, so that hiding them tells nothing either.
    """
    if not len(out):
        return table.amounts, table.pairs, table.noise
    own = table.table
    assert isinstance(own, AMOUNTS)
    cells, places = table.pairs.asked
    stay = ~np.isin(places, out)
    columns = {"units", "values", "weights"} & {field.name for field in fields(own)}
    given: Any = {name: getattr(own, name) for name in columns}
    fewer: Any = {name: np.asarray(column)[stay] for name, column in given.items() if column is not None}
    pairs = distinct(cells[stay], places[stay])
    found = amounts(replace(own, **fewer), pairs, len(table.rows), profile)
    return found, pairs, unit_noise(table.people.second[pairs.places], profile)


def _sums(table: TableDraft) -> tuple[Floats, Floats]:
    """Keyed sums of amounts and of ones per row, shape (rows, 64) each."""
    second, number = table.people.second, len(table.rows)
    ones = np.ones(len(table.amounts.values))
    return (keyed_sums(table.amounts.values, table.pairs, second, number),
            keyed_sums(ones, table.pairs, second, number))  # fmt: skip


def _candidates(table: TableDraft, able: Floats, shown: Ints, sums: Floats) -> Told:
    """The means of every row, and who of it has an amount."""
    having = table.amounts.values != 0
    pairs = distinct(table.pairs.cells[having], table.pairs.places[having])
    contributors = table.people.groups(pairs, len(able))
    return Told(table.groups, contributors, shown, able, sums)


def _told_before(every: Told, earlier: Told) -> Flags:
    """Rows whose very people and amounts were told before: hiding them now would hide nothing."""
    found = np.zeros(len(every.means), dtype=bool)
    pairs = same(every.groups, earlier.groups)
    for row, place in zip(pairs.new.tolist(), pairs.old.tolist(), strict=True):
        found[row] |= off(every.sums[row], earlier.sums[place]) == 0
    return found
