"""The answers file keeps what was typed, and a bad one is refused plainly."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linkwell.errors import WrongUse
from linkwell.primer import Answers, load_answers, save_answers


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.text(st.characters(codec="utf-8"), min_size=1), st.text(st.characters(codec="utf-8")))
def test_whatever_is_typed_comes_back(tmp_path: Path, note: str, organisation: str) -> None:
    answers = Answers(
        {"recording": "paper"},
        {"recording": note, "dates": 'Tāne "x" \\'},
        organisation,
        {"participants": 180},
    )
    save_answers(tmp_path / "a.toml", answers)
    assert load_answers(tmp_path / "a.toml") == answers


def test_an_empty_note_takes_the_old_one_away() -> None:
    answers = Answers().with_note("dates", "we stamp them").with_choice("dates", "both")
    assert answers.with_note("dates", "").notes == {}
    assert answers.choices == {"dates": "both"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[answers\n", "cannot be read"),
        ("colour = 1\n", "part that is not known: colour"),
        ("[answers]\nrecording = 3\n", "must be text"),
        ("answers = 3\n", "must be text"),
        ("[numbers]\nparticipants = -1\n", "whole number"),
        ("[numbers]\nparticipants = 'many'\n", "whole number"),
        ("[numbers]\ncolours = 3\n", "not one of the numbers"),
        ("[answers]\ncolour = 'x'\n", "not one of the questions"),
        ("[answers]\nroute = 'pigeon'\n", "not an answer to 'route'"),
        ("[notes]\ncolour = 'x'\n", "not one of the questions"),
    ],
)
def test_a_bad_answers_file_is_refused_plainly(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "a.toml").write_text(text, "utf-8")
    with pytest.raises(WrongUse, match=sentence):
        load_answers(tmp_path / "a.toml")


def test_a_missing_or_unreadable_answers_file_is_refused_plainly(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="no such answers file"):
        load_answers(tmp_path / "none.toml")
    (tmp_path / "a.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(WrongUse, match="cannot be read"):
        load_answers(tmp_path / "a.toml")
