"""Check the numbers that identify people, organisations and places in New Zealand.

Where a public check-digit rule exists it is applied; where none was found only the shape is looked at, and
the answer says so (`IdCheck.checked`). Reasons never repeat the value, so they may go into findings and logs.
"""

from __future__ import annotations

import re
from typing import NamedTuple

# HISO 10046: the alphabet without I and O, A = 1 to Z = 24.
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_LETTER_VALUE = {letter: value for value, letter in enumerate(_LETTERS, start=1)}
_CHARACTER_VALUE = {**_LETTER_VALUE, **{str(digit): digit for digit in range(10)}}
_SEPARATORS = re.compile(r"[\s\-\u2010\u2011\u2012\u2013\u2014\u2212\u200b\ufeff]+")

_OLD_NHI = re.compile(r"[A-HJ-NP-Z]{3}[0-9]{4}")
_NEW_NHI = re.compile(r"[A-HJ-NP-Z]{3}[0-9]{2}[A-HJ-NP-Z]{2}")
_LOOKS_NHI = re.compile(r"[A-Z]{3}[0-9]{2}[A-Z0-9]{2}")
_HPI = re.compile(r"[FG][A-HJ-NP-Z0-9]{5}[A-Z]")
_IRD_FIRST_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)
_IRD_SECOND_WEIGHTS = (7, 4, 3, 2, 5, 2, 7, 6)
_IRD_ABOVE, _IRD_BELOW = 10_000_000, 200_000_000


class IdCheck(NamedTuple):
    """What a check of one identifier found.

    Attributes:
        ok: the value can be a real one.
        value: the one way to write it (upper case, no separators), or the compacted text when not ok.
        reason: why not, in plain words without the value; "" when ok.
        checked: a check-digit rule was applied; False where only the shape could be looked at.
    """

    ok: bool
    value: str
    reason: str = ""
    checked: bool = True


def compact(text: str) -> str:
    """Drop spaces and hyphens and raise ASCII letters to capitals; other text keeps its letters."""
    bare = text if text.isalnum() else _SEPARATORS.sub("", text)
    # str.upper() turns some foreign letters into ASCII ones, which would make a wrong value look right.
    return bare.upper() if bare.isascii() else bare


def _weighted(characters: str) -> int:
    a, b, c, d, e, f = map(_CHARACTER_VALUE.__getitem__, characters)
    return 7 * a + 6 * b + 5 * c + 4 * d + 3 * e + 2 * f


def nhi_check_character(base: str) -> str | None:
    """The seventh character for the first six of an NHI number, or None when no valid number begins so.

    AAANNN gives a digit (modulus 11), AAANNA a letter (modulus 23), as in HISO 10046:2023 and :2024.
    """
    base = compact(base)
    if _OLD_NHI.fullmatch(base + "0"):
        return _old_check(base)
    return _new_check(base) if _NEW_NHI.fullmatch(base + "A") else None


def _old_check(base: str) -> str | None:
    remainder = _weighted(base) % 11
    return None if remainder == 0 else str((11 - remainder) % 10)


def _new_check(base: str) -> str:
    return _LETTERS[23 - _weighted(base) % 23 - 1]


def check_nhi(text: str) -> IdCheck:
    """Check a National Health Index number in either format (HISO 10046:2023, :2024).

    In the old format every error in one digit is caught. One wrong letter can slip through when the two
    letters are 11 or 22 apart in the alphabet without I and O (A for M or Y, B for N or Z, and so on).
    """
    value = compact(text)
    if not value:
        return _missing()
    if _OLD_NHI.fullmatch(value):
        expected = _old_check(value[:6])
    elif _NEW_NHI.fullmatch(value):
        expected = _new_check(value[:6])
    else:
        return IdCheck(False, value, _nhi_shape_reason(value))
    if expected is None:
        return IdCheck(
            False, value, "no NHI number begins with these six characters; one of them is mistyped"
        )
    if expected == value[6]:
        return IdCheck(True, value)
    if value[6].isalpha() and value[6] == _LETTERS[23 - _weighted(value[:6]) % 24]:
        return IdCheck(
            False,
            value,
            "the last letter follows an early draft of the NHI standard (modulus 24), not the final one",
        )
    return IdCheck(False, value, "the last character does not fit the first six; something is mistyped")


def _nhi_shape_reason(value: str) -> str:
    if _LOOKS_NHI.fullmatch(value) and ("I" in value or "O" in value):
        return "an NHI number never has the letters I or O; a 1 or 0 may be meant"
    if len(value) != 7:
        return "an NHI number has seven characters"
    return "an NHI number is three letters and four digits, or three letters, two digits and two letters"


def is_test_nhi(value: str) -> bool:
    """Whether an NHI number is from the range beginning with Z, kept for tests, never a real person's."""
    return compact(value).startswith("Z")


def ird_check_digit(base: str) -> int | None:
    """The last digit for the first eight of an IRD number, or None when no number begins so.

    `base` is up to eight digits; shorter ones are taken to start with zeros (Inland Revenue's specification:
    modulus 11 with a second set of weights when the first gives 10).
    """
    digits = [int(c) for c in base.zfill(8)]
    if len(digits) != 8:
        raise ValueError("an IRD number has eight digits before its check digit")
    for weights in (_IRD_FIRST_WEIGHTS, _IRD_SECOND_WEIGHTS):
        remainder = sum(d * w for d, w in zip(digits, weights, strict=True)) % 11
        check = 0 if remainder == 0 else 11 - remainder
        if check < 10:
            return check
    return None


def check_ird(text: str) -> IdCheck:
    """Check an IRD number; the one way to write it is nine digits, an eight-digit one starting with 0.

    The range ends below 200,000,000 (Inland Revenue's specification of 2026; before it, 150,000,000). An
    error in one digit is caught but in one case: exactly one of the right and the mistyped number needs the
    second set of weights, whose check digit happens to be the same.
    """
    value = compact(text)
    if not value:
        return _missing()
    bare = value.removeprefix("NZ")
    if not re.fullmatch(r"[0-9]{8,9}", bare):
        return IdCheck(False, value, "an IRD number has eight or nine digits")
    number = bare.zfill(9)
    if not _IRD_ABOVE < int(number) < _IRD_BELOW:
        return IdCheck(False, number, "no IRD number is this low or this high")
    expected = ird_check_digit(number[:8])
    if expected is None:
        return IdCheck(False, number, "no IRD number begins with these digits; one of them is mistyped")
    if expected != int(number[8]):
        return IdCheck(False, number, "the last digit does not fit the others; something is mistyped")
    return IdCheck(True, number)


def check_hpi(text: str) -> IdCheck:
    """Check a health organisation (G...) or facility (F...) id; written `G00001-G`.

    The rule was fitted to the ids published with New Zealand's FHIR profiles (73 of 73 agree); HISO 10045
    names the shape.
    """
    value = compact(text)
    if not value:
        return _missing()
    if not _HPI.fullmatch(value):
        return IdCheck(False, value, "an HPI id is F or G, five letters or digits (no I or O), and a letter")
    remainder = _weighted(value[:6]) % 11
    written = f"{value[:6]}-{value[6]}"
    if remainder == 0 or "ABCDEFGHJK"[remainder - 1] != value[6]:
        return IdCheck(False, written, "the last letter does not fit the others; something is mistyped")
    return IdCheck(True, written)


def check_nzbn(text: str) -> IdCheck:
    """Check a New Zealand Business Number: 13 digits beginning 94 with the GS1 check digit."""
    value = compact(text)
    if not value:
        return _missing()
    if not re.fullmatch(r"94[0-9]{11}", value):
        return IdCheck(False, value, "a New Zealand Business Number has 13 digits and begins with 94")
    total = sum(int(d) * (3 if at % 2 else 1) for at, d in enumerate(value[:12]))
    if (10 - total % 10) % 10 != int(value[12]):
        return IdCheck(False, value, "the last digit does not fit the others; something is mistyped")
    return IdCheck(True, value)


def check_msd(text: str) -> IdCheck:
    """Look at the shape of an MSD client number (SWN): nine digits. No public check-digit rule was found."""
    value = compact(text)
    if not value:
        return _missing()
    if re.fullmatch(r"[0-9]{8}", value):
        return IdCheck(
            False, value, "a client number has nine digits; a 0 in front may have been lost", checked=False
        )
    if not re.fullmatch(r"[0-9]{9}", value) or len(set(value)) == 1:
        return IdCheck(False, value, "a client number has nine digits, not all the same", checked=False)
    return IdCheck(True, value, checked=False)


def check_nsn(text: str) -> IdCheck:
    """Look at the shape of a National Student Number: up to ten digits, written with zeros in front.

    No public check-digit rule was found.
    """
    value = compact(text)
    if not value:
        return _missing()
    if not re.fullmatch(r"[0-9]{1,10}", value) or int(value) == 0:
        return IdCheck(False, value, "a National Student Number has up to ten digits", checked=False)
    return IdCheck(True, value.zfill(10), checked=False)


def check_driver_licence(text: str) -> IdCheck:
    """Look at the shape of a driver licence number: two letters, six digits not all the same.

    No public check-digit rule was found; the card's version is a separate field of three digits.
    """
    value = compact(text)
    if not value:
        return _missing()
    if not re.fullmatch(r"[A-Z]{2}[0-9]{6}", value) or len(set(value[2:])) == 1:
        return IdCheck(False, value, "a driver licence number is two letters and six digits", checked=False)
    return IdCheck(True, value, checked=False)


def _missing() -> IdCheck:
    return IdCheck(False, "", "there is no value")
