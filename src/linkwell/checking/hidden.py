"""Names, contacts, addresses, identifiers and free text hiding among service details; each blocks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable
from itertools import pairwise

from linkwell.specification.content import folded
from linkwell.standards.identifiers import check_ird, check_nhi

LONGEST_LABEL = 80
MOST_LABELS = 200
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
# New Zealand numbers: 0 or +64, then at least seven more digits however they are spaced.
_PHONE = re.compile(r"(?<![\w.])(?:\+?64[\s-]?|0)[2-9](?:[\s().-]?\d){6,9}(?!\d)")
_NHI_SHAPE = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{3}\s?\d{2}(?:\d{2}|[A-Za-z]{2})(?![A-Za-z0-9])")
_IRD_SHAPE = re.compile(r"(?<!\d)\d{2,3}[\s-]?\d{3}[\s-]?\d{3}(?!\d)")
# A house number, one to four words and a kind of street. Kinds that are also plain words ("place",
# "way") count only before a comma, a postcode or the end, so that "a 12 week safe place to be" is no address.
_STREET = re.compile(
    r"(?<![\w.])\d{1,5}[A-Za-z]?(?:\s?[/-]\s?\d{1,5}[A-Za-z]?)?,?\s+(?:[^\W\d_][\w'’-]*\s+){1,4}?"
    r"(?:(?:street|road|rd|avenue|ave|terrace|tce|crescent|cres|highway|esplanade|boulevard|parade|tiriti)\b"
    r"|(?:st|drive|lane|ln|place|pl|way|court|ct|close|grove|rise|square|quay)\b\.?(?=\s*(?:,|$|\d{4}\b))"
    r"|dr\b\.?(?=\s*(?:,|\d{4}\b)))",
    re.IGNORECASE,
)
_BOX = re.compile(r"\b(?:P\.?\s?O\.?\s?box|private bag|R\.?D\.?)\s*\d{1,6}\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


def full_names(people: Iterable[dict[str, str]]) -> set[tuple[str, str]]:
    """(first, last) of everyone, folded, to look for in columns of details."""
    names = set()
    for person in people:
        first, last = folded(person.get("first_name", "")), folded(person.get("last_name", ""))
        if first and last:
            names.add((first.split()[0], last.split()[-1]))
    return names


def hidden_in(values: Counter[str], names: Container[tuple[str, str]]) -> dict[str, set[str]]:
    """The different values of a column that must not travel, by finding code."""
    found: dict[str, set[str]] = {}
    for value in values:
        for code in _codes(value, names):
            found.setdefault(code, set()).add(value)
    filled = sum(values.values())
    if len(values) > MOST_LABELS or (filled >= 50 and len(values) > filled / 2):
        found["hidden_free_text"] = set(values)
    return found


def _codes(value: str, names: Container[tuple[str, str]]) -> Iterable[str]:
    if "@" in value and _EMAIL.search(value):
        yield "hidden_email"
    if any(character.isdigit() for character in value):
        if _PHONE.search(value):
            yield "hidden_phone"
        if any(check_nhi(found).ok for found in _NHI_SHAPE.findall(value)) or any(
            check_ird(found).ok for found in _IRD_SHAPE.findall(value)
        ):
            yield "hidden_identifier"
        if _STREET.search(value) or _BOX.search(value):
            yield "hidden_address"
    if len(value) > LONGEST_LABEL:
        yield "hidden_free_text"
    words = [folded(word) for word in _WORD.findall(value)]
    pairs = set(pairwise(words))
    if any(pair in names or pair[::-1] in names for pair in pairs):
        yield "hidden_name"
