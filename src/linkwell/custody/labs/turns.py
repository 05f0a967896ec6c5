"""Whose work comes next in the labs: in the order it was asked for, in turns between projects, and never two
pieces of one project at once.

A project's next piece counts as asked for when its last one was begun, so that whoever asks for five things
is overtaken by everybody who asks for one; nobody is overtaken by who asked later than that.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils import timezone

from linkwell.custody.jobs.kinds import LAB
from linkwell.custody.jobs.models import Job
from linkwell.custody.jobs.states import JobState
from linkwell.custody.labs.models import LONG

Piece = tuple[int, datetime.datetime, str]
"""Number of a job, when it was asked for, what it is about."""


@dataclass(frozen=True)
class Queue:
    """What waits, in the order it will be begun, and the projects whose work is being done.

    Attributes:
        waiting: (number of the job, what it is about). running: what it is about.
    """

    waiting: tuple[tuple[int, str], ...]
    running: tuple[str, ...]

    def next(self) -> int | None:
        """The job to begin now; None if there is none of a project that has none under way.

        Of what may take minutes one piece is done at a time, so that short work always has a place to go on.
        """
        busy, long = set(map(_project, self.running)), any(map(_long, self.running))
        fit = (number for number, subject in self.waiting
               if _project(subject) not in busy and not (long and _long(subject)))  # fmt: skip
        return next(fit, None)


def queue() -> Queue:
    """The labs' queue now."""
    found = Job.objects.filter(queue=LAB, state__in=(JobState.WAITING, JobState.RUNNING)).order_by("pk")
    rows = list(found.values_list("pk", "subject", "state", "created_at"))  # one question: one moment
    asked: dict[str, list[Piece]] = {}
    for number, subject, state, at in rows:
        if state == JobState.WAITING:
            asked.setdefault(_project(subject), []).append((number, at, subject))
    running = tuple(subject for _, subject, state, _ in rows if state == JobState.RUNNING)
    return Queue(tuple(_in_turns(asked)), running)


def before(reference: str) -> int:
    """How many pieces of work, of whichever project, are begun before the one of this reference."""
    job = Job.objects.filter(queue=LAB, state=JobState.WAITING, subject=reference).first()
    found = queue()
    numbers = [number for number, _ in found.waiting]
    return len(found.running) + numbers.index(job.pk) if job is not None and job.pk in numbers else 0


def _in_turns(asked: dict[str, list[Piece]]) -> list[tuple[int, str]]:
    ordered: list[tuple[int, str]] = []
    begun = _begun(min((pieces[0][1] for pieces in asked.values()), default=None))
    now = timezone.now()
    while asked:
        at = {project: (max(pieces[0][1], begun.get(project, pieces[0][1])), pieces[0][0])
              for project, pieces in asked.items()}  # fmt: skip
        project = min(at, key=lambda each: at[each])
        number, _, subject = asked[project].pop(0)
        ordered.append((number, subject))
        begun[project] = now + datetime.timedelta(seconds=len(ordered))
        if not asked[project]:
            del asked[project]
    return ordered


def _begun(since: datetime.datetime | None) -> dict[str, datetime.datetime]:
    """When the newest work of each project was begun, as far as that is later than the oldest that waits."""
    if since is None:
        return {}
    rows = Job.objects.filter(queue=LAB, started_at__gte=since).order_by("started_at")
    return {_project(subject): at for subject, at in rows.values_list("subject", "started_at")}


def _project(subject: str) -> str:
    return subject.rpartition("-w")[0]


def _long(subject: str) -> bool:
    return subject.rpartition("-w")[2].endswith(LONG)
