"""Who writes down, signs and sees evidence about researchers."""

from linkwell.custody.organisations.roles import Role
from linkwell.custody.permissions import Capability, Relation

KEEP_EVIDENCE = Capability(
    "evidence.keep",
    frozenset({Role.CUSTODIAN_MANAGER}),
    Relation.CUSTODIAN,
    "Vetting and training are written down by somebody who saw them.",
)
SIGN_UNDERTAKING = Capability(
    "evidence.sign",
    frozenset({Role.RESEARCHER, Role.PROJECT_LEAD}),
    Relation.ANYWHERE,
    "Whoever works in a lab promises by name, for themself.",
)
SEE_EVIDENCE = Capability(
    "evidence.see",
    frozenset({Role.CUSTODIAN_MANAGER, Role.ASSESSOR, Role.AUDITOR}),
    Relation.CUSTODIAN,
    "Those who let people in, and those who check that, see what is in date.",
)
