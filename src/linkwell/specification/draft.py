"""Draft a specification from a provider's own files: `describe`.

A column is taken only when its heading or its cells say what it is. A date order that the column does not
settle becomes a question, never a guess. What cannot be explained, and free text, is listed as not supplied.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from linkwell.errors import WrongUse
from linkwell.reading.table import Table
from linkwell.specification.base import base_specification
from linkwell.specification.columns import (
    DATE_FIELDS,
    NAMES,
    Placed,
    Sheet,
    holds_more_of,
    place,
)
from linkwell.specification.evidence import ENROLMENTS, INTERACTIONS, PARTICIPANTS
from linkwell.specification.headings import EXACT, guesses
from linkwell.specification.joining import share_client_key, sort_sheets
from linkwell.specification.localvalues import local_values
from linkwell.specification.model import (
    CodeList,
    Field,
    FieldType,
    NotSupplied,
    Question,
    Specification,
    TableSpec,
)
from linkwell.specification.queries import questions_about, unplaced_dates
from linkwell.specification.validate import validate
from linkwell.specification.vocabulary import words
from linkwell.standards.clock import today

# which file each base table is read from, likeliest first
_READ_FROM = {
    "person": (PARTICIPANTS,),
    "enrolment": (ENROLMENTS, PARTICIPANTS),
    "interaction": (INTERACTIONS,),
}
_FULL_NAME_PARTS = {"first_name": "given part of a whole name", "last_name": "family part of a whole name"}


@dataclass(frozen=True)
class Reading:
    """How one column was understood, to show a person.

    Attributes:
        field: the field it became, or "" when it stays.
        how: "by its heading", "by what it holds", "because both files share it", or why it stays.
    """

    source: str
    column: str
    field: str
    how: str


@dataclass(frozen=True)
class Draft:
    """A drafted specification, its open questions, and how every column was understood."""

    specification: Specification
    readings: tuple[Reading, ...]
    remarks: tuple[str, ...] = ()

    @property
    def questions(self) -> tuple[Question, ...]:
        """What only a person can answer; the specification blocks a check until they are."""
        return self.specification.open_questions


def draft(
    tables: Sequence[Table],
    *,
    organisation: str = "",
    initiative: str = "",
    demo: bool | None = None,
    as_of: date | None = None,
) -> Draft:
    """Draft a specification from tables of people, of their time with a service, and of visits, in any order.

    Args:
        organisation: who supplies; goes into the specification.
        initiative: the service's name, used where no column says it.
        demo: whether these are invented people; None: only when every valid NHI number is a test number.
        as_of: today, for the century of two-digit years.

    Raises:
        WrongUse: no table lists people.
    """
    as_of = as_of or today()
    found = sort_sheets(tables)
    sheets = found.sheets
    placed = share_client_key(sheets, {kind: place(sheet) for kind, sheet in sheets.items()}, found.key)
    if PARTICIPANTS not in sheets:
        raise WrongUse(
            "None of these files lists people.",
            where=", ".join(dict.fromkeys(table.origin.file for table in tables)),
            why="A supply needs a name and a birth date, or an identifier, for each person.",
            fix=_how_to_list_people(tables, sheets),
        )
    if demo is None:
        demo = _only_test_numbers(placed)
    built = [
        each
        for base in base_specification().tables
        if (each := _table(base, placed, initiative, organisation))
    ]
    used = {
        (table.source, column)
        for table in built
        for field in table.fields
        for column in (field.source_column, *field.more_columns)
    }
    spec = replace(
        base_specification(),
        title=f"What {organisation or 'we'} {'supplies' if organisation else 'supply'}",
        organisation=organisation,
        initiatives=_initiatives(built, placed),
        demo=demo,
        tables=tuple(built),
        not_supplied=_left(placed, used),
        code_lists=_used_lists(built),
        exports=found.exports,
    )
    spec = replace(spec, open_questions=tuple(questions_about(spec, placed, as_of)))
    validate(spec)
    return Draft(spec, _readings(placed, built), found.remarks + _remarks(spec, demo))


_ADD_PEOPLE = "Add the file with your participants. Its columns need headings such as First name or NHI."
_TURN = (
    "The headings seem to stand below each other in the first column. Turn the sheet, so that each person is "
    "a row of one table: copy it, then Paste special, Transpose."
)


_PART_VISITS = (
    "Each row here is a visit with the person's name on it. Give everybody a client number of your own, and "
    "make a list with one row a person (number, name, birth date, gender). Put the number on each visit in "
    "place of the name, then describe both together."
)


def _how_to_list_people(tables: Sequence[Table], sheets: Mapping[str, Sheet]) -> str:
    if any(map(_on_its_side, tables)):
        return _TURN
    visits = sheets.get(INTERACTIONS)
    named = visits and any(guess.role in NAMES for each in visits.columns for guess in each.guesses)
    return _PART_VISITS if named else _ADD_PEOPLE


def _on_its_side(table: Table) -> bool:
    """Whether the first column reads like a row of headings."""
    cells = [*table.columns[:1], *(row[0] for row in table.rows[:40])]
    known = sum(1 for cell in cells if (found := guesses(cell)) and found[0].strength == EXACT)
    return known >= 4 and 2 * known >= len(cells)


def _only_test_numbers(placed: dict[str, list[Placed]]) -> bool:
    found = [each.column.content for each in placed[PARTICIPANTS] if each.role == "nhi"]
    return any(content.test_nhi for content in found)


def _table(
    base: TableSpec, placed: dict[str, list[Placed]], initiative: str, organisation: str
) -> TableSpec | None:
    """The base table narrowed to what the files hold, or None when they hold nothing of it."""
    source = next((kind for kind in _READ_FROM[base.name] if kind in placed), None)
    if source is None:
        return None
    by_role = {each.role: each for each in placed[source] if each.role}
    unplaced = unplaced_dates(placed[source])
    fields = [found for field in base.fields if (found := _field(field, by_role, unplaced))]
    fields = [_with_more_columns(field, placed[source]) for field in fields]
    if base.name == "enrolment":
        names = {field.name for field in fields}
        fields = _with_initiative(base, fields, names, initiative or organisation or "Our service")
        fields = _with_end_status(base, fields, names)
    return replace(base, source=source, fields=tuple(fields))


def _field(base: Field, by_role: dict[str, Placed], unplaced: tuple[str, ...]) -> Field | None:
    """The base field read from its column, or None when the files do not hold it."""
    found = by_role.get(base.name)
    if found is None and base.name in _FULL_NAME_PARTS and "full_name" in by_role:
        return replace(
            base, source_column=by_role["full_name"].column.name, format=_FULL_NAME_PARTS[base.name]
        )
    when = by_role.get("service_date")
    if found is None and base.name == "service_time" and when and when.column.content.dates.with_time:
        found = when
    if found is None and base.name == "client_key" and (nhi := by_role.get("nhi")) is not None:
        return replace(base, source_column=nhi.column.name) if nhi.column.content.nhi >= 0.9 else None
    if found is None:
        return base if unplaced and _worth_asking(base.name, by_role) else None
    field = replace(base, source_column=found.column.name, values=local_values(base, found.column))
    if base.name in DATE_FIELDS:
        order = found.column.content.dates.order.value
        field = replace(field, date_order=order if order in ("iso", "dmy", "mdy") else "")
    return field


def _with_more_columns(field: Field, placed: list[Placed]) -> Field:
    """A question with several answers may have a column for each (Ethnicity 1 to 6): all are used."""
    if field.type is not FieldType.CODE_SET or not field.source_column:
        return field
    more = [each.column for each in placed if each.how == "second" and holds_more_of(field.name, each)]
    values = dict(field.values)
    for column in more:
        values |= dict(local_values(field, column))
    names = tuple(column.name for column in more)
    return replace(field, more_columns=names, values=tuple(sorted(values.items())))


def _worth_asking(name: str, by_role: dict[str, Placed]) -> bool:
    """A start date and the day of a visit always; a birth date where people can only be found by it."""
    return name in ("start_date", "service_date") or (
        name == "date_of_birth" and not by_role.keys() & {"nhi", "ird", "msd"}
    )


def _with_initiative(base: TableSpec, fields: list[Field], names: set[str], name: str) -> list[Field]:
    if "initiative" in names:
        return fields
    wanted = base.field("initiative")
    assert wanted is not None
    at = 1 if "client_key" in names else 0
    return [*fields[:at], replace(wanted, constant=name), *fields[at:]]


def _with_end_status(base: TableSpec, fields: list[Field], names: set[str]) -> list[Field]:
    """end_status is worked out from the end date's cell even where no status column exists."""
    wanted = base.field("end_status")
    assert wanted is not None
    if "end_status" in names or "end_date" not in names:
        return fields
    at = [field.name for field in fields].index("end_date") + 1
    return [*fields[:at], wanted, *fields[at:]]


def _initiatives(tables: list[TableSpec], placed: dict[str, list[Placed]]) -> tuple[str, ...]:
    for table in tables:
        field = table.field("initiative")
        if field and field.constant:
            return (field.constant,)
        for each in placed.get(table.source, []) if field else []:
            if field and each.column.name == field.source_column:
                best = dict(field.values)
                return tuple(sorted({best.get(label, label) for label in each.column.values}))
    return ()


def _used_lists(tables: list[TableSpec]) -> tuple[CodeList, ...]:
    used = {field.codes for table in tables for field in table.fields}
    return tuple(codes for codes in base_specification().code_lists if codes.name in used)


def _left(placed: dict[str, list[Placed]], used: set[tuple[str, str]]) -> tuple[NotSupplied, ...]:
    reasons = words()["reasons"]
    return tuple(
        NotSupplied(source, each.column.name, str(reasons[kind]), kind)
        for source, columns in placed.items()
        for each in columns
        if (source, each.column.name) not in used
        for kind in [each.how if each.how in reasons else "unexplained"]
    )


def _readings(placed: dict[str, list[Placed]], tables: list[TableSpec]) -> tuple[Reading, ...]:
    reasons = words()["reasons"]
    names: dict[tuple[str, str], list[str]] = {}
    for table in tables:
        for field in table.fields:
            for column in (field.source_column, *field.more_columns):
                names.setdefault((table.source, column), []).append(field.name)
    found = []
    for source, columns in placed.items():
        for each in columns:
            fields = ", ".join(dict.fromkeys(names.get((source, each.column.name), [])))
            how = each.how if fields else str(reasons.get(each.how, reasons["unexplained"]))
            found.append(Reading(source, each.column.name, fields, how))
    return tuple(found)


def _remarks(spec: Specification, demo: bool) -> tuple[str, ...]:
    said = []
    person = spec.table("person")
    key = person.field("client_key") if person else None
    nhi = person.field("nhi") if person else None
    if demo:
        said.append("Every NHI number is a test number, so this is marked as a demonstration.")
    if key and nhi and key.source_column == nhi.source_column:
        said.append(
            "Your client number is the NHI number. Privacy principle 13 does not let you use another "
            "agency's number as your own: plan a number of your own."
        )
    if person and key is None:
        said.append("No column is your own client number, so visits cannot be joined to people.")
    return tuple(said)
