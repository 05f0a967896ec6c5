"""Rows that overlap, and cohorts that do: whoever they would single out together is left out of them.

Rows that are parts of a whole, or lie one within another, tell of nobody what the smallest of them does not.
Rows that cross each other can be shaped so that, added and subtracted, one person is left and the rounding
averages out. Hiding or refusing such a row would itself tell that the person is in it. So its number is that
of its other people: the same as if the person were not there, under the same key, and within tolerance of
the truth or hidden like any other. So are its mean, its quantiles and what is fitted to it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkwell.confidentiality.draft import Draft, TableDraft
from linkwell.confidentiality.groups import Flags, Groups, all_in_order, distinct
from linkwell.confidentiality.guard import Past
from linkwell.confidentiality.profile import Profile
from linkwell.confidentiality.request import AMOUNTS, Floats, Ints
from linkwell.confidentiality.rounding import Keys
from linkwell.confidentiality.singling import NOISE, cohorts_about

NOISE_OF_AMOUNTS = 0.1
"""As NOISE, of what three figures of a mean leave unsaid: a person's own factor moves it the same way each
time, and takes nothing from what sums of amounts tell of each other."""

MOST_ROWS = 1000
"""Crossing rows looked at together: beyond, the largest."""
MOST_COHORTS = 40
"""Earlier cohorts looked at with each request, the newest first; more would take seconds."""
TOGETHER = 2.0
"""Rows that tell of a person less than so many times what each of them tells alone single nobody out."""
_CHUNK = 1 << 12


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
    factor = cho_factor(shared + noise * np.eye(len(held)))
    alone = 1 / (held + noise)
    found = np.zeros(len(sizes), dtype=bool)
    small = np.flatnonzero(sizes < few)
    for start in range(0, len(small), _CHUNK):
        part = small[start : start + _CHUNK]
        pattern = inside[:, part].toarray()
        leverage: Floats = (pattern * cho_solve(factor, pattern)).sum(axis=0)
        found[part] = (leverage > 1 / (few + noise)) & (leverage > TOGETHER * (alone @ pattern))
    low = int(sets.people.min())
    return np.unique(sets.people[found[number[sets.people - low]]])


def _once(apart: Floats, distance: int) -> Flags:
    """The first of all sets that are at most `distance` people apart; `apart`: shape (sets, sets)."""
    kept = np.zeros(len(apart), dtype=bool)
    for row, others in enumerate(apart <= distance):
        kept[row] = not (others & kept).any()
    return kept


def left_out(draft: Draft, past: Past, ranks: NDArray[np.int32], profile: Profile) -> list[Ints]:
    """The places of whom the cohorts of a draft leave out, then each of its tables.

    Args:
        ranks: per place in the project, the person's rank in the ledger, negative where no release was about
            it.
    """
    of_cohorts = _by_cohorts(draft, past, ranks, profile)
    return [of_cohorts] + [
        of_cohorts if table.apart else np.union1d(of_cohorts, _by_rows(table, profile))
        for table in draft.tables
    ]


def without(draft: Draft, where: Ints, sets: Groups, out: list[Ints]) -> tuple[Keys, Ints]:
    """Key and count of each distinct set without those who are left out of it.

    Args:
        where: per group of the draft, its place among the distinct `sets`. out: as `left_out` gives.
    """
    keys, counts = sets.keys.copy(), sets.counts.copy()
    spots, places = [], []
    for pairs, place, gone in zip(draft.pairs, draft.slices, out, strict=True):
        if not len(gone):
            continue
        inside = np.isin(pairs.loose[1], gone)
        spots.append(where[place][pairs.loose[0][inside]])
        places.append(pairs.loose[1][inside])
    if spots:
        packed = np.unique(np.column_stack([np.concatenate(spots), np.concatenate(places)]), axis=0)
        np.bitwise_xor.at(keys, packed[:, 0], draft.people.record[packed[:, 1]])
        np.subtract.at(counts, packed[:, 0], 1)
    return keys, counts


def _by_rows(table: TableDraft, profile: Profile) -> Ints:
    """The places of whom the rows of one table single out: the parts among themselves, and the totals along
    each dimension among theirs, since a total crosses the parts of other lines in any table.
    """
    counts, few = table.groups.counts, profile.people_threshold
    noises = (NOISE, NOISE_OF_AMOUNTS) if isinstance(table.table, AMOUNTS) else (NOISE,)
    sets, sizes, number = alike(Sets(*table.pairs.loose))
    kinds, told = _totals(table, sets, sizes), counts >= few
    found = np.zeros(len(sizes), dtype=bool)
    for kind in np.unique(kinds[told]):
        rows = told & (kinds == kind)
        if int(np.count_nonzero(rows)) > MOST_ROWS:
            rows[np.argsort(-np.where(rows, counts, 0), kind="stable")[MOST_ROWS:]] = False
        for noise in noises:
            found[singled(sets.within(rows), few, profile.guard_distance, sizes, noise)] = True
    places = table.pairs.loose[1]
    return np.unique(places[found[number[places - places.min()]]]) if found.any() else places[:0]


def _totals(table: TableDraft, sets: Sets, sizes: Ints) -> Ints:
    """Per row, in which dimensions (as bits) its label holds everybody of every line along it."""
    found = np.zeros(len(table.rows), dtype=np.int64)
    columns = zip(*table.rows, strict=True)
    for axis, (line, column) in enumerate(zip(table.lines, columns, strict=True)):
        number = int(line.max(initial=-1)) + 1
        if number == len(line):
            continue
        there = distinct(line[sets.cells], sets.people).loose
        everybody = np.bincount(there[0], weights=sizes[there[1]], minlength=number)
        labels, codes = np.unique(np.array(column, dtype=np.str_), return_inverse=True)
        short = np.bincount(codes, weights=table.groups.counts < everybody[line], minlength=len(labels))
        found |= (short == 0)[codes].astype(np.int64) << axis
    return found


def _by_cohorts(draft: Draft, past: Past, ranks: NDArray[np.int32], profile: Profile) -> Ints:
    """The places of whom the cohorts of this request single out together with those told about before.

    Its cohorts are its population, everybody in a table and in a model.
    """
    own = _cohorts(draft)
    mine = ranks[all_in_order(own[0], len(ranks))]
    before = cohorts_about(past, np.sort(mine[mine >= 0]).astype(np.int64), MOST_COHORTS)
    if len(own) + len(before) < 3:
        return own[0][:0]
    place_of = np.full(int(ranks.max(initial=-1)) + 1, -1, dtype=np.int64)
    known = np.flatnonzero(ranks >= 0)
    place_of[ranks[known]] = known
    people = [*own, *(_here(cohort, place_of) for cohort in before)]
    everybody = np.concatenate(people)
    sets, sizes, number = alike(
        Sets(np.repeat(np.arange(len(people)), [len(part) for part in people]), everybody)
    )
    amounts = bool(draft.models) or any(isinstance(table.table, AMOUNTS) for table in draft.tables)
    found = np.zeros(len(sizes), dtype=bool)
    for noise in (NOISE, NOISE_OF_AMOUNTS) if amounts else (NOISE,):
        found[singled(sets, profile.people_threshold, profile.guard_distance, sizes, noise)] = True
    if not found.any():
        return own[0][:0]
    chosen = np.unique(everybody[found[number[everybody - everybody.min()]]])
    return chosen[chosen >= 0]


def _cohorts(draft: Draft) -> list[Ints]:
    """The places of the different cohorts of a draft, the population first."""
    found = {
        int(draft.cohorts.keys[row]): draft.cohort_people(row) for row in (0, *draft.model_rows.tolist())
    }
    for table in draft.tables:
        if int(table.union.keys[0]) not in found:
            there = np.zeros(len(draft.people.record), dtype=bool)
            there[table.pairs.loose[1]] = True
            found[int(table.union.keys[0])] = np.flatnonzero(there)
    return list(found.values())


def _here(cohort: Ints, place_of: Ints) -> Ints:
    """Places of a cohort's people; whoever is not in the project by a number of their own below nought."""
    there = np.where(cohort < len(place_of), place_of[np.minimum(cohort, len(place_of) - 1)], -1)
    return np.where(there >= 0, there, -1 - cohort)
