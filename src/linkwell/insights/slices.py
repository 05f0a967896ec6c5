"""Groups among the participants, so that each can be compared with people like itself.

A slice parts all participants and leaves nobody over: by gender, age, variant, initiative, the kind of visit
they mostly came for, or how often they came. Groups too small to be told are joined with another, so that
no small group follows from the whole less the groups shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import duckdb
import numpy as np

from linkwell.insights.measures import register_stack
from linkwell.insights.people import Ints, People, month_of_day
from linkwell.insights.protocol import Slice
from linkwell.insights.reach import wording

FEWEST = 60
"""Participants each group of a slice needs (impact.md §5)."""
LANDMARK_DAYS, LANDMARK_MONTHS = 90, 3
"""Visits are counted over these days from the start; what came of it, from the end of these months."""


@dataclass(frozen=True, eq=False, repr=False)
class Parted:
    """One slice of the participants.

    Attributes:
        labels: of the groups, at least two. place: group of each participant, shape (p,).
        landmark: months from the start to where the follow-up begins.
    """

    slice: Slice
    labels: tuple[str, ...]
    place: Ints
    landmark: int


@dataclass(frozen=True, eq=False, repr=False)
class _Starts:
    """The participants with their start days, and the project's tables."""

    connection: duckdb.DuckDBPyConnection
    people: People
    rows: Ints
    day: Ints

    def has(self, table: str, column: str) -> bool:
        """Whether the project holds this column at all."""
        columns = self.connection.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = ?", [table]
        ).fetchall()
        return (column,) in columns

    def ask(self, query: str) -> Any:
        """`row` and `value` for some participants; `stack` holds them by row with their `index_date`."""
        register_stack(self.connection, self.people.uid[self.rows], self.day)
        return self.connection.sql(query).to_arrow_table()


def part(
    connection: duckdb.DuckDBPyConnection, people: People, rows: Ints, day: Ints, slices: Sequence[Slice]
) -> tuple[tuple[Slice, Parted | None], ...]:
    """Part the participants by each slice; None where the data do not say, or hold too few for two groups.

    Args:
        rows, day: rows of `People` and start days (since 1970-01-01) of the participants, shape (p,).
    """
    starts = _Starts(connection, people, rows, day)
    return tuple((one, _part(starts, one)) for one in slices)


def _part(starts: _Starts, one: Slice) -> Parted | None:
    words = wording()["slices"][one.by]
    found = _BY[one.by](starts, one, words)
    if found is None or len(found[0]) < 2:
        return None
    return Parted(one, *found, landmark=LANDMARK_MONTHS if waits(one) else 0)


def waits(one: Slice) -> bool:
    """Whether what parts the participants is known only at the landmark, where the follow-up then begins."""
    return bool(wording()["slices"][one.by]["from_landmark"])


Found = tuple[tuple[str, ...], Ints] | None
Words = Mapping[str, Any]


def _gender(starts: _Starts, one: Slice, words: Words) -> Found:
    woman = starts.people.gender[starts.rows] == 2
    return kinds(np.where(woman, words["labels"][0], words["labels"][1]), words)


def _age(starts: _Starts, one: Slice, words: Words) -> Found:
    age = (month_of_day(starts.day) - starts.people.born[starts.rows]) // 12
    return bands(age, one.edges, words)


def _enrolled(starts: _Starts, one: Slice, words: Words) -> Found:
    """By a code of each participant's first enrolment."""
    if not starts.has("enrolment", words["column"]):
        return None
    found = starts.ask(
        f"""SELECT s.row, arg_min(coalesce(e.{words["column"]}, ''), e.start_date) AS value
            FROM stack s JOIN enrolment e USING (snz_uid) WHERE e.start_date >= s.index_date GROUP BY s.row"""
    )
    return _coded(starts, found, words)


def _service_type(starts: _Starts, one: Slice, words: Words) -> Found:
    """By the kind of visit a participant came to most often by the landmark."""
    if not starts.has("service_event", "service_type_code"):
        return None
    counted = f"""SELECT s.row, e.service_type_code AS kind, count(*) AS visits {_VISITS}
                  GROUP BY s.row, kind"""
    found = starts.ask(
        f"""SELECT row, kind AS value FROM ({counted})
            QUALIFY row_number() OVER (PARTITION BY row ORDER BY visits DESC, kind) = 1"""
    )
    return _coded(starts, found, words)


def _attended(starts: _Starts, one: Slice, words: Words) -> Found:
    """By how often a participant came by the landmark; visits missed or only booked do not count."""
    if not starts.has("service_event", "attendance_code"):
        return None
    found = starts.ask(f"SELECT s.row, count(*) AS value {_VISITS} GROUP BY s.row")
    times = np.zeros(len(starts.rows), dtype=np.int64)
    times[found.column("row").to_numpy()] = found.column("value").to_numpy()
    return bands(times, one.edges, words)


_VISITS = f"""FROM stack s JOIN service_event e USING (snz_uid)
              WHERE e.attendance_code = 'attended' AND e.service_date >= s.index_date
                AND e.service_date < s.index_date + {LANDMARK_DAYS}"""

_BY: Mapping[str, Callable[[_Starts, Slice, Words], Found]] = {
    "gender": _gender,
    "age": _age,
    "variant": _enrolled,
    "initiative": _enrolled,
    "service_type": _service_type,
    "attended": _attended,
}


def _coded(starts: _Starts, found: Any, words: Words) -> Found:
    codes = np.full(len(starts.rows), "", dtype=object)
    codes[found.column("row").to_numpy()] = [value or "" for value in found.column("value").to_pylist()]
    said = np.array([code.replace("_", " ") or words["none"] for code in codes.tolist()], dtype=object)
    return kinds(said, words)


def kinds(values: Sequence[str] | np.ndarray[Any, Any], words: Words, fewest: int = FEWEST) -> Found:
    """Groups by kind, most people first; all kinds of fewer than `fewest` people are one group.

    If even that one is too small, the smallest of the others joins it.
    """
    names, place, sizes = np.unique(np.asarray(values, dtype=str), return_inverse=True, return_counts=True)
    order = sorted(range(len(names)), key=lambda n: (-int(sizes[n]), str(names[n])))
    kept = [n for n in order if sizes[n] >= fewest]
    rest = [n for n in order if sizes[n] < fewest]
    if rest and kept and sum(int(sizes[n]) for n in rest) < fewest:
        rest.insert(0, kept.pop())
    labels = [str(names[n]) for n in kept]
    if rest:
        labels.append(str(names[rest[0]]) if len(rest) == 1 else str(words.get("others", "all others")))
    where = np.empty(len(names), dtype=np.int64)
    where[kept] = np.arange(len(kept))
    where[rest] = len(kept)
    return tuple(labels), where[place]


def bands(values: Ints, edges: Sequence[int], words: Words, fewest: int = FEWEST) -> Found:
    """Groups by amount between edges; a band of fewer than `fewest` people loses the edge to a neighbour."""
    left = list(edges)
    while True:
        place = np.searchsorted(np.array(left, dtype=np.int64), values, side="right").astype(np.int64)
        sizes = np.bincount(place, minlength=len(left) + 1)
        small = int(sizes.argmin())
        if not left or sizes[small] >= fewest:
            return _between(left, words), place
        sides = [(int(sizes[small + step]), edge) for step, edge in ((-1, small - 1), (1, small))
                 if 0 <= edge < len(left)]  # fmt: skip
        del left[min(sides)[1]]


def _between(edges: Sequence[int], words: Words) -> tuple[str, ...]:
    if not edges:
        return ("",)
    middle = [
        words["between"].format(low, high - 1) if high - 1 > low else words["single"].format(low)
        for low, high in pairwise(edges)
    ]
    labels = (words["below"].format(edges[0], edges[0] - 1), *middle, words["above"].format(edges[-1]))
    said: Mapping[str, str] = words.get("said", {})
    return tuple(said.get(label, label) for label in labels)
