"""Who may bring a population in, and hand over to or take in from another environment."""

from linkwell.custody.organisations.roles import Role
from linkwell.custody.permissions import Capability, Relation

MAKE_SPINE = Capability(
    "spine.make",
    frozenset({Role.LINKER}),
    Relation.CUSTODIAN,
    "The spine is names and numbers of everybody, so only linkers bring one in or build one.",
)
HAND_OUT_CONTENT = Capability(
    "supply.hand out content",
    frozenset({Role.INTEGRATOR}),
    Relation.CUSTODIAN,
    "Service details of an accepted supply go to another environment without names, and it is recorded.",
)
HAND_OUT_LINKS = Capability(
    "supply.hand out links",
    frozenset({Role.LINKER}),
    Relation.CUSTODIAN,
    "A link map goes to whoever keeps the spine, apart from the service details, and it is recorded.",
)
