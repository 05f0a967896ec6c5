"""Who may record, judge and see privacy breaches."""

from linkwell.custody.organisations.roles import CUSTODIAN_ROLES, PROVIDER_ROLES, Role
from linkwell.custody.permissions import Capability, Relation

RECORD_OWN_BREACH = Capability(
    "breach.record own",
    PROVIDER_ROLES,
    Relation.OWN,
    "Whoever learns of a breach at a provider writes it down the same day.",
)
RECORD_BREACH = Capability(
    "breach.record",
    CUSTODIAN_ROLES - {Role.AUDITOR},
    Relation.CUSTODIAN,
    "Whoever learns of a breach at the custodian writes it down the same day.",
)
JUDGE_OWN_BREACH = Capability(
    "breach.judge own",
    frozenset({Role.PROVIDER_LEAD}),
    Relation.OWN,
    "A provider judges, with the custodian, what a breach means for its people.",
)
JUDGE_BREACH = Capability(
    "breach.judge",
    frozenset({Role.CUSTODIAN_MANAGER}),
    Relation.CUSTODIAN,
    "The custodian manager answers for telling the Commissioner and the people in time.",
)
SEE_OWN_BREACHES = Capability(
    "breach.see own",
    PROVIDER_ROLES,
    Relation.OWN,
    "A provider sees every breach that concerns it.",
)
SEE_BREACHES = Capability(
    "breach.see all",
    frozenset({Role.CUSTODIAN_MANAGER, Role.AUDITOR}),
    Relation.CUSTODIAN,
    "The custodian manager and auditors see every breach.",
)
