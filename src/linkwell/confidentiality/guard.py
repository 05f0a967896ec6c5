"""The differencing guard: what earlier releases say about these people decides what may be shown now.

Fixed rounding alone is weak against two tables that differ by a person, because any difference is proof
(sdc §3). So the same people get the same answer, near twins repeat the earlier one, and near cohorts are
refused.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkwell.confidentiality.groups import SMALL, Flags, Groups, joined
from linkwell.confidentiality.history import (
    BARS,
    COHORTS,
    CONTRIBUTORS,
    MEAN_BARS,
    MEANS,
    NARROW,
    QUANTILES,
    UNIONS,
    Block,
)
from linkwell.confidentiality.magnitudes import Told
from linkwell.confidentiality.profile import Profile
from linkwell.confidentiality.quantiles import ToldQuantiles
from linkwell.confidentiality.request import Ints
from linkwell.confidentiality.suppression import Fate, Fates
from linkwell.confidentiality.twins import Pairs, near, same

HIDDEN = -1
"""Shown value of a hidden cell."""
FEWEST_TOLD, LATER_PERCENT = 10, 80
"""A later version of a table has at least this share of its small told groups, of at least so many."""


def told_number(shown: int) -> int | None:
    """The number a cell shows; None where it is hidden."""
    return None if shown == HIDDEN else int(shown)


@dataclass(frozen=True, eq=False)
class Past:
    """Every group ever shown in a data family, as one list; `blocks` and `rows` say where each came from."""

    groups: Groups
    shown: Ints
    fates: Fates
    blocks: tuple[Block, ...]
    owners: Ints
    rows: Ints

    @classmethod
    def of(cls, blocks: list[Block]) -> Past:
        """Gather the blocks of a ledger."""
        sizes = np.array([len(block.groups) for block in blocks], dtype=np.int64)
        none = np.zeros(0, dtype=np.int64)
        return cls(
            joined([block.groups for block in blocks]),
            np.concatenate([none, *(block.shown for block in blocks)]),
            np.concatenate([none.astype(np.uint8), *(block.fates for block in blocks)]),
            tuple(blocks),
            np.repeat(np.arange(len(blocks)), sizes),
            np.concatenate([none, *(np.arange(size) for size in sizes)]),
        )


@dataclass(frozen=True, eq=False)
class Memory:
    """All that a data family remembers.

    Attributes:
        past: cells and cohorts with what was shown. populations: cohorts that were told about anew.
        unions: everyone of each such table. bars: totals that must not be told. means, quantiles: those told.
        mean_bars: amounts whose mean must not be told, nor follow from told ones.
    """

    past: Past
    populations: Groups
    unions: Groups
    bars: Groups
    means: Told
    mean_bars: Told
    quantiles: ToldQuantiles

    @classmethod
    def of(cls, blocks: list[Block]) -> Memory:
        """Sort the blocks of a ledger."""
        every = (UNIONS, BARS, MEANS, CONTRIBUTORS, MEAN_BARS, QUANTILES)
        kinds: dict[str, list[Block]] = {kind: [] for kind in every}
        shown: list[Block] = []
        for block in blocks:
            kinds.get(block.measure, shown).append(block)
        means = [
            Told(people.groups, having.groups, people.shown, people.means, people.sums)
            for people, having in zip(kinds[MEANS], kinds[CONTRIBUTORS], strict=True)
        ]
        unions, bars = (joined([block.groups for block in kinds[kind]]) for kind in (UNIONS, BARS))
        first = np.zeros(1, dtype=np.int64)
        cohorts = [b.groups.take(first) for b in shown if b.measure == COHORTS and b.name != NARROW]
        mean_bars = Told.of([Told.untold(block.groups, block.sums) for block in kinds[MEAN_BARS]])
        quantiles = ToldQuantiles.of(
            [ToldQuantiles(b.groups, b.shown, b.means, b.sums) for b in kinds[QUANTILES]]
        )
        return cls(Past.of(shown), joined(cohorts), unions, bars, Told.of(means), mean_bars, quantiles)


def near_cohort(population: NDArray[np.int32], cohort: Groups, past: Past, distance: int) -> int | None:
    """The ledger entry of an earlier cohort that differs from `population` by 1 to `distance` people.

    None if this very cohort was told about before. Cohorts of which nothing new was told do not count: they
    tell nothing, and whoever asks by turns about a group with and without a person must not see a change.

    Args:
        population: ranks of the cohort asked about, negative for people no release was about. cohort: the
            same as a single group.
    """
    found = None
    everyone = np.ones(1, dtype=bool)
    inside = np.zeros(int(population.max(initial=-1)) + 2, dtype=bool)
    inside[population[population >= 0]] = True
    for old in (*same(cohort, past.groups).old, *near(cohort, past.groups, distance, everyone).old):
        block, row = past.blocks[past.owners[old]], int(past.rows[old])
        if block.measure != COHORTS or row != 0 or block.name == NARROW:
            continue
        members = block.people(row)
        common = int(np.count_nonzero(inside[np.minimum(members, len(inside) - 1)]))  # the last is nobody
        apart = len(population) + len(members) - 2 * common
        if apart == 0:
            return None
        if apart <= distance and found is None:
            found = int(block.seq)
    return found


def heed_past(
    groups: Groups, shown: Ints, fates: Fates, past: Past, profile: Profile, *, lifted: bool = False
) -> Flags:
    """Let earlier releases decide: changes `shown` and `fates` in place.

    The same people: the earlier answer, number or S. Near twins of a published group: its number, when within
    tolerance of today's truth, else S. A hidden group plus or minus `hidden_distance` people: S.

    Args:
        lifted: a checker answers for what was hidden as new about nearly an earlier cohort.

    Returns:
        Groups with people enough whose earlier number is too far from today's truth to stand again.
    """
    _repeat(groups, shown, fates, past, lifted)
    open_ = fates == Fate.FRESH
    twins = near(groups, past.groups, profile.guard_distance, open_)
    published = past.shown[twins.old] != HIDDEN
    carry(groups, shown, fates, _kept(twins, published), past.shown, profile)
    moved: Flags = open_ & (fates == Fate.GUARDED)
    # A number for "the hidden five and this person" would say whether the person is there.
    few = (past.fates[twins.old] == Fate.FEW_PEOPLE) & (twins.apart <= profile.hidden_distance)
    beside = np.zeros(len(groups), dtype=bool)
    beside[twins.new[few]] = True
    _hide(shown, fates, beside & (fates == Fate.FRESH))
    return moved


def heed_small(groups: Groups, shown: Ints, fates: Fates, past: Past, about: Flags, profile: Profile) -> None:
    """A told group that falls under the threshold keeps its number, about nearly the same cohort or in a
    later version of its table; in place.

    An S in place of a 6 would tell that somebody left. So the closest earlier answer is kept, as for larger
    groups: its number within tolerance, or its S. Anywhere else fewer than six people are hidden, whatever
    they nearly are: a part of a told group says nothing about who left.

    Args:
        about: sets about a cohort one to `guard_distance` people from one that was told about, or in a later
            version of a told table.
    """
    small = fates == Fate.FEW_PEOPLE
    again = same(groups, past.groups)
    again = _kept(again, small[again.new])
    before = _kept(again, past.shown[again.old] != HIDDEN)
    told = dict(zip(before.new.tolist(), before.old.tolist(), strict=True))
    settled = np.zeros(len(groups), dtype=bool)
    settled[again.new] = True
    twins = near(groups, past.groups, profile.guard_distance, small & about & ~settled)
    order = np.lexsort((past.shown[twins.old] != HIDDEN, twins.apart, twins.new))
    news, first = np.unique(twins.new[order], return_index=True)
    closest = twins.old[order][first]
    open_ = past.shown[closest] != HIDDEN
    told |= dict(zip(news[open_].tolist(), closest[open_].tolist(), strict=True))
    for new, old in told.items():
        number, today = int(past.shown[old]), groups.counts[new : new + 1]
        if abs(number - int(today[0])) <= int(profile.tolerances(today)[0]):
            shown[new], fates[new] = number, Fate.CARRIED


def told_again(groups: Groups, small: Flags, past: Past, profile: Profile) -> bool:
    """Whether a table is a later version of one that was told: nearly all its told small groups are here,
    the same or nearly the same people.

    At a refresh a told six may fall to five, and an S in its place would tell that somebody left.

    Args:
        groups: the rows of the table. small: which of them have too few people.
    """
    told = past.shown != HIDDEN
    fallen = near(groups, past.groups, profile.guard_distance, small)
    if not told[fallen.old].any():
        return False
    everyone = np.ones(len(groups), dtype=bool)
    found = np.zeros(len(told), dtype=bool)
    for pairs in (near(groups, past.groups, profile.guard_distance, everyone), same(groups, past.groups)):
        found[pairs.old] = True
    told &= (past.groups.counts <= SMALL) & (past.groups.counts > 0)
    number = len(past.blocks)
    told_of = np.bincount(past.owners[told], minlength=number)
    here_of = np.bincount(past.owners[told & found], minlength=number)
    return bool(((told_of >= FEWEST_TOLD) & (here_of * 100 >= LATER_PERCENT * told_of)).any())


def heed_bars(groups: Groups, shown: Ints, fates: Fates, bars: Groups, profile: Profile) -> None:
    """Hide totals that would give away a cell hidden in an earlier release; in place."""
    open_ = fates == Fate.FRESH
    found = np.zeros(len(groups), dtype=bool)
    for pairs in (near(groups, bars, profile.guard_distance, open_), same(groups, bars)):
        found[pairs.new] = True
    _hide(shown, fates, found & open_, Fate.BARRED)


def narrow(groups: Groups, shown: Ints, fates: Fates, about: Flags, profile: Profile) -> None:
    """About a cohort that is nearly an earlier one nothing new is told; in place.

    Sums over different breakdowns of two such cohorts would tell the people between them, however each cell
    is guarded. So a new cell is hidden, unless it nearly repeats one that is told in the same request.

    Args:
        about: sets that are about such a cohort, shape (groups,).
    """
    new = about & (fates == Fate.FRESH)
    _hide(shown, fates, new, Fate.NARROW)
    twins = near(groups, groups, profile.guard_distance, new)
    published = shown.copy()
    carry(groups, shown, fates, _kept(twins, published[twins.old] != HIDDEN), published, profile)


def heed_each_other(groups: Groups, shown: Ints, fates: Fates, profile: Profile) -> None:
    """Within one request, a cell that nearly repeats an earlier row shows its number; in place."""
    twins = near(groups, groups, profile.guard_distance, fates == Fate.FRESH)
    for pairs in _in_order(_kept(twins, twins.old < twins.new)):
        carry(groups, shown, fates, _kept(pairs, fates[pairs.old] < Fate.FEW_PEOPLE), shown, profile)


def carry(groups: Groups, shown: Ints, fates: Fates, twins: Pairs, published: Ints, profile: Profile) -> None:
    """Repeat the closest published number for each new group in `twins`, or hide the group."""
    if not len(twins.new):
        return
    counts = groups.counts[twins.new]
    fits = np.abs(published[twins.old] - counts) <= profile.tolerances(counts)
    touched = np.zeros(len(groups), dtype=bool)
    touched[twins.new] = True
    order = np.lexsort((twins.old, twins.apart, ~fits, twins.new))
    news, first = np.unique(twins.new[order], return_index=True)
    best = order[first]
    good = fits[best]
    shown[news[good]] = published[twins.old[best[good]]]
    fates[news[good]] = Fate.CARRIED
    touched[news[good]] = False
    _hide(shown, fates, touched)


def _repeat(groups: Groups, shown: Ints, fates: Fates, past: Past, lifted: bool) -> None:
    """The same people as before: a number that was published wins over an S, the earliest over later ones."""
    pairs = same(groups, past.groups)
    keep = fates[pairs.new] == Fate.FRESH
    if lifted:
        keep &= past.fates[pairs.old] != Fate.NARROW
    news, olds = pairs.new[keep], pairs.old[keep]
    order = np.lexsort((olds, past.shown[olds] == HIDDEN, news))
    news, first = np.unique(news[order], return_index=True)
    olds = olds[order[first]]
    shown[news] = past.shown[olds]
    carried = past.fates[olds] == Fate.CARRIED
    fates[news] = np.where(carried, Fate.CARRIED, Fate.REPEATED)
    hidden = past.shown[olds] == HIDDEN
    fates[news[hidden]] = past.fates[olds[hidden]]


def _hide(shown: Ints, fates: Fates, which: Flags, why: Fate = Fate.GUARDED) -> None:
    shown[which] = HIDDEN
    fates[which] = why


def _kept(pairs: Pairs, keep: Flags) -> Pairs:
    return Pairs(pairs.new[keep], pairs.old[keep], pairs.apart[keep])


def _in_order(pairs: Pairs) -> list[Pairs]:
    """One bundle per new group, in row order, so that a carried number can be carried on."""
    order = np.lexsort((pairs.apart, pairs.new))
    edges = np.flatnonzero(np.diff(pairs.new[order])) + 1
    return [
        Pairs(pairs.new[part], pairs.old[part], pairs.apart[part])
        for part in np.split(order, edges)
        if len(part)
    ]
