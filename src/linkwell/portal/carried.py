"""Answers that travel with the visitor: in the address of each page, and nowhere on this side.

Only the choices and the number are in an address; words somebody wrote are posted, used for one answer, and
forgotten.
"""

from __future__ import annotations

from django.http import QueryDict
from django.utils.http import urlencode

from linkwell.errors import WrongUse
from linkwell.primer import Answers, load_questions
from linkwell.primer.order import in_order

MOST_DIGITS = 7  # of a number of people
LONGEST_NOTE, LONGEST_NAME = 4000, 200


def carried(given: QueryDict) -> Answers:
    """The answers in an address or form; whatever is no answer is passed over."""
    choices = {}
    for question in in_order():
        try:
            choices[question.id] = question.answer(given.get(question.id, "")).id
        except WrongUse:
            continue
    numbers = {
        each.id: int(text)
        for each in load_questions().numbers
        if (text := given.get(each.id, "")).isascii() and text.isdigit() and len(text) <= MOST_DIGITS
    }
    return Answers(choices=choices, numbers=numbers)


def with_words(answers: Answers, given: QueryDict) -> Answers:
    """The same with the organisation's name and what was written about each question."""
    notes = {
        question.id: text
        for question in in_order()
        if (text := given.get(f"note-{question.id}", "")[:LONGEST_NOTE].replace("\r\n", "\n").strip())
    }
    return Answers(
        answers.choices, notes, given.get("organisation", "")[:LONGEST_NAME].strip(), answers.numbers
    )


def pairs(answers: Answers, *, but: str = "") -> list[tuple[str, str]]:
    """(name, value) of everything that goes along, without the one named `but`."""
    found = [*answers.choices.items(), *((name, str(number)) for name, number in answers.numbers.items())]
    return [(name, value) for name, value in found if name != but]


def along(address: str, answers: Answers, **more: str) -> str:
    """The address of a page with the answers in it."""
    query = urlencode([*more.items(), *pairs(answers)])
    return f"{address}?{query}" if query else address
