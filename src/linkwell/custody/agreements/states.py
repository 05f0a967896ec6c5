"""The states of an agreement, of each version of its text, and of a token to send with."""

from enum import StrEnum

from linkwell.custody.machine import Machine, Move


class AgreementState(StrEnum):
    """Where an agreement stands; between its dates it also has to be in force."""

    BEING_AGREED = "being agreed"
    IN_FORCE = "in force"
    LAPSED = "lapsed"
    ENDED = "ended"


class VersionState(StrEnum):
    """Where one version of an agreement's text stands."""

    DRAFT = "draft"
    OFFERED = "offered"
    IN_FORCE = "in force"
    DECLINED = "declined"
    TAKEN_BACK = "taken back"
    REPLACED = "replaced"
    OVER = "over"


class TokenState(StrEnum):
    """Whether a token opens the door; worked out from its dates and its agreement, never stored."""

    LIVE = "live"
    AGREEMENT_OVER = "agreement over"
    EXPIRED = "expired"
    ENDED = "ended"


_A, _V, _T = AgreementState, VersionState, TokenState
_MANAGER, _LEAD, _DRAFTER, _SYSTEM = "custodian manager", "provider lead", "custodian staff", "Linkwell"

AGREEMENT = Machine(
    "agreement",
    AgreementState,
    {
        _A.BEING_AGREED: "Its text is being written or waits for signatures. Nothing may be sent yet.",
        _A.IN_FORCE: "Signed by every side. Data may be sent between its first and last day.",
        _A.LAPSED: "Its last day has passed. Nothing may be sent, opened, worked on or released under it.",
        _A.ENDED: "Over. Nothing more may be sent or loaded under it.",
    },
    (
        Move("enrol", None, _A.IN_FORCE, _MANAGER, "An agreement signed on paper is entered."),
        Move("draft", None, _A.BEING_AGREED, _DRAFTER, "A text is drawn up on an approved proposal."),
        Move("come into force", _A.BEING_AGREED, _A.IN_FORCE, _SYSTEM, "The last side has signed."),
        Move("come into force", _A.IN_FORCE, _A.IN_FORCE, _SYSTEM, "A variation or renewal is signed."),
        Move("come into force", _A.LAPSED, _A.IN_FORCE, _SYSTEM, "A renewal is signed."),
        Move("lapse", _A.IN_FORCE, _A.LAPSED, _SYSTEM, "Its last day has passed; both sides are told."),
        Move("end", _A.IN_FORCE, _A.ENDED, _MANAGER, "It is brought to an end."),
        Move("end", _A.LAPSED, _A.ENDED, _MANAGER, "It is brought to an end."),
        Move("end", _A.BEING_AGREED, _A.ENDED, _MANAGER, "It does not come about."),
        Move("leave", _A.IN_FORCE, _A.ENDED, _LEAD, "The provider ends it."),
        Move("leave", _A.LAPSED, _A.ENDED, _LEAD, "The provider ends it."),
        Move("leave", _A.BEING_AGREED, _A.ENDED, _LEAD, "The provider does not want it."),
        *(
            Move(
                "ask for destruction",
                state,
                state,
                _LEAD,
                "What is kept is destroyed now, not at the end of its time.",
            )
            for state in (_A.LAPSED, _A.ENDED)
        ),
    ),
)

VERSION = Machine(
    "version of an agreement",
    VersionState,
    {
        _V.DRAFT: "The custodian is writing it.",
        _V.OFFERED: "It is locked by its fingerprint and waits for signatures.",
        _V.IN_FORCE: "This is the text that holds.",
        _V.DECLINED: "The provider said no to this text, with a reason.",
        _V.TAKEN_BACK: "The custodian took this text back before everybody had signed.",
        _V.REPLACED: "A later version holds.",
        _V.OVER: "The agreement is over.",
    },
    (
        Move("draft", None, _V.DRAFT, _DRAFTER, "A text is assembled from the model clauses."),
        Move("offer", _V.DRAFT, _V.OFFERED, _DRAFTER, "It is locked and offered for signing."),
        Move("sign", _V.OFFERED, _V.OFFERED, "each side", "One side signs the fingerprint it read."),
        Move(
            "answer",
            _V.OFFERED,
            _V.OFFERED,
            _LEAD,
            "The provider says whether it needs an agreement of its own with whoever sends for it.",
        ),
        Move("come into force", _V.OFFERED, _V.IN_FORCE, _SYSTEM, "The last side has signed."),
        Move("decline", _V.OFFERED, _V.DECLINED, _LEAD, "The provider says no, with a reason."),
        Move("take back", _V.DRAFT, _V.TAKEN_BACK, _DRAFTER, "The custodian takes it back."),
        Move("take back", _V.OFFERED, _V.TAKEN_BACK, _DRAFTER, "The custodian takes it back."),
        Move("replace", _V.IN_FORCE, _V.REPLACED, _SYSTEM, "A later version came into force."),
        Move("close", _V.IN_FORCE, _V.OVER, _SYSTEM, "The agreement ended."),
        Move("close", _V.DRAFT, _V.OVER, _SYSTEM, "The agreement ended."),
        Move("close", _V.OFFERED, _V.OVER, _SYSTEM, "The agreement ended."),
    ),
)

TOKEN = Machine(
    "upload token",
    TokenState,
    {
        _T.LIVE: "It opens the door for sending, and for nothing else.",
        _T.AGREEMENT_OVER: "Its agreement is not in force, so it opens nothing.",
        _T.EXPIRED: "Its last day has passed.",
        _T.ENDED: "It was ended, for good.",
    },
    (
        Move("issue", None, _T.LIVE, _MANAGER, "Its text is shown once and kept nowhere."),
        Move("agreement stops", _T.LIVE, _T.AGREEMENT_OVER, _SYSTEM, "The agreement lapsed or ended."),
        Move("agreement holds", _T.AGREEMENT_OVER, _T.LIVE, _SYSTEM, "The agreement is in force again."),
        Move("expire", _T.LIVE, _T.EXPIRED, _SYSTEM, "Its last day has passed."),
        *(
            Move("end", state, _T.ENDED, _MANAGER, "It is ended; ending it again changes nothing.")
            for state in _T
        ),
    ),
)
