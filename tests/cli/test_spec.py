"""`linkwell spec` as a person and as a script meet it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import openpyxl
import pytest
from tests.cli.test_provider import run, run_json

from linkwell.specification.base import base_specification
from linkwell.specification.file import load


@pytest.fixture
def base(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    code, said = run(capsys, "spec", "base", "--out", str(tmp_path / "base"))
    assert code == 0
    assert "Conformance kit" in said
    return tmp_path / "base"


def test_the_published_base_holds_everything_a_vendor_needs(
    base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = {path.name for path in base.iterdir()}
    assert {"base-specification.toml", "starter-workbook.xlsx", "dictionary.csv", "datapackage.json",
            "contract.odcs.yaml", "conformance", "specification.html"} <= names  # fmt: skip
    assert load(base / "base-specification.toml") == base_specification()
    case = base / "conformance" / "must-pass" / "plain"
    files = [str(path) for path in sorted(case.glob("*.csv"))]
    arguments = ("--spec", str(case / "specification.toml"), "--out", str(tmp_path / "checked"))
    code, _ = run(capsys, "check", *files, *arguments)
    assert code == 0
    case = base / "conformance" / "must-fail" / "phone-in-a-label"
    files = [str(path) for path in sorted(case.glob("*.csv"))]
    assert run(capsys, "check", *files, *arguments)[0] == 1


def test_a_workbook_is_edited_shown_and_kept(
    base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec, book_path = str(base / "example-specification.toml"), tmp_path / "s.xlsx"
    assert run(capsys, "spec", "to-excel", spec, "--out", str(book_path))[0] == 0
    book = openpyxl.load_workbook(book_path)
    about = book["About"]
    row = next(r for r in range(2, 30) if about.cell(r, 1).value == "contact")
    about.cell(row, 2, "The office manager")
    book.save(book_path)
    code, said = run(capsys, "spec", "from-excel", str(book_path), "--spec", spec)
    assert (code, "contact: Contact: nothing → “The office manager”." in said) == (0, True)
    assert load(Path(spec)).contact == "", "nothing is kept without being asked"
    code, said = run(capsys, "spec", "from-excel", str(book_path), "--spec", spec, "--keep")
    assert "Kept as version 2" in said
    assert load(Path(spec)).contact == "The office manager"


def test_diff_names_what_breaks_and_says_so_by_its_exit_code(
    base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = base / "example-specification.toml"
    other = tmp_path / "other.toml"
    other.write_text(spec.read_text("utf-8").replace('"Start date"', '"Began"'), encoding="utf-8")
    code, said = run_json(capsys, "spec", "diff", str(spec), str(other))
    assert code == 1
    assert said["breaks"] is True
    assert run(capsys, "spec", "diff", str(spec), str(spec)) == (0, "Nothing changed.\n")


@pytest.mark.parametrize(
    ("shape", "name", "begins"),
    [
        ("web", "s.html", b"<!DOCTYPE html>"),
        ("pdf", "s.pdf", b"%PDF-"),
        ("word", "s.docx", b"PK"),
        ("csv", "s.csv", b"\xef\xbb\xbftable,"),
        ("frictionless", "datapackage.json", b"{"),
        ("odcs", "contract.odcs.yaml", b"{"),
    ],
)
def test_every_export_is_written(
    base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], shape: str, name: str, begins: bytes
) -> None:
    answers = tmp_path / "answers.toml"
    answers.write_text('[notes]\nrecording = "A form at the first visit."\n', encoding="utf-8")
    spec, out = str(base / "example-specification.toml"), tmp_path / name
    code, _ = run(
        capsys, "spec", "export", spec, "--format", shape, "--answers", str(answers), "--out", str(out)
    )
    assert code == 0
    assert out.read_bytes().startswith(begins)
    if shape == "web":
        assert "A form at the first visit." in out.read_text("utf-8")
    if shape == "odcs":
        assert json.loads(out.read_text("utf-8"))["apiVersion"] == "v3.0.2"
    if shape == "csv":
        rows = list(csv.DictReader(out.read_text("utf-8-sig").splitlines()))
        assert {row["field"] for row in rows} >= {"first_name", "attendance"}
