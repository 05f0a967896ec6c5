"""In which order the questions are asked, and which is the next one still open; the same everywhere."""

from __future__ import annotations

from collections.abc import Mapping

from linkwell.primer.questions import Question, load_questions
from linkwell.primer.readiness import with_implied


def in_order() -> tuple[Question, ...]:
    """The six parts, then what is asked after them."""
    return (*load_questions().questions, *load_questions().further)


def next_open(choices: Mapping[str, str], *, after: Question | None = None) -> Question | None:
    """The next question still open, those after `after` first; None when all are answered."""
    listed = in_order()
    known = with_implied(choices, load_questions())
    start = listed.index(after) + 1 if after else 0
    return next((each for each in (*listed[start:], *listed[:start]) if each.id not in known), None)


def number_of(asked: Question) -> int:
    """The place of a question, from 1."""
    return in_order().index(asked) + 1


def before(asked: Question) -> Question | None:
    """The question before; None for the first."""
    at = number_of(asked) - 2
    return in_order()[at] if at >= 0 else None
