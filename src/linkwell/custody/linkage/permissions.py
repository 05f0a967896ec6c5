"""Who may start linking and read what the linking looked like."""

from linkwell.custody.organisations.roles import Role
from linkwell.custody.permissions import Capability, Relation

LINK = Capability(
    "supply.link",
    frozenset({Role.LINKER}),
    Relation.CUSTODIAN,
    "Linking works on names and numbers, apart from everything else.",
)
JUDGE_PAIRS = Capability(
    "linkage.judge pairs",
    frozenset({Role.LINKER}),
    Relation.CUSTODIAN,
    "Judging pairs means reading names and birth dates, so it is the linkers' own; each answer is recorded.",
)
SEE_LINKAGE = Capability(
    "linkage.see report",
    frozenset({Role.LINKER}),
    Relation.CUSTODIAN,
    "The linkage report is the linkers' own; each look at it is recorded.",
)
