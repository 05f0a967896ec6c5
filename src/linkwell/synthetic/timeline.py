"""The world's fixed calendar: sixty months from July 2020 to June 2025, with starts from July 2022 to March
2024.

Every start has at least 24 months of history before it and 15 months after it. Nothing depends on today's
date.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from linkwell.synthetic.draws import Ints

EPOCH = date(1970, 1, 1)
FIRST_DAY, LAST_DAY = date(2020, 7, 1), date(2025, 6, 30)
EXPORTED = date(2024, 6, 30)
"""The day the organisation exported its records: later finishes are not known to it yet."""
MONTHS = 60
FIRST_START, LAST_START = 24, 44
"""Months (counted from FIRST_DAY) in which people may start with the initiative: July 2022 to March 2024."""


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def day_of(number: int) -> date:
    """The date of a day number."""
    return EPOCH + timedelta(days=number)


MONTH_STARTS: Ints = (
    np.arange(np.datetime64("2020-07"), np.datetime64("2025-08"), dtype="datetime64[M]")
    .astype("datetime64[D]")
    .astype(np.int64)
)
"""Day numbers of the first of each month, and of 1 July 2025 at the end (MONTHS + 1 values)."""

START, END = day_number(FIRST_DAY), day_number(LAST_DAY)


def ages_at(birth: Ints, day: int) -> Ints:
    """Age in whole years on `day`, near enough for chances (365.25 days a year)."""
    return np.asarray(np.floor((day - birth) / 365.25), dtype=np.int64)
