"""Check the questions file, so that an edit by hand fails with the place and the reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_QUESTION_TEXTS = ("id", "title", "ask", "why", "note", "note_example")
_NUMBER_TEXTS = ("id", "title", "ask", "why")
_ANSWER_TEXTS = ("id", "label", "comment", "next_step", "who")
_ANSWER_LISTS = {"enables": "insight", "blocks": "insight", "agreements": "agreement"}
_ANSWER_KEYS = {*_ANSWER_TEXTS, *_ANSWER_LISTS, "stops", "first", "implies"}
PARTS = 6


def faults(data: Mapping[str, Any]) -> list[str]:
    """Every way in which the data is not a set of questions; empty when all is well."""
    found = [
        f"[verdict] has no '{key}'"
        for key in ("yes", "not_yet", "unanswered")
        if key not in data.get("verdict", {})
    ]
    for kind in ("insight", "agreement"):
        found += [
            f"{kind} {at}: '{key}' is missing or not text"
            for at, entry in enumerate(data.get(kind, []), start=1)
            for key in ("id", "label", "meaning")
            if not _text(entry.get(key))
        ]
    questions = data.get("question", [])
    if sorted(question.get("part", 0) for question in questions) != list(range(1, PARTS + 1)):
        found.append(f"the questions must be parts 1 to {PARTS}, each once")
    further = data.get("further", [])
    found += _doubled("question", [each.get("id") for each in (*questions, *further)])
    for question in (*questions, *further):
        found += _question_faults(question, data)
    return found + _number_faults(data)


def _number_faults(data: Mapping[str, Any]) -> list[str]:
    numbers = data.get("number", [])
    found = _doubled("number", [number.get("id") for number in numbers])
    for at, number in enumerate(numbers, start=1):
        found += [f"number {at}: '{key}' is missing" for key in _NUMBER_TEXTS if not _text(number.get(key))]
        found += [f"number {at}: '{key}' is not known" for key in sorted(set(number) - set(_NUMBER_TEXTS))]
    return found


def _question_faults(question: Mapping[str, Any], data: Mapping[str, Any]) -> list[str]:
    where = f"question '{question.get('id')}'"
    found = [
        f"{where}: '{key}' is missing or not text" for key in _QUESTION_TEXTS if not _text(question.get(key))
    ]
    if not question.get("examples") or not all(_text(example) for example in question["examples"]):
        found.append(f"{where}: needs examples")
    answers = question.get("answer", [])
    if len(answers) < 2:
        found.append(f"{where}: needs at least two answers")
    found += _doubled(f"{where}: answer", [answer.get("id") for answer in answers])
    for answer in answers:
        found += [f"{where}: {fault}" for fault in _answer_faults(answer, data)]
    return found


def _answer_faults(answer: Mapping[str, Any], data: Mapping[str, Any]) -> list[str]:
    where = f"answer '{answer.get('id')}'"
    found = [
        f"{where}: '{key}' is missing or not text" for key in _ANSWER_TEXTS if not _text(answer.get(key))
    ]
    found += [f"{where}: '{key}' is not known" for key in sorted(set(answer) - _ANSWER_KEYS)]
    if answer.get("who") not in data.get("who", {}):
        found.append(f"{where}: who '{answer.get('who')}' is not in [who]")
    for key, kind in _ANSWER_LISTS.items():
        known = {entry.get("id") for entry in data.get(kind, [])}
        found += [
            f"{where}: {key} names '{each}', which is no {kind}"
            for each in answer.get(key, [])
            if each not in known
        ]
    if both := set(answer.get("enables", [])) & set(answer.get("blocks", [])):
        found.append(f"{where}: both enables and blocks {', '.join(sorted(both))}")
    for other, implied in answer.get("implies", {}).items():
        if implied not in _answers_of(other, data):
            found.append(f"{where}: implies '{other} = {implied}', which is no answer")
    return found


def _answers_of(question_id: str, data: Mapping[str, Any]) -> set[str]:
    return {
        answer.get("id", "")
        for question in (*data.get("question", []), *data.get("further", []))
        if question.get("id") == question_id
        for answer in question.get("answer", [])
    }


def _doubled(what: str, ids: list[Any]) -> list[str]:
    return [f"{what} '{each}' comes twice" for each in sorted({str(i) for i in ids if ids.count(i) > 1})]


def _text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
