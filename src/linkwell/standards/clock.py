"""The day it is in Aotearoa New Zealand, and a day or a moment as people write it."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

AOTEAROA = ZoneInfo("Pacific/Auckland")


def today() -> date:
    """The day it is in Aotearoa New Zealand, wherever the computer stands.

    By universal time it is still yesterday there until noon, and this morning's visits would lie ahead.
    """
    return datetime.now(AOTEAROA).date()


def in_words(when: date | datetime) -> str:
    """A day as people write it: 1 July 2024. A moment is told by the day it was in Aotearoa."""
    day = when.astimezone(AOTEAROA) if isinstance(when, datetime) else when
    return f"{day.day} {day:%B %Y}"


def moment_in_words(moment: str) -> str:
    """A record's moment (ISO 8601, universal time) as people in Aotearoa say it: 1 July 2024, 9:05 am.

    Raises:
        ValueError: it is no moment.
    """
    there = datetime.fromisoformat(moment).astimezone(AOTEAROA)
    return f"{in_words(there)}, {there.hour % 12 or 12}:{there:%M} {'am' if there.hour < 12 else 'pm'}"
