"""The states of an agreement."""

from enum import StrEnum

from linkwell.custody.machine import Machine, Move


class AgreementState(StrEnum):
    """Where an agreement stands; between its dates it also has to be in force."""

    IN_FORCE = "in force"
    ENDED = "ended"


AGREEMENT = Machine(
    "agreement",
    AgreementState,
    {
        AgreementState.IN_FORCE: "Signed by both sides. Data may be sent between its first and last day.",
        AgreementState.ENDED: "Over. Nothing more may be sent or loaded under it.",
    },
    (
        Move("enrol", None, AgreementState.IN_FORCE, "custodian manager", "The agreement is entered."),
        Move(
            "end",
            AgreementState.IN_FORCE,
            AgreementState.ENDED,
            "custodian manager",
            "It is brought to an end.",
        ),
    ),
)
