"""Work that stopped without its end: which there is, in words, and having it done again.

Only what can be taken up again is listed: a supply a rule refused, say, is decided and not stopped. Doing it
again is the action itself, so the same permission, the same state and the same two people are asked for.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Max
from django.utils import timezone

from linkwell.custody.jobs.kinds import KINDS
from linkwell.custody.jobs.models import Job
from linkwell.custody.jobs.states import JobState
from linkwell.custody.linkage import actions as linkage
from linkwell.custody.linkage.permissions import LINK
from linkwell.custody.machine import Machine, WrongState
from linkwell.custody.organisations.models import Person
from linkwell.custody.outputs import actions as outputs
from linkwell.custody.outputs.models import Output
from linkwell.custody.outputs.permissions import ANALYSE
from linkwell.custody.outputs.states import OUTPUT
from linkwell.custody.permissions import Capability, allows, check
from linkwell.custody.refreshes import actions as refreshes
from linkwell.custody.refreshes.models import Refresh
from linkwell.custody.refreshes.permissions import LOAD
from linkwell.custody.refreshes.states import REFRESH
from linkwell.custody.supplies import actions as supplies
from linkwell.custody.supplies.models import Supply
from linkwell.custody.supplies.permissions import ACCEPT
from linkwell.custody.supplies.states import SUPPLY


@dataclass(frozen=True)
class Again:
    """How one kind of job is begun anew: the move, who may, and the action."""

    verb: str
    need: Capability
    machine: Machine
    states: Callable[[Iterable[str]], dict[str, str]]
    act: Callable[[Person, str], Job]


def _supplies(names: Iterable[str]) -> dict[str, str]:
    return dict(Supply.objects.filter(reference__in=names).values_list("reference", "state"))


def _refreshes(names: Iterable[str]) -> dict[str, str]:
    return dict(Refresh.objects.filter(label__in=names).values_list("label", "state"))


def _outputs(names: Iterable[str]) -> dict[str, str]:
    return dict(Output.objects.filter(reference__in=names).values_list("reference", "state"))


def _analyse(by: Person, reference: str) -> Job:
    output = outputs.find(reference)
    return outputs.analyse(by=by, project=output.project, refresh=output.refresh)[1]


AGAIN: dict[str, Again] = {
    "supply.accept": Again(
        "accept", ACCEPT, SUPPLY, _supplies,
        lambda by, name: supplies.accept(by=by, supply=supplies.find(name))),
    "supply.link": Again(
        "link", LINK, SUPPLY, _supplies, lambda by, name: linkage.link(by=by, supply=supplies.find(name))),
    "refresh.load": Again(
        "load", LOAD, REFRESH, _refreshes, lambda by, name: refreshes.load(by=by, label=name)[1]),
    "output.analyse": Again("analyse", ANALYSE, OUTPUT, _outputs, _analyse),
}  # fmt: skip
"""A release is not here: its checker approves it again, with the password."""


@dataclass(frozen=True)
class Stopped:
    """One piece of work that stopped, and whether this person can have it done again."""

    job: Job
    may_try: bool

    @property
    def verb(self) -> str:
        """The move that begins it anew; "" where none does."""
        return AGAIN[self.job.kind].verb if self.job.kind in AGAIN else ""


def stopped_work(person: Person) -> list[Stopped]:
    """Of every thing the newest job, where that failed and the thing still waits for it; newest first."""
    newest = Job.objects.values("kind", "subject").annotate(last=Max("pk")).values("last")
    failed = list(Job.objects.filter(state=JobState.FAILED, pk__in=newest).order_by("-pk"))
    names: dict[str, list[str]] = defaultdict(list)
    for job in failed:
        names[job.kind].append(job.subject)
    states = {kind: AGAIN[kind].states(found) for kind, found in names.items() if kind in AGAIN}
    may = {kind: allows(person, AGAIN[kind].need) for kind in states}
    return [Stopped(job, may.get(job.kind, False)) for job in failed if _waits(job, states)]


def _waits(job: Job, states: dict[str, dict[str, str]]) -> bool:
    again = AGAIN.get(job.kind)
    return again is None or again.machine.may(again.verb, states[job.kind].get(job.subject, ""))


def try_again(*, by: Person, job: Job) -> Job:
    """Begin stopped work anew.

    Raises:
        NotAllowed: `by` may not do this kind of work. WrongState: it did not stop, or went on since.
    """
    again = AGAIN.get(job.kind)
    if again is None:
        raise WrongState(
            "This is not begun again from here.",
            why="It is taken up where it was decided, or by itself.",
            fix="Look at the page of the thing itself.",
        )
    check(by, again.need)
    if job.state != JobState.FAILED:
        raise WrongState("This work has not stopped.", fix="Wait until it has ended.")
    return again.act(by, job.subject)


def silent_jobs(now: datetime.datetime | None = None) -> list[Job]:
    """Jobs that are said to run and have not been heard of for longer than their kind may be quiet."""
    at = now or timezone.now()
    running = Job.objects.filter(state=JobState.RUNNING)
    return [job for job in running if at - (job.beat_at or job.created_at) > _quiet(job)]


def _quiet(job: Job) -> datetime.timedelta:
    return datetime.timedelta(minutes=KINDS[job.kind].quiet_minutes)
