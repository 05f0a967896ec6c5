"""Who registers a facility, and who sees which there are."""

from linkwell.custody.organisations.roles import Role
from linkwell.custody.permissions import Capability, Relation

ENTER_FACILITY = Capability(
    "facility.enter",
    frozenset({Role.CUSTODIAN_MANAGER}),
    Relation.CUSTODIAN,
    "A custodian manager who saw the room writes down its networks and who runs it.",
)
CONFIRM_FACILITY = Capability(
    "facility.confirm",
    frozenset({Role.CUSTODIAN_MANAGER}),
    Relation.CUSTODIAN,
    "A wrong network would show rows to whoever sits there, so a second manager confirms it.",
)
END_FACILITY = Capability(
    "facility.end",
    frozenset({Role.CUSTODIAN_MANAGER}),
    Relation.CUSTODIAN,
    "One manager is enough to stop showing rows somewhere, at once.",
)
SEE_FACILITIES = Capability(
    "facility.see",
    frozenset({Role.CUSTODIAN_MANAGER, Role.AUDITOR}),
    Relation.CUSTODIAN,
    "Custodian managers and auditors see where rows are shown, and every look that was taken.",
)
