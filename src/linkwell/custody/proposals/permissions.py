"""Who may write, comment on, stand behind and see a proposal."""

from linkwell.custody.organisations.roles import PROVIDER_ROLES, Role
from linkwell.custody.permissions import Capability, Relation

LEAD = frozenset({Role.PROVIDER_LEAD})

WRITE_PROPOSAL = Capability(
    "proposal.write",
    PROVIDER_ROLES,
    Relation.OWN,
    "A provider writes down itself what it would share.",
)
SEE_OWN_PROPOSALS = Capability(
    "proposal.see own",
    PROVIDER_ROLES | {Role.KAITIAKI},
    Relation.OWN,
    "A provider and its kaitiaki see everything about their own proposal.",
)
SEE_ALL_PROPOSALS = Capability(
    "proposal.see all",
    frozenset({Role.INTEGRATOR, Role.CUSTODIAN_MANAGER, Role.ASSESSOR, Role.KAITIAKI, Role.AUDITOR}),
    Relation.CUSTODIAN,
    "Custodian staff see proposals so that they can help and assess.",
)
COMMENT_OWN = Capability(
    "proposal.comment own",
    PROVIDER_ROLES | {Role.KAITIAKI},
    Relation.OWN,
    "A provider asks and answers before any assessment.",
)
HELP_DOCUMENT = Capability(
    "proposal.help",
    frozenset({Role.INTEGRATOR, Role.CUSTODIAN_MANAGER, Role.KAITIAKI}),
    Relation.CUSTODIAN,
    "The custodian helps to document; who helps does not assess.",
)
RECORD_MANDATE = Capability(
    "proposal.record mandate",
    LEAD | {Role.KAITIAKI},
    Relation.OWN,
    "A board, hapū, iwi or kaitiaki stands behind sharing before anything is sent.",
)
PUT_FORWARD = Capability(
    "proposal.put forward",
    LEAD,
    Relation.OWN,
    "Asking for an assessment, changing and taking back are the provider's own decisions.",
)
