"""The truth table: every combination of answers, and what must follow from it."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwell.primer import Ready, load_questions, readiness, with_implied

QUESTIONS = load_questions()
IDS = [question.id for question in QUESTIONS.questions]
COMBINATIONS = [
    dict(zip(IDS, choice, strict=True))
    for choice in product(*([answer.id for answer in question.answers] for question in QUESTIONS.questions))
]
# The rule in one line each, written here again by hand so that an edit of the data is noticed.
STOPPING = {
    ("recording", "paper"),
    ("identifiers", "neither"),
    ("extraction", "vendor"),
    ("extraction", "in_house"),
}


def expected_insights(choices: dict[str, str]) -> set[str]:
    if choices["identifiers"] == "neither":
        return set()
    insights = {"reach", "gap"}
    if choices["dates"] in ("both", "start_only"):
        insights.add("impact")
    if choices["dates"] == "both":
        insights.add("during")
    if choices["services"] != "no":
        insights.add("by_service")
    return insights


def test_the_table_has_every_combination() -> None:
    assert len(COMBINATIONS) == 3 * 3 * 4 * 3 * 5 * 3


def test_ready_and_insights_follow_the_rule_for_every_combination() -> None:
    for choices in COMBINATIONS:
        outcome = readiness(choices, QUESTIONS)
        stopped = bool(STOPPING & set(choices.items()))
        assert (outcome.ready is Ready.NOT_YET) == stopped, choices
        assert bool(outcome.reasons) == stopped
        assert outcome.linkable == (choices["identifiers"] != "neither")
        assert {insight.id for insight in outcome.enabled} == expected_insights(choices), choices
        assert {insight.id for insight in outcome.enabled + outcome.blocked} == {
            i.id for i in QUESTIONS.insights
        }
        assert not outcome.unanswered


def test_neither_numbers_nor_names_says_that_linking_is_not_possible_yet() -> None:
    for choices in COMBINATIONS:
        said = any(
            "linking is not possible yet" in reason for reason in readiness(choices, QUESTIONS).reasons
        )
        assert said == (choices["identifiers"] == "neither")


def test_missing_dates_or_services_never_stand_in_the_way() -> None:
    for choices in COMBINATIONS:
        fullest = {**choices, "dates": "both", "services": "all"}
        assert readiness(choices, QUESTIONS).ready == readiness(fullest, QUESTIONS).ready


def test_steps_that_stand_in_the_way_come_first_and_everybody_has_someone_to_act() -> None:
    for choices in COMBINATIONS:
        steps = readiness(choices, QUESTIONS).steps
        assert [step.first for step in steps] == sorted((step.first for step in steps), reverse=True)
        assert len(steps) == len(IDS)
        assert all(step.who and step.do for step in steps)


@pytest.mark.parametrize(
    ("route", "papers"),
    [
        ("direct", {"data_sharing", "confidentiality", "specification"}),
        ("vendor", {"data_sharing", "confidentiality", "specification", "vendor_instruction"}),
        ("intermediary", {"data_sharing", "confidentiality", "specification", "intermediary"}),
    ],
)
def test_the_route_names_its_papers(route: str, papers: set[str]) -> None:
    assert {paper.id for paper in readiness({"route": route}).agreements} == papers


def test_a_spreadsheet_needs_no_second_question_about_getting_data_out() -> None:
    assert with_implied({"recording": "spreadsheet"})["extraction"] == "spreadsheet"
    assert with_implied({"recording": "spreadsheet", "extraction": "vendor"})["extraction"] == "vendor"


@given(st.sampled_from(COMBINATIONS), st.sets(st.sampled_from(IDS)))
def test_part_of_the_answers_never_says_yes_nor_promises_what_all_would_not(
    choices: dict[str, str], left: set[str]
) -> None:
    part = {key: value for key, value in choices.items() if key not in left}
    if choices["extraction"] != with_implied(part).get("extraction", choices["extraction"]):
        return
    outcome, whole = readiness(part), readiness(choices)
    if outcome.unanswered:
        assert outcome.ready is Ready.NOT_YET
    assert set(outcome.enabled) <= set(whole.enabled)
    assert set(outcome.reasons) <= set(whole.reasons)
