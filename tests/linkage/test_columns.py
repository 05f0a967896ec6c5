"""Which columns of a file are recognised, and files as other systems write them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from linkwell.linkage import LinkSettings, PreparedSpine, link, report
from linkwell.linkage.columns import recognise
from linkwell.linkage.settings import ModelFiles

KNOWN = ModelFiles.load().columns


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("First Name", "first_name"),
        ("FirstName", "first_name"),
        ("Client's first name (legal)", "first_name"),
        ("Given Name(s)", "first_name"),
        ("Ingoa whānau", "last_name"),
        ("Rā whānau", "dob"),
        ("DOB (dd/mm/yyyy)", "dob"),
        ("Client DOB", "dob"),
        ("DateOfBirth", "dob"),
        ("NHI Number", "nhi"),
        ("Patient NHI", "nhi"),
        ("Year of birth", "birth_year"),
        ("Sex at birth", "gender"),
    ],
)
def test_headings_in_other_spellings_are_recognised(heading: str, field: str) -> None:
    assert recognise(["Surname X", heading, "IRD"], KNOWN, "record", {})[field] == heading


def test_a_heading_of_somebody_else_or_of_another_year_is_not_taken() -> None:
    found = recognise(["surname", "Mother's first name", "Year", "Child_ID"], KNOWN, "record", {})
    assert found == {"last_name": "surname"}


def test_day_month_and_year_are_a_birth_date_where_there_is_no_other() -> None:
    parts = {"birth_day": "Day", "birth_month": "Month", "birth_year": "Year"}
    found = recognise(["surname", "Day", "Month", "Year"], KNOWN, "record", {})
    assert found == {"last_name": "surname", **parts}
    found = recognise(["surname", "Day", "Month", "Year", "DOB"], KNOWN, "record", {})
    assert found == {"last_name": "surname", "dob": "DOB"}


def _lines(rows: list[dict[str, Any]], parted: str, cells: Any, heading: list[str]) -> str:
    return "\r\n".join(parted.join(line) for line in [heading, *map(cells, rows)]) + "\r\n"


def _apart(row: dict[str, Any]) -> list[str]:
    born = row["dob"]
    name = f"{row['last_name'].upper()}, {row['first_name']}"
    return [
        name,
        str(born.day),
        f"{born:%B}",
        str(born.year),
        {"1": "M", "2": "F"}.get(str(row["gender"]), ""),
    ]


def _short(row: dict[str, Any]) -> list[str]:
    return [row["first_name"], row["last_name"], f"{row['dob']:%d/%m/%y}", ""]


@pytest.mark.parametrize(
    ("encoding", "parted", "cells", "heading"),
    [
        ("cp1252", ";", _apart, ["Full name", "Day", "Month", "Year", "Gender (M/F)"]),
        ("utf-16", "\t", _short, ["Ingoa tuatahi", "Ingoa whānau", "Client DOB (dd/mm/yy)", "Notes"]),
        ("utf-8-sig", "|", _short, ["Given Name(s)", "Family-Name", "BirthDate", ""]),
    ],
)
def test_files_as_other_systems_write_them_are_linked(
    encoding: str,
    parted: str,
    cells: Any,
    heading: list[str],
    people: list[dict[str, Any]],
    prepared: PreparedSpine,
    settings: LinkSettings,
    folder: Path,
) -> None:
    rows = [row for row in people[:80] if ("ā" not in row["last_name"] and row["dob"].year > 1930)]
    path = folder / "list.csv"
    path.write_bytes(_lines(rows, parted, cells, heading).encode(encoding, errors="replace"))
    result = link(path, prepared, settings=settings)
    found = result.links.to_pylist()
    assert all(link["person"] in (None, row["spine_id"]) for link, row in zip(found, rows, strict=True))
    assert result.quality.linked >= 0.95 * len(rows)
    short = any("two figures" in line for line in report.notes(result))
    assert short == (cells is _short)
