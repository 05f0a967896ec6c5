"""Who may draw up, sign, end and see agreements and issue upload tokens."""

from linkwell.custody.organisations.roles import PROVIDER_ROLES, Role
from linkwell.custody.permissions import Capability, Relation

MANAGE_AGREEMENTS = Capability(
    "agreement.manage",
    frozenset({Role.CUSTODIAN_MANAGER}),
    Relation.CUSTODIAN,
    "An agreement says what may be sent, for how long, and what may come out.",
)
DRAFT_AGREEMENT = Capability(
    "agreement.draft",
    frozenset({Role.INTEGRATOR, Role.CUSTODIAN_MANAGER}),
    Relation.CUSTODIAN,
    "Whoever draws up a text does not sign it for the custodian.",
)
SIGN_FOR_CUSTODIAN = Capability(
    "agreement.sign for the custodian",
    frozenset({Role.CUSTODIAN_MANAGER}),
    Relation.CUSTODIAN,
    "The custodian's signature is a second pair of eyes.",
)
SIGN_FOR_PROVIDER = Capability(
    "agreement.sign for the provider",
    frozenset({Role.PROVIDER_LEAD}),
    Relation.OWN,
    "Signing, saying no and leaving are the provider's own decisions.",
)
SIGN_FOR_INTERMEDIARY = Capability(
    "agreement.sign for the intermediary",
    frozenset({Role.INTERMEDIARY}),
    Relation.OWN,
    "An intermediary signs for its part of the chain.",
)
SEE_OWN_AGREEMENTS = Capability(
    "agreement.see own",
    PROVIDER_ROLES | {Role.KAITIAKI, Role.INTERMEDIARY},
    Relation.OWN,
    "Each party sees the agreements it is part of.",
)
SEE_ALL_AGREEMENTS = Capability(
    "agreement.see all",
    frozenset(
        {Role.INTEGRATOR, Role.CUSTODIAN_MANAGER, Role.ASSESSOR, Role.ANALYST, Role.KAITIAKI, Role.AUDITOR}
    ),
    Relation.CUSTODIAN,
    "Custodian staff work under agreements, so they can read them.",
)
UNDERTAKE = Capability(
    "agreement.undertake",
    frozenset({Role.ANALYST, Role.INTEGRATOR}),
    Relation.CUSTODIAN,
    "People who work with what is supplied promise to keep it confidential, by name.",
)
READ_NOTICES = Capability(
    "notice.read own",
    PROVIDER_ROLES
    | {Role.INTERMEDIARY, Role.VENDOR_SENDER, Role.COMMISSIONER, Role.KAITIAKI}
    | {Role.CUSTODIAN_MANAGER, Role.INTEGRATOR},
    Relation.OWN,
    "Each side is told what it has to know.",
)
