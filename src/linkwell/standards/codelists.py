"""The code lists that are built in, each with source, version and licence, and local words brought to them.

A word is never forced into a code: what is not known stays open, and what a code no longer says is said.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from linkwell.standards.codes import ethnicity_parts, map_gender, read_ethnicities, region_code
from linkwell.standards.codes import territorial_authority_code as authority_code
from linkwell.standards.lists import pairs, rows
from linkwell.standards.names import fold

LICENCE = "© Crown copyright, Stats NZ, CC BY 4.0"
_PARTS = re.compile(r"[;|\n\r]+")


@dataclass(frozen=True)
class StandardList:
    """One built-in list.

    Attributes:
        codes: (code, label) in the standard's order.
        missing: what this copy does not hold, in plain words; "" when nothing is known to be missing.
    """

    name: str
    title: str
    codes: tuple[tuple[str, str], ...]
    source: str
    edition: str
    licence: str
    missing: str = ""


@dataclass(frozen=True)
class Meaning:
    """What a local value means in one list.

    Attributes:
        codes: the codes found, each once, in the order written; empty for words such as "unknown".
        unknown: the parts no code was found for: a person must decide.
        loses: what the codes no longer say.
    """

    codes: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    loses: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        """Whether every part was understood."""
        return not self.unknown


@cache
def standard_lists() -> dict[str, StandardList]:
    """All built-in lists by name."""
    text = files("linkwell.standards").joinpath("data", "sources.toml").read_text("utf-8")
    return {name: _list(name, facts) for name, facts in tomllib.loads(text).items()}


def _list(name: str, facts: dict[str, str]) -> StandardList:
    codes = tuple(pairs(name, "code", "label").items())
    missing = facts.get("missing", "")
    return StandardList(name, facts["title"], codes, facts["source"], facts["edition"], LICENCE, missing)


def meaning(name: str, text: str) -> Meaning:
    """What a local value means in a built-in list.

    Raises:
        KeyError: there is no such list.
    """
    standard = standard_lists()[name]
    if name in ("gender", "sex"):
        return _gender(text, sex=name == "sex")
    if name.startswith("ethnicity_"):
        return _ethnicity(text, int(name[-1]))
    if name == "regions":
        return _one(region_code(text), text)
    if name in ("territorial_authorities", "talb"):
        return _place(text, boards=name == "talb")
    return _labelled(standard, text)


def _gender(text: str, *, sex: bool) -> Meaning:
    mapped = map_gender(text)
    if not mapped.known or (sex and mapped.code == "3"):
        return Meaning((), (text.strip(),))  # another gender says nothing about a sex
    codes = (mapped.code,) if mapped.code else ()
    loses = (mapped.loses,) if mapped.loses else ()
    if sex and codes:
        loses = (*loses, "this says a gender; whether it is the sex at birth, the word does not tell")
    return Meaning(codes, (), loses)


def _one(code: str, text: str) -> Meaning:
    if code or not text.strip():
        return Meaning((code,) if code else ())
    return Meaning((), (text.strip(),))


def _place(text: str, *, boards: bool) -> Meaning:
    code = authority_code(text[:3] if re.fullmatch(r"\d{3}00", text.strip()) else text)
    if code and not boards:
        return Meaning((code,))
    if code and code != "076":
        return Meaning((f"{code}00",))
    board = re.sub(r" local board(?: area)?$", "", fold(text)) in _boards()
    if board and not boards:
        return Meaning(("076",), (), ("the local board within Auckland",))
    return _one("", text)


@cache
def _boards() -> frozenset[str]:
    return frozenset(fold(row["name"]) for row in rows("auckland_local_boards"))


def _labelled(standard: StandardList, text: str) -> Meaning:
    """Lists without words of their own: codes or labels as the standard writes them, set apart by ";"."""
    by_word = _by_label(standard.name)
    found: list[str] = []
    unknown: list[str] = []
    for part in filter(None, (part.strip() for part in _PARTS.split(text))):
        code = part if part in dict(standard.codes) else by_word.get(fold(part), "")
        (found if code else unknown).append(code or part)
    return Meaning(tuple(dict.fromkeys(found)), tuple(unknown))


@cache
def _by_label(name: str) -> dict[str, str]:
    """Folded label to code; a name that two codes share means neither ("Te Atiawa" of a place or of none)."""
    found: dict[str, str] = {}
    for code, label in pairs(name, "code", "label").items():
        for written in {label, *label.split(" / ")}:
            word = fold(written)
            found[word] = "" if word in found and found[word] != code else code
    return found


_DIGITS = {1: 1, 2: 2, 3: 3, 4: 5}  # digits of an ethnicity code by level
_LEVEL = {digits: level for level, digits in _DIGITS.items()}


def _ethnicity(text: str, level: int) -> Meaning:
    codes: list[str] = []
    unknown: list[str] = []
    loses: list[str] = []
    for part in ethnicity_parts(text):
        exact = _detailed(part)
        if exact:
            code = _deepest(exact[: _DIGITS[level]], level)
            codes.append(code)
            if len(code) < len(exact) and _bare(code) != _bare(exact):
                loses.append(f"“{_label(exact)}” is kept as “{_label(code)}”")
        elif part.isdigit() and len(part) > 2:
            unknown.append(part)
        else:
            read = read_ethnicities(part, level=min(level, 2))
            unknown += read.unmapped
            codes += [_deepest(code, level) for code in read.codes]
            loses += read.loses
    return Meaning(tuple(dict.fromkeys(codes)), tuple(unknown), tuple(dict.fromkeys(loses)))


def _detailed(part: str) -> str:
    """The code of level 3 or 4 that a part names, or ""; levels 1 and 2 have words of their own."""
    bare = part.strip()
    if bare.isdigit():
        return bare if len(bare) in (3, 5) and bare in _ethnic_labels(_LEVEL[len(bare)]) else ""
    return _ethnic_words().get(fold(bare), "")


@cache
def _ethnic_words() -> dict[str, str]:
    """Folded label to code, the most detailed last so that it stands; "nec" names nobody."""
    found: dict[str, str] = {}
    for level in (3, 4):
        for code, label in _ethnic_labels(level).items():
            if not label.endswith(" nec"):
                bare = label.removesuffix(" nfd")
                found |= {fold(word): code for word in {bare, *bare.split("/")}}
    return found


@cache
def _ethnic_labels(level: int) -> dict[str, str]:
    return dict(standard_lists()[f"ethnicity_{level}"].codes)


def _label(code: str) -> str:
    return _ethnic_labels(_LEVEL[len(code)])[code]


def _bare(code: str) -> str:
    return _label(code).removesuffix(" nfd")


def _deepest(code: str, level: int) -> str:
    """The code at the level wanted, where the wider one has one below it or one "not further defined"."""
    while len(code) < _DIGITS[level]:
        below = {c: label for c, label in _ethnic_labels(_LEVEL[len(code)] + 1).items() if c.startswith(code)}
        plain = [c for c, label in below.items() if len(below) == 1 or label.endswith(" nfd")]
        if len(plain) != 1:
            return code
        code = plain[0]
    return code
