"""What happens to a person's details on their way into a spreadsheet: one small function per kind of slip.

Rates are judgements, not measured New Zealand rates.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache

import numpy as np

from linkwell.synthetic.naming import read_data


@dataclass(frozen=True)
class Person:
    """A person as the organisation wrote them down; `slips` says how that differs from the spine."""

    spine_id: int | None
    first: str
    middle: str
    last: str
    prior: str
    born: date | None
    gender: str  # 1, 2, 3 or ""
    nhi: str
    msd: str
    slips: tuple[str, ...] = field(default=())

    def but(self, slip: str, **changes: object) -> Person:
        """The same person with `changes`, and the slip remembered."""
        return replace(self, **changes, slips=(*self.slips, slip))  # type: ignore[arg-type]


_KEYS = dict(zip("abcdefghijklmnopqrstuvwxyz", "sbxfwdghoojknmipqetyrvebct", strict=False))
_MACRONS = str.maketrans("āēīōūĀĒĪŌŪ", "aeiouAEIOU")


def without_macrons(text: str) -> str:
    return text.translate(_MACRONS)


@cache
def _short_forms() -> dict[str, list[str]]:
    forms: dict[str, list[str]] = read_data("spoken_names.toml")["short"]
    return forms


def mistyped(rng: np.random.Generator, word: str) -> str:
    """One letter left out, doubled, swapped with the next, or hit beside its key; the first letter stays."""
    if len(word) < 4:
        return word + word[-1:]
    at = int(rng.integers(1, len(word) - 1))
    kind = int(rng.integers(4))
    if kind == 0:
        return word[:at] + word[at + 1 :]
    if kind == 1:
        return word[: at + 1] + word[at:]
    if kind == 2 and word[at] != word[at + 1]:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + _KEYS.get(word[at].lower(), "e") + word[at + 1 :]


def wrong_digit(rng: np.random.Generator, number: str) -> str:
    """One digit changed, or two unlike neighbours among the digits swapped."""
    digits = [place for place, sign in enumerate(number) if sign.isdigit()]
    swaps = [a for a in digits[:-1] if a + 1 in digits and number[a] != number[a + 1]]
    if swaps and rng.random() < 0.5:
        at = swaps[int(rng.integers(len(swaps)))]
        return number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    at = digits[int(rng.integers(len(digits)))]
    return number[:at] + str((int(number[at]) + int(rng.integers(1, 10))) % 10) + number[at + 1 :]


def _misspell_first(rng: np.random.Generator, who: Person, other: Person) -> Person:
    return who.but("first name misspelt", first=mistyped(rng, who.first))


def _misspell_last(rng: np.random.Generator, who: Person, other: Person) -> Person:
    return who.but("surname misspelt", last=mistyped(rng, who.last))


def _nickname(rng: np.random.Generator, who: Person, other: Person) -> Person:
    forms = _short_forms().get(without_macrons(who.first))
    if not forms:
        return who
    return who.but("goes by a short form", first=forms[int(rng.integers(len(forms)))])


def _middle_as_first(rng: np.random.Generator, who: Person, other: Person) -> Person:
    if not who.middle:
        return who
    return who.but("goes by a middle name", first=who.middle.split(" ")[0], middle="")


def _initial(rng: np.random.Generator, who: Person, other: Person) -> Person:
    return who.but("initial only", first=who.first[0], middle="")


def _swapped(rng: np.random.Generator, who: Person, other: Person) -> Person:
    return who.but("first name and surname swapped", first=who.last, last=who.first)


def _married(rng: np.random.Generator, who: Person, other: Person) -> Person:
    if who.gender != "2":
        return who
    return who.but("new married name the spine does not know", last=other.last, prior="")


def _earlier_name(rng: np.random.Generator, who: Person, other: Person) -> Person:
    return who.but("still under an earlier surname", last=who.prior, prior="") if who.prior else who


def _half_name(rng: np.random.Generator, who: Person, other: Person) -> Person:
    return who.but("half of a double surname", last=who.last.split("-")[0]) if "-" in who.last else who


def _no_birth(rng: np.random.Generator, who: Person, other: Person) -> Person:
    return who.but("birth date missing", born=None)


def _nineteen_hundred(rng: np.random.Generator, who: Person, other: Person) -> Person:
    return who.but("birth date 1 January 1900", born=date(1900, 1, 1))


def _new_year(rng: np.random.Generator, who: Person, other: Person) -> Person:
    return (
        who.but("birth date 1 January of the year", born=who.born.replace(month=1, day=1))
        if who.born
        else who
    )


def _day_month(rng: np.random.Generator, who: Person, other: Person) -> Person:
    born = who.born
    if born is None or born.day > 12 or born.day == born.month:
        return who
    return who.but("day and month swapped", born=date(born.year, born.day, born.month))


def _near_day(rng: np.random.Generator, who: Person, other: Person) -> Person:
    if who.born is None:
        return who
    born = who.born.replace(day=1 + (who.born.day + int(rng.integers(1, 20))) % 28)
    return who.but("wrong day of birth", born=born) if born != who.born else who


def _wrong_year(rng: np.random.Generator, who: Person, other: Person) -> Person:
    if who.born is None or (who.born.month, who.born.day) == (2, 29):
        return who
    years = int(rng.choice([-10, -1, 1, 10]))
    return who.but("wrong year of birth", born=who.born.replace(year=min(who.born.year + years, 2009)))


def _wrong_gender(rng: np.random.Generator, who: Person, other: Person) -> Person:
    return who.but("wrong gender", gender="2" if who.gender == "1" else "1")


def _no_gender(rng: np.random.Generator, who: Person, other: Person) -> Person:
    return who.but("gender missing", gender="")


def _nhi_typo(rng: np.random.Generator, who: Person, other: Person) -> Person:
    return who.but("NHI mistyped", nhi=wrong_digit(rng, who.nhi)) if who.nhi else who


def _nhi_of_another(rng: np.random.Generator, who: Person, other: Person) -> Person:
    return who.but("NHI of a relative", nhi=other.nhi) if who.nhi and other.nhi else who


def _msd_typo(rng: np.random.Generator, who: Person, other: Person) -> Person:
    return who.but("MSD number mistyped", msd=wrong_digit(rng, who.msd)) if who.msd else who


_SLIPS = (
    (0.05, _nickname), (0.008, _middle_as_first), (0.006, _initial), (0.022, _misspell_first),
    (0.022, _misspell_last), (0.006, _swapped), (0.012, _married), (0.06, _earlier_name), (0.35, _half_name),
    (0.012, _no_birth), (0.006, _nineteen_hundred), (0.006, _new_year), (0.02, _day_month), (0.01, _near_day),
    (0.006, _wrong_year), (0.006, _wrong_gender), (0.03, _no_gender), (0.05, _nhi_typo),
    (0.006, _nhi_of_another), (0.04, _msd_typo),
)  # fmt: skip


def written_down(rng: np.random.Generator, who: Person, other: Person) -> Person:
    """`who` as the organisation recorded them; `other` is a relative or neighbour whose details may slip
    in."""
    who = replace(
        who,
        nhi=who.nhi if rng.random() < 0.52 else "",
        msd=who.msd if rng.random() < 0.4 else "",
        middle=who.middle if rng.random() < 0.4 else "",
    )
    for (rate, slip), chance in zip(_SLIPS, rng.random(len(_SLIPS)), strict=True):
        if chance < rate:
            who = slip(rng, who, other)
    if rng.random() < 0.75:  # an earlier name is seldom asked for
        who = replace(who, prior="")
    return _case_and_macrons(rng, who)


def _case_and_macrons(rng: np.random.Generator, who: Person) -> Person:
    plain = replace(who, first=without_macrons(who.first), last=without_macrons(who.last))
    if plain != who and rng.random() < 0.6:
        who = plain.but("macrons dropped")
    chance = rng.random()
    if chance < 0.06:
        return who.but(
            "upper case", first=who.first.upper(), last=who.last.upper(), middle=who.middle.upper()
        )
    if chance < 0.075:
        return who.but("lower case", first=who.first.lower(), last=who.last.lower())
    return who
