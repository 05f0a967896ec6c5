"""`linkwell ready` as a person and as a script meet it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from linkwell.cli.main import main
from linkwell.cli.ready import ready
from linkwell.primer import load_answers

FURTHER = "1\n\n1\n\n180\n"
ALL = "1\n\n2\nWe ask at sign-up\n1\n\n2\n\n5\n\n1\n\n" + FURTHER


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str, typed: str = "") -> Result:
        return CliRunner().invoke(ready, list(arguments), input=typed, catch_exceptions=False)

    return call


def test_answering_everything_ends_with_the_verdict_and_the_next_command(run, tmp_path: Path) -> None:
    result = run("--out", "r.html", typed=ALL)
    assert result.exit_code == 0
    assert "Part 6 of 6" in result.output
    assert "Name, gender and birth date are enough" in result.output
    assert "Ready: yes" in result.output
    described = "linkwell describe YOUR-FILE.xlsx --answers readiness.toml --out specification.toml"
    assert result.output.rstrip().endswith(f"Next: {described}")
    assert (tmp_path / "r.html").read_text("utf-8").startswith("<!DOCTYPE html>")
    assert load_answers(tmp_path / "readiness.toml").notes == {"identifiers": "We ask at sign-up"}


def test_stopping_keeps_the_answers_and_the_next_run_goes_on(run, tmp_path: Path) -> None:
    first = run("--save", "a.toml", typed="1\n\n2\n\nq\n")
    assert first.exit_code == 0
    assert "Next: linkwell ready --save a.toml" in first.output
    second = run("--save", "a.toml", typed="1\n\n2\n\n5\n\n1\n\n" + FURTHER)
    assert "Going on from a.toml: 2 answered already" in second.output
    assert "Part 1 of 6" not in second.output
    assert "Ready: yes" in second.output
    assert len(load_answers(tmp_path / "a.toml").choices) == 8


def test_a_lost_terminal_keeps_every_answer_given(run, tmp_path: Path) -> None:
    run("--save", "a.toml", typed="1\n\n2\n")
    assert load_answers(tmp_path / "a.toml").choices == {"recording": "system", "identifiers": "biographic"}


def test_help_back_and_mistypes_are_met_kindly(run, tmp_path: Path) -> None:
    result = run("--save", "a.toml", typed="?\n9\nzwei\n2\n\nb\n1\n\nneither\nq\n")
    assert "Example: " in result.output
    assert "Please type a number from 1 to 3" in result.output
    assert "Linking is not possible yet" in result.output
    assert load_answers(tmp_path / "a.toml").choices == {"recording": "system", "identifiers": "neither"}


def test_what_follows_from_a_spreadsheet_is_said_and_not_asked(run) -> None:
    result = run(typed="2\n\n1\n\n1\n\n1\n\n1\n\n" + FURTHER)
    assert "Part 5 of 6 follows from that: It is a spreadsheet already." in result.output
    assert "Ready: yes" in result.output


def test_answers_from_a_file_ask_nothing_and_give_json(run, tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('[answers]\nidentifiers = "neither"\nroute = "direct"\n', "utf-8")
    result = run("--answers", "a.toml", "--json")
    outcome = json.loads(result.output)
    assert result.exit_code == 0
    assert outcome["ready"] == "not yet"
    assert outcome["linkable"] is False
    assert outcome["unanswered"] == ["recording", "dates", "services", "extraction"]


def test_json_while_asking_keeps_the_questions_off_standard_output(run) -> None:
    result = run("--json", typed=ALL)
    assert json.loads(result.stdout)["ready"] == "yes"
    assert "Part 1 of 6" in result.stderr


@pytest.mark.parametrize(
    "arguments", [["ready", "--answers", "none.toml"], ["ready", "--answers", "none.toml", "--json"]]
)
def test_a_missing_answers_file_ends_in_words_and_exit_code_two(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    said = capsys.readouterr()
    assert "no such answers file" in said.out + said.err
    assert "Traceback" not in said.out + said.err


def test_how_many_people_says_what_would_be_seen(run, tmp_path: Path) -> None:
    result = run("--save", "a.toml", "--out", "r.html", typed=ALL.replace("180", "?\nmany\n180"))
    assert "groups of fewer than six people" in " ".join(result.output.split())
    assert "Please type a number such as 180" in result.output
    assert "Will you see anything? Yes for who you reach; for change, only if it is large." in result.output
    assert load_answers(tmp_path / "a.toml").numbers == {"participants": 180}
    assert "Will you see anything?" in (tmp_path / "r.html").read_text("utf-8")
    again = run("--answers", "a.toml", "--json")
    assert json.loads(again.output)["outlook"]["compared"] == 127


def test_totals_that_would_do_are_the_first_step(run, tmp_path: Path) -> None:
    result = run("--save", "a.toml", typed=ALL.replace(FURTHER, "3\n\n3\n\n\n"))
    assert "First (You): Make totals instead" in " ".join(result.output.split())
    assert "Will you see anything" not in result.output


def test_the_papers_that_come_next_are_drafted(run, tmp_path: Path) -> None:
    run("--save", "a.toml", typed=ALL)
    result = run("--answers", "a.toml", "--papers", "papers")
    assert "Drafted in papers: readiness, privacy statement, sign up form" in " ".join(result.output.split())
    assert (tmp_path / "papers" / "readiness.pdf").read_bytes().startswith(b"%PDF")
