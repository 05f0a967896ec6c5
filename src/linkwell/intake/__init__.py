"""The custodian's front door: verify a package, open it into the zones, re-check it."""

from linkwell.intake.opened import IntakeResult, close_opened, lies_open, sweep_openings
from linkwell.intake.opening import check_package, open_package
from linkwell.intake.verify import received_facts, verify_package

__all__ = [
    "IntakeResult",
    "check_package",
    "close_opened",
    "lies_open",
    "open_package",
    "received_facts",
    "sweep_openings",
    "verify_package",
]
