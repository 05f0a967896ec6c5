"""Whether a specification holds together; every problem is named at once, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from linkwell.errors import WrongUse
from linkwell.specification.model import (
    ALLOWED_CLASSES,
    Compartment,
    Field,
    FieldType,
    Specification,
    TableSpec,
)

IDENTIFIERS = ("nhi", "ird", "msd", "nsn", "hpi", "nzbn")
DATE_ORDERS = ("", "iso", "dmy", "mdy")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


def validate(spec: Specification) -> None:
    """Raise one WrongUse naming every problem, or return."""
    problems = list(problems_of(spec))
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise WrongUse(
            f"The specification does not hold together{more}: {problems[0]}",
            why="Nothing can be checked or sent under a specification that says two things.",
            fix="\n".join(problems) if len(problems) > 1 else "Change that line and try again.",
        )


def problems_of(spec: Specification) -> Iterator[str]:
    """Each problem of `spec` as one plain sentence."""
    yield from _doubled((table.name for table in spec.tables), "two tables are called")
    yield from _doubled((codes.name for codes in spec.code_lists), "two code lists are called")
    identities = spec.of_compartment(Compartment.IDENTITY)
    if len(identities) != 1:
        yield f"there must be exactly one table with identity, not {len(identities)}."
    for table in spec.tables:
        yield from _table_problems(spec, table)
    for gap in spec.not_held:
        if not _is_day(gap.review):
            yield f"the review date of {gap.id} must be a day such as 2027-06-30."
    for name in spec.sensitive:
        if spec.initiatives and name not in spec.initiatives:
            yield f"the sensitive initiative {name!r} is not among the initiatives."
    for export in spec.exports:
        if export.source not in spec.sources():
            yield f"an export is beside {export.source!r}, which no table is read from."
        if not export.key or not export.columns:
            yield f"an export beside {export.source} does not say its number and its columns."
    known = {f"{table.name}.{field.name}" for table, field in spec.fields()}
    for question in spec.open_questions:
        if question.id not in known:
            yield f"the question about {question.id} is about no field of this specification."
        if question.answer and question.answer not in question.options:
            allowed = ", ".join(question.options)
            yield f"the answer to the question about {question.id} must be one of: {allowed}."


def _table_problems(spec: Specification, table: TableSpec) -> Iterator[str]:
    if not _NAME.fullmatch(table.name):
        yield f"the table name {table.name!r} may hold small letters, digits and underscores only."
    if not table.fields:
        yield f"the table {table.name} has no fields."
    yield from _doubled((f.name for f in table.fields), f"in the table {table.name} two fields are called")
    for field in table.fields:
        place = f"the field {table.name}.{field.name}"
        yield from (f"{place} {problem}" for problem in _field_problems(spec, table, field))


def _field_problems(spec: Specification, table: TableSpec, field: Field) -> Iterator[str]:
    if not _NAME.fullmatch(field.name) or field.name in ("record_key", "client_ref"):
        yield "needs another name: small letters, digits, underscores; not record_key or client_ref."
    if field.cls not in ALLOWED_CLASSES[table.compartment]:
        yield f"is {field.cls} and may not travel with {table.compartment}."
    if field.type is FieldType.IDENTIFIER and field.format not in IDENTIFIERS:
        yield f"must say which identifier it is in `format`: {', '.join(IDENTIFIERS)}."
    if field.more_columns and (field.type is not FieldType.CODE_SET or not field.source_column):
        yield "has more_columns, which only a code_set read from a first column may have."
    if field.review and not _is_day(field.review):
        yield "has a review date that is not a day such as 2027-06-30."
    if field.date_order not in DATE_ORDERS:
        yield "has a date_order other than iso, dmy or mdy."
    listed = spec.code_list(field.codes) if field.codes else None
    if field.codes and listed is None:
        yield f"names the code list {field.codes!r}, which is not in this specification."
    if field.type in (FieldType.CODE, FieldType.CODE_SET) and not field.codes:
        yield "is a code and names no code list."
    if listed is not None:
        codes = listed.labels()
        strangers = sorted({code for _, code in field.values for code in code.split(";")} - {*codes, ""})
        if strangers:
            yield f"gives a local value the code {strangers[0]!r}, which is not in {field.codes}."


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _doubled(names: Iterable[str], words: str) -> Iterator[str]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield f"{words} {name!r}."
        seen.add(name)
