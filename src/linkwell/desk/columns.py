"""Change one column of the specification: whether it leaves, and what a column that stays really is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from linkwell.errors import WrongUse
from linkwell.reading.table import Table
from linkwell.specification.base import base_specification
from linkwell.specification.columns import look_at
from linkwell.specification.localvalues import local_values
from linkwell.specification.model import (
    Compartment,
    Field,
    FieldClass,
    FieldType,
    NotSupplied,
    Question,
    Specification,
    TableSpec,
)
from linkwell.specification.recipe import LEFT_OUT, LEFT_OUT_REASON


def may_leave_out(table: TableSpec, field: Field) -> bool:
    """Keys hold the files together and never leave as they are; the rest is the person's to decide."""
    return field.cls is not FieldClass.KEY and len(table.fields) > 1


def left_out(spec: Specification, table: TableSpec, field: Field) -> Specification:
    """The specification without one field; its column is on the list of what stays."""
    fields = tuple(each for each in table.fields if each.name != field.name)
    tables = tuple(replace(each, fields=fields) if each.name == table.name else each for each in spec.tables)
    elsewhere = any(
        each.source_column == field.source_column and other.source == table.source
        for other in tables
        for each in other.fields
    )
    stays = spec.not_supplied
    if field.source_column and not elsewhere:
        stays = (*stays, NotSupplied(table.source, field.source_column, LEFT_OUT_REASON, LEFT_OUT))
    asked = tuple(each for each in spec.open_questions if each.id != f"{table.name}.{field.name}")
    return replace(spec, tables=tables, not_supplied=stays, open_questions=asked)


def put_back(spec: Specification, drafted: Specification, column: NotSupplied) -> Specification | None:
    """The specification with a left-out column as it was first drafted, or None if it never was a field."""
    for table, field in drafted.fields():
        here = spec.table(table.name)
        if (
            here
            and (table.source, field.source_column) == (column.source, column.column)
            and not here.field(field.name)
        ):
            spec = _with(spec, here, field, [each.name for each in table.fields])
            question = next((q for q in drafted.open_questions if q.id == f"{table.name}.{field.name}"), None)
            stays = tuple(each for each in spec.not_supplied if each != column)
            asked = (*spec.open_questions, question) if question else spec.open_questions
            return replace(spec, not_supplied=stays, open_questions=asked)
    return None


def could_be(spec: Specification, source: str) -> list[tuple[str, Field]]:
    """(table, field) of the base specification that a column of this source could still become."""
    found = []
    for table in base_specification().tables:
        here = spec.table(table.name)
        if here is None or here.source != source:
            continue
        found += [
            (table.name, field)
            for field in table.fields
            if not here.field(field.name) and field.name != "end_status"
        ]
    return found


def taken_as(
    spec: Specification, column: NotSupplied, table_name: str, field_name: str, tables: Sequence[Table]
) -> Specification:
    """The specification with a column that stayed taken as a field of the base specification.

    A date order that the column does not settle becomes a question, as it does when files are described.

    Raises:
        WrongUse: the column is not in the files any more, or cannot become that.
    """
    base = base_specification().table(table_name)
    here, wanted = spec.table(table_name), base.field(field_name) if base else None
    sheets = [look_at(table) for table in tables if column.column in table.columns]
    found = next((each for sheet in sheets for each in sheet.columns if each.name == column.column), None)
    if base is None or here is None or wanted is None or here.field(field_name) or found is None:
        raise WrongUse(
            "This column cannot be taken as that.",
            where=column.column,
            fix="Describe your files afresh, then try again.",
        )
    field = replace(wanted, source_column=column.column, values=local_values(wanted, found))
    asked = spec.open_questions
    if field.type is FieldType.DATE:
        order = found.content.dates.order.value
        field = replace(field, date_order=order if order in ("iso", "dmy", "mdy") else "")
        if not field.date_order:
            asked = (*asked, _about_order(table_name, field))
    spec = _with(spec, here, field, [each.name for each in base.fields])
    stays = tuple(each for each in spec.not_supplied if each != column)
    lists = {each.name: each for each in (*spec.code_lists, *base_specification().code_lists)}
    used = {each.codes for _, each in spec.fields() if each.codes}
    kept = tuple(codes for name, codes in lists.items() if name in used)
    return replace(spec, not_supplied=stays, open_questions=asked, code_lists=kept)


def _about_order(table: str, field: Field) -> Question:
    return Question(
        id=f"{table}.{field.name}",
        about="date_order",
        text=f'How does the column "{field.source_column}" write its dates? '
        "03/04/2020 could be 3 April or 4 March. Answer dmy (day first) or mdy (month first).",
        options=("dmy", "mdy"),
        suggested="dmy",
    )


def _with(spec: Specification, table: TableSpec, field: Field, order: list[str]) -> Specification:
    fields = sorted(
        (*table.fields, field), key=lambda each: order.index(each.name) if each.name in order else len(order)
    )
    changed = replace(table, fields=tuple(fields))
    return replace(spec, tables=tuple(changed if each.name == table.name else each for each in spec.tables))


def findable(spec: Specification) -> bool:
    """Whether what leaves is enough to find people: a number, or name, birth date and gender."""
    identity = spec.of_compartment(Compartment.IDENTITY)
    names = {field.name for table in identity for field in table.fields}
    numbers = any(field.cls is FieldClass.LINKING_ID for table in identity for field in table.fields)
    return numbers or {"first_name", "last_name", "date_of_birth"} <= names
