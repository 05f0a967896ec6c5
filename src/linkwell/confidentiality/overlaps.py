"""Rows that overlap, and cohorts that do: whoever they would single out together is left out of them.

Rows that are parts of a whole, or lie one within another, tell of nobody what the smallest of them does not.
Rows that cross each other can be shaped so that, added and subtracted, one person is left and the rounding
averages out. Hiding or refusing such a row would itself tell that the person is in it. So its number is that
of its other people: the same as if the person were not there, under the same key, and within tolerance of
the truth or hidden like any other. So are its mean, its quantiles and what is fitted to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkwell.confidentiality.draft import Draft
from linkwell.confidentiality.groups import Flags, Groups, all_in_order
from linkwell.confidentiality.guard import HIDDEN, Memory, Past
from linkwell.confidentiality.history import COHORTS, Block
from linkwell.confidentiality.profile import Profile
from linkwell.confidentiality.request import AMOUNTS, Floats, Ints
from linkwell.confidentiality.rounding import Keys
from linkwell.confidentiality.singling import NOISE, cohorts_about

NOISE_OF_AMOUNTS = 0.1
"""As NOISE, of what three figures of a mean leave unsaid: a person's own factor moves it the same way each
time, and takes nothing from what sums of amounts tell of each other."""

MOST_ROWS = 1000
MOST_MEMBERSHIPS = 2_000_000
"""Rows looked at together, and people in them: beyond, the smallest."""
MOST_COHORTS = 40
"""Earlier cohorts looked at with each request, the newest first; more would take seconds."""
MOST_EARLIER = 1_000_000
"""As many people in groups of earlier requests about the very same population, the newest first."""
TOGETHER = 2.0
"""Rows that tell of a person less than so many times what each of them tells alone single nobody out."""
_CHUNK = 1 << 12
_PROJECTED, _SURELY = 32, 0.35
"""Directions projected on, and the share of a bound below which nobody in 100,000 passes it."""


@dataclass(frozen=True, eq=False)
class Sets:
    """Several sets of people as memberships: which set, and who, by any number."""

    cells: Ints
    people: Ints

    def within(self, chosen: Flags) -> Sets:
        """The chosen sets only; `chosen` per set."""
        inside = chosen[self.cells]
        return Sets(self.cells[inside], self.people[inside])


def alike(sets: Sets, sizes: Ints | None = None) -> tuple[Sets, Ints, Ints]:
    """The same sets in as few numbers as tell them: people in just the same ones share a number.

    Args:
        sizes: how many people each number stands for, if not one.

    Returns:
        The sets; how many people each new number stands for; and per old number, from the lowest to the
        highest, the new one, meaningless for those in no set.
    """
    if not len(sets.people):
        return sets, sets.people, sets.people
    low = int(sets.people.min())
    people = sets.people - low
    marks = np.zeros(int(people.max()) + 1, dtype=np.uint64)
    # Drawn anew each time: of draws that can be known, sets could be shaped that leave somebody no mark.
    draws = np.random.default_rng().integers(0, 2**64, int(sets.cells.max()) + 1, dtype=np.uint64)
    np.bitwise_xor.at(marks, people, draws[sets.cells])
    there = np.flatnonzero(marks)
    kinds = np.unique(marks[there])
    number = np.searchsorted(kinds, marks)
    one = np.full(len(kinds), len(marks), dtype=np.int64)
    np.minimum.at(one, number[there], there)
    first = np.zeros(len(marks), dtype=bool)
    first[one] = True
    order = np.argsort(one)  # numbered by who comes first, whatever was drawn, so that sums come out alike
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    number = place[np.minimum(number, len(kinds) - 1)]
    inside = first[people]
    weights = None if sizes is None else sizes[there + low]
    counts = np.bincount(number[there], weights=weights).astype(np.int64)
    return Sets(sets.cells[inside], number[people[inside]]), counts, number


def singled(
    sets: Sets, few: int, distance: int, sizes: Ints | None = None, noise: float = NOISE
) -> Ints:  # fmt: skip
    """The numbers whom the sets single out: those fewer than `few` whom no set tells apart, of whose trait
    all sets together tell more than a rounded group of `few` does, and clearly more than each set alone.

    What a reader learns of a person's trait is the leverage a' (G + noise I)^-1 a, where G is how many people
    each two sets share and a says which sets the person is in.

    Args:
        distance: sets at most so many people apart count once, since the guard tells one number of them.
        sizes: how many people each number stands for, if not one.
        noise: variance of what is told of a set over that of the trait.
    """
    from scipy.linalg import cho_factor, cho_solve  # half of a desk's start, and most requests never need it
    from scipy.sparse import csr_array

    atoms, sizes, number = alike(sets, sizes)
    names, cells = np.unique(atoms.cells, return_inverse=True)
    if len(names) < 3:  # two are the guard's
        return sets.people[:0]
    inside = csr_array((np.ones(len(cells)), (cells, atoms.people)), shape=(len(names), len(sizes)))
    shared = ((inside * sizes) @ inside.T).toarray()
    held = np.diag(shared)
    if bool(((shared == 0) | (shared == np.minimum.outer(held, held))).all()):
        return sets.people[:0]  # all apart, or one within another
    kept = _once(held[:, None] + held - 2 * shared, distance)
    if int(np.count_nonzero(kept)) < 3:
        return sets.people[:0]
    inside, shared, held = inside[kept], shared[np.ix_(kept, kept)], held[kept]
    alone = 1 / (held + noise)
    small = np.flatnonzero((sizes < few) & (inside.T @ alone < 1 / TOGETHER))  # (nobody's leverage passes 1)
    factor = cho_factor(shared + noise * np.eye(len(held)), lower=True)
    if len(small) > _CHUNK:
        small = small[_about(factor[0], inside[:, small]) > _SURELY / (few + noise)]
    found = np.zeros(len(sizes), dtype=bool)
    for start in range(0, len(small), _CHUNK):
        part = small[start : start + _CHUNK]
        pattern = inside[:, part].toarray()
        leverage: Floats = (pattern * cho_solve(factor, pattern)).sum(axis=0)
        found[part] = (leverage > 1 / (few + noise)) & (leverage > TOGETHER * (alone @ pattern))
    low = int(sets.people.min())
    return np.unique(sets.people[found[number[sets.people - low]]])


def _about(factor: Floats, inside: Any) -> Floats:
    """Each leverage to a quarter or so, by a random projection (Johnson and Lindenstrauss 1984).

    Args:
        factor: Cholesky's lower one. inside: which sets each number is in.
    """
    from scipy.linalg import solve_triangular

    signs = np.random.default_rng().choice((-1.0, 1.0), (_PROJECTED, len(factor)))
    seen = solve_triangular(factor, signs.T, lower=True, trans="T").T @ inside
    found: Floats = (seen**2).mean(axis=0)
    return found


def _once(apart: Floats, distance: int) -> Flags:
    """The first of all sets that are at most `distance` people apart; `apart`: shape (sets, sets)."""
    kept = np.zeros(len(apart), dtype=bool)
    for row, others in enumerate(apart <= distance):
        kept[row] = not (others & kept).any()
    return kept


def left_out(draft: Draft, memory: Memory, ranks: NDArray[np.int32], profile: Profile) -> Ints:
    """The places of whom the rows and cohorts of a draft single out, together with what was told before.

    What is told of people is looked at first, then what is told of their amounts.

    Args:
        ranks: per place in the project, the person's rank in the ledger, negative where no release was about
            it.
    """
    before = _before(draft, memory, ranks)
    if (
        not before
        and len(draft.tables) + len(draft.models) < 2
        and all(table.apart for table in draft.tables)
    ):
        return np.zeros(0, dtype=np.int64)  # parts of one whole
    models = np.zeros(len(draft.groups), dtype=bool)
    models[draft.model_rows] = True
    tables = [np.full(len(table.groups), isinstance(table.table, AMOUNTS)) for table in draft.tables]
    amounts = np.concatenate([models[: len(draft.cohorts)], *tables])
    counted = np.concatenate([models[: len(draft.cohorts)], *(np.ones_like(rows) for rows in tables)])
    counted[0] = True
    told, least = draft.groups.counts, profile.magnitude_released_count
    every = [people for people, _ in before]
    found = [_singled(draft, counted & (told >= profile.people_threshold), every, NOISE, profile)]
    if amounts.any():
        amounts[0] = True
        those = [people for people, has in before if has]
        found.append(_singled(draft, amounts & (told >= least), those, NOISE_OF_AMOUNTS, profile))
    return np.unique(np.concatenate(found))


def without(draft: Draft, where: Ints, sets: Groups, out: Ints) -> tuple[Keys, Ints]:
    """Key and count of each distinct set without those who are left out.

    Args:
        where: per group of the draft, its place among the distinct `sets`. out: as `left_out` gives.
    """
    keys, counts = sets.keys.copy(), sets.counts.copy()
    if not len(out):
        return keys, counts
    spots, places = [], []
    for pairs, place in zip(draft.pairs, draft.slices, strict=True):
        inside = np.isin(pairs.loose[1], out)
        spots.append(where[place][pairs.loose[0][inside]])
        places.append(pairs.loose[1][inside])
    packed = np.unique(np.column_stack([np.concatenate(spots), np.concatenate(places)]), axis=0)
    np.bitwise_xor.at(keys, packed[:, 0], draft.people.record[packed[:, 1]])
    np.subtract.at(counts, packed[:, 0], 1)
    return keys, counts


def _singled(draft: Draft, told: Flags, before: list[Ints], noise: float, profile: Profile) -> Ints:
    """The places of whom these groups of the draft and the earlier cohorts single out."""
    own_cells, own_people = _members(draft, _smallest(draft.groups, told))
    rows = np.arange(len(before)) + len(draft.groups)
    cells = np.concatenate([*own_cells, np.repeat(rows, [len(cohort) for cohort in before])])
    people = np.concatenate([*own_people, *before, np.zeros(0, dtype=np.int64)])
    sets, sizes, number = alike(Sets(cells, people))
    found = np.zeros(len(sizes), dtype=bool)
    found[singled(sets, profile.people_threshold, profile.guard_distance, sizes, noise)] = True
    if not found.any():
        return people[:0]
    chosen = np.unique(people[found[number[people - people.min()]]])
    return chosen[chosen >= 0]


def _smallest(groups: Groups, told: Flags) -> Flags:
    """Of the groups that are told, each set of people once, the smallest that can be looked at together."""
    rows = np.flatnonzero(told)
    rows = rows[np.unique(groups.keys[rows], return_index=True)[1]]
    rows = rows[np.argsort(groups.counts[rows], kind="stable")][:MOST_ROWS]
    chosen = np.zeros(len(groups), dtype=bool)
    chosen[rows[np.cumsum(groups.counts[rows]) <= MOST_MEMBERSHIPS]] = True
    return chosen


def _members(draft: Draft, chosen: Flags) -> tuple[list[Ints], list[Ints]]:
    """Groups and places of the chosen groups, part by part of the draft."""
    cells, people = [], []
    for pairs, place in zip(draft.pairs, draft.slices, strict=True):
        if not chosen[place].any():
            continue
        rows, places = pairs.loose
        inside = chosen[place][rows]
        cells.append(rows[inside] + place.start)
        people.append(places[inside])
    return cells, people


def _before(draft: Draft, memory: Memory, ranks: NDArray[np.int32]) -> list[tuple[Ints, bool]]:
    """Places of what was told about before, and whether amounts of them may have been: cohorts that share
    people with the population, and every group of requests about the very same population.

    Groups of a population that changed are not: at each refresh they tell a little of those who came and
    went, and an eighth of a small service would be left out for it.
    """
    mine = ranks[all_in_order(draft.cohort_people(0), len(ranks))]
    place_of = np.full(int(ranks.max(initial=-1)) + 1, -1, dtype=np.int64)
    known = np.flatnonzero(ranks >= 0)
    place_of[ranks[known]] = known
    cohorts = cohorts_about(memory.past, np.sort(mine[mine >= 0]).astype(np.int64), MOST_COHORTS)
    found = [(_here(cohort, place_of), True) for cohort in cohorts]
    of_means = set(memory.means.groups.keys.tolist())
    seen: set[int] = set()
    room = MOST_EARLIER
    for block in _about_the_same(memory.past, draft.cohorts):
        counts, keys = block.groups.counts, block.groups.keys
        room -= int(counts.sum())
        if room < 0 or len(seen) > MOST_ROWS:
            break
        places, ends = _here(block.members, place_of), np.cumsum(counts)
        for row in np.flatnonzero(block.shown != HIDDEN).tolist():
            if int(keys[row]) not in seen:
                seen.add(int(keys[row]))
                found.append((places[ends[row] - counts[row] : ends[row]], int(keys[row]) in of_means))
    return found


def _about_the_same(past: Past, cohorts: Groups) -> list[Block]:
    """The tables of requests about the very same population, the newest first."""
    same = {
        block.seq
        for block in past.blocks
        if block.measure == COHORTS
        and (block.groups.keys[0], block.groups.counts[0]) == (cohorts.keys[0], cohorts.counts[0])
    }
    return [block for block in reversed(past.blocks) if block.seq in same and not block.measure]


def _here(cohort: Ints, place_of: Ints) -> Ints:
    """Places of a cohort's people; whoever is not in the project by a number of their own below nought."""
    there = np.where(cohort < len(place_of), place_of[np.minimum(cohort, len(place_of) - 1)], -1)
    return np.where(there >= 0, there, -1 - cohort)
