"""The labels of a column of an analyst's own file: which there are, in which order, and who has which."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from unicodedata import normalize

import numpy as np
import pyarrow as pa

from linkwell.confidentiality.own_people import coded
from linkwell.confidentiality.request import Ints
from linkwell.errors import WrongUse

NOT_KNOWN = "Not known"
"""The label of rows without a value: left out, they would be lost without a word."""
MACRON = "\u0304"
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def labelled(
    name: str, column: pa.ChunkedArray, units: Ints, *, once: bool, few: int,
    codes: Sequence[str] | None, before: Sequence[str],
) -> tuple[Ints, tuple[str, ...]]:  # fmt: skip
    """Per row the place of its label (-1: left out), and the labels in order.

    Args:
        units: who each row is. once: each person has one row. few: labels of fewer people are not listed.
        codes: the whole list of labels, if there is one.
        before: labels that were told before: one that disappeared would tell that people left.

    Raises:
        WrongUse: a label is not in the code list.
    """
    places, words = _words(column)
    people = np.bincount(places, minlength=len(words)) if once else people_each(places, units, len(words))
    enough = {word for word, count in zip(words, people, strict=True) if count >= few}
    if codes is not None:
        order = {label: place for place, label in enumerate(dict.fromkeys(map(str, codes)))}
        unknown = [word for word in words if word not in order]
        if unknown:
            raise not_listed(name, unknown, enough)
        return np.array([order[word] for word in words], dtype=np.int64)[places], tuple(order)
    labels = in_order(enough | set(before))
    order = {label: place for place, label in enumerate(labels)}
    table = np.array([order.get(word, -1) for word in words], dtype=np.int64)
    if np.array_equal(table, np.arange(len(words))):
        return places, tuple(labels)
    return table[places], tuple(labels)


def _words(column: pa.ChunkedArray) -> tuple[Ints, list[str]]:
    """Per row the place of its word, and the different words; what is missing in any way is one of them."""
    places, values = coded(column)
    words = [word_of(value) for value in values.to_pylist()]
    if len(places) and int(places.min()) < 0:
        places = np.where(places < 0, len(words), places)
        words.append(NOT_KNOWN)
    spots = {word: place for place, word in enumerate(dict.fromkeys(words))}
    if len(spots) < len(words):
        places = np.array([spots[word] for word in words], dtype=np.int64)[places]
    return places, list(spots)


def word_of(value: object) -> str:
    """A value as a label."""
    word = str(value)
    if value is None or value != value or not word.strip():
        return NOT_KNOWN
    return word.removeprefix("-") if value == 0 else word  # minus nought is nought


def people_each(codes: Ints, units: Ints, number: int) -> Ints:
    """Distinct people per code, shape (number,)."""
    if int(np.bincount(units, minlength=1).max()) > 1:
        packed = np.sort(codes * (int(units.max(initial=0)) + 1) + units)
        packed = packed[np.concatenate([[True], packed[1:] != packed[:-1]])]
        codes = packed // (int(units.max(initial=0)) + 1)
    return np.bincount(codes, minlength=number).astype(np.int64)


def not_listed(name: str, unknown: Sequence[str], common: Collection[str]) -> WrongUse:
    """What to say of labels outside their code list: a label of a few people may be somebody's name."""
    told = [label for label in unknown if label in common or label == NOT_KNOWN][:3]
    rest = len(unknown) - len(told)
    words = [*told, *([f"{rest} labels of few people, or more of them"] if rest else [])]
    return WrongUse("A label is not in its code list.", where=f"{name}: {', '.join(words)}",
                    fix="Add it to the list, or mend it in the file.")  # fmt: skip


def in_order(labels: Iterable[str]) -> list[str]:
    """Labels in reading order: numbers by size (-1 before 2 before 10), then words (ā as a)."""
    return sorted(labels, key=_reading)


def _reading(word: str) -> tuple[bool, float, str, str]:
    number = bool(NUMBER.fullmatch(word))
    plain = "".join(letter for letter in normalize("NFD", word) if letter != MACRON)
    return not number, float(word) if number else 0.0, plain, word
