"""Findings about one column as a whole, from what reading its cells gave."""

from __future__ import annotations

from collections import Counter

from linkwell.checking.cells import ReadColumn
from linkwell.checking.sources import Source
from linkwell.checking.wording import Collector
from linkwell.specification.model import Field, FieldType, TableSpec

_LEAST_FOR_SHARE = 20  # fewer dates say nothing about how often 1 January should come


def heading_of(table: TableSpec, name: str) -> str:
    """What the provider calls a field: its heading, or its label where it is worked out."""
    field = table.field(name)
    return (field.source_column or field.label) if field else name


def note_column(field: Field, source: Source, read: ReadColumn, collector: Collector, *, asked: bool) -> None:
    """Bring one column's problems to the collector; `asked`: an open question covers its date order."""
    heading = field.source_column or field.label
    for (code, detail), found in read.problems.items():
        if code == "date_ambiguous" and read.order_fault:
            continue  # the column's one question covers its cells
        collector.add(code, source, found, column=heading, detail=detail)
    if read.order_fault and not asked:
        collector.add(read.order_fault, source.name, column=heading, count=1)
    if field.type is FieldType.DATE:
        _note_dates(heading, source, read, collector)


def _note_dates(heading: str, source: Source, read: ReadColumn, collector: Collector) -> None:
    values = read.values
    if read.swap_suspected:
        collector.add("dates_swapped", source.name, column=heading, count=1)
    times = Counter(values)
    first_days = {value for value in times if value.endswith("-01-01")}
    firsts, filled = sum(times[value] for value in first_days), len(values) - times[""]
    # by chance one date in 365; ten times that, and at least three, is a habit and not chance
    if filled >= _LEAST_FOR_SHARE and firsts >= 3 and firsts > filled * 10 / 365:
        rows = [at for at, value in enumerate(values) if value in first_days]
        collector.add("date_first_january", source, rows, column=heading)
