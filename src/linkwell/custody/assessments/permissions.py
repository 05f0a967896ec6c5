"""Who may assess."""

from linkwell.custody.organisations.roles import Role
from linkwell.custody.permissions import Capability, Relation

ASSESS = Capability(
    "assessment.decide",
    frozenset({Role.ASSESSOR}),
    Relation.CUSTODIAN,
    "The assessment is made by somebody who negotiated none of it.",
)
SEE_ASSESSMENTS = Capability(
    "assessment.see",
    frozenset({Role.ASSESSOR, Role.CUSTODIAN_MANAGER, Role.AUDITOR}),
    Relation.CUSTODIAN,
    "Which assessments there are and what was decided.",
)
