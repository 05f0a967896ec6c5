"""The questions a provider answers about its records, read from documentation.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Question:
    """One question."""

    id: str
    text: str
    hint: str
    needed: bool


@cache
def questions() -> tuple[Question, ...]:
    """Every question, in order."""
    text = (files("linkwell.custody.proposals") / "documentation.toml").read_text("utf-8")
    return tuple(Question(**each) for each in tomllib.loads(text)["question"])


def unanswered(answers: Mapping[str, str]) -> tuple[Question, ...]:
    """The questions that still need an answer."""
    return tuple(q for q in questions() if q.needed and not answers.get(q.id, "").strip())
