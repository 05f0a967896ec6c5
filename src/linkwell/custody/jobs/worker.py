"""Who does the jobs: a worker process per queue holds that queue's lock; without one the command line
takes it.
"""

from __future__ import annotations

import math
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from linkwell.custody.home import current_home
from linkwell.custody.jobs.kinds import KINDS, LAB, QUEUES, QUICK, Tick
from linkwell.custody.jobs.models import Job
from linkwell.custody.jobs.running import run, sweep
from linkwell.custody.jobs.states import JobState
from linkwell.custody.jobs.tasks import enqueue
from linkwell.custody.log_lines import Log
from linkwell.errors import LinkwellError, RefusedByRule, TryAgain, WrongUse
from linkwell.lab.limits import SLOTS
from linkwell.vault.zones import ZoneName

if TYPE_CHECKING:
    from django_tasks_db.management.commands.db_worker import Worker

WAIT_SECONDS = 0.25
LOOK_SECONDS = 1.0
"""Somebody who only looks whether a worker lives lets go of its lock well within this."""
STOP_SECONDS = 8.0
"""How long a worker that is told to stop waits for the lab's other session; its job is put back else."""
TIDY_SECONDS = 15 * 60

log = Log("linkwell.jobs")


def _lock_path(queue: str) -> Path:
    return current_home().zone(ZoneName.PORTAL).folder("locks") / f"worker-{queue}.lock"


@contextmanager
def holding(queue: str, *, patience: float = 0.0) -> Iterator[bool]:
    """Yield True while holding the queue's lock, False if somebody else has it for all of `patience` seconds.

    The lock is the operating system's: a killed worker lets go of it without doing anything.
    """
    with _lock_path(queue).open("ab") as file:
        until = time.monotonic() + patience
        while not (mine := _locked(file)) and time.monotonic() < until:
            time.sleep(WAIT_SECONDS)
        yield mine


def alive(queue: str) -> bool:
    """Whether a worker, or a command that does its work, holds the queue's lock now."""
    with _lock_path(queue).open("ab") as file:
        return not _locked(file, shared=True)  # shared: two who look at once do not see each other


def _locked(file: BinaryIO, *, shared: bool = False) -> bool:
    import fcntl  # Unix only, like the custodian's server

    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def see_through(job: Job, *, tick: Tick | None = None) -> Job:
    """Wait until a worker has done `job`, or do it here if no worker is alive.

    Raises:
        LinkwellError: the job failed; the same kind of error and words as in its row.
    """
    while True:
        job.refresh_from_db()
        if job.state in (JobState.DONE, JobState.FAILED):
            break
        with holding(job.queue) as mine:
            if mine:
                sweep((job.queue,))
                _do_up_to(job, tick)
                continue
        if tick is not None and job.total:
            tick(job.done, job.total)
        time.sleep(WAIT_SECONDS)
    if job.state == JobState.FAILED:
        raise error_of(job)
    return job


def _do_up_to(job: Job, tick: Tick | None) -> None:
    # Earlier jobs of the queue first: an action left behind by a killed command is not overtaken.
    waiting = Job.objects.filter(queue=job.queue, state=JobState.WAITING, pk__lte=job.pk)
    for number in list(waiting.values_list("pk", flat=True)):
        run(number, tick=tick)


def work_for_ever(queues: tuple[str, ...] = QUEUES) -> None:
    """The worker process: hold the locks, sweep, queue what was left waiting, then do tasks until stopped.

    While another worker, or a command that began when there was none, holds a queue, it stands by. Of the
    labs it does two pieces of work at once, in threads of this one process: so its lock, and what is put back
    after its death, hold for both. Statements run in processes of their own anyway.
    """
    with ExitStack() as locks:
        for queue in queues:
            if not locks.enter_context(holding(queue, patience=LOOK_SECONDS)):
                log.warning("another process does this work: standing by", queue=queue)
                locks.enter_context(holding(queue, patience=math.inf))
        sweep(queues)
        if QUICK in queues:
            threading.Thread(target=_tidy_for_ever, daemon=True).start()
        if LAB in queues:
            _try_the_locks()
        _drop_dead_tasks(queues)
        for job in Job.objects.filter(queue__in=queues, state=JobState.WAITING):
            enqueue(job)
        worker = _worker(queues)
        worker.configure_signals()
        with _beside([_worker((LAB,)) for _ in range(SLOTS - 1)] if LAB in queues else []):
            worker.run()


def _worker(queues: tuple[str, ...]) -> Worker:
    from django.utils.crypto import get_random_string
    from django_tasks_db.management.commands.db_worker import Worker

    return Worker(
        queue_names=list(queues), interval=0.3, batch=False, backend_name="default", startup_delay=False,
        max_tasks=None, worker_id=get_random_string(32), excluded_queue_names=[],
    )  # fmt: skip


@contextmanager
def _beside(workers: list[Worker]) -> Iterator[None]:
    """Let these work in threads meanwhile; at the end each ends what it does, within `STOP_SECONDS`."""
    threads = [threading.Thread(target=_work, args=(each,), daemon=True) for each in workers]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for each in workers:
            each.running = False
        for thread in threads:
            thread.join(STOP_SECONDS)


def _work(worker: Worker) -> None:
    from django.db import connections

    try:
        worker.run()
    except Exception as error:  # noqa: BLE001  its text may hold values: only its kind goes on
        log.error("a worker's other half ended", error=type(error).__name__)
        os.kill(os.getpid(), signal.SIGTERM)  # half a worker is none: whoever keeps it up starts it anew
    finally:
        connections.close_all()


def _try_the_locks() -> None:
    """Before anybody asks: where some lab has a database, its pages say whether this machine may serve it."""
    from linkwell.custody.labs import locks
    from linkwell.custody.labs.databases import is_ready

    try:
        if is_ready():
            locks.served()
    except LinkwellError as error:
        log.warning("the lab is closed", error=error.what)


def _tidy_for_ever() -> None:
    from django.db import close_old_connections

    from linkwell.custody.agreements.notices import watch_dates
    from linkwell.custody.commissioning.actions import pass_on_what_is_due
    from linkwell.custody.labs.databases import keep_databases
    from linkwell.custody.labs.looking import clear_looks
    from linkwell.custody.mail.sending import mail_what_is_due
    from linkwell.custody.projects.actions import watch_projects
    from linkwell.custody.removals.actions import go_on
    from linkwell.custody.retention.actions import destroy_what_is_due
    from linkwell.custody.supplies.calendar import remind_of_deliveries
    from linkwell.custody.supplies.tidying import tidy

    rounds: tuple[Callable[[], object], ...] = (
        watch_dates, watch_projects, remind_of_deliveries, tidy, pass_on_what_is_due, destroy_what_is_due,
        go_on, keep_databases, clear_looks, mail_what_is_due,
    )  # fmt: skip
    while True:
        for each in rounds:
            try:
                each()
            except Exception as error:  # noqa: BLE001  it waits for the next round; its text may hold values
                log.warning("tidying broke", what=each.__name__, error=type(error).__name__)
        close_old_connections()
        time.sleep(TIDY_SECONDS)


def _drop_dead_tasks(queues: tuple[str, ...]) -> None:
    # django-tasks-db never recovers a task whose worker died; ours only name a job, so the old rows go and
    # every waiting job is queued anew.
    from django_tasks import TaskResultStatus
    from django_tasks_db.models import DBTaskResult

    stale = (TaskResultStatus.READY, TaskResultStatus.RUNNING)
    DBTaskResult.objects.filter(queue_name__in=queues, status__in=stale).delete()


_KINDS_OF_ERROR: dict[int, type[LinkwellError]] = {2: WrongUse, 3: TryAgain, 4: RefusedByRule}


def error_of(job: Job) -> LinkwellError:
    """The error a failed job ended with, to be raised in the caller's own process."""
    said = job.error
    kind = _KINDS_OF_ERROR.get(int(said.get("exit_code", 1)), LinkwellError)
    return kind(
        str(said.get("what") or f"{job.kind} failed"),
        where=str(said.get("where", "")),
        why=str(said.get("why", "")),
        fix=str(said.get("fix", "")),
    )


def known_kinds() -> tuple[str, ...]:
    """Every kind of job, for documentation and tests."""
    return tuple(KINDS)
