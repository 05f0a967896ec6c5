"""Spells and events of the people of a stack, read once, and summed in windows around their index days.

Sums run over spells in one fixed order, so that the same data always give the same last digit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linkwell.insights.people import Ints

Floats = NDArray[np.float64]
Window = tuple[int, int]
"""From the day so many months after the index day to the day before so many months after it."""


@dataclass(frozen=True, eq=False, repr=False)
class Windows:
    """Windows around index days.

    Attributes:
        uid: project id of each row, shape (rows,). ends: days since 1970-01-01, from (included) and to (not),
            one pair a window, each of shape (rows,).
    """

    uid: Ints
    ends: tuple[tuple[Ints, Ints], ...]

    @cached_property
    def people(self) -> tuple[Ints, Ints]:
        """The different people in order, and which of them each row is."""
        return np.unique(self.uid, return_inverse=True)


def around(uid: Ints, day: Ints, windows: Sequence[Window]) -> Windows:
    """The windows around the index days of some rows, both of shape (rows,)."""
    days, whose = np.unique(day, return_inverse=True)  # few different days, however many rows
    edges = {
        months: months_after(days, months)[whose] for months in {end for ends in windows for end in ends}
    }
    return Windows(uid, tuple((edges[first], edges[last]) for first, last in windows))


def months_after(day: Ints, months: int) -> Ints:
    """The day so many months later (negative: earlier); the last of the month where it has no such day."""
    month = day.astype("datetime64[D]").astype("datetime64[M]")
    into = day - month.astype("datetime64[D]").astype(np.int64)
    first = (month + months).astype("datetime64[D]").astype(np.int64)
    last = (month + months + 1).astype("datetime64[D]").astype(np.int64) - 1
    return np.asarray(np.minimum(first + into, last), dtype=np.int64)


@dataclass(frozen=True, eq=False, repr=False)
class Spells:
    """Spells of some people, by measure, person, days and amount; arrays have shape (spells,).

    Attributes:
        kinds: of each measure, by code. block: where each measure's spells lie.
        start, end: days since 1970-01-01; `end` is the day after the last. value: nan where there is none.
    """

    kinds: dict[str, str]
    block: dict[str, slice]
    uid: Ints
    start: Ints
    end: Ints
    value: Floats

    def totals(self, code: str, windows: Windows) -> Floats:
        """Days, events or dollars of a measure in each window of each row, shape (rows, windows).

        Days and states count overlapping days; events count by their day; dollars of a spell are shared out
        by days, so that totals stay what they were.
        """
        found = np.zeros((len(windows.uid), len(windows.ends)))
        row, at = self._meeting(code, windows)
        kind, start, end, value = self.kinds[code], self.start[at], self.end[at], self.value[at]
        for place, (first, last) in enumerate(windows.ends):
            amounts = _amounts(kind, start, end, value, first[row], last[row])
            found[:, place] = np.bincount(row, amounts, minlength=len(found))
        return found

    def _meeting(self, code: str, windows: Windows) -> tuple[Ints, Ints]:
        """(row, spell) of every spell of the measure of each row's person."""
        block = self.block[code]
        people = self.uid[block]
        uid, whose = windows.people
        low, high = (np.searchsorted(people, uid, side)[whose] for side in ("left", "right"))
        count = high - low
        row = np.repeat(np.arange(len(whose)), count)
        return row, block.start + np.repeat(low - np.cumsum(count) + count, count) + np.arange(len(row))


def read_spells(
    connection: duckdb.DuckDBPyConnection, uid: Ints, kinds: dict[str, str], since: int, before: int
) -> Spells:
    """Read spells that begin before the day `before` and end on or after the day `since`.

    Args:
        uid: project ids of the people, repeats allowed. kinds: code and kind of the measures wanted.
        since, before: days since 1970-01-01.
    """
    connection.register("people_arrow", pa.table({"snz_uid": np.unique(uid)}))
    connection.register(
        "wanted_arrow", pa.table({"measure_code": list(kinds), "place": list(range(len(kinds)))})
    )
    found = connection.sql(
        f"""SELECT place, snz_uid AS uid, (start_date - DATE '1970-01-01')::BIGINT AS first,
                   (coalesce(end_date, start_date) - DATE '1970-01-01' + 1)::BIGINT AS past,
                   value_amt AS value
            FROM measure JOIN wanted_arrow USING (measure_code) SEMI JOIN people_arrow USING (snz_uid)
            WHERE start_date < DATE '{_date(before)}'
              AND coalesce(end_date, start_date) >= DATE '{_date(since)}' ORDER BY ALL"""
    ).to_arrow_table()
    connection.unregister("people_arrow")
    connection.unregister("wanted_arrow")
    edges = np.searchsorted(found.column("place").to_numpy(), np.arange(len(kinds) + 1))
    block = {code: slice(int(edges[n]), int(edges[n + 1])) for n, code in enumerate(kinds)}
    value = found.column("value").cast(pa.float64()).to_numpy()
    uid, first, past = (found.column(name).to_numpy() for name in ("uid", "first", "past"))
    return Spells(dict(kinds), block, uid, first, past, value)


def _amounts(kind: str, start: Ints, end: Ints, value: Floats, first: Ints, last: Ints) -> Floats:
    if kind == "event":
        inside = (start >= first) & (start < last)
        return np.asarray(np.where(inside, np.where(np.isnan(value), 1.0, value), 0.0))
    overlap = np.maximum(np.minimum(end, last) - np.maximum(start, first), 0)
    if kind == "dollars":
        return np.asarray(np.where(np.isnan(value), 0.0, value) * overlap / np.maximum(end - start, 1))
    return np.asarray(overlap, dtype=np.float64)


def _date(day: int) -> date:
    return date.fromordinal(date(1970, 1, 1).toordinal() + day)
