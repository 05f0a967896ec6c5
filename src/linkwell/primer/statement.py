"""What a privacy statement must say: a draft of one, and a linter that says what an existing one lacks.

The linter looks for words. It helps a person to read; it does not replace one who knows the law.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from linkwell.documents.blocks import Box, Document, Heading, Text
from linkwell.primer.answers import Answers
from linkwell.standards.names import without_marks

_BLANK = re.compile(r"\[[^\]\n]{3,}\]")


@dataclass(frozen=True)
class Lack:
    """Something a statement does not say, or a blank nobody filled in.

    Attributes:
        principle: whose rule it is.
        draft: a sentence to start from.
    """

    id: str
    title: str
    principle: str
    why: str
    draft: str


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files("linkwell.primer").joinpath("statement.toml").read_text("utf-8"))


def _items() -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = _data()["item"]
    return items


def lint_statement(text: str, answers: Answers | None = None) -> tuple[Lack, ...]:
    """What a privacy statement lacks, in the order it should say it; empty when nothing was missed."""
    plain = " ".join(without_marks(text).casefold().split())
    lacks = [
        _lack(item, answers or Answers())
        for item in _items()
        if not all(re.search(pattern, plain) for pattern in item.get("all", ()))
        or not any(re.search(pattern, plain) for pattern in item.get("any", ("",)))
    ]
    blanks = len(_BLANK.findall(text))
    if blanks:
        what = f"{blanks} {'blank is' if blanks == 1 else 'blanks are'} not filled in"
        why = "Words in square brackets are for you to fill in or take out."
        lacks.append(Lack("blanks", what, "Good practice", why, ""))
    return tuple(lacks)


def _lack(item: dict[str, Any], answers: Answers) -> Lack:
    return Lack(item["id"], item["title"], item["principle"], item["why"], _draft(item, answers))


def _draft(item: dict[str, Any], answers: Answers) -> str:
    others = _data()["others"][answers.choices.get("route", "direct")]
    organisation = answers.organisation or "[name of your organisation]"
    return str(item["draft"]).format(organisation=organisation, others=others)


def privacy_statement(answers: Answers) -> Document:
    """A statement to put on the sign-up form, for the provider to finish."""
    said = [block for item in _items() for block in (Heading(item["heading"]), Text(_draft(item, answers)))]
    return Document(
        title="What we do with your details",
        lead="DRAFT of a privacy statement",
        footer="Draft made with Linkwell. Not legal advice.",
        blocks=(
            Box(_data()["draft"]["warning"]),
            *said,
        ),
    )
