"""A provider's answers and write-ups in one small readable file, saved whole after every answer."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from linkwell.errors import TryAgain, WrongUse
from linkwell.primer.questions import Questions, load_questions
from linkwell.vault.zones import write_whole

_HEAD = """# Answers to the questions of the Data Sharing Primer, kept by Linkwell.
# Nothing about any person belongs in here. Go on answering with: linkwell ready --save THIS-FILE
"""
_PARTS = {"answers", "notes", "numbers", "organisation", "version"}


@dataclass(frozen=True)
class Answers:
    """Answers given so far.

    Attributes:
        choices: question id to answer id.
        notes: question id to the provider's own write-up, reused word for word in the specification.
        organisation: the provider's name, if given.
        numbers: number id to a whole number, such as how many people.
    """

    choices: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    organisation: str = ""
    numbers: Mapping[str, int] = field(default_factory=dict)

    def with_choice(self, question_id: str, answer_id: str) -> Answers:
        """These answers with one more, or one changed."""
        return replace(self, choices={**self.choices, question_id: answer_id})

    def with_note(self, question_id: str, text: str) -> Answers:
        """These answers with a write-up for one question; an empty text takes it away."""
        others = {key: note for key, note in self.notes.items() if key != question_id}
        return replace(self, notes={**others, question_id: text} if text else others)

    def with_number(self, number_id: str, number: int | None) -> Answers:
        """These answers with one number; None takes it away."""
        others = {key: value for key, value in self.numbers.items() if key != number_id}
        return replace(self, numbers=others if number is None else {**others, number_id: number})


def load_answers(path: Path, questions: Questions | None = None) -> Answers:
    """Read an answers file.

    Raises:
        WrongUse: missing, not TOML, or naming a question or answer that does not exist.
    """
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise WrongUse(
            "There is no such answers file.",
            where=str(path),
            fix="Make one with: linkwell ready --save FILE.toml",
        ) from None
    except UnicodeDecodeError:
        raise _unreadable(path.name, "It is not UTF-8 text.") from None
    except OSError as error:
        raise TryAgain(f"The answers file cannot be opened ({error.strerror}).", where=path.name) from None
    return parse_answers(text, name=path.name, questions=questions)


def parse_answers(text: str, *, name: str, questions: Questions | None = None) -> Answers:
    """The answers written in the text of an answers file; `name` is used in errors.

    Raises:
        WrongUse: not TOML, or naming a question or answer that does not exist.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _unreadable(name, str(error)) from None
    except RecursionError:
        raise _unreadable(name, "It is nested too deeply.") from None
    return _checked(data, name, questions or load_questions())


def _unreadable(name: str, why: str) -> WrongUse:
    return WrongUse(
        "The answers file cannot be read.",
        where=name,
        why=why,
        fix="Mend that line, or answer the questions again into a new file.",
    )


def _checked(data: Mapping[str, Any], name: str, questions: Questions) -> Answers:
    choices, notes = data.get("answers", {}), data.get("notes", {})
    if unknown := sorted(set(data) - _PARTS):
        raise WrongUse(
            f"The answers file has a part that is not known: {', '.join(unknown)}.",
            where=name,
            fix='It may have [answers], [notes], [numbers] and organisation = "...".',
        )
    for table in (choices, notes):
        if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
            raise WrongUse("Every answer and note must be text in quotation marks.", where=name)
    for question_id, answer_id in choices.items():
        questions.question(question_id).answer(answer_id)
    for question_id in notes:
        questions.question(question_id)
    return Answers(choices, notes, str(data.get("organisation", "")), _numbers(data, name, questions))


def _numbers(data: Mapping[str, Any], name: str, questions: Questions) -> dict[str, int]:
    numbers = data.get("numbers", {})
    if not isinstance(numbers, dict) or not all(type(n) is int and n >= 0 for n in numbers.values()):
        raise WrongUse("Every number must be a whole number, nought or more.", where=name)
    for number_id in numbers:
        questions.number(number_id)
    return numbers


def save_answers(path: Path, answers: Answers) -> None:
    """Write the answers so that a stop at any moment leaves the old file or the new one, whole.

    Raises:
        TryAgain: the folder cannot be written to.
    """
    try:
        write_whole(path, render_answers(answers).encode())
    except OSError as error:
        raise TryAgain(
            f"The answers cannot be saved ({error.strerror}).",
            where=str(path),
            fix="Choose another place with --save.",
        ) from None


def render_answers(answers: Answers) -> str:
    """The text of an answers file."""
    lines = [_HEAD, "version = 1"]
    if answers.organisation:
        lines.append(f"organisation = {_quoted(answers.organisation)}")
    for title, table in (("answers", answers.choices), ("notes", answers.notes)):
        lines += ["", f"[{title}]", *(f"{key} = {_quoted(value)}" for key, value in table.items())]
    if answers.numbers:
        lines += ["", "[numbers]", *(f"{key} = {number}" for key, number in answers.numbers.items())]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    # JSON's escapes are all TOML basic-string escapes too; DEL is the one character TOML also wants escaped.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
