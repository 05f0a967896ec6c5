"""Who may enter and end agreements and issue upload tokens."""

from linkwell.custody.organisations.roles import Role
from linkwell.custody.permissions import Capability, Relation

MANAGE_AGREEMENTS = Capability(
    "agreement.manage",
    frozenset({Role.CUSTODIAN_MANAGER}),
    Relation.CUSTODIAN,
    "An agreement says what may be sent, for how long, and what may come out.",
)
