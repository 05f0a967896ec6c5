"""The day it is, for whatever asks whether a date has come yet."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

AOTEAROA = ZoneInfo("Pacific/Auckland")


def today() -> date:
    """The day it is in Aotearoa New Zealand, wherever the computer stands.

    By universal time it is still yesterday there until noon, and this morning's visits would lie ahead.
    """
    return datetime.now(AOTEAROA).date()
