"""The primer's questions as data: what is asked, what each answer means, what to do next and who acts."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any

from linkwell.errors import WrongUse
from linkwell.primer import schema


@dataclass(frozen=True)
class Labelled:
    """An insight or an agreement: its name and what it means."""

    id: str
    label: str
    meaning: str


@dataclass(frozen=True)
class Answer:
    """One possible answer.

    Attributes:
        comment: what the answer means for sharing.
        next_step: what to do about it.
        who: who must act, in words.
        stops: why no file can be made or linked yet; "" when it can.
        first: its next step comes before the others though nothing stands in the way.
        enables, blocks: ids of insights this answer makes possible or impossible.
        agreements: ids of the papers this answer calls for.
        implies: answers to other questions that follow from this one.
    """

    id: str
    label: str
    comment: str
    next_step: str
    who: str
    stops: str = ""
    first: bool = False
    enables: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()
    agreements: tuple[str, ...] = ()
    implies: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """One of the six parts, or (part 0) a further question that never decides whether you are ready."""

    id: str
    part: int
    title: str
    ask: str
    why: str
    examples: tuple[str, ...]
    note: str
    note_example: str
    answers: tuple[Answer, ...]

    def answer(self, answer_id: str) -> Answer:
        """The answer with this id.

        Raises:
            WrongUse: the question has no such answer; lists those it has.
        """
        for each in self.answers:
            if each.id == answer_id:
                return each
        raise WrongUse(
            f"'{answer_id}' is not an answer to '{self.id}'.",
            fix=f"Use one of: {', '.join(each.id for each in self.answers)}.",
        )


@dataclass(frozen=True)
class Number:
    """A number asked for, such as how many people; never needed, and never about one person."""

    id: str
    title: str
    ask: str
    why: str


@dataclass(frozen=True)
class Questions:
    """All questions in order, with the insights, agreements and verdicts they speak of.

    Attributes:
        questions: the six parts.
        further: asked after them; they add advice and never decide.
        numbers: asked last, for the forecast.
    """

    questions: tuple[Question, ...]
    insights: tuple[Labelled, ...]
    agreements: tuple[Labelled, ...]
    verdict: Mapping[str, str]
    source: str
    further: tuple[Question, ...] = ()
    numbers: tuple[Number, ...] = ()
    who: Mapping[str, str] = field(default_factory=dict)

    def question(self, question_id: str) -> Question:
        """The question with this id.

        Raises:
            WrongUse: there is no such question; lists those there are.
        """
        for each in (*self.questions, *self.further):
            if each.id == question_id:
                return each
        raise WrongUse(
            f"'{question_id}' is not one of the questions.",
            fix=f"Use: {', '.join(each.id for each in (*self.questions, *self.further))}.",
        )

    def number(self, number_id: str) -> Number:
        """The number asked for under this id.

        Raises:
            WrongUse: there is no such number; lists those there are.
        """
        for each in self.numbers:
            if each.id == number_id:
                return each
        raise WrongUse(
            f"'{number_id}' is not one of the numbers asked for.",
            fix=f"Use: {', '.join(each.id for each in self.numbers)}.",
        )


@lru_cache(maxsize=1)
def load_questions() -> Questions:
    """The packaged questions, in order of their parts."""
    return parse_questions(files("linkwell.primer").joinpath("questions.toml").read_text("utf-8"))


def parse_questions(text: str) -> Questions:
    """Questions from TOML text.

    Raises:
        WrongUse: the text is not TOML or breaks the schema; names every fault.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WrongUse(f"The questions are not readable: {error}.") from None
    if found := schema.faults(data):
        raise WrongUse("The questions are not complete.", where="questions.toml", fix="; ".join(found))
    questions = sorted(
        (_question(entry, data["who"]) for entry in data["question"]), key=lambda each: each.part
    )
    return Questions(
        tuple(questions),
        tuple(Labelled(**entry) for entry in data["insight"]),
        tuple(Labelled(**entry) for entry in data["agreement"]),
        data["verdict"],
        data.get("source", ""),
        tuple(_question(entry, data["who"]) for entry in data.get("further", ())),
        tuple(Number(**entry) for entry in data.get("number", ())),
        data["who"],
    )


def _question(entry: Mapping[str, Any], who: Mapping[str, str]) -> Question:
    own = {key: entry[key] for key in ("id", "title", "ask", "why", "note", "note_example")}
    answers = tuple(_answer(each, who) for each in entry["answer"])
    return Question(**own, part=entry.get("part", 0), examples=tuple(entry["examples"]), answers=answers)


def _answer(entry: Mapping[str, Any], who: Mapping[str, str]) -> Answer:
    return Answer(
        id=entry["id"],
        label=entry["label"],
        comment=entry["comment"],
        next_step=entry["next_step"],
        who=who[entry["who"]],
        stops=entry.get("stops", ""),
        first=entry.get("first", False),
        enables=tuple(entry.get("enables", ())),
        blocks=tuple(entry.get("blocks", ())),
        agreements=tuple(entry.get("agreements", ())),
        implies=entry.get("implies", {}),
    )
