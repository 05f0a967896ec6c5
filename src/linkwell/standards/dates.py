"""Read dates as people write them, deciding day-first or month-first for a whole column and never by guess.

A cell by itself does not say whether 03/04/2020 is in March or April. The column often does; when it does
not, a person is asked. Dates with a two-digit year, a missing day or an Excel day number are named, not
completed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from linkwell.standards.lists import pairs
from linkwell.standards.names import fold_tight

_MONTHS = {name: int(month) for name, month in pairs("months", "name", "month").items()}
_SENTINELS = {
    date.fromisoformat(day): meaning for day, meaning in pairs("sentinel_dates", "date", "meaning").items()
}
_MISSING = frozenset(pairs("missing_words", "text", "text"))

_TIME = re.compile(
    r"(?:T|\s+)(\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:[ap]\.?m\.?)?(?:Z|[+-]\d{2}:?\d{2})?)$", re.I
)
# midnight in New Zealand, summer and winter, in the time of Greenwich
_WORLD_MIDNIGHT = re.compile(r"1[12]:00(?::00(?:\.0+)?)?\s*(?:Z|\+00:?00)", re.I)
_ISO = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", re.ASCII)
_ISO_TIGHT = re.compile(r"(1[89]\d\d|20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])", re.ASCII)
_NUMERIC = re.compile(r"(\d{1,2})\s?([-/. ])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})", re.ASCII)
_DAY_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s\-/.,]*([^\W\d_][^\d,]*?)[\s\-/.,]*(\d{4}|\d{2})", re.I)
_NAMED_DAY = re.compile(r"([^\W\d_][^\d,]*?)[\s\-/.,]*(\d{1,2})(?:st|nd|rd|th)?[\s\-/.,]+(\d{4}|\d{2})", re.I)
_YEAR = re.compile(r"(?:1[89]|20)\d\d", re.ASCII)
_MONTH_YEAR = re.compile(r"(?:(\d{4})[-/](\d{1,2})|(\d{1,2})[-/](\d{4}))", re.ASCII)
_NAMED_MONTH_YEAR = re.compile(r"([^\W\d_][^\d]*?)[\s\-/.,]*(\d{4})", re.I)
_SERIAL = re.compile(r"[1-7]\d{4}(?:\.\d+)?", re.ASCII)
# Hyphens that do not break, dashes and minus signs, as word processors put them between day and month.
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d"), "-")
_WEEKDAY = re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[,.\s]+", re.I)


class DateOrder(StrEnum):
    """How a column writes its dates."""

    ISO = "iso"  # year first, or the month in words: no doubt anywhere
    DMY = "dmy"
    MDY = "mdy"
    AMBIGUOUS = "ambiguous"  # no day above 12 settles it: ask a person
    MIXED = "mixed"  # both orders certainly occur
    NONE = "none"  # no dates at all


class Shape(StrEnum):
    """What one cell looks like, before the order is known."""

    MISSING = "missing"
    ISO = "iso"
    NAMED = "named"
    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"
    EITHER = "either"
    SERIAL = "excel_serial"
    PARTIAL = "partial"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class DateRead:
    """One cell read as a date.

    Attributes:
        value: the date, or None.
        code: "" | missing | ambiguous | two_digit_year | excel_serial | partial | impossible | unreadable.
        reason: the same in plain words, without the value; "" when there is a date.
        partial: "YYYY" or "YYYY-MM" when that is all the cell says.
        time: the time of day that stood behind the date, as written ("" if none).
    """

    value: date | None
    code: str = ""
    reason: str = ""
    partial: str = ""
    time: str = ""


_REASONS = {
    "missing": "there is no date",
    "ambiguous": "the day and the month could be either way round",
    "two_digit_year": "the year has two digits, so the century is not certain",
    "excel_serial": "this looks like Excel's number for a day, not a date",
    "partial": "only the year, or the year and month, is given",
    "impossible": "there is no such day",
    "unreadable": "this is not a date we can read",
}


@dataclass(frozen=True)
class DateColumn:
    """A column's dates counted by shape, with the order they allow.

    Attributes:
        order: what the whole column says.
        counts: cells by `Shape`.
        two_digit_years: cells whose year has two digits.
        with_time: cells with a time of day behind the date.
        clocked: those whose time is not midnight.
        leaning: the order that the cells with a day above 12 are in, where they are too few to settle the
            column; "" otherwise.
        year_first: whether two-digit years may stand in front: 23-04-05 could be 5 April 2023.
        world_time: whether every time is 11:00 or 12:00 of world time, which is midnight here: such an export
            gives every day as the day before.
        swap_suspected: the real dates all have a day of 12 or less and the text dates all have one above
            12: the mark of day-first dates typed into a spreadsheet that expects month-first, so the real
            dates are probably the wrong way round.
    """

    order: DateOrder
    counts: dict[Shape, int]
    two_digit_years: int
    with_time: int
    clocked: int
    swap_suspected: bool
    leaning: str = ""
    year_first: bool = False
    world_time: bool = False


_MANY, _FEW = 20, 20  # of 20 cells or more that could be either, fewer than one in 20 settling it is too few


@dataclass(frozen=True, slots=True)
class _Parts:
    shape: Shape
    first: int = 0
    second: int = 0
    year: int = 0
    two_digit: bool = False
    time: str = ""
    partial: str = ""


@lru_cache(maxsize=16384)
def _take_apart(text: str) -> _Parts:
    bare = " ".join(text.split())
    if not bare.isascii():
        bare = bare.translate(_DASHES)
    if not bare or bare.casefold() in _MISSING:
        return _Parts(Shape.MISSING)
    time = ""
    if found := _TIME.search(bare):
        time, bare = found[1], bare[: found.start()]
    bare = _WEEKDAY.sub("", bare)
    if m := (_ISO.fullmatch(bare) or _ISO_TIGHT.fullmatch(bare)):
        year, month, day = (m[1], m[3], m[4]) if m.re is _ISO else (m[1], m[2], m[3])
        return _Parts(Shape.ISO, int(day), int(month), int(year), time=time)
    if m := _NUMERIC.fullmatch(bare):
        first, second = int(m[1]), int(m[3])
        return _Parts(_numeric_shape(first, second), first, second, int(m[4]), len(m[4]) == 2, time)
    return _named(bare, time) or _incomplete(bare)


def _numeric_shape(first: int, second: int) -> Shape:
    if not (1 <= first <= 31 and 1 <= second <= 31) or (first > 12 and second > 12):
        return Shape.UNREADABLE
    if first > 12:
        return Shape.DAY_FIRST
    return Shape.MONTH_FIRST if second > 12 else Shape.EITHER


def _named(bare: str, time: str) -> _Parts | None:
    if m := _DAY_NAMED.fullmatch(bare):
        day, name, year = m[1], m[2], m[3]
    elif m := _NAMED_DAY.fullmatch(bare):
        day, name, year = m[2], m[1], m[3]
    else:
        return None
    month = _MONTHS.get(fold_tight(name))
    if month is None:
        return None
    return _Parts(Shape.NAMED, int(day), month, int(year), len(year) == 2, time)


def _incomplete(bare: str) -> _Parts:
    if _YEAR.fullmatch(bare):
        return _Parts(Shape.PARTIAL, partial=bare)
    if m := _MONTH_YEAR.fullmatch(bare):
        year, month = (m[1], int(m[2])) if m[1] else (m[4], int(m[3]))
        return (
            _Parts(Shape.PARTIAL, partial=f"{year}-{month:02}")
            if 1 <= month <= 12
            else _Parts(Shape.UNREADABLE)
        )
    if (m := _NAMED_MONTH_YEAR.fullmatch(bare)) and (named := _MONTHS.get(fold_tight(m[1]))):
        return _Parts(Shape.PARTIAL, partial=f"{m[2]}-{named:02}")
    return _Parts(Shape.SERIAL if _SERIAL.fullmatch(bare) else Shape.UNREADABLE)


def describe_column(cells: Iterable[str]) -> DateColumn:
    """Count a column's cells by shape and decide its order."""
    return describe_counts(Counter(cells))


def describe_counts(cells: Mapping[str, int]) -> DateColumn:
    """`describe_column` for cells already counted: each different one with how often it comes."""
    shapes: Counter[Shape] = Counter()
    fronts, backs, stamps = set(), set(), set()
    two_digit = with_time = clocked = iso_above_12 = 0
    for text, times in cells.items():
        parts = _take_apart(text)
        shapes[parts.shape] += times
        two_digit += parts.two_digit * times
        if parts.two_digit and parts.shape is not Shape.NAMED:
            fronts.add(parts.first)
            backs.add(parts.year)
        if parts.time:
            stamps.add(_WORLD_MIDNIGHT.fullmatch(parts.time) is not None)
        with_time += bool(parts.time) * times
        clocked += (parse_time(parts.time) not in ("", "00:00:00")) * times if parts.time else 0
        iso_above_12 += parts.shape is Shape.ISO and parts.first > 12
    swapped = (
        shapes[Shape.ISO] >= 3
        and not iso_above_12
        and shapes[Shape.DAY_FIRST] >= 3
        and not shapes[Shape.EITHER]
        and not shapes[Shape.MONTH_FIRST]
    )
    return DateColumn(
        _order(shapes),
        dict(shapes),
        two_digit,
        with_time,
        clocked,
        swapped,
        leaning=_leaning(shapes),
        # days are of many kinds and years of few: where it is the other way round the year may be in front
        year_first=len(backs) >= 5 and max(backs) <= 31 and 4 * len(backs) >= 5 * len(fronts),
        world_time=stamps == {True},
    )


def _leaning(shapes: Counter[Shape]) -> str:
    if _order(shapes) is not DateOrder.AMBIGUOUS:
        return ""
    return DateOrder.DMY if shapes[Shape.DAY_FIRST] else DateOrder.MDY if shapes[Shape.MONTH_FIRST] else ""


def _order(shapes: Counter[Shape]) -> DateOrder:
    day, month, either = shapes[Shape.DAY_FIRST], shapes[Shape.MONTH_FIRST], shapes[Shape.EITHER]
    # A lone slip among many does not unsettle a column; the slip itself is then reported as an impossible
    # day.
    if day and month:
        if day >= 20 and month * 50 <= day:
            return DateOrder.DMY
        if month >= 20 and day * 50 <= month:
            return DateOrder.MDY
        return DateOrder.MIXED
    if either >= _MANY and (day + month) * _FEW < either:
        return DateOrder.AMBIGUOUS  # days above 12 are three in five: next to none is a slip, or days swapped
    if day:
        return DateOrder.DMY
    if month:
        return DateOrder.MDY
    if either:
        return DateOrder.AMBIGUOUS
    return DateOrder.ISO if shapes[Shape.ISO] or shapes[Shape.NAMED] else DateOrder.NONE


def decide_order(cells: Iterable[str]) -> DateOrder:
    """Say how a column writes its dates; days above 12 settle it, nothing else does.

    Both orders certain gives MIXED, except that up to one cell in 50 against at least 20 is taken as a slip.
    A day or two above 12 in a long column that could all be either settles nothing: that is AMBIGUOUS.
    """
    return describe_column(cells).order


def parse_date(text: str, order: DateOrder | str, *, century_from: int | None = None) -> DateRead:
    """Read one cell, given its column's order ("iso", "dmy", "mdy", "ambiguous" or "mixed").

    Year-first dates and months in words are read whatever the order; under "ambiguous", "mixed", "iso" or
    "none" a numeric date is read only when it can be one day. A two-digit year is read only with
    `century_from`: the first year of the hundred it may lie in (1930 means 1930 to 2029).
    """
    parts = _take_apart(text)
    if parts.shape is Shape.MISSING:
        return _unread("missing")
    if parts.shape in (Shape.SERIAL, Shape.UNREADABLE, Shape.PARTIAL):
        return _unread(parts.shape.value, partial=parts.partial)
    day_month = _day_and_month(parts, order)
    if day_month is None:
        return _unread("ambiguous")
    year = parts.year
    if parts.two_digit:
        if century_from is None:
            return _unread("two_digit_year")
        year = century_from + (parts.year - century_from) % 100
    try:
        return DateRead(date(year, day_month[1], day_month[0]), time=parts.time)
    except ValueError:
        return _unread("impossible")


def _unread(code: str, partial: str = "") -> DateRead:
    return DateRead(None, code, _REASONS[code], partial)


def _day_and_month(parts: _Parts, order: DateOrder | str) -> tuple[int, int] | None:
    if parts.shape in (Shape.ISO, Shape.NAMED) or order == DateOrder.DMY or parts.first == parts.second:
        return parts.first, parts.second
    if order == DateOrder.MDY:
        return parts.second, parts.first
    if parts.shape is Shape.EITHER:
        return None
    return (parts.first, parts.second) if parts.shape is Shape.DAY_FIRST else (parts.second, parts.first)


def both_readings(text: str) -> tuple[date, date] | None:
    """The day-first and the month-first date of an ambiguous cell, to show a person who must choose."""
    parts = _take_apart(text)
    if parts.shape is not Shape.EITHER or parts.first == parts.second or parts.two_digit or not parts.year:
        return None
    return date(parts.year, parts.second, parts.first), date(parts.year, parts.first, parts.second)


def excel_day(serial: str) -> date | None:
    """The date Excel (1900 system) would show for a day number, to put in a question; never used silently."""
    parts = _take_apart(serial)
    if parts.shape is not Shape.SERIAL:
        return None
    return date(1899, 12, 30) + timedelta(days=int(float(serial)))


def sentinel_meaning(day: date) -> str:
    """What a date that systems use for "unknown" or "no end" stands for; "" for an ordinary date."""
    return _SENTINELS.get(day, "")


def is_default_date(day: date) -> bool:
    """Whether a date is likely a stand-in: a sentinel, or 1 January, which many systems put for "year only".

    1 January is also a real birthday for one person in 365; only its share in a column tells.
    """
    return day in _SENTINELS or (day.month, day.day) == (1, 1)


def says_missing(text: str) -> bool:
    """Whether a cell only says that nothing is known ("", "n/a", "unknown", "-")."""
    return _take_apart(text).shape is Shape.MISSING


_CLOCK = re.compile(
    r"(\d{1,2})(?:[:.](\d{2}))?(?::(\d{2})(?:\.\d+)?)?\s*([ap])?\.?(?:m\.?)?", re.I | re.ASCII
)


def parse_time(text: str) -> str:
    """A time of day as HH:MM:SS from "14:30", "2.30 pm", "9am" or a date-time; "" when it is none."""
    bare = " ".join(text.split())
    if found := _TIME.search(bare):
        bare = found[1]
    m = _CLOCK.fullmatch(bare)
    if not m or not (m[2] or m[4]):
        return ""
    hour, minute, second = int(m[1]), int(m[2] or 0), int(m[3] or 0)
    if m[4]:
        if not 1 <= hour <= 12:
            return ""
        hour = hour % 12 + (12 if m[4].lower() == "p" else 0)
    return f"{hour:02}:{minute:02}:{second:02}" if hour < 24 and minute < 60 and second < 60 else ""
