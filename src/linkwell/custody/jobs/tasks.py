"""Leaving a job for a worker. The bridge to django-tasks: one task per queue, which only names a job; on
Django 6 the import changes here.
"""

from __future__ import annotations

from django.db import transaction
from django_tasks import task

from linkwell.custody.jobs.kinds import HEAVY, KINDS, LAB, QUICK
from linkwell.custody.jobs.models import Job
from linkwell.custody.jobs.running import run
from linkwell.custody.jobs.states import JOB, JobState
from linkwell.custody.log_lines import Log
from linkwell.custody.organisations.models import Person

log = Log("linkwell.jobs")


@task(queue_name=QUICK)
def run_quick(job_id: int) -> str:
    """Do one quick job."""
    return _run(job_id)


@task(queue_name=HEAVY)
def run_heavy(job_id: int) -> str:
    """Do one heavy job; one worker holds this queue, so only one runs at a time."""
    return _run(job_id)


@task(queue_name=LAB)
def run_lab(job_id: int) -> str:
    """Do the piece of the labs' work whose turn it is, which need not be this one (`labs.turns`).

    Where all that waits is of projects that have work under way, nothing is done now: whoever ends that work
    looks for what comes next.
    """
    from linkwell.custody.labs.turns import queue

    job = queue().next()
    if job is None:
        return "not its turn"
    said = _run(job)
    if (after := queue().next()) is not None:
        run_lab.enqueue(job_id=after)
    return said


def _run(job_id: int) -> str:
    try:
        job = run(job_id)
        if job.state == JobState.WAITING:  # neither its end nor its failure could be written down
            enqueue(job)
        return str(job.state)
    except Exception as error:  # noqa: BLE001  its text may hold somebody's values: only its kind goes on
        log.error("job was not begun", job=job_id, error=type(error).__name__)
        return "not begun"


def leave(kind: str, *, subject: str, by: Person | str) -> Job:
    """Leave a job in the action's own transaction; it is queued when that commits.

    A job that is still waiting or running for the same thing is returned instead of a twin.
    """
    under_way = Job.objects.filter(
        kind=kind, subject=subject, state__in=(JobState.WAITING, JobState.RUNNING)
    ).first()
    if under_way is not None:
        return under_way
    job = Job.objects.create(
        kind=kind, subject=subject, queue=KINDS[kind].queue, by=str(by), state=JOB.after("enqueue", None)
    )
    transaction.on_commit(lambda: enqueue(job))
    return job


def enqueue(job: Job) -> None:
    """Queue a job; queueing it twice does nothing twice, because a job is claimed once."""
    {QUICK: run_quick, HEAVY: run_heavy, LAB: run_lab}[job.queue].enqueue(job_id=job.pk)
