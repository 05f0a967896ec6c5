"""Numbers of people as they are told outside the zone they were counted in: about so many, never exactly.

Nobody learns from them whether one person more or less is there: what is told is rounded to tens, and
everything below ten is one answer.
"""

from __future__ import annotations

FEWEST_TOLD = 10
FEWEST_FOR_SHARE = 100
"""Below this many people a whole per cent would be an exact count."""


def roughly(count: int) -> int:
    """A number of people to the nearest ten (two figures above a hundred); 0 says fewer than ten."""
    if count < FEWEST_TOLD:
        return 0
    place = max(10, int(10 ** (len(str(count)) - 2)))
    return (count + place // 2) // place * place


def in_words(count: int) -> str:
    """`roughly`, as a page says it."""
    about = roughly(count)
    return f"about {about:,}" if about else "fewer than 10"


def share(part: int, whole: int) -> int | None:
    """Whole per cent between 1 and 99, so that nobody reads "all" or "none"; None below a hundred people."""
    if whole < FEWEST_FOR_SHARE:
        return None
    return min(99, max(1, round(100 * part / whole)))
