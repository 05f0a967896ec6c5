"""The custodian's front door: verify a package, open it into the zones, re-check it."""

from linkwell.intake.opening import IntakeResult, open_package
from linkwell.intake.verify import received_facts, verify_package

__all__ = ["IntakeResult", "open_package", "received_facts", "verify_package"]
