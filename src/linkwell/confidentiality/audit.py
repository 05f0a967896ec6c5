"""Hiding more, or refusing, where exact bounds over all releases would narrow a hidden cell down."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np

from linkwell.confidentiality.bounds import NO_LIMIT, too_narrow
from linkwell.confidentiality.draft import Draft, TableDraft
from linkwell.confidentiality.groups import Flags
from linkwell.confidentiality.guard import HIDDEN, Past
from linkwell.confidentiality.linked import LinkedTable, with_label
from linkwell.confidentiality.profile import Profile
from linkwell.confidentiality.request import Ints, ReleaseRequest
from linkwell.confidentiality.suppression import Fate, Fates

ROUNDS = 12
FEWEST_LINKED = 3
"""Fewer crossed tables than this cannot tell more than their own lines do, which `second` looks after."""
MOST_ROWS = 6000
"""More rows about so few people are nearly all hidden anyway; a person decides."""
ROWS_EACH = 8
"""A person may be in this many rows of one label (margins of three dimensions)."""
MOST_PARTS = 24
"""More small areas than this, each in several crossed tables, take minutes; a person decides."""


@dataclass(frozen=True, eq=False)
class Part:
    """Few people and the rows that are about them: the whole request, or all rows with one label (an area).

    Attributes:
        rows: per table of the request its rows. axes: per table the dimension they all have the label of,
            or None. places: these people, rising. key, count: as of a group. whole: the whole request.
    """

    rows: tuple[Ints, ...]
    axes: tuple[int | None, ...]
    places: Ints
    key: int
    count: int
    whole: bool = False


def belongs_in_queue(request: ReleaseRequest) -> bool:
    """Whether a request may need exact bounds, told by its shape alone: a crossed table among its tables.

    Whoever answers at once (a lab) leaves such a request to a queued job, whoever it is about: if only small
    cohorts went to the queue, the queue would tell that a cohort is small.
    """
    return any(len(table.dimensions) > 1 for table in request.tables)


def small_parts(draft: Draft, profile: Profile) -> list[Part]:
    """What needs exact bounds: a request about few people (a small area, a picked cohort) in crossed tables,
    or each label of few people in tables that cross it with two more dimensions.
    """
    crossed = [table for table in draft.tables if len(table.table.dimensions) > 1]
    people = min((int(table.union.counts[0]) for table in crossed), default=0)
    if 0 < people <= profile.bound_people:
        rows = tuple(np.arange(len(table.rows)) for table in draft.tables)
        places = draft.cohort_pairs.places[: int(draft.cohorts.counts[0])]
        size = int(draft.cohorts.counts[0])
        return [Part(rows, (None,) * len(rows), places, int(draft.cohorts.keys[0]), size, whole=True)]
    found: dict[tuple[str, str], Part] = {}
    for table in draft.tables:
        names = table.table.dimensions
        for axis, name in enumerate(names if len(names) > 2 else ()):
            labels, codes = _labels(table, axis)
            sizes = np.bincount(codes, weights=table.groups.counts, minlength=len(labels))
            for code in np.flatnonzero((sizes > 0) & (sizes <= ROWS_EACH * profile.bound_people)):
                rows = codes == code
                places = np.unique(table.pairs.places[rows[table.pairs.cells]])
                if len(places) <= profile.bound_people and (name, labels[code]) not in found:
                    found[name, labels[code]] = _labelled(draft, name, labels[code], places)
    return list(found.values())


def _labels(table: TableDraft, axis: int) -> tuple[list[str], Ints]:
    """The labels of a dimension, and the place among them of each row's."""
    if table.axes:
        after = int(np.prod([len(labels) for labels in table.axes[axis + 1 :]]))
        return list(table.axes[axis]), np.arange(len(table.rows)) // after % len(table.axes[axis])
    found, codes = np.unique([row[axis] for row in table.rows], return_inverse=True)
    return found.tolist(), codes.astype(np.int64)


def _labelled(draft: Draft, name: str, label: str, places: Ints) -> Part:
    """All rows with one label of one dimension."""
    rows, axes = [], []
    for table in draft.tables:
        names = table.table.dimensions
        axis = names.index(name) if name in names and len(names) > 1 else None
        labels, codes = _labels(table, axis) if axis is not None else ([], np.zeros(0, dtype=np.int64))
        rows.append(np.flatnonzero(codes == labels.index(label)) if label in labels else codes[:0])
        axes.append(axis)
    key = int(np.bitwise_xor.reduce(draft.people.record[places]))
    return Part(tuple(rows), tuple(axes), places, key, len(places))


def hide_until_wide(
    draft: Draft,
    parts: list[Part],
    where: Ints,
    shown: Ints,
    fates: Fates,
    kept: Flags,
    earlier: list[LinkedTable],
    past: Past,
    profile: Profile,
    *,
    patient: bool,
) -> bool:
    """Hide neighbours of cells that are bounded too narrowly, until none is; changes `shown` and `fates`.

    Args:
        where: per group of the draft, its place among the distinct sets. kept: sets that must stay.
        earlier: tables of earlier releases about these people. past: everything ever shown.
        patient: a person wants all small areas looked at, however long that takes.

    Returns:
        Whether every hidden cell can now take enough values; if not, a person decides.
    """
    bounded = 0
    for part in parts:
        before = earlier if part.whole else _about(part, earlier)
        now = [table for _, table in _linked(draft, part, where, shown, fates)]
        if sum(len(table.dimensions) > 1 for table in (*now, *before)) < FEWEST_LINKED:
            continue
        if not any(bool((table.fates >= Fate.FEW_PEOPLE).any()) for table in now):
            continue
        bounded += 1
        many = bounded > MOST_PARTS and not patient
        if many or not _wide(draft, part, where, shown, fates, kept, before, past, profile):
            return False
    return True


def _wide(
    draft: Draft, part: Part, where: Ints, shown: Ints, fates: Fates, kept: Flags,
    earlier: list[LinkedTable], past: Past, profile: Profile,
) -> bool:  # fmt: skip
    """The same for one part."""
    if sum(map(len, part.rows)) > MOST_ROWS:
        return False
    bounds = _Bounds(draft, part, where, earlier, past, profile)
    narrow = bounds.narrow(shown, fates)
    for _ in range(ROUNDS):
        more: set[int] = set()
        for number, row in narrow.here:
            lines = [
                line for axis, line in enumerate(draft.tables[number].lines) if axis != part.axes[number]
            ]
            more |= _neighbours(row, lines, where[draft.slices[1 + number]], shown, kept)
        if not more:
            break
        _hide(np.array(sorted(more), dtype=np.int64), shown, fates)
        narrow = bounds.narrow(shown, fates)
    if not narrow or part.whole:
        return not narrow
    # One area among others costs its own numbers, the finest tables first, and not the whole request. Numbers
    # that stand elsewhere come last: carried on to other people, they can tell something new all the same.
    sizes = np.array([len(table.table.dimensions) for table in draft.tables])
    for stay in (kept, np.zeros_like(kept)):
        for size in np.unique(sizes)[::-1].tolist():
            for number in np.flatnonzero(sizes == size).tolist():
                own = where[draft.slices[1 + number]][part.rows[number]]
                _hide(own[(shown[own] != HIDDEN) & ~stay[own]], shown, fates)
            if not bounds.narrow(shown, fates):
                return True
    return True  # nothing is told about it here


def _hide(chosen: Ints, shown: Ints, fates: Fates) -> None:
    fates[chosen], shown[chosen] = Fate.SECOND, HIDDEN


@dataclass(frozen=True)
class _Narrow:
    """Hidden cells that can take too few values: (table, row) of this request; and whether earlier ones."""

    here: list[tuple[int, int]]
    earlier: bool

    def __bool__(self) -> bool:
        return bool(self.here) or self.earlier


class _Bounds:
    """Exact bounds on the hidden cells of a part, in this request and in earlier releases."""

    def __init__(
        self, draft: Draft, part: Part, where: Ints, earlier: list[LinkedTable], past: Past, profile: Profile
    ) -> None:
        self._facts, self._past = (draft, part, where), past
        self._earlier, self._profile = earlier, profile
        self._hidden = [table.fates >= Fate.FEW_PEOPLE for table in earlier]
        nothing: tuple[Hashable, float, float] = ((part.key, part.count), 0.0, NO_LIMIT)
        self._before = too_narrow(earlier, self._hidden, nothing, profile) if earlier else []

    def narrow(self, shown: Ints, fates: Fates) -> _Narrow:
        """What is too narrow now, of earlier releases only what was not before this request."""
        part = self._facts[1]
        now = _linked(*self._facts, shown, fates)
        tables = [table for _, table in now]
        hidden = [table.fates >= Fate.FEW_PEOPLE for table in tables]
        whole = _whole(*self._facts, shown, fates, self._past, self._profile)
        found = too_narrow([*tables, *self._earlier], [*hidden, *self._hidden], whole, self._profile)
        here = [
            (number, row)
            for (number, _), rows in zip(now, found[: len(now)], strict=True)
            for row in part.rows[number][rows].tolist()
        ]
        more = (len(np.setdiff1d(a, b)) for a, b in zip(found[len(now) :], self._before, strict=True))
        return _Narrow(here, any(more))


def _neighbours(row: int, table_lines: list[Ints], own: Ints, shown: Ints, kept: Flags) -> set[int]:
    """In each line of a row, the set with the smallest told number that may be hidden."""
    found = set()
    for line in table_lines:
        sets = own[(line == line[row]) & (shown[own] != HIDDEN) & ~kept[own]]
        if len(sets):
            found.add(int(sets[np.lexsort((sets, shown[sets]))[0]]))
    return found


def _linked(
    draft: Draft, part: Part, where: Ints, shown: Ints, fates: Fates
) -> list[tuple[int, LinkedTable]]:
    """The tables that have rows about the part, by their number in the request."""
    found = []
    for number, (table, rows, axis) in enumerate(zip(draft.tables, part.rows, part.axes, strict=True)):
        if not len(rows):
            continue
        own = where[draft.slices[1 + number]]
        linked = LinkedTable(
            table.table.dimensions, table.rows, table.groups, shown[own], fates[own], table.pairs.cells,
            table.pairs.places,
        )  # fmt: skip
        found.append((number, linked if axis is None else with_label(linked, rows, axis)))
    return found


def _about(part: Part, earlier: list[LinkedTable]) -> list[LinkedTable]:
    """The rows of earlier tables whose label exactly these people have."""
    found = []
    for table in earlier:
        for axis in range(len(table.dimensions) if len(table.dimensions) > 1 else 0):
            codes = np.unique([row[axis] for row in table.rows], return_inverse=True)[1]
            mine = np.unique(codes[table.cells[np.isin(table.people, part.places)]])
            for code in mine.tolist():
                inside = codes[table.cells] == code
                if np.array_equal(np.unique(table.people[inside]), part.places):
                    found.append(with_label(table, np.flatnonzero(codes == code), axis))
    return found


def _whole(
    draft: Draft, part: Part, where: Ints, shown: Ints, fates: Fates, past: Past, profile: Profile
) -> tuple[Hashable, float, float]:
    """Fingerprint of the part's people and what released numbers, now or before, say of how many they are."""
    low, high = 0.0, NO_LIMIT
    now = shown[where], fates[where]
    for groups, (numbers, why) in ((draft.groups, now), (past.groups, (past.shown, past.fates))):
        same = np.flatnonzero((groups.keys == np.uint64(part.key)) & (groups.counts == part.count))
        for place in same[numbers[same] != HIDDEN][:1].tolist():
            number = int(numbers[place])
            slack = int(profile.bases(np.array([number]))[0]) - (why[place] == Fate.FRESH)
            low, high = max(low, float(number - slack)), min(high, float(number + slack))
    return (part.key, part.count), low, high
