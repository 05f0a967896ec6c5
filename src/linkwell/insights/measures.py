"""The catalogue of measures, what they cover, and the windows of history.

History is cut at the index day: nothing dated on or after it can enter a covariate.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import pyarrow as pa

from linkwell.insights.people import Ints, month_number

HISTORY = (("year 1", -12, 0), ("year 2", -24, -12), ("half", -6, 0), ("quarter", -3, 0), ("month", -1, 0))
"""Windows in months from the index day: yearly totals, the last half year, quarter and month."""
SAID = {"year 1": "in the year before", "year 2": "in the year before that",
        "half": "in the half year before",
        "quarter": "in the quarter before", "month": "in the month before"}  # fmt: skip
"""What a reader is told each window is."""


@dataclass(frozen=True)
class Measure:
    """A row of the catalogue."""

    code: str
    label: str
    kind: str
    source: str
    covers_from: date
    covers_to: date
    domain: str = ""


def read_catalogue(connection: duckdb.DuckDBPyConnection) -> tuple[Measure, ...]:
    """The catalogue, by code."""
    rows = connection.execute(
        "SELECT measure_code, label, kind_code, source, covers_from_date, covers_to_date, "
        "coalesce(domain, '') FROM catalogue ORDER BY ALL"
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
