"""The states of an output request."""

from enum import StrEnum

from linkwell.custody.machine import Machine, Move


class RequestState(StrEnum):
    """Where an output request stands."""

    DRAFT = "draft"
    REVIEW = "under review"
    TOGETHER = "being decided"
    RETURNED = "returned"
    APPROVED = "approved"
    RELEASED = "released"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


_R = RequestState
_TEAM, _CHECKER = "project lead or researcher", "output checker"

REQUEST = Machine(
    "output request",
    RequestState,
    {
        _R.DRAFT: "The team puts files, context and the script together. Nobody else sees it.",
        _R.REVIEW: "Output checkers look at each file, each without seeing what the other says.",
        _R.TOGETHER: "Two have looked at every file. They see each other's words now and decide together.",
        _R.RETURNED: "The team was asked to change something. Files that stay the same keep their votes.",
        _R.APPROVED: "Two agree. A provider it is about reads it first and has its days to reply.",
        _R.RELEASED: "The approved files left, with disclaimers, checksums and a signed receipt.",
        _R.REFUSED: "Not released, for the reasons given.",
        _R.WITHDRAWN: "The team took it back.",
    },
    (
        Move("begin", None, _R.DRAFT, _TEAM, "A request is begun."),
        *(
            Move("fill", state, state, _TEAM, "A file is put in, changed or taken out.")
            for state in (_R.DRAFT, _R.RETURNED)
        ),
        *(
            Move("submit", state, _R.REVIEW, _TEAM, "It is checked by machine and put before two people.")
            for state in (_R.DRAFT, _R.RETURNED)
        ),
        *(
            Move("vote", state, state, _CHECKER, "A checker says yes or no to each file.")
            for state in (_R.REVIEW, _R.TOGETHER)
        ),
        Move(
            "both looked",
            _R.REVIEW,
            _R.TOGETHER,
            "Linkwell",
            "Two have voted on every file that is to leave.",
        ),
        *(
            Move("return", state, _R.RETURNED, _CHECKER, "Sent back with what to change.")
            for state in (_R.REVIEW, _R.TOGETHER, _R.APPROVED)
        ),
        Move("approve", _R.TOGETHER, _R.APPROVED, _CHECKER, "Both said yes to every file."),
        Move("refuse", _R.TOGETHER, _R.REFUSED, _CHECKER, "Not released, with reasons."),
        Move(
            "reply",
            _R.APPROVED,
            _R.APPROVED,
            "provider lead",
            "The provider it is about says what it thinks.",
        ),
        Move(
            "keep",
            _R.APPROVED,
            _R.APPROVED,
            "kaitiaki or project lead",
            "What a condition asks for before files leave is said, by name.",
        ),
        Move("release", _R.APPROVED, _R.RELEASED, _CHECKER, "The files leave."),
        *(
            Move("withdraw", state, _R.WITHDRAWN, _TEAM, "The team takes it back.")
            for state in (_R.DRAFT, _R.REVIEW, _R.TOGETHER, _R.RETURNED, _R.APPROVED)
        ),
    ),
)
