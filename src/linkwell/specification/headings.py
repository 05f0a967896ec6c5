"""What a heading says its column holds, in English and te reo Māori; the words are in `headings.toml`."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

from linkwell.standards.names import fold

EXACT, STRIPPED, CONTAINED = 3, 2, 1
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_HINT = re.compile(r"\(([^)]*)\)|\[([^\]]*)\]")
_DOTTED = re.compile(r"\b(\w)\.(?=\w\b)")
_WHEN = {"start_date", "end_date", "service_date"}
_LAST_WORD_FREE_TEXT = {"notes", "note", "comment", "comments", "remarks", "details", "description", "reason"}
# One-word synonyms that are sure enough to count inside a longer heading.
_TELLING = {
    "dob", "birthdate", "nhi", "ird", "swn", "winz", "msd", "nsn", "surname", "gender", "sex", "ethnicity",
    "email", "phone", "mobile", "address", "notes", "comments", "attendance", "household", "postcode",
    "suburb",
    "kaimahi", "forename", "firstname", "lastname", "telephone", "cellphone", "caseworker", "initiative",
    "programme",
}  # fmt: skip


@dataclass(frozen=True)
class Guess:
    """A role a heading may have.

    Attributes:
        role: a canonical field name, "full_name", or a kind of column that stays at home.
        section: anywhere, participants, interactions, or not_supplied.
        strength: 3 the whole heading, 2 without words such as "client", 1 only a part of it.
        rank: place among the role's synonyms; earlier ones are more usual.
    """

    role: str
    section: str
    strength: int
    rank: int = 0


@cache
def words() -> dict[str, dict[str, list[str]]]:
    """The packaged vocabulary."""
    text = resources.files("linkwell.specification").joinpath("headings.toml").read_text("utf-8")
    return tomllib.loads(text)


def fold_heading(heading: str) -> str:
    """One form for comparing: "FirstName", "first_name" and "First name:" agree, macrons aside."""
    text = (
        _DOTTED.sub(r"\1", heading)
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
    halves = list(map(fold_heading, re.split(r"\s*[/|\n]\s*|\s+[-–]\s+", _HINT.sub(" ", heading))))
    found = (*_whole_forms(heading), *halves, *map(_written_out, halves))
    return [each for each in dict.fromkeys(found) if each]


def _whole_forms(heading: str) -> list[str]:
    bare = _HINT.sub(" ", heading)
    folded = [fold_heading(heading), fold(heading), fold_heading(bare)]  # "DoB" is one word, not two
    return list(dict.fromkeys([*folded, *map(_written_out, folded)]))


def _written_out(text: str) -> str:
    short = words()["short_forms"]
    return " ".join(str(short.get(word, word)) for word in text.split())


def order_hint(heading: str) -> str:
    """The date order a heading announces ("DOB (dd/mm/yyyy)"), or ""."""
    shape = re.sub(r"[^dmy]", "", heading.lower().rpartition("(")[2] if "(" in heading else heading.lower())
    for written, order in (("ddmmyy", "dmy"), ("mmddyy", "mdy"), ("dmy", "dmy"), ("mdy", "mdy")):
        if shape.startswith(written) and "(" in heading:
            return order
    return ""


def guesses(heading: str) -> list[Guess]:
    """Every role the heading may have, surest first; empty when nothing fits."""
    found: list[Guess] = []
    whole = _whole_forms(heading)
    for variant in variants(heading):
        # all of "Name (first)" says more than a part of it
        later = 100 * (whole.index(variant) if variant in whole else len(whole))
        found += [replace(each, rank=each.rank + later) for each in _whole(variant, EXACT)]
        bare = _without_subject(variant)
        if bare and bare != variant and not _somebody_else(variant):
            found += _whole(bare, STRIPPED)
    if not found:
        text = _written_out(fold_heading(_HINT.sub(" ", heading)))
        found = _by_words(text) + _by_parts(text)
    return sorted(dict.fromkeys(found), key=lambda guess: (-guess.strength, guess.rank))


@cache
def _synonyms() -> dict[str, tuple[tuple[str, str, int], ...]]:
    """Folded synonym to the (role, section, rank) it may mean."""
    found: dict[str, list[tuple[str, str, int]]] = {}
    for section in ("anywhere", "participants", "interactions", "not_supplied"):
        for role, names in words()[section].items():
            for rank, name in enumerate(names):
                found.setdefault(name, []).append((role, section, rank))
    return {name: tuple(roles) for name, roles in found.items()}


def _whole(text: str, strength: int) -> list[Guess]:
    return [Guess(role, section, strength, rank) for role, section, rank in _synonyms().get(text, ())]


def _without_subject(text: str) -> str:
    """The heading without every word in front that only says whose it is ("tbl client", "te")."""
    for subject in sorted(words()["words"]["subject"], key=len, reverse=True):
        if text.startswith(subject + " "):
            return _without_subject(text[len(subject) + 1 :])
    return text


def _somebody_else(text: str) -> bool:
    return any(f" {other} " in f" {text} " for other in words()["words"]["somebody_else"])


def _by_words(text: str) -> list[Guess]:
    """Roles that some word tells while every other word says nothing of its own."""
    tokens, neutral = set(text.split()), set(words()["neutral"]["any"])
    if not tokens or _somebody_else(text):
        return []
    found: list[Guess] = []
    for role, telling in words()["telling"].items():
        if tokens & set(telling) and tokens <= {*telling, *neutral}:
            section = next(name for name in ("participants", "interactions") if role in words()[name])
            found.append(Guess(role, section, CONTAINED, len(found)))
    return found


def _another_matter(text: str) -> bool:
    return any(f" {other} " in f" {text} " for other in words()["words"]["other_matter"])


def _by_parts(text: str) -> list[Guess]:
    """The longest synonym inside a heading; the last words weigh most, since they name the thing."""
    tokens = text.split()
    if not tokens:
        return []
    if tokens[-1] in _LAST_WORD_FREE_TEXT:
        return [Guess("free_text", "not_supplied", CONTAINED)]
    if _somebody_else(text):
        return [Guess("other_person", "not_supplied", EXACT)]
    for length in range(len(tokens) - 1, 0, -1):
        for start in range(len(tokens) - length, -1, -1):
            part = " ".join(tokens[start : start + length])
            if (length > 1 or part in _TELLING) and (found := _whole(part, CONTAINED)):
                return [guess for guess in found if guess.role not in _WHEN or not _another_matter(text)]
    return []
