"""The states of a privacy breach."""

from enum import StrEnum

from linkwell.custody.machine import Machine, Move


class BreachState(StrEnum):
    """Where a breach stands."""

    RECORDED = "recorded"
    SERIOUS = "serious harm likely"
    NOT_SERIOUS = "serious harm not likely"
    TOLD = "told"
    CLOSED = "closed"


_B = BreachState
_BOTH, _DECIDES = "either side", "custodian manager or provider lead"

BREACH = Machine(
    "breach",
    BreachState,
    {
        _B.RECORDED: "Somebody has to judge today whether serious harm is likely.",
        _B.SERIOUS: "The Privacy Commissioner and the people have to be told, within 72 hours.",
        _B.NOT_SERIOUS: "Nobody outside has to be told. Both sides know.",
        _B.TOLD: "The Privacy Commissioner and the people were told.",
        _B.CLOSED: "What was learnt is written down.",
    },
    (
        Move("record", None, _B.RECORDED, _BOTH, "Whoever learns of it writes it down."),
        Move("serious", _B.RECORDED, _B.SERIOUS, _DECIDES, "Serious harm is likely."),
        Move("not serious", _B.RECORDED, _B.NOT_SERIOUS, _DECIDES, "Serious harm is not likely."),
        Move("serious", _B.NOT_SERIOUS, _B.SERIOUS, _DECIDES, "More is known: serious harm is likely."),
        Move("tell", _B.SERIOUS, _B.TOLD, _DECIDES, "The Commissioner and the people were told."),
        Move("close", _B.TOLD, _B.CLOSED, _DECIDES, "Closed."),
        Move("close", _B.NOT_SERIOUS, _B.CLOSED, _DECIDES, "Closed."),
    ),
)
