"""The one normal form of a cell, whichever reader found it (see `reading.table`)."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, datetime, time, timedelta

# A formula that failed leaves one of these; some readers give the words, others nothing.
ERRORS = frozenset(("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"))

# Marks without width or of writing direction, which web pages and phones leave in copied text; joiners stay,
# since names in some scripts need them.
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")


def cell_text(value: object) -> str:
    """Bring a cell to text: "" for empty, ISO dates, whole numbers without ".0", "true"/"false", composed
    letters.

    Takes what CSV readers, calamine and openpyxl give: None, str, bool, int, float, date, datetime, time,
    timedelta.
    """
    if isinstance(value, str):
        text = value.strip()
        if text.startswith("#") and text in ERRORS:
            return ""
        if not text.isascii() and _INVISIBLE.search(text):
            text = _INVISIBLE.sub("", text).strip()
        # Macrons typed on some computers come as two characters; composed and decomposed are the same text.
        return text if text.isascii() else unicodedata.normalize("NFC", text)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, datetime):
        return _moment(value)
    if isinstance(value, timedelta):
        return _clock(round(value.total_seconds()))
    if isinstance(value, time):
        return _clock(value.hour * 3600 + value.minute * 60 + value.second + (value.microsecond >= 500_000))
    return value.isoformat() if isinstance(value, date) else str(value)


def plain_letters(text: str) -> bool:
    """Whether `cell_text` leaves text as it is: no invisible mark, no letter in two pieces."""
    return text.isascii() or (unicodedata.is_normalized("NFC", text) and not _INVISIBLE.search(text))


def is_error(value: object) -> bool:
    """Whether a cell holds only the words of a failed formula, which `cell_text` reads as empty."""
    return isinstance(value, str) and value[:1].isascii() and value.strip() in ERRORS


def _number(value: float) -> str:
    if not math.isfinite(value):
        return ""
    return str(int(value)) if value.is_integer() else repr(value)


def _moment(value: datetime) -> str:
    # Spreadsheets keep moments as fractions of a day, so a second may come out a hair short.
    if value.microsecond >= 500_000 and value < datetime.max - timedelta(seconds=1):  # noqa: DTZ901
        value += timedelta(seconds=1)
    value = value.replace(microsecond=0, tzinfo=None)
    return value.date().isoformat() if value.time() == time() else value.isoformat()


def _clock(seconds: int) -> str:
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
