"""Who asks about a later use, who answers, and who sees the questions."""

from linkwell.custody.organisations.roles import PROVIDER_ROLES, Role
from linkwell.custody.permissions import Capability, Relation

ASK_USE = Capability(
    "use.ask",
    frozenset({Role.CUSTODIAN_MANAGER}),
    Relation.CUSTODIAN,
    "A new use is asked about before it is approved.",
)
ANSWER_USE = Capability(
    "use.answer",
    frozenset({Role.PROVIDER_LEAD, Role.KAITIAKI}),
    Relation.OWN,
    "The board, hapū, iwi or kaitiaki behind the agreement says yes or no to a later use.",
)
SEE_OWN_USES = Capability(
    "use.see own",
    PROVIDER_ROLES | {Role.KAITIAKI},
    Relation.OWN,
    "A provider and its kaitiaki see every use that was asked about.",
)
SEE_ALL_USES = Capability(
    "use.see all",
    frozenset({Role.CUSTODIAN_MANAGER, Role.KAITIAKI, Role.AUDITOR}),
    Relation.CUSTODIAN,
    "Those who ask, guard and audit see what was asked and answered.",
)
