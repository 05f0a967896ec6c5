"""What each cell of a draft shows: the whole rule in one place, from people to numbers, still inside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from linkwell.confidentiality.audit import hide_until_wide, is_small
from linkwell.confidentiality.draft import Draft, TableDraft
from linkwell.confidentiality.effects import decide_effects
from linkwell.confidentiality.groups import BUCKETS, Flags, Groups, distinct, joined, near, same, unique
from linkwell.confidentiality.guard import HIDDEN, Memory, heed_bars, heed_each_other, heed_past, narrow
from linkwell.confidentiality.history import (
    BARS,
    COHORTS,
    CONTRIBUTORS,
    MEANS,
    NARROW,
    UNIONS,
    Block,
    PastEffect,
    packed_ranks,
)
from linkwell.confidentiality.linked import LinkedTable
from linkwell.confidentiality.magnitudes import Told, guarded, keyed_sums
from linkwell.confidentiality.means import means
from linkwell.confidentiality.profile import Profile
from linkwell.confidentiality.request import Floats, Ints
from linkwell.confidentiality.rounding import RoundingKeys, round_counts
from linkwell.confidentiality.second import barred, hide_second
from linkwell.confidentiality.suppression import Fate, Fates


@dataclass(frozen=True, eq=False, repr=False)
class Decision:
    """Per group of the draft the number shown (HIDDEN: S) and why; per table what was told of its means."""

    shown: Ints
    fates: Fates
    means: tuple[Floats, ...]
    told: tuple[Told, ...]
    effects: tuple[dict[str, Any], ...]
    bars: Groups
    near: bool
    unions: tuple[Groups, ...]
    wide: bool


def decide(
    draft: Draft, memory: Memory, effects: list[PastEffect], keys: RoundingKeys, profile: Profile, *,
    near_earlier: bool, lifted: bool, linked: Callable[[], list[LinkedTable]],
) -> Decision:  # fmt: skip
    """Decide every number of a request.

    Order: too few people or entities; what earlier releases showed, and which totals they bar; tables about
    nearly an earlier cohort; near twins within the request; a second cell in every line with exactly one
    hidden; then means and effects out of the counts. Each distinct set of people is decided once, so that it
    cannot show two answers in one request.

    Args:
        near_earlier: the population is 1 to `guard_distance` people from an earlier one.
        lifted: a checker answers for new numbers about such cohorts and for near twins among means and
            effects; counts stay guarded cell by cell all the same.
        linked: gives the tables of earlier releases about these people, for exact bounds.
    """
    groups = draft.groups
    firsts, where = unique(groups)
    sets = groups.take(firsts)
    shown = round_counts(sets.keys, sets.counts, keys, profile)
    fates = np.full(len(sets), Fate.FRESH, dtype=np.uint8)
    fates[where[_few_entities(draft)]] = Fate.FEW_ENTITIES
    fates[sets.counts < profile.people_threshold] = Fate.FEW_PEOPLE
    shown[fates >= Fate.FEW_PEOPLE] = HIDDEN
    heed_past(sets, shown, fates, memory.past, profile, lifted=lifted)
    heed_bars(sets, shown, fates, memory.bars, profile)
    own = _near_unions(draft, memory, profile)
    if not lifted:
        narrow(sets, shown, fates, _narrow_sets(draft, where, len(sets), own, near_earlier), profile)
    kept = np.isin(fates, (Fate.REPEATED, Fate.CARRIED))
    kept[where[draft.slices[0]]] = True
    heed_each_other(sets, shown, fates, profile)
    hide_second(draft, where, sets, shown, fates, kept, memory.past, profile)
    wide = True
    if is_small(draft, profile):
        wide = hide_until_wide(draft, where, shown, fates, kept, linked(), profile)
        hide_second(draft, where, sets, shown, fates, kept, memory.past, profile)
    shown, fates = shown[where], fates[where]
    again = np.ones(len(where), dtype=bool)
    again[firsts] = False
    again[draft.slices[0]] = False
    fates[again & (fates == Fate.FRESH)] = Fate.REPEATED
    hidden = [fates[place] >= Fate.FEW_PEOPLE for place in draft.slices[1:]]
    told = _means(draft, shown, memory, profile, repeats_only=near_earlier and not lifted, lifted=lifted)
    answers = decide_effects(
        draft, shown, memory.past, effects, profile, repeats_only=near_earlier and not lifted, lifted=lifted
    )
    means_, told_ = tuple(found for found, _ in told), tuple(found for _, found in told)
    fresh = tuple(table.union for table, near in zip(draft.tables, own, strict=True) if lifted or not near)
    narrowed, bars = near_earlier and not lifted, barred(draft, hidden, profile)
    return Decision(shown, fates, means_, told_, answers, bars, narrowed, fresh, wide)


def blocks(draft: Draft, decision: Decision, ranks: list[Ints]) -> list[Block]:
    """What the ledger keeps of a decided request; `ranks`: the people of the cohorts and of each table."""
    names = ["", *(table.table.name for table in draft.tables)]
    parts = [draft.cohorts, *(table.groups for table in draft.tables)]
    nothing = np.zeros(0)
    kept = [
        Block(name or (NARROW if decision.near else ""), "" if name else COHORTS, groups,
              packed_ranks(people),
              decision.shown[place], decision.fates[place],
              nothing, np.zeros((0, BUCKETS)))
        for name, groups, people, place in zip(names, parts, ranks, draft.slices, strict=True)
    ]  # fmt: skip
    told = Told.of(list(decision.told))
    silent = [(UNIONS, joined(list(decision.unions))), (BARS, decision.bars)]
    if len(told.means):
        kept.append(_silent(MEANS, told.groups, told))
        silent.append((CONTRIBUTORS, told.contributors))
    return kept + [_silent(kind, groups) for kind, groups in silent if len(groups)]


def _silent(kind: str, groups: Groups, told: Told | None = None) -> Block:
    """A block of groups whose counts were not told by it."""
    return Block(
        "", kind, groups, packed_ranks(np.zeros(0, dtype=np.int64)),
        np.full(len(groups), HIDDEN) if told is None else told.counts,
        np.full(len(groups), Fate.BARRED, dtype=np.uint8),
        np.zeros(0) if told is None else told.means, np.zeros((0, BUCKETS)) if told is None else told.sums,
    )  # fmt: skip


def past_effects(draft: Draft, decision: Decision) -> list[PastEffect]:
    """What the ledger keeps of the effects that were told."""
    return [
        PastEffect(0, effect.name, effect.outcome or effect.name, 1 + 2 * row, 2 + 2 * row, sums, content)
        for row, (effect, sums, content) in enumerate(
            zip(draft.request.effects, draft.effect_sums, decision.effects, strict=True)
        )
        if content["mark"] != "S"
    ]


def _few_entities(draft: Draft) -> Flags:
    none = np.zeros(len(draft.cohorts), dtype=bool)
    return np.concatenate([none, *(table.few_entities for table in draft.tables)])


def _near_unions(draft: Draft, memory: Memory, profile: Profile) -> list[bool]:
    """Per table, whether everyone it is about is nearly, but not exactly, a cohort that was told about.

    A requester may call anything the population, so this is asked of every table as well.
    """
    known = joined([
        memory.populations, memory.unions, draft.cohorts.take(np.zeros(1, dtype=np.int64))
    ])  # fmt: skip
    found = []
    for table in draft.tables:
        found.append(is_near(table.union, known, profile))
        if not found[-1]:
            known = joined([known, table.union])
    return found


def is_near(cohort: Groups, known: Groups, profile: Profile) -> bool:
    """Whether one cohort is 1 to `guard_distance` people from a known one, and none of the known ones."""
    close = near(cohort, known, profile.guard_distance, np.ones(1, dtype=bool))
    return bool(len(close.new)) and not len(same(cohort, known).new)


def _narrow_sets(draft: Draft, where: Ints, number: int, own: list[bool], near_earlier: bool) -> Flags:
    """Sets that are told only in tables about nearly an earlier cohort, shape (number,)."""
    wide, about = np.zeros(number, dtype=bool), np.zeros(number, dtype=bool)
    inside = np.zeros(len(draft.people.index.persons), dtype=bool)
    inside[draft.cohort_pairs.places[: int(draft.cohorts.counts[0])]] = True
    for table, place, its_own in zip(draft.tables, draft.slices[1:], own, strict=True):
        rows = np.full(len(table.groups), its_own)
        if near_earlier:
            rows |= np.bincount(table.pairs.cells[inside[table.pairs.places]], minlength=len(rows)) > 0
        about[where[place][rows]] = True
        wide[where[place][~rows]] = True
    return about & ~wide


def _means(
    draft: Draft, shown: Ints, memory: Memory, profile: Profile, *, repeats_only: bool, lifted: bool
) -> list[tuple[Floats, Told]]:
    """Per table its means (nan: not told; none: a table of counts), and those that are told."""
    found: list[tuple[Floats, Told]] = []
    earlier = [memory.means]
    for table, place in zip(draft.tables, draft.slices[1:], strict=True):
        if not table.measure:
            found.append((np.zeros(0), Told.of([])))
            continue
        able = means(table.values, table.pairs, table.noise, shown[place], profile)
        candidates, ones = _candidates(table, able, shown[place])
        known = Told.of(earlier)
        kept = guarded(
            candidates, known, ones, profile.guard_distance, repeats_only=repeats_only, lifted=lifted,
            figures=profile.magnitude_figures,
        )  # fmt: skip
        rows = np.flatnonzero(~np.isnan(able))
        told = np.full(len(able), np.nan)
        told[rows] = kept
        those = Told(candidates.groups, candidates.contributors, candidates.counts, kept, candidates.sums)
        earlier.append(those.take(np.flatnonzero(~np.isnan(kept))))
        found.append((told, earlier[-1]))
    return found


def _candidates(table: TableDraft, able: Floats, shown: Ints) -> tuple[Told, Floats]:
    """The means a table could tell, those who have an amount, and keyed sums of amounts and of ones."""
    rows = np.flatnonzero(~np.isnan(able))
    second, pairs, number = table.people.second, table.pairs, len(able)
    having = table.values != 0
    contributors = table.people.groups(distinct(pairs.cells[having], pairs.places[having]), number)
    sums = keyed_sums(table.values, pairs, second, number)[rows]
    ones = keyed_sums(np.ones(len(table.values)), pairs, second, number)[rows]
    return Told(table.groups.take(rows), contributors.take(rows), shown[rows], able[rows], sums), ones
