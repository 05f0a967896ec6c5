"""The states of a client's OK to whoever sends for it."""

from enum import StrEnum

from linkwell.custody.machine import Machine, Move


class OkState(StrEnum):
    """Whether a vendor or intermediary may send for one client."""

    WAITING = "waiting"
    GIVEN = "given"
    PAUSED = "paused"
    REFUSED = "refused"


_O = OkState
_LEAD = "provider lead"

CLIENT_OK = Machine(
    "client's OK",
    OkState,
    {
        _O.WAITING: "Nobody may send for the provider yet: it has not given its OK.",
        _O.GIVEN: "The vendor or intermediary may send for this provider.",
        _O.PAUSED: "The provider paused. Nobody else's sending is touched.",
        _O.REFUSED: "The provider said no. Nobody else's sending is touched.",
    },
    (
        Move("ask", None, _O.WAITING, "Linkwell", "An agreement by way of somebody else is in force."),
        Move("ask again", _O.GIVEN, _O.WAITING, "Linkwell",
             "What would be sent has changed: the OK is asked for anew."),
        *(Move("give", state, _O.GIVEN, _LEAD, "The provider gives its OK.")
          for state in (_O.WAITING, _O.PAUSED, _O.REFUSED)),
        Move("pause", _O.GIVEN, _O.PAUSED, _LEAD, "The provider pauses."),
        *(Move("refuse", state, _O.REFUSED, _LEAD, "The provider says no.")
          for state in (_O.WAITING, _O.GIVEN, _O.PAUSED)),
    ),
)  # fmt: skip
