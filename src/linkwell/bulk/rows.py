"""Rules about times with an initiative and visits, on whole columns; see `checking.spells` and `visits`."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from linkwell.bulk.cells import Bulk, Columns
from linkwell.bulk.coded import Bools, Coded, Engine, Ints, asked, first_alike
from linkwell.bulk.people import Folk
from linkwell.checking import spells
from linkwell.checking.columns import heading_of
from linkwell.checking.sources import Source
from linkwell.specification.model import TableSpec

_OVERLAPS = """SELECT place FROM (
  SELECT place, begun, max(until) OVER (
    PARTITION BY person, initiative, variant ORDER BY begun, until, place
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before FROM numbered)
WHERE before IS NOT NULL AND begun < before ORDER BY place"""
_OPEN = 99_990_000  # an end that is not known: after every day


def day_numbers(column: Coded) -> Ints:
    """Each ISO day as the number YYYYMMDD, in the same order as the text; 0 for none."""
    return column.per_value(lambda day: int(day.replace("-", "")) if day else 0)


def check_spells(work: Bulk, table: TableSpec, source: Source, births: Ints) -> None:
    """Take out, in `work.columns`, dates that contradict each other; `births`: a day number a row, or 0."""
    columns = work.columns[table.name]
    if "start_date" in columns and "end_date" in columns:
        start, end = day_numbers(columns["start_date"]), day_numbers(columns["end_date"])
        wrong = (start > 0) & (end > 0) & (start > end)
        rows = np.flatnonzero(wrong)
        work.collector.add("start_after_end", source, rows.tolist(), column=_heading(table, "end_date"))
        columns["start_date"] = columns["start_date"].with_value(wrong, "")
        columns["end_date"] = columns["end_date"].with_value(wrong, "")
        if "end_status" in columns:
            columns["end_status"] = columns["end_status"].with_value(wrong, spells.STOPPED)
    if "start_date" in columns:
        start = day_numbers(columns["start_date"])
        early = (births > 0) & (start > 0) & (start < births)
        rows = np.flatnonzero(early)
        work.collector.add("start_before_birth", source, rows.tolist(), column=_heading(table, "start_date"))
        columns["start_date"] = columns["start_date"].with_value(early, "")


def _heading(table: TableSpec, name: str) -> str:
    field = table.field(name)
    return field.source_column or field.label if field else ""


def overlaps(engine: Engine, columns: Columns, person_of: Ints) -> list[int]:
    """Rows that overlap in time with an earlier one of the same person, initiative and variant."""
    if "start_date" not in columns:
        return []
    start = day_numbers(columns["start_date"])
    at = np.flatnonzero((person_of >= 0) & (start > 0))
    end = day_numbers(columns["end_date"])[at] if "end_date" in columns else np.zeros(len(at), np.int64)
    none = np.zeros(len(at), np.int64)
    numbered = {
        "place": at,
        "person": person_of[at],
        "initiative": columns["initiative"].codes[at] if "initiative" in columns else none,
        "variant": columns["variant"].codes[at] if "variant" in columns else none,
        "begun": start[at],
        "until": np.where(end > 0, end, _OPEN),
    }
    told = asked(engine, _OVERLAPS, pa.table(numbered))
    return [int(each) for each in told["place"]]


def join_to_people(work: Bulk, table: TableSpec, source: Source, folk: Folk, refused_keys: set[str]) -> Ints:
    """Each row's person by its client key; rows without one are refused, and say why."""
    key = table.field("client_key")
    heading = key.source_column if key else ""
    refused = work.refused[source.name]
    columns = work.columns[table.name]
    keys = columns.get("client_key", Coded(np.zeros(len(source), np.int64), [""]))
    person_by_key = _by_key(folk)
    person_of = keys.per_value(lambda value: person_by_key.get(value, -1) if value else -1)
    unclear = ~refused & keys.among(folk.shared_keys)
    missing = ~refused & ~unclear & (person_of < 0)
    of_refused = missing & keys.among(refused_keys)
    orphan = missing & ~of_refused
    without = "visit_without_person" if table.field("service_date") else "enrolment_without_person"
    for code, rows, column in (
        (without, orphan, heading),
        ("visit_of_refused_person", of_refused, ""),
        ("visit_person_unclear", unclear, heading),
    ):
        work.collector.add(code, source, np.flatnonzero(rows).tolist(), column=column)
    person_of[refused | unclear | missing] = -1
    refused |= missing | unclear
    return person_of


def _by_key(folk: Folk) -> dict[str, int]:
    """Every client key of a row that may leave, to its person."""
    column = folk.keys
    if column is None:
        return {}
    rows = np.flatnonzero((folk.person_of >= 0) & column.filled)
    codes, first = np.unique(column.codes[rows], return_index=True)
    persons = folk.person_of[rows[first]].tolist()
    return dict(zip(map(column.values.__getitem__, codes.tolist()), persons, strict=True))


def check_visits(work: Bulk, table: TableSpec, source: Source) -> None:
    """Repeats, visits outside the person's time with us, and visits in the future."""
    columns, person_of = work.columns[table.name], work.person_of[table.name]
    ours = person_of >= 0
    keys: list[Coded | Ints] = [person_of, *(c for name, c in columns.items() if name != "client_key")]
    again = ours & (first_alike(keys, ours) != np.arange(len(ours)))
    timed = columns["service_time"].filled if "service_time" in columns else np.zeros(len(ours), bool)
    certain = again & timed
    work.collector.add("visit_twice", source, np.flatnonzero(certain).tolist())
    work.collector.add("visit_maybe_twice", source, np.flatnonzero(again & ~timed).tolist())
    work.refused[source.name] |= certain
    person_of[certain] = -1
    heading = heading_of(table, "service_date")
    if "service_date" not in columns:
        return
    days, ours = day_numbers(columns["service_date"]), person_of >= 0
    outside = ours & _outside(work, days, person_of)
    work.collector.add("visit_outside_time", source, np.flatnonzero(outside).tolist(), column=heading)
    today = int(work.as_of.strftime("%Y%m%d"))
    came = columns.get("attendance")
    booked = came.among({"booked_only"}) if came else np.zeros(len(days), bool)
    later = np.flatnonzero(ours & (days > today) & ~booked).tolist()
    work.collector.add("visit_in_future", source, later, column=heading)


def _outside(work: Bulk, days: Ints, person_of: Ints) -> Bools:
    """Visits before the person's first start or after their last end, where those are known."""
    spells_of = [
        (person_of_rows, day_numbers(columns["start_date"]), _ends(columns))
        for name, columns in work.columns.items()
        if "start_date" in columns and (person_of_rows := work.person_of.get(name)) is not None
    ]
    persons = int(max([person_of.max(initial=-1), *(each[0].max(initial=-1) for each in spells_of)])) + 1
    first = np.full(persons + 1, _OPEN, np.int64)
    last = np.zeros(persons + 1, np.int64)
    still = np.zeros(persons + 1, bool)
    some = np.zeros(persons + 1, bool)
    gap = np.zeros(persons + 1, bool)
    for rows, start, end in spells_of:
        at = rows >= 0
        some[rows[at]] = True
        gap[rows[at & (start == 0)]] = True
        still[rows[at & (end == 0)]] = True
        np.minimum.at(first, rows[at], start[at])
        np.maximum.at(last, rows[at], end[at])
    unknown = ~some | gap
    known = ~unknown[person_of] & (days > 0)
    late = ~still[person_of] & (days > last[person_of])
    return known & ((days < first[person_of]) | late)


def _ends(columns: Columns) -> Ints:
    if "end_date" in columns:
        return day_numbers(columns["end_date"])
    return np.zeros(len(columns["start_date"]), np.int64)
