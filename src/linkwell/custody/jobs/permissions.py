"""Who may see the computer's work, and which of it stopped."""

from linkwell.custody.organisations.roles import Role
from linkwell.custody.permissions import Capability, Relation

SEE_WORK = Capability(
    "work.see",
    frozenset(
        {
            Role.INTEGRATOR, Role.LINKER, Role.ANALYST, Role.OUTPUT_CHECKER, Role.CUSTODIAN_MANAGER,
            Role.AUDITOR,
        }
    ),
    Relation.CUSTODIAN,
    "Whoever has work done sees whether it goes on, and what stopped.",
)  # fmt: skip
