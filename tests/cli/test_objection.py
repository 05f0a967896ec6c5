"""Somebody who objects at the terminal is in nothing that leaves."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.checking.examples import PEOPLE
from tests.cli.test_provider import run, run_json, save_csv
from tests.provider_files import laid_out, people


def test_an_objection_holds_in_check_and_handover(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(save_csv(laid_out(PEOPLE, people()), tmp_path / "people.csv"))
    spec, workspace = str(tmp_path / "specification.toml"), str(tmp_path / "linkwell-workspace")
    run(capsys, "describe", file, "--out", spec, "--organisation", "Riverbend Community Trust")
    slip = tmp_path / "slip.html"
    code, said = run(
        capsys, "objection", "--client-number", "C001", "--workspace", workspace, "--slip", str(slip)
    )
    assert (code, "C001" in said) == (0, False)
    assert "left out" in slip.read_text("utf-8")
    code, facts = run_json(capsys, "check", file, "--spec", spec, "--out", str(tmp_path / "checked"))
    assert (code, facts["people"]) == (0, 9)
    code, facts = run_json(capsys, "handover", file, "--spec", spec, "--out", str(tmp_path / "out"))
    assert (code, facts["people"]) == (0, 9)
    cover = (tmp_path / "out" / "cover-sheet.txt").read_text("utf-8")
    assert "1 of the people in the files left out because of an objection." in cover
    assert "Smith" not in (tmp_path / "out" / "identity" / "identity.csv").read_text("utf-8")


def test_drift_is_said_at_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(save_csv(laid_out(PEOPLE, people()), tmp_path / "people.csv"))
    spec, out = str(tmp_path / "specification.toml"), str(tmp_path / "checked")
    run(capsys, "describe", file, "--out", spec)
    run(capsys, "check", file, "--spec", spec, "--out", out)
    save_csv(laid_out(PEOPLE, people(gender=[""] * 10)), tmp_path / "people.csv")
    last = str(tmp_path / "checked" / "profile.json")
    _, said = run(capsys, "check", file, "--spec", spec, "--out", str(tmp_path / "again"), "--last", last)
    assert "Changed since last time: person gender: Filled in 0% of rows now, 100% last time." in said


def test_somebody_who_changed_their_mind_is_taken_off(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = ("objection", "--workspace", str(tmp_path / "linkwell-workspace"), "--client-number")
    assert run(capsys, *listed, "C001")[0] == 0
    assert run(capsys, *listed, "C002", "--off")[0] == 1
    code, said = run(capsys, *listed, "C001", "--off")
    assert (code, "Taken off" in said) == (0, True)
    assert run(capsys, *listed, "C001", "--off")[0] == 1
