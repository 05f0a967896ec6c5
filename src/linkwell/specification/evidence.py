"""What the cells of a column say beside its heading, and against it: what checks out as a number is one."""

from __future__ import annotations

from linkwell.specification.content import Content
from linkwell.specification.heading_marks import (
    about_an_event,
    about_staff_or_others,
    counts_rows,
    named_as_number,
    names_a_person,
    names_a_service,
    speaks_of_origin,
)
from linkwell.specification.headings import EXACT, STRIPPED, Guess

PARTICIPANTS, ENROLMENTS, INTERACTIONS = "participants", "enrolments", "interactions"
_WHEN = ("start_date", "end_date")
_SURE = 8  # different numbers that all pass a check digit: chance alone would not do that


def weighed(heading: str, found: list[Guess], content: Content) -> list[Guess]:
    """The heading's guesses with what the cells settle put first.

    A provider's own numbers that all check out as NHI numbers are NHI numbers; yes and no under "Closed?" say
    whether, not when; a column that only counts the rows is nobody's number. The check digit of an IRD number
    passes others' numbers too often to say as much.
    """
    if found and found[0].role == "other_person":
        return found
    if content.counted and counts_rows(heading):
        return [Guess("row_number", "not_supplied", EXACT)]
    own = not found or found[0].role == "client_key"
    if own and content.distinct >= _SURE and content.nhi >= 0.9 and not about_staff_or_others(heading):
        return [Guess("nhi", "anywhere", EXACT), *found]
    if found and found[0].role in _WHEN and _yes_or_no(content):
        return [Guess("end_status", "participants", STRIPPED), *found]
    if found and found[0].role in _WHEN and content.repeats and not content.date_share:
        return [Guess("initiative", "participants", STRIPPED)] if names_a_service(heading) else found
    if not found and content.whole_name >= 0.9 and names_a_person(heading):
        return [Guess("full_name", "anywhere", STRIPPED)]
    return found


def _yes_or_no(content: Content) -> bool:
    return content.repeats and content.date_share == 0 and content.ended >= 0.9


def vouched(role: str, content: Content) -> bool:
    """Whether the cells are the very words of a coded field: "Phone" and "Zoom" come before a "Where"."""
    share = {"channel": content.channel, "attendance": content.attendance, "gender": content.gender}
    return content.distinct > 1 and share.get(role, 0.0) >= 0.8


def told_by_cells(kind: str, heading: str, content: Content) -> list[str]:
    """The roles, surest first, that the cells leave no doubt of where the heading says nothing we know."""
    clues = {
        PARTICIPANTS: (
            ("nhi", content.nhi >= 0.8),
            ("ird", content.ird >= 0.8),
            ("gender", content.gender >= 0.9 and 1 < content.distinct <= 8),
            ("ethnicity", _like_ethnicities(heading, content)),
            ("client_key", _like_a_number(heading, content)),
        ),
        INTERACTIONS: (
            ("attendance", content.attendance >= 0.9 and content.repeats),
            ("service_time", content.time >= 0.9),
            ("channel", content.channel >= 0.8 and content.repeats and content.distinct > 1),
            ("service_date", content.date_share >= 0.9),
        ),
    }
    return [role for role, sure in clues.get(kind, ()) if sure and content.filled >= 3]


def _like_ethnicities(heading: str, content: Content) -> bool:
    many = content.ethnicity >= 0.9 and content.repeats and content.distinct > 1
    return many and not speaks_of_origin(heading) and not about_staff_or_others(heading)


def _like_a_number(heading: str, content: Content) -> bool:
    if about_an_event(heading) or content.counted:
        return False
    own = content.distinct == content.filled == content.rows and content.date_share == 0
    return content.numbers_rows or (own and content.longest <= 40 and named_as_number(heading))
