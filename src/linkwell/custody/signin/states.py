"""The states of a command line's sign-in, and of the help somebody gets whose device is lost."""

from enum import StrEnum

from linkwell.custody.machine import Machine, Move


class CommandState(StrEnum):
    """Where a command line's request to sign in stands; past its time it opens nothing in any state."""

    WAITING = "waiting"
    ALLOWED = "allowed"
    DENIED = "denied"
    USED = "used"


class LostState(StrEnum):
    """Where a lost device's replacement stands; past its time nobody can confirm it."""

    ASKED = "asked"
    DONE = "done"
    REFUSED = "refused"


_C, _L = CommandState, LostState

COMMAND = Machine(
    "sign-in of a command line",
    CommandState,
    {
        _C.WAITING: "A computer shows a code and waits for its person to type it in the portal.",
        _C.ALLOWED: "The person said yes; the computer has not fetched its token yet.",
        _C.DENIED: "The person said no. The computer is told so.",
        _C.USED: "The computer has its token, which is listed on the person's own page.",
    },
    (
        Move("ask", None, _C.WAITING, "anyone", "Somebody runs linkwell sign-in."),
        Move("allow", _C.WAITING, _C.ALLOWED, "the person", "Signed in, they type the code and say yes."),
        Move("deny", _C.WAITING, _C.DENIED, "the person", "Signed in, they type the code and say no."),
        Move("fetch", _C.ALLOWED, _C.USED, "the computer", "It fetches its token, once."),
    ),
)

LOST = Machine(
    "lost device",
    LostState,
    {
        _L.ASKED: "Somebody who knows the person says the device is lost. A second person has to confirm it.",
        _L.DONE: "Confirmed: every factor is gone, every session ended. The person sets up a new one.",
        _L.REFUSED: "The second person did not believe it. Nothing was changed.",
    },
    (
        Move("ask", None, _L.ASKED, "provider lead or custodian staff",
             "Somebody who knows the person speaks for them."),
        Move("confirm", _L.ASKED, _L.DONE, "custodian manager",
             "After calling the person on a number that was known before."),
        Move("refuse", _L.ASKED, _L.REFUSED, "custodian manager", "Something about it is not right."),
    ),
)  # fmt: skip
