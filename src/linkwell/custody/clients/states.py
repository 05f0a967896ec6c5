"""The states of a client's OK to its vendor."""

from enum import StrEnum

from linkwell.custody.machine import Machine, Move


class OkState(StrEnum):
    """Whether a vendor may send for one client."""

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
        _O.WAITING: "The vendor may not send yet: the provider has not given its OK.",
        _O.GIVEN: "The vendor may send for this provider.",
        _O.PAUSED: "The provider paused. Other clients of the vendor are not touched.",
        _O.REFUSED: "The provider said no. Other clients of the vendor are not touched.",
    },
    (
        Move("ask", None, _O.WAITING, "Linkwell", "The agreement by way of the vendor is in force."),
        *(Move("give", state, _O.GIVEN, _LEAD, "The provider gives its OK.")
          for state in (_O.WAITING, _O.PAUSED, _O.REFUSED)),
        Move("pause", _O.GIVEN, _O.PAUSED, _LEAD, "The provider pauses."),
        *(Move("refuse", state, _O.REFUSED, _LEAD, "The provider says no.")
          for state in (_O.WAITING, _O.GIVEN, _O.PAUSED)),
    ),
)  # fmt: skip
