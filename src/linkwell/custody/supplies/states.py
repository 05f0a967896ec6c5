"""The states of a supply, with the sentence each party reads on its timeline."""

from enum import StrEnum

from linkwell.custody.machine import Machine, Move


class SupplyState(StrEnum):
    """Where a supply stands."""

    RECEIVING = "receiving"
    STOPPED = "stopped"
    RECEIVED = "received"
    ACCEPTING = "accepting"
    REJECTED = "rejected"
    ACCEPTED = "accepted"
    LINKING = "linking"
    LINKED = "linked"
    LOADED = "loaded"


_S = SupplyState
_STAFF, _LINKER, _SYSTEM = "data integrator", "linker", "Linkwell"

SUPPLY = Machine(
    "supply",
    SupplyState,
    {
        _S.RECEIVING: "The sealed file is on its way. If the line drops, sending goes on where it stopped.",
        _S.STOPPED: "Sending was stopped or the same file had already arrived. Nothing was kept.",
        _S.RECEIVED: "The sealed file arrived whole and lies locked away, unopened.",
        _S.ACCEPTING: "The file is being opened and checked against what was agreed.",
        _S.REJECTED: "The file was not accepted, for the reason given. Nothing of it is used.",
        _S.ACCEPTED: "The file is what was agreed. Names and numbers now lie apart from service details.",
        _S.LINKING: "Linkers are finding the people in the national list, by names and numbers only.",
        _S.LINKED: "It is known how many of the people were found. Names stay behind with the linkers.",
        _S.LOADED: "The service details are in the research data, without names or numbers.",
    },
    (
        Move("begin", None, _S.RECEIVING, "sender", "The sender starts an upload with its token."),
        Move("stop", _S.RECEIVING, _S.STOPPED, "sender", "The sender, or the time limit, stops the upload."),
        Move("receive", _S.RECEIVING, _S.RECEIVED, _SYSTEM, "The last byte arrived; a receipt is signed."),
        Move("not a package", _S.RECEIVING, _S.REJECTED, _SYSTEM, "What arrived is not a sealed file."),
        Move("receive", None, _S.RECEIVED, _STAFF, "A sealed file is brought in from disk."),
        Move("accept", _S.RECEIVED, _S.ACCEPTING, _STAFF, "A data integrator has it opened and checked."),
        Move("accepted", _S.ACCEPTING, _S.ACCEPTED, _SYSTEM, "The checks agree; a receipt is signed."),
        Move("reject", _S.RECEIVED, _S.REJECTED, _STAFF, "A data integrator turns it down, with a reason."),
        Move("rejected", _S.ACCEPTING, _S.REJECTED, _SYSTEM, "A rule or a signature says no."),
        Move("accept failed", _S.ACCEPTING, _S.RECEIVED, _SYSTEM, "Our fault: it can be tried again."),
        Move("link", _S.ACCEPTED, _S.LINKING, _LINKER, "A linker starts the linking."),
        Move("linked", _S.LINKING, _S.LINKED, _SYSTEM, "Linking is done; a receipt is signed."),
        Move("link failed", _S.LINKING, _S.ACCEPTED, _SYSTEM, "Our fault: it can be tried again."),
        Move("loaded", _S.LINKED, _S.LOADED, _SYSTEM, "A refresh that holds it is ready."),
        Move("loaded", _S.LOADED, _S.LOADED, _SYSTEM, "A later refresh holds it too."),
    ),
)  # fmt: skip
