"""The states of a proposal."""

from enum import StrEnum

from linkwell.custody.machine import Machine, Move


class ProposalState(StrEnum):
    """Where a proposal stands."""

    WRITING = "being written"
    PUT_FORWARD = "put forward"
    APPROVED = "approved"
    NOT_ELIGIBLE = "not eligible"
    WITHDRAWN = "withdrawn"


_P = ProposalState
_STAFF, _LEAD, _BOTH, _ASSESSOR = "provider staff", "provider lead", "both sides", "assessor"

PROPOSAL = Machine(
    "proposal",
    ProposalState,
    {
        _P.WRITING: "The provider is writing down what it would share. Both sides can comment.",
        _P.PUT_FORWARD: "The provider asked for the independent assessment. Nothing changes meanwhile.",
        _P.APPROVED: "The assessment approved it. An agreement can be drawn up on this version.",
        _P.NOT_ELIGIBLE: "The assessment found that this is not appropriate to share. This is an end.",
        _P.WITHDRAWN: "The provider took it back. Nobody has to say why.",
    },
    (
        Move("begin", None, _P.WRITING, _STAFF, "A proposal is begun."),
        Move("upload", _P.WRITING, _P.WRITING, _STAFF, "A version of the specification is added."),
        Move("document", _P.WRITING, _P.WRITING, _STAFF, "How people, dates and services are recorded."),
        Move("comment", _P.WRITING, _P.WRITING, _BOTH, "A comment before any assessment."),
        Move("mandate", _P.WRITING, _P.WRITING, _LEAD, "A board, hapū, iwi or kaitiaki mandate is recorded."),
        Move("mandate", _P.APPROVED, _P.APPROVED, _LEAD, "The same, before the first delivery."),
        Move("put forward", _P.WRITING, _P.PUT_FORWARD, _LEAD, "The lead asks for the assessment."),
        Move("return", _P.PUT_FORWARD, _P.WRITING, _ASSESSOR, "More is needed, in words."),
        Move("approve", _P.PUT_FORWARD, _P.APPROVED, _ASSESSOR, "Approved, perhaps with conditions."),
        Move("refuse", _P.PUT_FORWARD, _P.NOT_ELIGIBLE, _ASSESSOR, "Not eligible, with reasons."),
        Move("revise", _P.APPROVED, _P.WRITING, _LEAD, "A change is wanted: the assessment is reopened."),
        Move("withdraw", _P.WRITING, _P.WITHDRAWN, _LEAD, "The provider takes it back."),
        Move("withdraw", _P.PUT_FORWARD, _P.WITHDRAWN, _LEAD, "The provider takes it back."),
        Move("withdraw", _P.APPROVED, _P.WITHDRAWN, _LEAD, "The provider takes it back."),
    ),
)
