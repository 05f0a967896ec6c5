"""The states of a question about a later use."""

from enum import StrEnum

from linkwell.custody.machine import Machine, Move


class UseState(StrEnum):
    """What the provider's side says to one later use."""

    ASKED = "asked"
    AGREED = "agreed"
    NOT_AGREED = "not agreed"
    TAKEN_BACK = "taken back"


_U = UseState
_SAYS, _MANAGER = "provider lead or kaitiaki", "custodian manager"

USE = Machine(
    "later use",
    UseState,
    {
        _U.ASKED: "It waits for the board, hapū, iwi or kaitiaki. Nothing of it is approved meanwhile.",
        _U.AGREED: "They agreed to this use. They can think again at any time before a result is released.",
        _U.NOT_AGREED: "They did not agree. This use is not approved, and nobody has to say why.",
        _U.TAKEN_BACK: "The custodian took the question back.",
    },
    (
        Move("ask", None, _U.ASKED, _MANAGER, "The custodian asks before it approves a new use."),
        Move("agree", _U.ASKED, _U.AGREED, _SAYS, "They agree."),
        Move("not agree", _U.ASKED, _U.NOT_AGREED, _SAYS, "They do not agree."),
        Move("not agree", _U.AGREED, _U.NOT_AGREED, _SAYS, "They thought again."),
        Move("agree", _U.NOT_AGREED, _U.AGREED, _SAYS, "They thought again."),
        Move("take back", _U.ASKED, _U.TAKEN_BACK, _MANAGER, "The question is taken back."),
    ),
)
