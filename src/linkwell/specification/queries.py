"""What `describe` asks instead of guessing: date orders, centuries, and which column is which date."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from linkwell.specification.answers import LEAVE_OUT
from linkwell.specification.columns import Placed
from linkwell.specification.heading_marks import order_hint
from linkwell.specification.model import Field, FieldType, Question, Specification, TableSpec
from linkwell.standards.dates import DateColumn, DateOrder

_YEAR_FIRST = (
    "Some look as if the year came first (23-04-05 for 5 April 2023): they would be read as a day, a month "
    "and a year. If so, leave them out and write the whole year in your file. "
)


def questions_about(spec: Specification, placed: dict[str, list[Placed]], as_of: date) -> Iterator[Question]:
    """Every question a drafted specification leaves open; examples in them are invented."""
    for table in spec.tables:
        for field in table.fields:
            if field.type is FieldType.DATE and not field.source_column:
                yield _about_column(table, field, unplaced_dates(placed[table.source]))
            elif field.type is FieldType.DATE:
                dates = _dates_of(placed[table.source], field)
                if dates is not None:
                    yield from _about_order(table, field, dates, placed[table.source])
                    yield from _about_century(table, field, dates, as_of)


def unplaced_dates(placed: list[Placed]) -> tuple[str, ...]:
    """Headings of columns that hold dates and that no heading explains."""
    return tuple(
        each.column.name
        for each in placed
        if not each.role and each.how == "unexplained" and each.column.content.date_share >= 0.8
    )


def _about_column(table: TableSpec, field: Field, columns: tuple[str, ...]) -> Question:
    named = ", ".join(f'"{column}"' for column in columns)
    what = field.label.lower()
    return Question(
        id=f"{table.name}.{field.name}",
        about="source_column",
        text=f"Which column is the {what}? These hold dates that no heading explains: {named}.",
        options=(*columns, LEAVE_OUT),
    )


def _dates_of(placed: list[Placed], field: Field) -> DateColumn | None:
    return next((p.column.content.dates for p in placed if p.column.name == field.source_column), None)


def _about_order(
    table: TableSpec, field: Field, dates: DateColumn, placed: list[Placed]
) -> Iterator[Question]:
    if dates.order not in (DateOrder.AMBIGUOUS, DateOrder.MIXED):
        return
    if dates.leaning:
        why = "Hardly any date in it has a day above 12, so 03/04/2020 could be 3 April or 4 March."
    elif dates.order is DateOrder.AMBIGUOUS:
        why = "No date in it has a day above 12, so 03/04/2020 could be 3 April or 4 March."
    else:
        why = "Some of its dates put the day first and some the month, so 03/04/2020 could be either."
    yield Question(
        id=f"{table.name}.{field.name}",
        about="date_order",
        text=f'How does the column "{field.source_column}" write its dates? {why} '
        "Answer dmy (day first) or mdy (month first).",
        options=("dmy", "mdy"),
        suggested=dates.leaning or order_hint(field.source_column) or _order_of_others(placed),
    )


def _order_of_others(placed: list[Placed]) -> str:
    """What the file's other columns do, or day first as is usual here: a suggestion only."""
    orders = {each.column.content.dates.order.value for each in placed} & {"dmy", "mdy"}
    return orders.pop() if len(orders) == 1 else "dmy"


def _about_century(table: TableSpec, field: Field, dates: DateColumn, as_of: date) -> Iterator[Question]:
    if not dates.two_digit_years:
        return
    first = as_of.year - 99 if field.name == "date_of_birth" else as_of.year - 60
    yield Question(
        id=f"{table.name}.{field.name}",
        about="century_from",
        text=f'In the column "{field.source_column}" {dates.two_digit_years} dates have a two-digit year. '
        f"{_YEAR_FIRST if dates.year_first else ''}"
        f"Answer {first} to read them as {first} to {first + 99}, or leave them out.",
        options=(str(first), LEAVE_OUT),
        suggested=LEAVE_OUT if field.name == "date_of_birth" or dates.year_first else str(first),
    )
