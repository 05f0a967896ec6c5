"""`linkwell preview` at the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.checking.examples import PEOPLE
from tests.cli.test_provider import run, run_json, save_csv
from tests.provider_files import laid_out, people


@pytest.fixture
def files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    path = save_csv(laid_out(PEOPLE, people()), tmp_path / "people.csv")
    spec = str(tmp_path / "specification.toml")
    run(capsys, "describe", str(path), "--out", spec, "--organisation", "Riverbend Community Trust")
    return str(path), spec


def test_what_leaves_and_what_stays(files: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    code, said = run(capsys, "preview", files[0], "--spec", files[1])
    assert code == 0
    assert "What leaves" in said
    assert "Notes (participants): Free text may hold anything" in said
    assert "Tāwhai" not in said


def test_one_person(files: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = run(capsys, "preview", "--spec", files[1], "--person")
    assert (code, "Anahera" in said) == (0, True)
    page = tmp_path / "page.html"
    code, said = run(capsys, "preview", files[0], "--spec", files[1], "--person", "C001", "--out", str(page))
    assert code == 0
    assert "Smith" in said
    assert "Smith" in page.read_text("utf-8")
    assert run_json(capsys, "preview", "--spec", files[1])[0] == 2
