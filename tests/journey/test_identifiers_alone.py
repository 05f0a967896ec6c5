"""A provider that holds only identifiers, or identifiers and a start date, reaches a supply and a report."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from tests.journey.conftest import Road, walk

pytestmark = [pytest.mark.slow, pytest.mark.one_database]


def only(home: Path, *kept: str, rows_kept: int = 150) -> int:
    """Leave only some columns of the provider's list, and only rows with an NHI number; and no visits.

    Not all of them, because a difference among some hundreds of people is drawn five hundred times.
    """
    path = home / "provider" / "participants.xlsx"
    book = openpyxl.load_workbook(path, read_only=True)
    rows = [row for sheet in book.worksheets for row in sheet.iter_rows(values_only=True)]
    book.close()
    head = next(row for row in rows if row and set(kept) <= set(row))
    places = [head.index(name) for name in kept]
    people = [[row[at] for at in places] for row in rows[rows.index(head) + 1 :] if row[places[0]]]
    del people[rows_kept:]
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet("People")
        for line, cells in enumerate([kept, *people]):
            for at, cell in enumerate(cells):
                sheet.write_string(line, at, "" if cell is None else str(cell).partition(" 00:")[0])
    (home / "provider" / "interactions.csv").unlink()
    return len({row[0] for row in people})


@pytest.mark.parametrize(
    "columns", [("NHI number",), ("NHI number", "Start date")], ids=["alone", "with a start date"]
)
def test_identifiers_are_enough_for_a_supply_and_a_reach_report(
    columns: tuple[str, ...], road: Road, tmp_path: Path
) -> None:
    home = road.until("describe", tmp_path / "home")
    held = only(home, *columns)
    summary = walk(home)
    people = json.loads((home / "provider" / "checked" / "check-report.json").read_text("utf-8"))["people"]
    assert 0.9 * held <= people <= held
    assert summary
    (page,) = (home / "released").rglob("report.html")
    text = page.read_text("utf-8")
    assert "Who you reach" in text
    assert "people you supplied" in text
