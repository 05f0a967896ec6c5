"""The organisation's spreadsheet: a banner, headings on row 3, and dates written as people write them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import xlsxwriter

from linkwell.synthetic.enrolments import Row
from linkwell.synthetic.naming import read_data
from linkwell.vault.zones import written_whole

FIRST_ROW = 4
"""The spreadsheet row of the first participant: two rows of banner and the headings come before."""
HEADINGS = (
    "Client ID", "First name", "Middle name(s)", "Surname", "Other surname", "DOB", "Gender", "Ethnicity",
    "NHI number", "MSD number", "Programme", "Stream", "Start date", "Finish date", "Status", "Household",
    "Phone", "Caseworker", "Notes",
)  # fmt: skip
_GENDER = {
    "1": ("Male", "M", "Male", "male"),
    "2": ("Female", "F", "Female", "female"),
    "3": ("Another gender", "Another gender", "Non-binary", "Another gender"),
    "": ("", "", "Unknown", ""),
}


def write_participants(path: Path, rows: Sequence[Row], rng: np.random.Generator) -> None:
    """Write the workbook; the same rows and seed give the same bytes."""
    with written_whole(path) as part:
        book = xlsxwriter.Workbook(part, {"constant_memory": True, "strings_to_numbers": False})
        book.set_properties(
            {
                "title": "Participants",
                "author": "Riverbend Community Trust",
                "created": datetime(2024, 7, 1, tzinfo=UTC),
            }
        )
        sheet = book.add_worksheet("Participants")
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.set_column(0, len(HEADINGS) - 1, 16)
        sheet.write_string(0, 0, "Riverbend Community Trust: Steady Steps participants", bold)
        sheet.write_string(1, 0, "Exported 30 June 2024. In confidence.")
        for column, heading in enumerate(HEADINGS):
            sheet.write_string(2, column, heading, bold)
        caseworkers = read_data("notes.toml")["caseworkers"]
        for number, row in enumerate(rows):
            cells = _cells(rng, row, caseworkers[int(rng.integers(len(caseworkers)))])
            for column, cell in enumerate(cells):
                if isinstance(cell, date):
                    sheet.write_datetime(FIRST_ROW - 1 + number, column, cell, day)
                elif cell:
                    sheet.write_string(FIRST_ROW - 1 + number, column, cell)
        book.close()


def _cells(rng: np.random.Generator, row: Row, caseworker: str) -> list[str | date]:
    who = row.person
    return [
        row.client, who.first, who.middle, who.last, who.prior, _date(rng, who.born),
        _GENDER[who.gender][int(rng.integers(4))], row.ethnicity, _spaced(rng, who.nhi), _msd(rng, who.msd),
        "Steady Steps", row.variant, _date(rng, row.start), _date(rng, row.finish), row.status, row.household,
        row.phone, caseworker, row.notes,
    ]  # fmt: skip


def _date(rng: np.random.Generator, day: date | None) -> str | date:
    """A date as typed: mostly dd/mm/yyyy text, some in words, some real dates, some ISO."""
    if day is None:
        return ""
    style = rng.random()
    if style < 0.62 or day.year < 1901:
        return f"{day:%d/%m/%Y}"
    if style < 0.84:
        return f"{day.day} {day:%b %Y}"
    return day if style < 0.94 else day.isoformat()


def _spaced(rng: np.random.Generator, nhi: str) -> str:
    style = rng.random()
    if nhi and style < 0.05:
        return f"{nhi[:3]} {nhi[3:]}"
    return nhi.lower() if style > 0.93 else nhi


def _msd(rng: np.random.Generator, number: str) -> str:
    return f"{number[:3]}-{number[3:6]}-{number[6:]}" if number and rng.random() < 0.5 else number
