"""The states of a project, of each application for it, and of what others say about it."""

from enum import StrEnum

from linkwell.custody.machine import Machine, Move


class ProjectState(StrEnum):
    """Where a project stands."""

    APPLYING = "being applied for"
    APPROVED = "approved"
    RUN_OUT = "run out"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class ApplicationState(StrEnum):
    """Where one application stands: the first, an amendment or a renewal."""

    DRAFT = "draft"
    WAITING = "waiting"
    REVIEW = "under review"
    RETURNED = "returned"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class InvitationState(StrEnum):
    """What somebody said to being in a team."""

    INVITED = "invited"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TAKEN_BACK = "taken back"


class HoldState(StrEnum):
    """Whether a hold of kaitiaki stands."""

    STANDS = "stands"
    LIFTED = "lifted"


class QuestionState(StrEnum):
    """Whether a provider's question has its answer."""

    ASKED = "asked"
    ANSWERED = "answered"


_P, _A, _I, _H, _Q = ProjectState, ApplicationState, InvitationState, HoldState, QuestionState
_MANAGER, _LEAD, _SYSTEM, _REVIEWER = "custodian manager", "project lead", "Linkwell", "assessor"
_ON = (_P.APPROVED, _P.RUN_OUT)

PROJECT = Machine(
    "project",
    ProjectState,
    {
        _P.APPLYING: "Its first application is being written or decided. Nobody works on anything yet.",
        _P.APPROVED: "The people named in it may work on its own columns, for its purpose only, while "
        "everything it rests on is in date.",
        _P.RUN_OUT: "Its last day has passed. Nobody works in it until a renewal is approved.",
        _P.REFUSED: "Its first application was refused, with reasons.",
        _P.WITHDRAWN: "Its lead took the first application back.",
        _P.CLOSED: "Over. Nobody works in it any more.",
    },
    (
        Move("begin", None, _P.APPLYING, _LEAD, "Its first application is begun."),
        Move("approve", None, _P.APPROVED, _MANAGER, "A standing insights project is set up."),
        Move("go ahead", _P.APPLYING, _P.APPROVED, _SYSTEM, "Its first application was approved."),
        *(Move("go ahead", state, _P.APPROVED, _SYSTEM, "An amendment or renewal was approved.")
          for state in _ON),
        Move("not go ahead", _P.APPLYING, _P.REFUSED, _SYSTEM, "Its first application was refused."),
        Move("take back", _P.APPLYING, _P.WITHDRAWN, _SYSTEM, "Its first application was withdrawn."),
        Move("run out", _P.APPROVED, _P.RUN_OUT, _SYSTEM, "Its last day has passed; the team is told."),
        *(Move("close", state, _P.CLOSED, f"{_MANAGER} or {_LEAD}", "It is closed.") for state in _ON),
    ),
)  # fmt: skip

APPLICATION = Machine(
    "application",
    ApplicationState,
    {
        _A.DRAFT: "The team is writing it. Only they see it.",
        _A.WAITING: "It is put in, and waits for kaitiaki and for somebody to review it. Whose data it "
        "asks for is told.",
        _A.REVIEW: "Somebody who is not in the team is reviewing it.",
        _A.RETURNED: "It came back with what is missing. The team changes it and puts it in again.",
        _A.APPROVED: "It was approved, with the conditions written here.",
        _A.REFUSED: "It was refused, with reasons.",
        _A.WITHDRAWN: "The lead took it back.",
    },
    (
        Move("begin", None, _A.DRAFT, _LEAD, "The first application of a new project."),
        Move("change", None, _A.DRAFT, _LEAD, "An amendment or renewal, begun from what was approved."),
        *(Move("write", state, state, "project lead or researcher", "Somebody in the team writes in it.")
          for state in (_A.DRAFT, _A.RETURNED)),
        *(Move("put in", state, _A.WAITING, _LEAD, "The lead puts it in.")
          for state in (_A.DRAFT, _A.RETURNED)),
        *(Move("assess tikanga", state, state, "kaitiaki", "Kaitiaki assess one pair of the ten tikanga.")
          for state in (_A.WAITING, _A.REVIEW)),
        Move("take", _A.WAITING, _A.REVIEW, _REVIEWER, "Somebody who is not in the team takes it."),
        Move("let go", _A.REVIEW, _A.WAITING, _SYSTEM, "Its reviewer has left; it waits for another."),
        Move("return", _A.REVIEW, _A.RETURNED, _REVIEWER, "More is needed; the reasons say what."),
        Move("approve", _A.REVIEW, _A.APPROVED, _REVIEWER, "It goes ahead, perhaps under conditions."),
        Move("refuse", _A.REVIEW, _A.REFUSED, _REVIEWER, "It does not go ahead; the reasons say why."),
        *(Move("withdraw", state, _A.WITHDRAWN, _LEAD, "The lead takes it back.")
          for state in (_A.DRAFT, _A.WAITING, _A.REVIEW, _A.RETURNED)),
    ),
)  # fmt: skip

INVITATION = Machine(
    "invitation to a team",
    InvitationState,
    {
        _I.INVITED: "It waits for the person's own answer.",
        _I.ACCEPTED: "They are in the team. Once an application naming them is approved they can work in it.",
        _I.DECLINED: "They said no, and need not say why.",
        _I.TAKEN_BACK: "They are not in the team any more, from that moment.",
    },
    (
        Move("invite", None, _I.INVITED, _LEAD, "The lead invites a researcher."),
        *(Move("invite", state, _I.INVITED, _LEAD, "They are asked again.")
          for state in (_I.DECLINED, _I.TAKEN_BACK)),
        Move("accept", _I.INVITED, _I.ACCEPTED, "the researcher", "They say yes themself."),
        Move("decline", _I.INVITED, _I.DECLINED, "the researcher", "They say no."),
        *(Move("take out", state, _I.TAKEN_BACK, _LEAD, "The lead takes them out of the team.")
          for state in (_I.INVITED, _I.ACCEPTED)),
    ),
)  # fmt: skip

HOLD = Machine(
    "hold of kaitiaki",
    HoldState,
    {
        _H.STANDS: "Nobody works in the project and nothing of it is released while it stands.",
        _H.LIFTED: "It was lifted by kaitiaki of the organisation that placed it.",
    },
    (
        Move("hold", None, _H.STANDS, "kaitiaki", "Kaitiaki stop a project whose data they guard."),
        Move("lift", _H.STANDS, _H.LIFTED, "kaitiaki", "They lift it, and say what was agreed."),
    ),
)

QUESTION = Machine(
    "question about a project",
    QuestionState,
    {
        _Q.ASKED: "It waits for the project lead or a custodian manager.",
        _Q.ANSWERED: "It has an answer.",
    },
    (
        Move("ask", None, _Q.ASKED, "provider lead or kaitiaki", "Whose data is used asks."),
        *(Move("answer", state, _Q.ANSWERED, f"{_LEAD} or {_MANAGER}", "It is answered, or answered better.")
          for state in _Q),
    ),
)  # fmt: skip
