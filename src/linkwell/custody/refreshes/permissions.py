"""Who may build and see refreshes, and who may read the catalogue."""

from linkwell.custody.organisations.roles import Role
from linkwell.custody.permissions import Capability, Relation

LOAD = Capability(
    "refresh.load",
    frozenset({Role.INTEGRATOR}),
    Relation.CUSTODIAN,
    "A refresh brings every linked supply into the research data.",
)
SEE_REFRESHES = Capability(
    "refresh.see",
    frozenset({Role.INTEGRATOR, Role.ANALYST, Role.OUTPUT_CHECKER, Role.CUSTODIAN_MANAGER, Role.AUDITOR}),
    Relation.CUSTODIAN,
    "Custodian staff see which refreshes there are and what they hold.",
)
SEE_CATALOGUE = Capability(
    "catalogue.see",
    frozenset({Role.RESEARCHER, Role.PROJECT_LEAD, Role.ANALYST, Role.INTEGRATOR, Role.OUTPUT_CHECKER}),
    Relation.ANYWHERE,
    "The catalogue says what can be asked for, never what is in it about anybody.",
)
