from __future__ import annotations

import csv
import re
import tomllib
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

from linkwell.errors import WrongUse
from linkwell.reading import read_tables
from linkwell.standards.identifiers import check_nhi
from linkwell.synthetic.provider import provider
from linkwell.synthetic.workbook import FIRST_ROW, HEADINGS


def sheet(world: Path) -> list[list[object]]:
    book = CalamineWorkbook.from_path(world / "provider" / "participants.xlsx")
    return book.get_sheet_by_index(0).to_python()


def truth(world: Path) -> list[dict[str, object]]:
    return pq.read_table(world / "truth" / "provider_truth.parquet").to_pylist()


def column(world: Path, heading: str) -> list[object]:
    place = HEADINGS.index(heading)
    return [row[place] for row in sheet(world)[FIRST_ROW - 1 :]]


def interactions(world: Path) -> list[dict[str, str]]:
    with (world / "provider" / "interactions.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_headings_stand_on_row_three_under_a_banner(world: Path) -> None:
    rows = sheet(world)
    assert rows[2] == list(HEADINGS)
    assert [cell for row in rows[:2] for cell in row[1:] if cell != ""] == []


def test_the_truth_knows_every_row(world: Path) -> None:
    rows, known = sheet(world), truth(world)
    assert len(rows) == len(known) + FIRST_ROW - 1
    assert all(rows[row["sheet_row"] - 1][0] == row["client_id"] for row in known)  # type: ignore[operator]


def test_our_own_reader_finds_the_same_rows(world: Path) -> None:
    (table,) = read_tables(world / "provider" / "participants.xlsx")
    assert tuple(table.columns) == HEADINGS
    assert len(table.rows) == len(truth(world))


def test_every_participant_is_there_with_their_true_start(world: Path) -> None:
    told = pq.read_table(world / "truth" / "truth.parquet").to_pylist()
    first: dict[object, date] = {}
    for row in truth(world):
        start = row["start_date"]
        assert isinstance(start, date)
        if row["spine_id"] is not None:
            first[row["spine_id"]] = min(start, first.get(row["spine_id"], start))
    assert first == {entry["spine_id"]: entry["start_date"] for entry in told}


def test_some_are_not_on_the_spine_and_some_are_there_twice(world: Path) -> None:
    known = truth(world)
    strangers = [row for row in known if row["spine_id"] is None]
    assert 0.015 < len(strangers) / len(known) < 0.06
    slips = Counter(slip for row in known for slip in str(row["corruptions"]).split("; "))
    for slip in ("second card", "came back", "under the contact's surname", "upper case"):
        assert slips[slip] >= 1, slip
    assert slips[""] > len(known) * 0.5, "most rows are as the spine has them"


def test_nhi_numbers_are_on_about_half_and_from_the_test_range(world: Path) -> None:
    held = [str(value) for value in column(world, "NHI number") if value]
    assert 0.35 < len(held) / len(truth(world)) < 0.65
    assert all(value.upper().startswith("Z") for value in held)
    right = sum(check_nhi(value).ok for value in held) / len(held)
    assert 0.85 < right < 1, "most are right and a few mistyped"


def test_dates_are_written_in_several_ways_that_leave_no_doubt_together(world: Path) -> None:
    cells = [cell for cell in column(world, "Start date") if cell]
    texts = [cell for cell in cells if isinstance(cell, str)]
    assert any(isinstance(cell, date) and not isinstance(cell, datetime) for cell in cells)
    slashed = [text for text in texts if re.fullmatch(r"\d\d/\d\d/\d{4}", text)]
    assert any(int(text[:2]) > 12 for text in slashed)
    assert all(int(text[3:5]) <= 12 for text in slashed)
    assert any(re.fullmatch(r"\d{1,2} [A-Z][a-z]{2} \d{4}", text) for text in texts)
    assert any(re.fullmatch(r"\d{4}-\d\d-\d\d", text) for text in texts)


def test_status_agrees_with_the_finish_date(world: Path) -> None:
    for status, finish in zip(column(world, "Status"), column(world, "Finish date"), strict=True):
        assert status in ("Finished", "Still with us", "Stopped, date unknown", "")
        assert bool(finish) == (status in ("Finished", ""))


def test_notes_hold_a_name_and_a_phone_for_the_check_to_find(world: Path) -> None:
    assert any("021 555" in str(note) for note in column(world, "Notes"))


def test_a_household_shares_contact_surname_and_phone(world: Path) -> None:
    groups: dict[object, set[tuple[str, object]]] = {}
    for household, surname, phone in zip(
        column(world, "Household"), column(world, "Surname"), column(world, "Phone"), strict=True
    ):
        if household:
            groups.setdefault(household, set()).add((str(surname).casefold(), phone))
    assert groups
    assert all(len(members) == 1 for members in groups.values())


def test_interactions_belong_to_clients_but_for_a_few_orphans(world: Path) -> None:
    rows = interactions(world)
    clients = {row["client_id"] for row in truth(world)}
    orphans = sum(row["Client ID"] not in clients for row in rows)
    assert len(rows) == 1500
    assert 0 < orphans < 0.02 * len(rows)
    assert {row["Attended"] for row in rows} == {"Yes", "No", "DNA", ""}


def test_the_same_world_gives_the_same_bytes(world: Path, tmp_path: Path) -> None:
    before = (world / "truth" / "provider_truth.parquet").read_bytes()
    provider(world, tmp_path / "again", interactions=1500)
    for name in ("participants.xlsx", "interactions.csv", "provider.toml"):
        assert (tmp_path / "again" / name).read_bytes() == (world / "provider" / name).read_bytes()
    assert (world / "truth" / "provider_truth.parquet").read_bytes() == before


def test_provider_toml_says_whom_the_initiative_is_for(world: Path) -> None:
    about = tomllib.loads((world / "provider" / "provider.toml").read_text("utf-8"))
    assert about["organisation"] == "Riverbend Community Trust"
    assert about["initiative"]["variants"] == ["One to one", "Small group"]


def test_a_folder_that_is_no_world_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="no synthetic world"):
        provider(tmp_path, tmp_path / "provider")
