"""The words of headings, in English and te reo Māori (`headings.toml`), and a heading in its words."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources

from linkwell.specification.plain_words import apart, meant, singular
from linkwell.standards.names import fold

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
HINT = re.compile(r"\(([^)]*)\)|\[([^\]]*)\]")
_PIECE = re.compile(r"\d+(?:st|nd|rd|th)|[^\W\d]+|\d+")
_WITH = re.compile(r"\bw/\s*", re.I)  # "Still w/ us"
_DOTTED = re.compile(r"\b(\w)\.(?=\w\b)")
_WHOSE = re.compile(r"['’]s\b")  # "Young person's name"


@cache
def words() -> dict[str, dict[str, list[str]]]:
    """The packaged vocabulary."""
    text = resources.files("linkwell.specification").joinpath("headings.toml").read_text("utf-8")
    return tomllib.loads(text)


def fold_heading(heading: str) -> str:
    """One form for comparing: "FirstName", "first_name" and "First name:" agree, macrons aside."""
    text = (
        _DOTTED.sub(r"\1", _WHOSE.sub("", _WITH.sub("with ", heading)))
        .replace("'", "")
        .replace("’", "")
        .replace("#", " no ")
        .replace("&", " and ")
    )
    return fold(_CAMEL.sub(" ", text).replace("_", " "))


def variants(heading: str) -> list[str]:
    """The folded heading, without what stands in brackets, each half of a two-language heading, and all of
    these with short forms written out.
    """
    bare = _WITH.sub("with ", HINT.sub(" ", heading))
    halves = list(map(fold_heading, re.split(r"\s*[/|\n]\s*|\s+[-–]\s+", bare)))
    found = (*whole_forms(heading), *halves, *map(written_out, halves))
    return [each for each in dict.fromkeys(found) if each]


def whole_forms(heading: str) -> list[str]:
    """The whole heading folded, as words and as one, with and without its brackets."""
    bare = HINT.sub(" ", heading)
    folded = [fold_heading(heading), fold(heading), fold_heading(bare)]  # "DoB" is one word, not two
    return list(dict.fromkeys([*folded, *map(written_out, folded)]))


def written_out(text: str) -> str:
    """Folded words with their short forms written out."""
    short = words()["short_forms"]
    return " ".join(str(short.get(word, word)) for word in text.split())


@cache
def synonyms() -> dict[str, tuple[tuple[str, str, int], ...]]:
    """Folded synonym to the (role, section, rank) it may mean."""
    found: dict[str, list[tuple[str, str, int]]] = {}
    for section in ("anywhere", "participants", "interactions", "not_supplied"):
        for role, names in words()[section].items():
            for rank, name in enumerate(names):
                found.setdefault(name, []).append((role, section, rank))
    return {name: tuple(roles) for name, roles in found.items()}


@cache
def _known() -> frozenset[str]:
    """Every word of the vocabulary, to take "caseopendate" apart by."""
    telling = (word for each in words()["telling"].values() for word in each)
    names = (*synonyms(), *words()["neutral"]["any"], *telling)
    return frozenset(word for name in names for word in name.split())


@cache
def _by_order() -> dict[tuple[str, ...], str]:
    """A synonym by its words in the order of the alphabet, one of each."""
    named = {_unordered(name.split()): name for name in reversed(synonyms())}
    return {words_of: name for words_of, name in named.items() if len(words_of) > 1}


def synonym(text: str) -> str:
    """The synonym of the same words, in whatever order; "" when there is none."""
    if text in synonyms():
        return text
    bare = _unordered(text.split())
    return bare[0] if len(bare) == 1 and bare[0] in synonyms() else _by_order().get(bare, "")


def _unordered(tokens: Sequence[str]) -> tuple[str, ...]:
    one_form = {singular("number" if each == "no" else each) for each in tokens}
    return tuple(sorted(one_form - set(words()["words"]["filler"])))


def hinted(heading: str) -> list[str]:
    """What stands in brackets, where it may say what the heading does not ("Ko wai koe? (First name)")."""
    return [" ".join(filter(None, found)) for found in HINT.findall(heading)]


def tokens_of(text: str) -> list[str]:
    """The words of a heading as they were meant: taken apart, written out, mistypings mended."""
    found = [part for word in fold_heading(text).split() for part in _PIECE.findall(word)]
    parts = [part for word in found for part in apart(word, _known())]
    return written_out(" ".join(meant(part, _known(), _of_others()) for part in parts)).split()


@cache
def _of_others() -> frozenset[str]:
    """Words about staff, contacts and other people: a word cut short is never taken for one of them."""
    lists = words()["not_supplied"]
    names = (*lists["staff"], *lists["contact"], *lists["address"], *words()["words"]["somebody_else"])
    return frozenset(word for name in names for word in name.split())
