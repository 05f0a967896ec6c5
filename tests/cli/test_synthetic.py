from __future__ import annotations

import json
from pathlib import Path

import pytest

from linkwell.cli.main import main


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["synthetic", *arguments])
    return int(ended.value.code or 0)


def test_both_commands_write_files_and_say_what_comes_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world = tmp_path / "world"
    assert (
        run("population", "--people", "3000", "--participants", "30", "--seed", "2", "--out", str(world)) == 0
    )
    said = capsys.readouterr().out
    assert "3,000 people" in said
    assert "Next: linkwell synthetic provider" in said
    assert (
        run(
            "provider",
            "--world",
            str(world),
            "--out",
            str(world / "provider"),
            "--interactions",
            "50",
            "--json",
        )
        == 0
    )
    facts = json.loads(capsys.readouterr().out)
    assert facts["interactions"] == 50
    assert (world / "provider" / "participants.xlsx").exists()


def test_the_printed_facts_do_not_tell_the_true_effects(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("population", "--people", "2000", "--participants", "10", "--out", str(tmp_path / "w"), "--json")
    assert set(json.loads(capsys.readouterr().out)) == {
        "folder", "people", "residents", "participants", "measures", "seed", "scenario",
    }  # fmt: skip


def test_a_missing_world_is_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("provider", "--world", str(tmp_path / "none"), "--out", str(tmp_path / "p")) == 2
    assert "no synthetic world" in capsys.readouterr().err
