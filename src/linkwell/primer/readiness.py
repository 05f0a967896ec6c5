"""From answers to a verdict: can a file be made and linked, what to do next, what it would tell you."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum

from linkwell.primer.questions import Answer, Labelled, Question, Questions, load_questions


class Ready(StrEnum):
    """The verdict."""

    YES = "yes"
    NOT_YET = "not yet"


@dataclass(frozen=True)
class Step:
    """One thing to do.

    Attributes:
        question: the question it comes from.
        who: who must act.
        do: what.
        first: it stands in the way, so it comes before the others.
    """

    question: str
    who: str
    do: str
    first: bool


@dataclass(frozen=True)
class Readiness:
    """What the answers come to.

    Attributes:
        ready: yes when a file can be made and the people in it can be linked; dates and services never
            decide.
        linkable: people could be found in the population.
        summary: the verdict in one sentence.
        reasons: why not yet, one a line.
        steps: what to do, what stands in the way first.
        enabled, blocked: insights this data would give, and not give yet.
        agreements: papers the chosen route calls for.
        unanswered: questions still open.
    """

    ready: Ready
    linkable: bool
    summary: str
    reasons: tuple[str, ...]
    steps: tuple[Step, ...]
    enabled: tuple[Labelled, ...]
    blocked: tuple[Labelled, ...]
    agreements: tuple[Labelled, ...]
    unanswered: tuple[str, ...]

    def as_dict(self) -> dict[str, object]:
        """The same for machines (`--json`)."""
        return asdict(self)


def with_implied(choices: Mapping[str, str], questions: Questions | None = None) -> dict[str, str]:
    """The choices and what follows from them; an answer given outright is never replaced."""
    questions = questions or load_questions()
    implied: dict[str, str] = {}
    for question_id, answer_id in choices.items():
        implied |= questions.question(question_id).answer(answer_id).implies
    return {**implied, **choices}


def readiness(choices: Mapping[str, str], questions: Questions | None = None) -> Readiness:
    """Judge the answers given so far.

    Args:
        choices: question id to answer id; may be incomplete.

    Raises:
        WrongUse: a question or answer that does not exist.
    """
    questions = questions or load_questions()
    given = _given(with_implied(choices, questions), questions)
    unanswered = tuple(
        each.id for each in questions.questions if each.id not in {question.id for question, _ in given}
    )
    reasons = tuple(answer.stops for _, answer in given if answer.stops)
    known = "identifiers" not in unanswered
    linkable = known and not any(answer.stops for question, answer in given if question.id == "identifiers")
    enabled, blocked = _insights(questions, [answer for _, answer in given])
    papers = {paper for _, answer in given for paper in answer.agreements}
    ready = Ready.NOT_YET if reasons or unanswered else Ready.YES
    return Readiness(
        ready=ready,
        linkable=linkable,
        summary=_summary(questions, reasons, unanswered),
        reasons=reasons,
        steps=_steps([*given, *_given_further(choices, questions)]),
        enabled=enabled,
        blocked=blocked,
        agreements=tuple(each for each in questions.agreements if each.id in papers),
        unanswered=unanswered,
    )


def _given(choices: Mapping[str, str], questions: Questions) -> list[tuple[Question, Answer]]:
    for question_id in choices:
        questions.question(question_id)
    return [(each, each.answer(choices[each.id])) for each in questions.questions if each.id in choices]


def _given_further(choices: Mapping[str, str], questions: Questions) -> list[tuple[Question, Answer]]:
    return [(each, each.answer(choices[each.id])) for each in questions.further if each.id in choices]


def _insights(questions: Questions, given: list[Answer]) -> tuple[tuple[Labelled, ...], tuple[Labelled, ...]]:
    blocked = {insight for answer in given for insight in answer.blocks}
    enabled = {insight for answer in given for insight in answer.enables} - blocked
    # Nothing can be learnt before it is known that people can be linked.
    if not any("reach" in answer.enables for answer in given):
        enabled = set()
    return (
        tuple(each for each in questions.insights if each.id in enabled),
        tuple(each for each in questions.insights if each.id in blocked),
    )


def _summary(questions: Questions, reasons: tuple[str, ...], unanswered: tuple[str, ...]) -> str:
    if reasons:
        return questions.verdict["not_yet"]
    return questions.verdict["unanswered" if unanswered else "yes"]


def _steps(given: list[tuple[Question, Answer]]) -> tuple[Step, ...]:
    steps = [
        Step(question.id, answer.who, answer.next_step, bool(answer.stops) or answer.first)
        for question, answer in given
    ]
    return tuple(sorted(steps, key=lambda step: not step.first))
