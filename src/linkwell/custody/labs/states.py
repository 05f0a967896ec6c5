"""The states of a project's database, and of one piece of work in its lab."""

from enum import StrEnum

from linkwell.custody.machine import Machine, Move


class DatabaseState(StrEnum):
    """Where a project's database stands."""

    BUILDING = "building"
    READY = "ready"
    FAILED = "failed"
    REMOVED = "removed"


class WorkState(StrEnum):
    """Whether a piece of work in the lab has its answer."""

    WAITING = "waiting"
    ANSWERED = "answered"
    REFUSED = "refused"


_D, _W = DatabaseState, WorkState
_SYSTEM, _TEAM = "Linkwell", "project lead or researcher"

DATABASE = Machine(
    "project database",
    DatabaseState,
    {
        _D.BUILDING: "The approved columns are being copied, under ids that hold in this project alone.",
        _D.READY: "It is complete and will never change.",
        _D.FAILED: "It could not be built; nothing of it is used.",
        _D.REMOVED: "Its file is gone: the project ended or was stopped, or a newer one took its place.",
    },
    (
        Move("build", None, _D.BUILDING, "custodian manager", "A custodian manager has it built; after that "
             "Linkwell does whenever the project moves to another data update."),
        Move("built", _D.BUILDING, _D.READY, _SYSTEM, "The file is written, closed and named by its digest."),
        Move("build failed", _D.BUILDING, _D.FAILED, _SYSTEM, "It could not be built; the reason is kept."),
        *(Move("remove", state, _D.REMOVED, _SYSTEM, "Nobody may work on it any more.")
          for state in (_D.READY, _D.FAILED)),
    ),
)  # fmt: skip

WORK = Machine(
    "work in a lab",
    WorkState,
    {
        _W.WAITING: "It waits its turn, or is being done.",
        _W.ANSWERED: "It was done. What is told of real people was released first.",
        _W.REFUSED: "It was not done, for the reason given.",
    },
    (
        Move("try", None, _W.WAITING, _TEAM, "A statement is to be tried on the twin, and kept if it makes "
             "a table."),
        Move("count", None, _W.WAITING, _TEAM, "A count is asked of the release desk."),
        Move("model", None, _W.WAITING, _TEAM, "A regression is asked of the release desk, which fits it."),
        Move("batch", None, _W.WAITING, _TEAM, "A Python script is to be rehearsed on the twin, and kept if "
             "each row it makes is one person's."),
        Move("run", None, _W.WAITING, _TEAM, "A batch that ran clean on the twin is to be run on the real "
             "rows of the project's database."),
        Move("look", None, _W.WAITING, _TEAM, "Rows are to be shown to one person, on the network of a "
             "registered facility and nowhere else."),
        Move("answer", _W.WAITING, _W.ANSWERED, _SYSTEM, "It is answered."),
        Move("refuse", _W.WAITING, _W.REFUSED, _SYSTEM, "The lab or the release desk says no."),
    ),
)  # fmt: skip
