"""Who may give its OK to whoever sends for it, and what those see."""

from linkwell.custody.organisations.roles import Role
from linkwell.custody.permissions import Capability, Relation

DECIDE_OK = Capability(
    "client.decide",
    frozenset({Role.PROVIDER_LEAD}),
    Relation.OWN,
    "Somebody else sends for a provider only with its OK, which it can pause or take back.",
)
SEE_CLIENTS = Capability(
    "client.see",
    frozenset({Role.VENDOR_SENDER, Role.INTERMEDIARY}),
    Relation.OWN,
    "Who sends for others sees which of its own clients gave their OK, and what was sent for them.",
)
