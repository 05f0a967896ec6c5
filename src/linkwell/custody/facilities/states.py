"""The states of a registered facility."""

from enum import StrEnum

from linkwell.custody.machine import Machine, Move


class FacilityState(StrEnum):
    """Whether rows are shown on its network."""

    ENTERED = "entered"
    REGISTERED = "registered"
    REFUSED = "refused"
    ENDED = "ended"


_F = FacilityState
_MANAGER = "custodian manager"

FACILITY = Machine(
    "facility",
    FacilityState,
    {
        _F.ENTERED: "It is written down with its networks. A second custodian manager has to confirm it; "
        "until then it is like any other place.",
        _F.REGISTERED: "Between its first and last day, projects approved for it are shown rows on its "
        "networks, and nothing else can be done from there.",
        _F.REFUSED: "The second custodian manager did not confirm it. Nothing was ever shown there.",
        _F.ENDED: "No rows are shown there any more, from that moment.",
    },
    (
        Move("enter", None, _F.ENTERED, _MANAGER, "Its networks, who runs it, its days and what was seen of "
             "it are written down."),
        Move("confirm", _F.ENTERED, _F.REGISTERED, _MANAGER, "A second custodian manager confirms it."),
        Move("refuse", _F.ENTERED, _F.REFUSED, _MANAGER, "Something about it is not right."),
        *(Move("end", state, _F.ENDED, _MANAGER, "It is ended, at once.")
          for state in (_F.ENTERED, _F.REGISTERED)),
    ),
)  # fmt: skip
