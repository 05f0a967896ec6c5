"""Who sees the whole story of an agreement, and the list of what waits."""

from linkwell.custody.organisations.roles import CUSTODIAN_ROLES, PROVIDER_ROLES, Role
from linkwell.custody.permissions import Capability, Relation

SEE_OWN_STORY = Capability(
    "story.see own",
    PROVIDER_ROLES | {Role.KAITIAKI},
    Relation.OWN,
    "A provider and its kaitiaki see everything that happened to their data, and whom it waited on.",
)
SEE_ALL_STORIES = Capability(
    "story.see all",
    frozenset({Role.INTEGRATOR, Role.CUSTODIAN_MANAGER, Role.ASSESSOR, Role.KAITIAKI, Role.AUDITOR}),
    Relation.CUSTODIAN,
    "The custodian and its kaitiaki see where its own side lets others wait.",
)
SEE_WAITING = Capability(
    "waiting.see",
    CUSTODIAN_ROLES | {Role.KAITIAKI},
    Relation.CUSTODIAN,
    "Custodian staff and its kaitiaki see what waits on whom, of the kinds of things they may see anyway.",
)
SEE_OWN_WAITING = Capability(
    "waiting.see own",
    frozenset({Role.PROJECT_LEAD, Role.RESEARCHER}),
    Relation.NAMED,
    "A team sees what waits in its own projects, and on whom.",
)
