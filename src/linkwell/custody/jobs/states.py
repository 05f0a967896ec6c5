"""The states of a job."""

from enum import StrEnum

from linkwell.custody.machine import Machine, Move


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


_J = JobState

JOB = Machine(
    "job",
    JobState,
    {
        _J.WAITING: "It will be done as soon as a worker is free.",
        _J.RUNNING: "It is being done.",
        _J.DONE: "It is done.",
        _J.FAILED: "It could not be done; the reason is kept with it.",
    },
    (
        Move("enqueue", None, _J.WAITING, "Linkwell", "An action leaves it in its own transaction."),
        Move("claim", _J.WAITING, _J.RUNNING, "worker", "A worker takes it."),
        Move("finish", _J.RUNNING, _J.DONE, "worker", "Its result is published in one transaction."),
        Move("fail", _J.RUNNING, _J.FAILED, "worker", "It ends with a reason."),
        Move("requeue", _J.RUNNING, _J.WAITING, "sweeper", "Its worker died or was stopped: it is put back."),
    ),
)
