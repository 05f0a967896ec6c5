"""Doing a job: claim it once, work, publish; and put back what a dead worker left."""

from __future__ import annotations

import time

from django.db import transaction
from django.utils import timezone

from linkwell.custody.jobs.kinds import KINDS, Tick
from linkwell.custody.jobs.models import Job
from linkwell.custody.jobs.states import JOB, JobState
from linkwell.custody.log_lines import Log
from linkwell.errors import LinkwellError, is_interrupt

MOST_ATTEMPTS = 3
"""A job whose worker died this often is given up: it would kill the next one too."""

BEAT_SECONDS = 2.0

log = Log("linkwell.jobs")


class OurFaultError(LinkwellError):
    """Something broke that is nobody's doing; only the kind of error is kept, never its text or values."""

    exit_code = 3


def run(job_id: int, *, tick: Tick | None = None) -> Job:
    """Do one job if nobody else has it; errors end in the job's row, never out of here."""
    job = _claim(job_id)
    if job is None:
        return Job.objects.get(pk=job_id)
    kind = KINDS[job.kind]
    try:
        if job.attempts > MOST_ATTEMPTS:
            raise OurFaultError(
                "This work stopped without an ending several times.",
                fix="Look at memory and disk, then start it again.",
            )
        result = kind.work(job, _beating(job, tick))
        with transaction.atomic():
            _end(job, "finish")
            kind.finish(job, result)
    except KeyboardInterrupt:
        _put_back(job)
        raise
    except LinkwellError as error:
        _fail(job, error)
    except Exception as error:  # noqa: BLE001  its text may hold somebody's values: only its kind goes on
        if is_interrupt(error):
            _put_back(job)
            raise KeyboardInterrupt from None
        log.error("job broke", job=job.pk, kind=job.kind, error=type(error).__name__, at=_where(error))
        _fail(
            job,
            OurFaultError(
                "Something broke on our side.",
                where=f"{type(error).__name__} at {_where(error)}",
                fix="Nothing was lost. Try again; if it stays, tell whoever runs this system.",
            ),
        )
    job.refresh_from_db()
    return job


def _claim(job_id: int) -> Job | None:
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=job_id)
        if job.state != JobState.WAITING:
            return None
        job.state = JOB.after("claim", job.state)
        job.attempts += 1
        job.started_at = job.beat_at = timezone.now()
        job.save()
    return job


def _beating(job: Job, outer: Tick | None) -> Tick:
    said = [0.0]

    def tick(done: int, total: int) -> None:
        if outer is not None:
            outer(done, total)
        now = time.monotonic()
        if now - said[0] >= BEAT_SECONDS:
            said[0] = now
            Job.objects.filter(pk=job.pk).update(done=done, total=total, beat_at=timezone.now())

    return tick


def _end(job: Job, verb: str, error: LinkwellError | None = None) -> None:
    row = Job.objects.select_for_update().get(pk=job.pk)
    row.state = JOB.after(verb, row.state)
    row.finished_at = timezone.now()
    row.error = error.as_dict() if error else {}
    row.save()


def _fail(job: Job, error: LinkwellError) -> None:
    try:
        with transaction.atomic():
            _end(job, "fail", error)
            KINDS[job.kind].give_up(job, error)
    except Exception as broke:  # noqa: BLE001  a job must never stay "running" with nobody on it
        log.error("giving up broke", job=job.pk, kind=job.kind, error=type(broke).__name__, at=_where(broke))
        _put_back_or_end(job, error)


def _put_back(job: Job) -> None:
    """Somebody stopped this: it waits to be done again, and the stop is no death to be counted."""
    with transaction.atomic():
        row = Job.objects.select_for_update().get(pk=job.pk)
        if row.state == JobState.RUNNING:  # else the stop came just after its end
            row.state = JOB.after("requeue", row.state)
            row.attempts -= 1
            row.save(update_fields=["state", "attempts"])


def _put_back_or_end(job: Job, error: LinkwellError) -> None:
    with transaction.atomic():
        if job.attempts > MOST_ATTEMPTS:
            _end(job, "fail", error)
            return
        row = Job.objects.select_for_update().get(pk=job.pk)
        row.state = JOB.after("requeue", row.state)
        row.save(update_fields=["state"])


def _where(error: BaseException) -> str:
    frame = error.__traceback__
    at = "?"
    while frame is not None:
        name = frame.tb_frame.f_globals.get("__name__", "?")
        if str(name).startswith("linkwell."):
            at = f"{name}:{frame.tb_lineno}"
        frame = frame.tb_next
    return at


def sweep(queues: tuple[str, ...]) -> int:
    """Put back what a dead worker left on these queues; call only while holding the queues' lock.

    Returns how many jobs are waiting to be done.
    """
    with transaction.atomic():
        for job in Job.objects.select_for_update().filter(queue__in=queues, state=JobState.RUNNING):
            job.state = JOB.after("requeue", job.state)
            job.save(update_fields=["state"])
            log.warning("job put back", job=job.pk, kind=job.kind, attempts=job.attempts)
    return Job.objects.filter(queue__in=queues, state=JobState.WAITING).count()
