"""New Zealand's code lists and the local words that people use for them.

Sources: gender standard 2021, sex at birth, ethnicity standard 2005 (v2.1.0), regional councils 2023 and
territorial authorities 2023 of Stats NZ. The lists are CSV files under `data/`; a word that is not there
stays unmapped and a person decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from linkwell.standards.lists import pairs, rows
from linkwell.standards.names import fold

GENDER: dict[str, str] = pairs("gender", "code", "label")
GENDER_MI: dict[str, str] = pairs("gender", "code", "label_mi")
SEX: dict[str, str] = pairs("sex", "code", "label")
ETHNICITY_LEVEL_1: dict[str, str] = pairs("ethnicity_1", "code", "label")
ETHNICITY_LEVEL_2: dict[str, str] = pairs("ethnicity_2", "code", "label")
REGIONS: dict[str, str] = pairs("regions", "code", "label")
TERRITORIAL_AUTHORITIES: dict[str, str] = pairs("territorial_authorities", "code", "label")
MAX_ETHNICITIES = 6  # the standard records up to six responses a person


@dataclass(frozen=True)
class Mapped:
    """A local word brought to a standard code.

    Attributes:
        code: the standard's code; "" when the word says "unknown".
        known: the word is in our list; when False a person must decide.
        loses: what the code no longer says, in plain words; "" when nothing.
    """

    code: str
    known: bool
    loses: str = ""


@dataclass(frozen=True)
class EthnicityRead:
    """All ethnicities of one cell.

    Attributes:
        codes: level-1 or level-2 codes, each once, in the order written.
        unmapped: the parts no code was found for, as written.
        loses: what the codes no longer say.
    """

    codes: tuple[str, ...]
    unmapped: tuple[str, ...] = ()
    loses: tuple[str, ...] = ()


def _lookup(name: str) -> dict[str, Mapped]:
    return {fold(row["text"]): Mapped(row["code"], True, row["loses"]) for row in rows(name)}


_GENDER_WORDS = _lookup("gender_words")
_ETHNICITY_WORDS = _lookup("ethnicity_words")
_FIRST_SPLIT = re.compile(r"[;|\n\r]+")
_SECOND_SPLIT = re.compile(r"[,/&+]|\band\b", re.I)
_UNMAPPED = Mapped("", False)


def map_gender(text: str) -> Mapped:
    """Bring a gender as written ("M", "tāne", "Female/Wahine", "21") to the 2021 standard.

    Words joined by "/" or in brackets count only when all of them mean the same code. Old codes of the 2015
    standard (11, 21, 30, 31, 32, 39) are known. "" is known and has no code.
    """
    if not text.strip():
        return Mapped("", True)
    if whole := _GENDER_WORDS.get(fold(text)):
        return whole
    parts = {
        _GENDER_WORDS.get(fold(part), _UNMAPPED) for part in re.split(r"[/|,;()\-]+", text) if part.strip()
    }
    codes = {part.code for part in parts}
    return next(iter(parts)) if len(codes) == 1 and all(part.known for part in parts) else _UNMAPPED


def gender_code(text: str) -> str:
    """The 2021 gender code "1" male, "2" female, "3" another gender, or "" for unknown or not understood."""
    return map_gender(text).code


def sex_code(text: str) -> str:
    """The sex-at-birth code "1" male or "2" female, or ""; anything else is not a sex and stays open."""
    code = gender_code(text)
    return code if code in ("1", "2") else ""


def read_ethnicities(text: str, *, level: int = 1) -> EthnicityRead:
    """Read one cell of ethnicities ("Māori; Samoan", "NZ European/Pākehā", "21111;31") into codes.

    Args:
        level: 1 or 2. Where only the wider group is known and level 2 has no code for it, the level-1 code
            stands.
    """
    codes: list[str] = []
    unmapped: list[str] = []
    loses: list[str] = []
    for part in ethnicity_parts(text):
        found = _ethnicity(part)
        if not found.known:
            unmapped.append(part)
            continue
        codes.append(found.code[:level])
        if found.loses:
            loses.append(found.loses)
    return EthnicityRead(tuple(dict.fromkeys(codes)), tuple(unmapped), tuple(dict.fromkeys(loses)))


def ethnicity_codes(text: str) -> tuple[str, ...]:
    """The level-1 codes of one cell; what is not understood is left out (see `read_ethnicities`)."""
    return read_ethnicities(text).codes


def ethnicity_parts(text: str) -> list[str]:
    """The single answers of one cell, parted where a known phrase does not stand whole."""
    # A known phrase may itself hold a separator ("NZ European/Pākehā"), so it is split only when not known
    # whole.
    found: list[str] = []
    for phrase in _FIRST_SPLIT.split(text):
        if _ethnicity(phrase).known:
            found.append(phrase.strip())
        elif phrase.strip():
            found.extend(part.strip() for part in _SECOND_SPLIT.split(phrase) if part.strip())
    return found


def _ethnicity(part: str) -> Mapped:
    bare = part.strip()
    if re.fullmatch(r"[1-69]", bare):
        return Mapped(bare, True)
    if re.fullmatch(r"[0-9]{2,5}", bare):
        if bare[:2] in ETHNICITY_LEVEL_2:
            return Mapped(
                bare[:2], True, "" if len(bare) == 2 else "the most detailed codes are kept as wider groups"
            )
        return _UNMAPPED
    return _ETHNICITY_WORDS.get(fold(bare), _UNMAPPED)


def _place_lookup(codes: dict[str, str]) -> dict[str, str]:
    names = {_place(label): code for code, label in codes.items()}
    return {**names, **{code: code for code in codes}, **{str(int(code)): code for code in codes}}


def _place(text: str) -> str:
    return re.sub(r" (?:region|district|city|council|territory)(?= |$)", "", fold(text))


_REGION_WORDS = _place_lookup(REGIONS)
_TA_WORDS = _place_lookup(TERRITORIAL_AUTHORITIES)
# Spellings in wide use that differ by more than a macron.
_REGION_WORDS |= {
    "manawatu wanganui": "08",
    "hawkes bay": "06",
    "greater wellington": "09",
    "tairawhiti": "05",
}
_TA_WORDS |= {"wanganui": "037", "hutt": "046", "rotorua lakes": "024"}


def region_code(text: str) -> str:
    """The two-digit region code for a name or code as written, or ""."""
    return _REGION_WORDS.get(_place(text), "")


def territorial_authority_code(text: str) -> str:
    """The three-digit territorial authority code for a name or code as written, or ""."""
    return _TA_WORDS.get(_place(text), "")
