"""The states of an assessment."""

from enum import StrEnum

from linkwell.custody.machine import Machine, Move


class AssessmentState(StrEnum):
    """Where an assessment stands."""

    WAITING = "waiting"
    UNDER_WAY = "under way"
    RETURNED = "returned"
    APPROVED = "approved"
    NOT_ELIGIBLE = "not eligible"
    STOPPED = "stopped"


_A = AssessmentState
_ASSESSOR, _LEAD = "assessor", "provider lead"

ASSESSMENT = Machine(
    "assessment",
    AssessmentState,
    {
        _A.WAITING: "It waits for an assessor who helped with none of it.",
        _A.UNDER_WAY: "An assessor is looking at the evidence.",
        _A.RETURNED: "The provider was asked for more, in words.",
        _A.APPROVED: "It may be shared, under the conditions written down here.",
        _A.NOT_ELIGIBLE: "It is not appropriate to share, for the reasons written down here.",
        _A.STOPPED: "The provider took its proposal back.",
    },
    (
        Move("open", None, _A.WAITING, _LEAD, "The proposal is put forward."),
        Move("take", _A.WAITING, _A.UNDER_WAY, _ASSESSOR, "An assessor takes it."),
        Move("return", _A.UNDER_WAY, _A.RETURNED, _ASSESSOR, "Sent back with what is missing."),
        Move("approve", _A.UNDER_WAY, _A.APPROVED, _ASSESSOR, "Approved, perhaps with conditions."),
        Move("refuse", _A.UNDER_WAY, _A.NOT_ELIGIBLE, _ASSESSOR, "Not eligible, with reasons."),
        Move(
            "let go", _A.UNDER_WAY, _A.WAITING, "Linkwell", "Its assessor is one no longer: another takes it."
        ),
        Move("stop", _A.WAITING, _A.STOPPED, _LEAD, "The proposal is withdrawn."),
        Move("stop", _A.UNDER_WAY, _A.STOPPED, _LEAD, "The proposal is withdrawn."),
    ),
)
