"""The questions a provider answers about its records, read from documentation.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes:
        notes: topics of the write-ups made while getting ready that answer it too, word for word.
    """

    id: str
    text: str
    hint: str
    needed: bool
    notes: tuple[str, ...] = ()


@cache
def questions() -> tuple[Question, ...]:
    """Every question, in order."""
    text = (files("linkwell.custody.proposals") / "documentation.toml").read_text("utf-8")
    entries = tomllib.loads(text)["question"]
    return tuple(Question(**{**each, "notes": tuple(each.get("notes", ()))}) for each in entries)


def unanswered(answers: Mapping[str, str]) -> tuple[Question, ...]:
    """The questions that still need an answer."""
    return tuple(q for q in questions() if q.needed and not answers.get(q.id, "").strip())
