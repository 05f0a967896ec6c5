"""describe, check and handover as a person runs them, on files written to disk."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from tests.checking.examples import PEOPLE, VISITS
from tests.provider_files import laid_out, people, visits

from linkwell.cli.main import main
from linkwell.reading.table import Table
from linkwell.specification.file import load


def save_csv(table: Table, path: Path) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([table.columns, *table.rows])
    return path


def save_workbook(table: Table, path: Path) -> Path:
    """A workbook with a banner and its headings in row 3."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Participants")
        sheet.write_string(0, 0, "Te Ara Trust: our people")
        for line, row in enumerate([table.columns, *table.rows], start=2):
            for at, cell in enumerate(row):
                sheet.write_string(line, at, cell)
    return path


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """A workbook of people and a CSV of visits."""
    workbook = save_workbook(laid_out(PEOPLE, people()), tmp_path / "people.xlsx")
    return [str(workbook), str(save_csv(laid_out(VISITS, visits()), tmp_path / "visits.csv"))]


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Exit code and what was printed."""
    with pytest.raises(SystemExit) as stopped:
        main(list(arguments))
    return int(stopped.value.code or 0), capsys.readouterr().out


def run_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    code, out = run(capsys, *arguments, "--json")
    found: dict[str, Any] = json.loads(out)
    return code, found


def test_the_road_from_files_to_handover_needs_no_editing(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec, out = str(tmp_path / "specification.toml"), tmp_path / "checked"
    code, said = run(capsys, "describe", *files, "--out", spec, "--organisation", "Te Ara")
    assert code == 0
    assert "Next: linkwell check" in said
    assert "Notes (participants): Free text" in said
    code, said = run(capsys, "check", *files, "--spec", spec, "--out", str(out))
    assert code == 0
    assert "participants: 10 rows read, 0 stay with you, 10 kept" in said
    assert "Next: linkwell handover" in said
    assert (out / "check-report.html").exists()
    code, said = run(capsys, "handover", *files, "--spec", spec, "--out", str(tmp_path / "out"))
    assert code == 0
    assert (tmp_path / "out" / "identity" / "identity.csv").exists()
    assert (tmp_path / "linkwell-workspace" / "client.secret").exists()
    assert "not encrypted" in said


def test_json_says_the_same_in_one_object(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = str(tmp_path / "specification.toml")
    code, described = run_json(capsys, "describe", *files, "--out", spec)
    assert (code, described["questions"]) == (0, [])
    code, checked = run_json(capsys, "check", *files, "--spec", spec, "--out", str(tmp_path / "checked"))
    assert (code, checked["blocks"], checked["people"]) == (0, False, 10)
    assert checked["specification"] == described["digest"]
    code, done = run_json(capsys, "handover", *files, "--spec", spec, "--out", str(tmp_path / "out"))
    assert (code, done["written"], done["rows"]["person"]) == (0, True, 10)
    assert done["verdict"] == checked["verdict"]


def test_findings_that_block_exit_with_one_and_nothing_is_written(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = str(tmp_path / "specification.toml")
    run(capsys, "describe", *files, "--out", spec)
    bad = {**visits(), "type": ["ana@example.org", *visits()["type"][1:]]}
    save_csv(laid_out(VISITS, bad), Path(files[1]))
    code, said = run(capsys, "check", *files, "--spec", spec, "--out", str(tmp_path / "checked"))
    assert code == 1
    assert "Must be mended first" in said
    assert "ana@example.org" not in said
    code, said = run(capsys, "handover", *files, "--spec", spec, "--out", str(tmp_path / "out"))
    assert code == 1
    assert not (tmp_path / "out").exists()


def test_an_ambiguous_date_order_waits_for_an_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dates = [f"0{1 + number % 9}/0{9 - number % 9}/19{70 + number}" for number in range(10)]
    file = str(save_csv(laid_out(PEOPLE, people(dob=dates)), tmp_path / "people.csv"))
    spec = str(tmp_path / "specification.toml")
    code, described = run_json(capsys, "describe", file, "--out", spec)
    assert (code, len(described["questions"])) == (0, 1)
    code, _ = run_json(capsys, "check", file, "--spec", spec, "--out", str(tmp_path / "checked"))
    assert code == 1
    code, described = run_json(capsys, "describe", file, "--out", spec, "--yes")
    assert described["questions"] == []
    code, _ = run_json(capsys, "check", file, "--spec", spec, "--out", str(tmp_path / "checked"))
    assert code == 0


def test_wrong_files_exit_with_two(
    tmp_path: Path, files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    spec = str(tmp_path / "specification.toml")
    code, error = run_json(capsys, "describe", str(tmp_path / "nothing.csv"), "--out", spec)
    assert (code, error["exit_code"]) == (2, 2)
    run(capsys, "describe", *files, "--out", spec)
    other = tmp_path / "other.csv"
    other.write_text("Colour,Size\nred,3\n", "utf-8")
    code, error = run_json(capsys, "check", str(other), "--spec", spec, "--out", str(tmp_path / "checked"))
    assert code == 2
    assert "does not fit" in error["what"]
    code, error = run_json(capsys, "check", *files, "--spec", "no.toml", "--out", str(tmp_path / "checked"))
    assert code == 2
    code, error = run_json(capsys, "describe", *files, "--sheet", "Nope", "--out", spec)
    assert code == 2


def test_the_reports_hold_no_cell_and_the_marked_copy_no_formula(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    columns = people(nhi=["ZAC5362", *people()["nhi"][1:]], notes=["=1+1", *people()["notes"][1:]])
    save_workbook(laid_out(PEOPLE, columns), Path(files[0]))
    spec, out = str(tmp_path / "specification.toml"), tmp_path / "checked"
    run(capsys, "describe", *files, "--out", spec)
    run(capsys, "check", *files, "--spec", spec, "--out", str(out))
    for name in ("check-report.html", "check-report.json"):
        text = (out / name).read_text("utf-8")
        assert not any(cell in text for cell in ("ZAC5362", "Aroha", "Tāwhai", "C000"))
    page = (out / "check-report.html").read_text("utf-8")
    assert "<script" not in page
    assert '<html lang="en-NZ">' in page
    book = openpyxl.load_workbook(out / "people-marked.xlsx")
    assert book.sheetnames == ["Findings", "Participants"]
    sheet = book["Participants"]
    cells = {cell.column_letter + str(cell.row): cell for row in sheet.iter_rows() for cell in row}
    assert all(cell.data_type != "f" for cell in cells.values())
    assert sheet["A2"].value == 4
    marked = next(cell for cell in cells.values() if cell.value == "ZAC5362")
    assert marked.fill.fgColor.rgb.endswith("FFF2B3")


def test_columns_nobody_agreed_are_always_named(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = str(tmp_path / "specification.toml")
    run(capsys, "describe", *files, "--out", spec)
    more = laid_out({**VISITS, "Favourite colour": "colour"}, {**visits(), "colour": ["blue"] * 12})
    save_csv(more, tmp_path / "visits.csv")
    code, said = run(capsys, "check", *files, "--spec", spec, "--out", str(tmp_path / "out"))
    assert code == 0
    assert "Not in the specification, so not supplied: Favourite colour." in said
    assert "blue" not in said


def test_a_file_with_none_of_the_agreed_columns_is_wrong_use(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = str(tmp_path / "specification.toml")
    run(capsys, "describe", *files, "--out", spec)
    (tmp_path / "other.csv").write_text("Plant,Height\nfern,2\nrimu,9\n", encoding="utf-8")
    arguments = ("check", *files, str(tmp_path / "other.csv"), "--spec", spec, "--out", str(tmp_path / "out"))
    code, said = run_json(capsys, *arguments)
    assert code == 2
    assert "none of the agreed columns is in it" in str(said["what"])
    assert "fern" not in str(said)


def test_your_own_words_go_into_the_specification(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers, spec = tmp_path / "answers.toml", tmp_path / "specification.toml"
    answers.write_text(
        'organisation = "Riverbend Community Trust"\n[answers]\nroute = "vendor"\n'
        '[notes]\ndates = "The first meeting."\n',
        encoding="utf-8",
    )
    run(capsys, "describe", *files, "--out", str(spec), "--answers", str(answers))
    made = load(spec)
    assert (made.organisation, made.route) == ("Riverbend Community Trust", "vendor")
    assert dict(made.notes) == {"dates": "The first meeting."}


def test_answers_somebody_broke_by_hand_are_said_and_stop_no_check(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec, broken, out = str(tmp_path / "s.toml"), tmp_path / "answers.toml", str(tmp_path / "out")
    run(capsys, "describe", *files, "--out", spec, "--organisation", "Riverbend Community Trust")
    broken.write_text("organisation = [", encoding="utf-8")
    code, said = run(capsys, "check", *files, "--spec", spec, "--out", out)
    assert code == 0
    assert "answers.toml: The answers file cannot be read." in said
    assert "Left out of this check: what may be said about you alone." in said
    code, facts = run_json(capsys, "check", *files, "--spec", spec, "--out", out, "--answers", str(broken))
    assert (code, facts["what"]) == (2, "The answers file cannot be read.")


def test_numbers_and_a_start_date_alone_reach_a_supply(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = {"Client ID": "key", "NHI": "nhi", "Start date": "start"}
    file, spec = str(save_csv(laid_out(wanted, people()), tmp_path / "people.csv")), str(tmp_path / "s.toml")
    run(capsys, "describe", file, "--out", spec, "--organisation", "Riverbend Community Trust")
    code, facts = run_json(capsys, "handover", file, "--spec", spec, "--out", str(tmp_path / "out"))
    assert (code, facts["people"]) == (0, 10)
    with (tmp_path / "out" / "identity" / "identity.csv").open(encoding="utf-8") as written:
        assert next(csv.reader(written)) == ["record_key", "client_ref", "nhi"]
