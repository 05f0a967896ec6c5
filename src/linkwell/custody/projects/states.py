"""The states of a project."""

from enum import StrEnum

from linkwell.custody.machine import Machine, Move


class ProjectState(StrEnum):
    """Where a project stands."""

    APPROVED = "approved"
    CLOSED = "closed"


PROJECT = Machine(
    "project",
    ProjectState,
    {
        ProjectState.APPROVED: "The people named in it may work on its own columns, for its purpose only.",
        ProjectState.CLOSED: "Over. Nobody works in it any more.",
    },
    (
        Move("approve", None, ProjectState.APPROVED, "custodian manager", "A standing project is set up."),
        Move("close", ProjectState.APPROVED, ProjectState.CLOSED, "custodian manager", "It is closed."),
    ),
)
