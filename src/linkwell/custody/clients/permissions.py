"""Who may give a vendor its OK, and what a vendor sees."""

from linkwell.custody.organisations.roles import Role
from linkwell.custody.permissions import Capability, Relation

DECIDE_OK = Capability(
    "client.decide",
    frozenset({Role.PROVIDER_LEAD}),
    Relation.OWN,
    "A vendor sends for a provider only with its OK, which it can pause or take back.",
)
SEE_CLIENTS = Capability(
    "client.see",
    frozenset({Role.VENDOR_SENDER}),
    Relation.OWN,
    "A vendor sees which of its own clients still have to give their OK, and what was sent for them.",
)
