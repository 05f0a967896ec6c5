"""Who may pass a report on, and who reads what was passed on."""

from linkwell.custody.organisations.roles import Role
from linkwell.custody.permissions import Capability, Relation

PASS_ON = Capability(
    "report.pass on",
    frozenset({Role.PROVIDER_LEAD}),
    Relation.OWN,
    "A provider decides itself, after reading, who else may read a report about its work.",
)
READ_PASSED_ON = Capability(
    "report.read passed on",
    frozenset({Role.COMMISSIONER}),
    Relation.OWN,
    "A commissioner reads the reports that were passed on to it, and nothing else.",
)
