"""Whether somebody's access to a project is open, worked out from the evidence each time it is asked.

Nothing is stored, so nothing has to be switched off: the day an item runs out, the answer is no.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import timezone

from linkwell.custody.agreements.models import Agreement
from linkwell.custody.organisations.models import Person
from linkwell.custody.organisations.roles import Role
from linkwell.custody.projects.models import Project
from linkwell.custody.projects.states import HoldState, ProjectState
from linkwell.custody.remembered import rows
from linkwell.custody.researchers.actions import in_date
from linkwell.custody.researchers.evidence import kinds
from linkwell.custody.uses.actions import use_agreed
from linkwell.errors import RefusedByRule
from linkwell.standards.clock import in_words

WORKERS = frozenset({Role.RESEARCHER, Role.PROJECT_LEAD})
"""Roles that work in a research project; in a provider's standing project it is the analyst."""


@dataclass(frozen=True)
class Closed:
    """One reason why access is closed, and what opens it."""

    code: str
    words: str
    mend: str


@dataclass(frozen=True)
class Access:
    """What the evidence says about one person and one project on one day.

    Attributes:
        closed: every reason why it is not open; empty means open.
        until: while it is open, the last day before something runs out; None if nothing does.
        because: what runs out then, in words.
    """

    closed: tuple[Closed, ...]
    until: datetime.date | None = None
    because: str = ""

    @property
    def open(self) -> bool:
        """Whether the person can work in it."""
        return not self.closed


def access(project: Project, person: Person, on: datetime.date | None = None) -> Access:
    """Whether `person` can work in `project` on a day (today if not said)."""
    day = on or timezone.localdate()
    closed = (*stopped(project, day), *_person(project, person, day))
    if closed:
        return Access(tuple(closed))
    until, because = min(_last_days(project, person, day), default=(None, ""))
    return Access((), until, because)


def refuse_closed(project: Project, person: Person) -> None:
    """Raise RefusedByRule with the first reason why access is closed today."""
    found = access(project, person)
    if found.closed:
        first = found.closed[0]
        raise RefusedByRule(
            first.words,
            where=project.code,
            why="Access is worked out from what is in date, each time.",
            fix=first.mend,
        )


def stopped(project: Project, on: datetime.date | None = None) -> tuple[Closed, ...]:
    """Every reason why nobody works in a project on a day, and nothing of it is released."""
    day = on or timezone.localdate()
    return (*_state(project, day), *_agreements(project, day), *_holds(project))


def refuse_release(project: Project) -> None:
    """Raise RefusedByRule while a hold stands or an agreement behind the project is not in force.

    A project that has run out or is closed can still have what it made released.
    """
    found = (*_agreements(project, timezone.localdate()), *_holds(project))
    if found:
        raise RefusedByRule(found[0].words, where=project.code, fix=found[0].mend)


def agreements_of(project: Project) -> list[Agreement]:
    """The agreements a project's data comes under."""
    if project.agreement is not None:
        return [project.agreement]
    return sorted(rows(project, "uses", "organisation", "proposal"), key=lambda each: each.pk)


def is_member(project: Project, person: Person) -> bool:
    """Whether somebody is named in an approved project."""
    return any(each.person_id == person.pk for each in project.members.all())


def _state(project: Project, day: datetime.date) -> Iterator[Closed]:
    if project.state != ProjectState.APPROVED:
        yield Closed("state", f"The project is {project.state}.", "Look at the project's page.")
    elif project.starts is not None and day < project.starts:
        yield Closed("not yet", f"The project begins on {in_words(project.starts)}.", "Wait until then.")
    elif project.ends is not None and day > project.ends:
        yield Closed("run out", f"The project ran out on {in_words(project.ends)}.", "Apply for a renewal.")


def _agreements(project: Project, day: datetime.date) -> Iterator[Closed]:
    for agreement in agreements_of(project):
        if not agreement.live(day):
            words = f"An agreement its data comes under is not in force: {agreement.reference}."
            yield Closed("agreement", words, "Wait for its renewal, or leave its data out by an amendment.")
        elif not use_agreed(agreement, project.code):
            words = f"The body behind an agreement has not agreed to this use: {agreement.reference}."
            yield Closed("later use", words, "The custodian asks them.")


def _holds(project: Project) -> Iterator[Closed]:
    for hold in rows(project, "holds", "organisation"):
        if hold.state != HoldState.STANDS:
            continue
        words = f"Kaitiaki of {hold.organisation.name} hold this project."
        yield Closed("hold", words, "Talk with them; only they lift it.")


def _person(project: Project, person: Person, day: datetime.date) -> Iterator[Closed]:
    if not person.is_active or not is_member(project, person):
        yield Closed("member", "You are not named in this project.", "Ask its lead.")
        return
    wanted = frozenset({Role.ANALYST}) if project.standing else WORKERS
    if not wanted & person.roles():
        yield Closed("role", "You do not hold the role any more.", "Ask the custodian.")
    if project.standing:
        return  # its analysts promise under the agreement itself (agreements.controls, "named people")
    there = in_date(person, day)
    for kind in kinds().values():
        if kind.code not in there:
            yield Closed(kind.code, f"Not in date: {kind.title}.", kind.mend)


def _last_days(project: Project, person: Person, day: datetime.date) -> Iterator[tuple[datetime.date, str]]:
    if project.ends is not None:
        yield project.ends, "the project"
    for agreement in agreements_of(project):
        yield agreement.ends, f"agreement {agreement.reference}"
    if not project.standing:
        for code, until in in_date(person, day).items():
            yield until, kinds()[code].title
