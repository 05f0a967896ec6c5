"""The questions file is complete, and a bad edit is named."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from linkwell.errors import WrongUse
from linkwell.primer import load_questions
from linkwell.primer.questions import parse_questions

TEXT = files("linkwell.primer").joinpath("questions.toml").read_text("utf-8")


def test_all_six_parts_of_the_primer_are_asked_in_order() -> None:
    assert [question.id for question in load_questions().questions] == [
        "recording", "identifiers", "dates", "services", "extraction", "route",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("question", "answers"),
    [
        ("identifiers", {"agency_id", "biographic", "neither"}),
        ("services", {"no", "some", "all"}),
        ("extraction", {"spreadsheet", "vendor", "in_house", "predefined", "own_queries"}),
        ("route", {"direct", "vendor", "intermediary"}),
    ],
)
def test_every_answer_of_the_primer_can_be_given(question: str, answers: set[str]) -> None:
    assert {answer.id for answer in load_questions().question(question).answers} == answers


def test_every_insight_is_enabled_by_some_answer_and_blocked_by_another() -> None:
    questions = load_questions()
    answers = [answer for question in questions.questions for answer in question.answers]
    for insight in questions.insights:
        assert any(insight.id in answer.enables for answer in answers)
        assert any(insight.id in answer.blocks for answer in answers)


def test_nobody_is_pushed_to_begin_collecting_an_nhi() -> None:
    for question in load_questions().questions:
        for answer in question.answers:
            for sentence in re.split(r"(?<=[.!?])\s", f"{answer.comment} {answer.next_step}"):
                if "NHI" in sentence:
                    assert re.search(r"do not need|no need", sentence), sentence
    identifiers = load_questions().question("identifiers")
    for answer_id in ("biographic", "neither"):
        answer = identifiers.answer(answer_id)
        said = f"{answer.comment} {answer.next_step}".lower()
        assert "name, gender and birth date" in said
        assert "enough" in said


def test_an_unknown_question_or_answer_lists_the_known_ones() -> None:
    with pytest.raises(WrongUse, match="not one of the questions") as refusal:
        load_questions().question("colour")
    assert "recording" in refusal.value.fix
    with pytest.raises(WrongUse, match="not an answer") as refusal:
        load_questions().question("route").answer("pigeon")
    assert "direct, vendor, intermediary" in refusal.value.fix


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('who = "stats_nz"', 'who = "nobody"', "who 'nobody' is not in"),
        ('blocks = ["during"]', 'blocks = ["fame"]', "names 'fame', which is no insight"),
        ('label = "On paper only"\n', "", "'label' is missing"),
        ("part = 6", "part = 5", "parts 1 to 6"),
        ('id = "own_queries"', 'id = "vendor"', "'vendor' comes twice"),
        ('implies = { extraction = "spreadsheet" }', 'implies = { extraction = "x" }', "which is no answer"),
        ('enables = ["impact"]\nblocks', 'enables = ["during"]\nblocks', "both enables and blocks during"),
        ('stops = "your records', 'stop = "your records', "'stop' is not known"),
        ('not_yet = "Not yet.', 'later = "Not yet.', "no 'not_yet'"),
        ("examples = [\n  \"Our own", "exampels = [\n  \"Our own", "needs examples"),
    ],
)  # fmt: skip
def test_an_edit_that_breaks_the_file_is_named(old: str, new: str, fault: str) -> None:
    assert old in TEXT
    with pytest.raises(WrongUse) as refusal:
        parse_questions(TEXT.replace(old, new, 1))
    assert fault in refusal.value.fix


def test_text_that_is_not_toml_is_refused() -> None:
    with pytest.raises(WrongUse, match="not readable"):
        parse_questions("[[question")
