"""What a heading says besides what its column holds: whose it is, which way round, whether it only counts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from linkwell.specification.vocabulary import fold_heading, hinted, tokens_of, words
from linkwell.standards.names import fold

_FRONT = re.compile(r"[^\W\d_][^\W_]*(?:[_.:]+\s*|\s+[-–]\s+)(?=\w)")


def order_hint(heading: str) -> str:
    """The date order a heading announces ("DOB (dd/mm/yyyy)"), or ""."""
    shape = re.sub(r"[^dmy]", "", heading.lower().rpartition("(")[2] if "(" in heading else heading.lower())
    for written, order in (("ddmmyy", "dmy"), ("mmddyy", "mdy"), ("dmy", "dmy"), ("mdy", "mdy")):
        if shape.startswith(written) and "(" in heading:
            return order
    return ""


def table_prefixes(headings: Sequence[str]) -> frozenset[str]:
    """What stands in front of nearly every heading ("Client - "), or in short of several ("SU_", "e.").

    It says nothing of its own. What says that the columns are about somebody else is not among it.
    """
    found = Counter(front[0] for heading in headings if (front := _FRONT.match(heading)))
    most = {front for front, times in found.items() if times >= 5 and times * 10 >= 7 * len(headings)}
    short = {front for front, times in found.items() if times >= 3 and len(front) <= 6 and front[-1] in "_."}
    return frozenset(front for front in most | short if not staff_or_others(fold(front)))


def turned(codes: str, heading: str) -> tuple[str, str] | tuple[()]:
    """The codes of yes and of no where a heading asks the opposite of the list ("No show?"); () elsewhere."""
    asked = words()["turned"].get(codes)
    text = " ".join(tokens_of(heading))
    if asked is None or not any(f" {each} " in f" {text} " for each in asked):
        return ()
    straight = any(f" {each} " in f" {text} " for each in words()["turned"][f"not_{codes}"])
    yes, no = words()["turned"][f"{codes}_codes"]
    return () if straight else (yes, no)


def somebody_else(text: str) -> bool:
    """Whether folded text has a word for somebody other than the participant."""
    return any(f" {other} " in f" {text} " for other in words()["words"]["somebody_else"])


def staff_or_others(text: str) -> bool:
    """Whether folded text is about a worker or somebody other than the participant."""
    staff = words()["not_supplied"]["staff"]
    return somebody_else(text) or any(f" {each} " in f" {text} " for each in staff)


def about_staff_or_others(heading: str) -> bool:
    """Whether a heading names a worker or somebody other than the participant."""
    return staff_or_others(" ".join(tokens_of(heading)))


def about_an_event(heading: str) -> bool:
    """Whether a number is that of a visit or a form ("EVENT_ID") and not a person's."""
    return bool(set(tokens_of(heading)) & set(words()["words"]["event"]))


def over_somebody_else(group: str) -> bool:
    """Whether the title over several headings says they are about somebody else ("Caregiver details")."""
    others = {*words()["words"]["somebody_else"], *words()["words"]["their"]}
    parts = [fold_heading(part) for part in re.split(r"[/|]", group)]
    said = {word for part in parts for word in part.split()} - set(words()["words"]["filler"]) - {"and"}
    return any(map(somebody_else, parts)) and said <= others


def of_somebody_else(heading: str) -> bool:
    """Whether what stands in brackets says that it is about somebody else ("Ethnicity (mother)")."""
    others, none = set(words()["words"]["somebody_else"]), set(words()["words"]["filler"])
    said = [set(fold_heading(hint).split()) - none for hint in hinted(heading)]
    return any(each and each <= others for each in said)


def counts_rows(heading: str) -> bool:
    """Whether a heading may be that of a column that only counts the rows ("#", "No.", or none)."""
    text = fold_heading(heading)
    return text in words()["words"]["row_number"] or re.fullmatch(r"column \d+", text) is not None


def named_as_number(heading: str) -> bool:
    """Whether a heading names a number that could be the person's own ("Exess ID"), of whatever system."""
    tokens = tokens_of(heading)
    own = bool(tokens) and tokens[-1] in words()["words"]["number"]
    return (
        own
        and not set(tokens) & set(words()["words"]["another_number"])
        and not about_staff_or_others(heading)
    )


def names_a_person(heading: str) -> bool:
    """Whether a heading is nothing but a word for those a list is about ("Child")."""
    return " ".join(tokens_of(heading)) in words()["words"]["subject"]


def names_a_service(heading: str) -> bool:
    """Whether a heading has a word for a programme or service in it ("Programme entered")."""
    return bool(set(tokens_of(heading)) & set(words()["telling"]["initiative"]))


def speaks_of_origin(heading: str) -> bool:
    """Whether a heading is about a language or a country, whose names are those of peoples too."""
    return bool(set(tokens_of(heading)) & set(words()["words"]["origin"]))


def another_matter(text: str) -> bool:
    """Whether folded text speaks of something other than the time with the service."""
    return any(f" {other} " in f" {text} " for other in words()["words"]["other_matter"])
