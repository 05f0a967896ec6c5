"""The steps of one thing in the order they were taken, with whom each waited on and for how long.

Read from the record nobody can rewrite, so that a waiting time cannot be made to look shorter.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files

from django.db.models import QuerySet
from django.utils import timezone

from linkwell.custody.agreements.models import Agreement
from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.organisations.models import Person
from linkwell.custody.outputs.models import Output, Release
from linkwell.custody.permissions import allows
from linkwell.custody.proposals.models import Proposal
from linkwell.custody.timeline.permissions import SEE_ALL_STORIES, SEE_OWN_STORY

NOBODY = "nobody"
SHORTEST = timedelta(minutes=1)
"""A shorter wait is none."""


@cache
def waits_after() -> dict[str, str]:
    """Event and whom the road waits on after it."""
    return tomllib.loads((files("linkwell.custody.timeline") / "waits.toml").read_text("utf-8"))


@dataclass(frozen=True)
class Step:
    """One event, and the wait that began with it.

    Attributes:
        waits_on: a key of [waiting_on] in the labels; "" where nothing is waited on after it.
        until: when the wait ended; None for one that goes on, and where there is none.
    """

    event: AuditEvent
    waits_on: str = ""
    until: datetime | None = None

    @property
    def going_on(self) -> bool:
        """Whether it is still waited on."""
        return bool(self.waits_on) and self.until is None

    @property
    def waited(self) -> timedelta:
        """How long, up to now where it goes on."""
        return (self.until or timezone.now()) - self.event.when if self.waits_on else timedelta()

    @property
    def worth_saying(self) -> bool:
        """Whether the wait goes on, or was long enough to be one."""
        return self.going_on or self.waited >= SHORTEST


@dataclass(frozen=True)
class Chapter:
    """The steps of one thing: a proposal, an agreement, a delivery, an output, a later use, a taking-out."""

    kind: str
    reference: str
    steps: tuple[Step, ...]

    @property
    def began(self) -> datetime:
        """When its first step was taken."""
        return self.steps[0].event.when


def steps(events: Iterable[AuditEvent], *, then: Iterable[AuditEvent] = ()) -> tuple[Step, ...]:
    """The steps of one thing, each wait ended by the next event that begins or ends one.

    Args:
        then: events about what follows from it; the first of them ends a wait that still goes on (a proposal
            waits for its agreement to be drawn up).
    """
    found: list[Step] = []
    open_at: int | None = None
    for event in events:
        who = waits_after().get(event.verb, "")
        if not who:
            found.append(Step(event))
            continue
        if open_at is not None:
            before = found[open_at]
            found[open_at] = Step(before.event, before.waits_on, event.when)
        open_at = None if who == NOBODY else len(found)
        found.append(Step(event, "" if who == NOBODY else who))
    if open_at is not None:
        last = found[open_at]
        later = next((each.when for each in then if each.seq > last.event.seq), None)
        found[open_at] = Step(last.event, last.waits_on, later)
    return tuple(found)


def steps_of(proposal: Proposal) -> tuple[Step, ...]:
    """The steps of a proposal and its assessments, up to the first text drawn up on it."""
    assessed = proposal.assessments.values_list("reference", flat=True)
    subjects = [proposal.subject, *(f"assessment/{each}" for each in assessed)]
    agreed = [f"agreement/{each}" for each in proposal.agreements.values_list("reference", flat=True)]
    events = AuditEvent.objects.filter(subject__in=subjects).order_by("seq")
    drafted = AuditEvent.objects.filter(subject__in=agreed, verb="agreement.drafted").order_by("seq")
    return steps(events, then=drafted)


def totals(chapters: Iterable[Chapter]) -> list[tuple[str, timedelta]]:
    """(who, how long in all) over all chapters, the longest first; waits under a minute are left out."""
    sums: dict[str, timedelta] = {}
    for chapter in chapters:
        for step in chapter.steps:
            if step.waits_on:
                sums[step.waits_on] = sums.get(step.waits_on, timedelta()) + step.waited
    long = [(who, total) for who, total in sums.items() if total >= SHORTEST]
    return sorted(long, key=lambda each: -each[1])


def own_stories(person: Person) -> QuerySet[Agreement]:
    """The agreements whose whole story this person sees because it is their own organisation's."""
    mine = person.memberships.filter(role__in=SEE_OWN_STORY.roles, organisation__is_custodian=False)
    return Agreement.objects.filter(organisation__in=mine.values("organisation")).order_by("-pk")


def readable_stories(person: Person) -> QuerySet[Agreement]:
    """Every agreement whose whole story this person may read."""
    if allows(person, SEE_ALL_STORIES):
        return Agreement.objects.select_related("organisation", "proposal").order_by("-pk")
    return own_stories(person).select_related("organisation", "proposal")


_UNSEEN = ("receipt.downloaded", "linkage report.viewed", "release.read")


def story_of(agreement: Agreement) -> list[Chapter]:
    """From the first question to release and destruction, in a dozen queries at most however long it is."""
    subjects = [(agreement.subject, "agreement", agreement.reference)]
    supplied = agreement.supplies.values_list("reference", flat=True)
    subjects += [(f"supply/{each}", "delivery", each) for each in supplied]
    worked_out = Output.objects.filter(project__agreement=agreement).values_list("reference", flat=True)
    subjects += [(f"output/{each}", "output", each) for each in worked_out]
    released = Release.objects.filter(output__project__agreement=agreement).values_list(
        "reference", flat=True
    )
    subjects += [(f"release/{each}", "release", each) for each in released]
    taken_out = agreement.removals.values_list("reference", flat=True)
    subjects += [(f"removal/{each}", "removal", each) for each in taken_out]
    subjects += [
        (f"use/{each}", "use", each) for each in agreement.later_uses.values_list("reference", flat=True)
    ]
    told = chapters({subject: (kind, name) for subject, kind, name in subjects})
    if agreement.proposal is None:
        return told
    return [Chapter("proposal", agreement.proposal.reference, steps_of(agreement.proposal)), *told]


def chapters(subjects: dict[str, tuple[str, str]]) -> list[Chapter]:
    """A chapter for each (kind, reference) among the subjects, in the order in which they began."""
    events: dict[tuple[str, str], list[AuditEvent]] = {}
    found = AuditEvent.objects.filter(subject__in=list(subjects)).exclude(verb__in=_UNSEEN)
    for event in found.order_by("seq"):
        events.setdefault(subjects[event.subject], []).append(event)
    made = [Chapter(kind, name, steps(about)) for (kind, name), about in events.items()]
    return sorted(made, key=lambda chapter: chapter.steps[0].event.seq)
