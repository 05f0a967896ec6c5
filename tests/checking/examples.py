"""Ten people and twelve visits, their specification, and short ways to change one thing and check again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tests.provider_files import laid_out, people, table, visits

from linkwell.checking.check import check
from linkwell.checking.verdict import Finding, Verdict
from linkwell.reading.table import Table
from linkwell.specification.draft import draft
from linkwell.specification.model import Specification

AS_OF = date(2026, 6, 1)
PEOPLE = {
    "Client ID": "key", "First name": "first", "Surname": "last", "DOB": "dob", "Gender": "gender",
    "NHI": "nhi", "IRD": "ird", "Programme": "programme", "Start date": "start", "End date": "end",
    "Status": "status", "Ethnicity": "ethnicity", "Phone": "phone", "Notes": "notes",
}  # fmt: skip
VISITS = {
    "Client ID": "key",
    "Date": "date",
    "Time": "time",
    "Type": "type",
    "Channel": "channel",
    "Attended": "came",
}


def clean() -> list[Table]:
    return [laid_out(PEOPLE, people()), laid_out(VISITS, visits(), name="visits.csv")]


SPEC = draft(clean(), organisation="Te Ara", as_of=AS_OF).specification


def checked(
    spec: Specification = SPEC, *, visit: dict[str, list[str]] | None = None, **changed: list[str]
) -> Verdict:
    """The verdict over the ten people and twelve visits with some columns replaced."""
    tables = [laid_out(PEOPLE, people(**changed))]
    tables.append(laid_out(VISITS, {**visits(), **(visit or {})}, name="visits.csv"))
    return check(spec, tables, as_of=AS_OF)


def put(kind: str, row: int, value: str) -> dict[str, list[str]]:
    """One cell of the people changed."""
    cells = list(people()[kind])
    cells[row] = value
    return {kind: cells}


def found(verdict: Verdict, code: str) -> Finding:
    return next(finding for finding in verdict.findings if finding.code == code)


def cell(verdict: Verdict, table_name: str, field: str, row: int) -> str:
    """The kept cell that came from a source row (0-based)."""
    kept = verdict.table(table_name)
    assert kept is not None
    return kept.rows[kept.row_numbers.index(row + 2)][kept.columns.index(field)]


def rows_of(*rows: tuple[str, ...]) -> Table:
    return table(tuple(PEOPLE), list(rows))


def person_row(key: str, first: str, last: str, dob: str, *, nhi: str = "", start: str = "2023-05-15",
               gender: str = "F", phone: str = "") -> tuple[str, ...]:  # fmt: skip
    return (key, first, last, dob, gender, nhi, "", "Steady", start, "", "Active", "Māori", phone, "")


def only_people(*rows: tuple[str, ...]) -> Verdict:
    spec = replace(SPEC, tables=SPEC.tables[:2])
    return check(spec, [rows_of(*rows)], as_of=AS_OF)
