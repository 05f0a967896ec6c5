"""The states of one piece of evidence about a researcher; worked out from its dates, never stored."""

from enum import StrEnum

from linkwell.custody.machine import Machine, Move


class EvidenceState(StrEnum):
    """Whether it counts today."""

    IN_DATE = "in date"
    RUN_OUT = "run out"
    ENDED = "ended"


_E, _MANAGER, _SYSTEM = EvidenceState, "custodian manager", "Linkwell"

EVIDENCE = Machine(
    "evidence about a researcher",
    EvidenceState,
    {
        _E.IN_DATE: "It counts, up to and including its last day.",
        _E.RUN_OUT: "Its last day has passed. Every lab of this person is closed until there is a newer one.",
        _E.ENDED: "It was ended before its last day, and does not count.",
    },
    (
        Move("write down", None, _E.IN_DATE, _MANAGER, "A custodian manager saw it and writes it down."),
        Move("sign", None, _E.IN_DATE, "the researcher", "They sign the undertaking after their password."),
        Move("run out", _E.IN_DATE, _E.RUN_OUT, _SYSTEM, "Its last day has passed."),
        *(Move("end", state, _E.ENDED, _MANAGER, "It is ended; ending it again changes nothing.")
          for state in _E),
    ),
)  # fmt: skip
