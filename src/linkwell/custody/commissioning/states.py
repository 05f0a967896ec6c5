"""The states of a report that was passed on."""

from enum import StrEnum

from linkwell.custody.machine import Machine, Move


class PassingState(StrEnum):
    """Whether a commissioner may read one report."""

    PASSED = "passed on"
    STOPPED = "no longer shown"


_P = PassingState
_LEAD, _SYSTEM = "provider lead", "Linkwell"

PASSING = Machine(
    "report passed on",
    PassingState,
    {
        _P.PASSED: "The commissioner can read this one released report, and nothing else about the provider.",
        _P.STOPPED: "The commissioner can no longer open it here. What it has read, it has read.",
    },
    (
        Move(
            "pass on",
            None,
            _P.PASSED,
            _LEAD,
            "The provider passes a report on after it could read it itself.",
        ),
        Move(
            "as agreed",
            None,
            _P.PASSED,
            _SYSTEM,
            "The agreement says after how many days; the provider is told.",
        ),
        Move("pass on", _P.PASSED, _P.PASSED, _LEAD, "It is shown already; nothing changes."),
        Move("stop", _P.PASSED, _P.STOPPED, _LEAD, "The provider stops showing it."),
        Move("pass on", _P.STOPPED, _P.PASSED, _LEAD, "The provider shows it again."),
    ),
)
