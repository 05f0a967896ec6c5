"""The states of taking something out."""

from enum import StrEnum

from linkwell.custody.machine import Machine, Move


class RemovalKind(StrEnum):
    """Why something is taken out."""

    CORRECTION = "correction"
    DELETION = "deletion"
    OBJECTION = "objection"
    WITHDRAWAL = "withdrawal"
    TIME_OVER = "time over"


ASKABLE = tuple(kind for kind in RemovalKind if kind is not RemovalKind.TIME_OVER)
"""What a person may ask for; that its time is over says the agreement, and the clock asks."""

EVERYTHING = (RemovalKind.WITHDRAWAL, RemovalKind.TIME_OVER)
"""Everything under the agreement leaves, and nothing takes its place."""


class RemovalState(StrEnum):
    """How far taking it out has come."""

    ASKED = "asked"
    TAKEN_BACK = "taken back"
    CONFIRMED = "confirmed"
    DESTROYING = "destroying"
    DONE = "done"


_R = RemovalState

REMOVAL = Machine(
    "removal",
    RemovalState,
    {
        _R.ASKED: "It is planned, and everybody concerned can read the plan. Nothing has changed yet.",
        _R.TAKEN_BACK: "It was taken back before anything changed.",
        _R.CONFIRMED: "A second person has confirmed it, or both sides agreed to its day. The research data "
                      "is built anew without it; then "
                      "everything that held it is destroyed.",
        _R.DESTROYING: "The new research data stands without it. What held it before is being destroyed.",
        _R.DONE: "It is gone, and a signed certificate says what went and what stays.",
    },
    (
        Move("ask", None, _R.ASKED, "provider lead or data integrator", "Somebody asks; a plan is made."),
        Move("take back", _R.ASKED, _R.TAKEN_BACK, "provider lead or data integrator", "It is taken back."),
        Move("confirm", _R.ASKED, _R.CONFIRMED, "custodian manager", "A second person confirms the plan."),
        Move("ask", None, _R.ASKED, "Linkwell", "Its time is over, as both sides agreed; a plan is made."),
        Move("confirm", _R.ASKED, _R.CONFIRMED, "Linkwell",
             "Both sides agreed to that day when they signed."),
        Move("rebuilt", _R.CONFIRMED, _R.DESTROYING, "Linkwell", "The newest refresh holds none of it."),
        Move("destroyed", _R.DESTROYING, _R.DONE, "Linkwell", "All of it is gone; a certificate is signed."),
        Move("destroy failed", _R.DESTROYING, _R.CONFIRMED, "Linkwell", "It is tried again later."),
    ),
)  # fmt: skip
