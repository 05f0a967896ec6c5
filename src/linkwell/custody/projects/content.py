"""What an application asks and what is missing in it; what an amendment changes."""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

LONGEST_DAYS = 1096
"""A project is approved for three years at most; our choice."""


@dataclass(frozen=True)
class Question:
    """One question of application.toml."""

    id: str
    label: str
    kind: str
    help: str = ""
    options: tuple[str, ...] = ()
    only_if: str = ""
    optional: bool = False


@dataclass(frozen=True)
class ApplicationPage:
    """One page of an application: one of the five safes, or one pair of tikanga."""

    code: str
    safe: str
    title: str
    help: str
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Pair:
    """One pair of the ten tikanga."""

    number: int
    principle: str
    names: tuple[str, ...]
    gloss: tuple[str, ...]
    asks: str
    mi: str = ""

    @property
    def code(self) -> str:
        """How an application keeps its answer, and the name of its page."""
        return f"tikanga-{self.number}"

    @property
    def tikanga(self) -> list[tuple[str, str]]:
        """(name, gloss) of both."""
        return list(zip(self.names, self.gloss, strict=True))


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files("linkwell.custody.projects") / name).read_text("utf-8"))


@cache
def pairs() -> dict[int, Pair]:
    """The five pairs of Ngā Tikanga Paihere by their number."""
    found = [
        Pair(**each | {"names": tuple(each["names"]), "gloss": tuple(each["gloss"])})
        for each in _read("tikanga.toml")["pair"]
    ]
    return {each.number: each for each in found}


@cache
def pages() -> dict[str, ApplicationPage]:
    """Every page of an application by its code, in order."""
    found = [
        ApplicationPage(
            page["code"], page["safe"], page["title"], page["help"],
            tuple(Question(**q | {"options": tuple(q.get("options", ()))}) for q in page["question"]),
        )
        for page in _read("application.toml")["page"]
    ]  # fmt: skip
    tikanga = [
        ApplicationPage(
            pair.code, "Ngā Tikanga Paihere", pair.principle, "",
            (Question(pair.code, pair.asks, "text"),),
        )
        for pair in pairs().values()
    ]  # fmt: skip
    return {page.code: page for page in [*found, *tikanga]}


def questions() -> Iterator[Question]:
    """Every question, in order."""
    return (question for page in pages().values() for question in page.questions)


def counts(question: Question, answers: Mapping[str, str]) -> bool:
    """Whether a question is asked at all, given what else was answered."""
    return not question.only_if or answers.get(question.only_if) == "yes"


def missing(page: ApplicationPage, answers: Mapping[str, str]) -> list[Question]:
    """The questions of a page that still need an answer."""
    return [
        question
        for question in page.questions
        if counts(question, answers) and not question.optional and not answers.get(question.id, "").strip()
    ]


def problems(answers: Mapping[str, str], variables: Mapping[str, str]) -> list[str]:
    """What stops an application from being put in, in words."""
    found = [f"“{q.label}” has no answer." for page in pages().values() for q in missing(page, answers)]
    if not variables:
        found.append("No variable is chosen.")
    found += [f"It does not say why {name} is needed." for name, why in variables.items() if not why.strip()]
    return found or _days(answers)


def day(answers: Mapping[str, str], name: str) -> datetime.date | None:
    """An answer that is a day; None if there is none."""
    text = answers.get(name, "")
    return datetime.date.fromisoformat(text) if text else None


def _days(answers: Mapping[str, str]) -> list[str]:
    starts, ends = day(answers, "starts"), day(answers, "ends")
    if starts is None or ends is None:
        return []  # asked for above
    found = []
    if ends < starts:
        found.append("The last day is before the first.")
    if (ends - starts).days > LONGEST_DAYS:
        found.append("It is longer than three years.")
    if answers.get("ethics_needed") == "yes":
        until = day(answers, "ethics_until")
        if until is not None and until < starts:
            found.append("The ethics approval runs out before the project begins.")
    return found


@dataclass(frozen=True)
class Changed:
    """One thing an amendment or renewal changes."""

    what: str
    before: str
    after: str


def changed(
    before: Mapping[str, Any], answers: Mapping[str, str], variables: Mapping[str, str], team: list[str]
) -> list[Changed]:
    """Only what is different from what was approved last."""
    old, chosen = before.get("answers", {}), before.get("variables", {})
    found = [
        Changed(q.label, old.get(q.id, ""), answers.get(q.id, ""))
        for q in questions()
        if old.get(q.id, "") != answers.get(q.id, "")
    ]
    names = sorted({*chosen, *variables})
    found += [
        Changed(name, chosen.get(name, ""), variables.get(name, ""))
        for name in names
        if chosen.get(name) != variables.get(name)
    ]
    people = list(before.get("team", []))
    if sorted(people) != sorted(team):
        found.append(Changed("The team", ", ".join(sorted(people)), ", ".join(sorted(team))))
    return found
