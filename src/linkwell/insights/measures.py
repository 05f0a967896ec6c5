"""What happened to people in a window before or after a month, out of the one long table of measures.

History is cut at the index day: nothing dated on or after it can enter a covariate.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linkwell.insights.people import Ints, month_number

Floats = NDArray[np.float64]

HISTORY = (("year 1", -12, 0), ("year 2", -24, -12), ("half", -6, 0), ("quarter", -3, 0), ("month", -1, 0))
"""Windows in months from the index day: yearly totals, the last half year, quarter and month."""


@dataclass(frozen=True)
class Measure:
    """A row of the catalogue."""

    code: str
    label: str
    kind: str
    source: str
    covers_from: date
    covers_to: date


def read_catalogue(connection: duckdb.DuckDBPyConnection) -> tuple[Measure, ...]:
    """The catalogue, by code."""
    rows = connection.execute(
        "SELECT measure_code, label, kind_code, source, covers_from_date, covers_to_date "
        "FROM catalogue ORDER BY ALL"
    ).fetchall()
    return tuple(Measure(*row) for row in rows)


def register_stack(connection: duckdb.DuckDBPyConnection, uid: Ints, day: Ints) -> None:
    """Make `stack(row, snz_uid, index_date)`, one row per person and index day, in the order given."""
    dates = day.astype("datetime64[D]")
    connection.register(
        "stack_arrow",
        pa.table({"row": np.arange(len(uid), dtype=np.int64), "snz_uid": uid, "index_date": pa.array(dates)}),
    )
    connection.execute("CREATE OR REPLACE TEMP TABLE stack AS SELECT * FROM stack_arrow")
    connection.unregister("stack_arrow")


def window_totals(
    connection: duckdb.DuckDBPyConnection,
    codes: tuple[str, ...],
    windows: tuple[tuple[str, int, int], ...],
    rows: int,
) -> Floats:
    """Days, events or dollars of each measure in each window of each stack row, shape (rows, codes, windows).

    A window (name, a, b) runs from the day a months after the index day to the day before b months after.
    Days and states count overlapping days; events count by their day; dollars of a spell are shared out by
    days, so that totals stay what they were.
    """
    totals = np.zeros((rows, len(codes), len(windows)))
    if not codes:
        return totals
    sums = ", ".join(f"sum({_amount(a, b)}) AS w{n}" for n, (_, a, b) in enumerate(windows))
    first, last = min(a for _, a, _ in windows), max(b for _, _, b in windows)
    listed = ", ".join(f"('{code}', {n})" for n, code in enumerate(codes))
    found = connection.sql(
        f"""WITH wanted(measure_code, place) AS (VALUES {listed}),
             m AS (SELECT s.row, w.place, c.kind_code AS kind, s.index_date AS d, m.start_date AS a,
                          coalesce(m.end_date, m.start_date) + 1 AS b, m.value_amt AS v
                   FROM stack s JOIN measure m USING (snz_uid) JOIN wanted w USING (measure_code)
                   JOIN catalogue c USING (measure_code)
                   WHERE m.start_date < s.index_date + INTERVAL ({last}) MONTH
                     AND coalesce(m.end_date, m.start_date) >= s.index_date + INTERVAL ({first}) MONTH)
            SELECT row, place, {sums} FROM m GROUP BY row, place ORDER BY row, place"""
    ).to_arrow_table()
    row, place = found.column("row").to_numpy(), found.column("place").to_numpy()
    for n in range(len(windows)):
        totals[row, place, n] = found.column(f"w{n}").to_numpy()
    return totals


def _amount(first: int, last: int) -> str:
    a, b = (f"(d + INTERVAL ({months}) MONTH)::DATE" for months in (first, last))
    overlap = f"greatest(0, date_diff('day', greatest(a, {a}), least(b, {b})))"
    inside = f"(a >= {a} AND a < {b})"
    return (
        f"CASE kind WHEN 'event' THEN CASE WHEN {inside} THEN coalesce(v, 1.0) ELSE 0.0 END "
        f"WHEN 'dollars' THEN coalesce(v, 0.0) * {overlap} / greatest(1, date_diff('day', a, b)) "
        f"ELSE {overlap}::DOUBLE END"
    )


def covered(
    measures: tuple[Measure, ...], history_months: int, follow_months: int, gap: int
) -> tuple[int, int]:
    """First and last index month whose history and follow-up every source covers."""
    starts = [month_number(m.covers_from) + (m.covers_from.day > 1) for m in measures]
    first = max(starts) + history_months
    ends = min(month_number(_day_after(m.covers_to)) for m in measures)
    return first, ends - follow_months - gap


def _day_after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)


def data_end(measures: tuple[Measure, ...]) -> date:
    """The last day every source covers."""
    return min(m.covers_to for m in measures)
