"""The states of a supply, with the sentence each party reads on its timeline."""

from enum import StrEnum

from linkwell.custody.machine import Machine, Move


class SupplyState(StrEnum):
    """Where a supply stands."""

    RECEIVING = "receiving"
    STOPPED = "stopped"
    RECEIVED = "received"
    CHECKING = "checking"
    CHECKED = "checked"
    ACCEPTING = "accepting"
    PRACTISED = "practised"
    REJECTED = "rejected"
    ACCEPTED = "accepted"
    LINKING = "linking"
    LINKED = "linked"
    LOADED = "loaded"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    DESTROYED = "destroyed"


OVER = (
    SupplyState.STOPPED, SupplyState.REJECTED, SupplyState.WITHDRAWN, SupplyState.EXPIRED,
    SupplyState.PRACTISED,
)  # fmt: skip
"""Nothing more becomes of these; what they held may be sent again."""

_S = SupplyState
_STAFF, _LINKER, _SYSTEM, _LEAD = "data integrator", "linker", "Linkwell", "provider lead"

SUPPLY = Machine(
    "supply",
    SupplyState,
    {
        _S.RECEIVING: "The sealed file is on its way. If the line drops, sending goes on where it stopped.",
        _S.STOPPED: "Sending was stopped or the same file had already arrived. Nothing was kept.",
        _S.RECEIVED: "The sealed file arrived whole and lies locked away, unopened.",
        _S.CHECKING: "The file is being tried out: opened, checked, and what was opened thrown away again.",
        _S.CHECKED: "The file is what was agreed. A second person decides whether it is taken in.",
        _S.ACCEPTING: "The file is being opened and checked against what was agreed.",
        _S.PRACTISED: "The practice worked from end to end. Its invented people were thrown away.",
        _S.REJECTED: "The file was not accepted, for the reason given. Nothing of it is used.",
        _S.ACCEPTED: "The file is what was agreed. Names and numbers now lie apart from service details.",
        _S.LINKING: "Linkers are finding the people in the national list, by names and numbers only.",
        _S.LINKED: "It is known how many of the people were found. Names stay behind with the linkers.",
        _S.LOADED: "The service details are in the research data, without names or numbers.",
        _S.WITHDRAWN: "The provider took it back before it was accepted. The sealed file was destroyed.",
        _S.EXPIRED: "Nobody decided about it in time. The sealed file was destroyed, unused.",
        _S.DESTROYED: "What was kept of it was destroyed: its time was over, or it was taken out.",
    },
    (
        Move("begin", None, _S.RECEIVING, "sender", "The sender starts an upload with its token."),
        Move("stop", _S.RECEIVING, _S.STOPPED, "sender", "The sender, or the time limit, stops the upload."),
        Move("receive", _S.RECEIVING, _S.RECEIVED, _SYSTEM, "The last byte arrived; a receipt is signed."),
        Move("turn away", _S.RECEIVING, _S.REJECTED, _SYSTEM,
             "What arrived is not a sealed file, or a rule refuses it at the door."),
        Move("receive", None, _S.RECEIVED, _STAFF, "A sealed file is brought in from disk."),
        Move("check", _S.RECEIVED, _S.CHECKING, _STAFF, "Real people: the first of two has it tried out."),
        Move("checked", _S.CHECKING, _S.CHECKED, _SYSTEM, "The checks agree; nothing was kept open."),
        Move("rejected", _S.CHECKING, _S.REJECTED, _SYSTEM, "A rule or a signature says no."),
        Move("accept failed", _S.CHECKING, _S.RECEIVED, _SYSTEM, "Our fault: it can be tried again."),
        Move("accept", _S.CHECKED, _S.ACCEPTING, _STAFF, "A second data integrator takes it in."),
        Move("reject", _S.CHECKED, _S.REJECTED, _STAFF, "A data integrator turns it down, with a reason."),
        Move("accept", _S.RECEIVED, _S.ACCEPTING, _STAFF,
             "Invented people only: one data integrator has it opened and checked."),
        Move("practised", _S.ACCEPTING, _S.PRACTISED, _SYSTEM, "A practice opens as it should."),
        Move("accepted", _S.ACCEPTING, _S.ACCEPTED, _SYSTEM, "The checks agree; a receipt is signed."),
        Move("reject", _S.RECEIVED, _S.REJECTED, _STAFF, "A data integrator turns it down, with a reason."),
        Move("rejected", _S.ACCEPTING, _S.REJECTED, _SYSTEM, "A rule or a signature says no."),
        Move("accept failed", _S.ACCEPTING, _S.RECEIVED, _SYSTEM, "Our fault: it can be tried again."),
        Move("recall", _S.RECEIVED, _S.WITHDRAWN, _LEAD, "The provider takes it back."),
        Move("recall", _S.CHECKED, _S.WITHDRAWN, _LEAD, "The provider takes it back."),
        Move("expire", _S.RECEIVED, _S.EXPIRED, _SYSTEM, "Its time in the locked room is over."),
        Move("expire", _S.CHECKED, _S.EXPIRED, _SYSTEM, "Its time in the locked room is over."),
        Move("link", _S.ACCEPTED, _S.LINKING, _LINKER, "A linker starts the linking."),
        Move("linked", _S.LINKING, _S.LINKED, _SYSTEM, "Linking is done; a receipt is signed."),
        Move("link failed", _S.LINKING, _S.ACCEPTED, _SYSTEM, "Our fault: it can be tried again."),
        *(Move("link again", state, state, _LINKER, "It is linked afresh; the links it has hold meanwhile.")
          for state in (_S.LINKED, _S.LOADED)),
        *(Move("judge pairs", state, state, _LINKER, "A linker says whether two records are one person.")
          for state in (_S.LINKED, _S.LOADED)),
        Move("loaded", _S.LINKED, _S.LOADED, _SYSTEM, "A refresh that holds it is ready."),
        Move("loaded", _S.LOADED, _S.LOADED, _SYSTEM, "A later refresh holds it too."),
        *(Move("destroy", state, _S.DESTROYED, _SYSTEM, "Its time is over, or it is taken out.")
          for state in (_S.ACCEPTED, _S.LINKED, _S.LOADED)),
    ),
)  # fmt: skip
