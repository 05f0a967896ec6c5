"""Who has a project's database built, and who works in its lab."""

from linkwell.custody.organisations.roles import Role
from linkwell.custody.permissions import Capability, Relation

BUILD_DATABASE = Capability(
    "lab.build",
    frozenset({Role.CUSTODIAN_MANAGER}),
    Relation.CUSTODIAN,
    "A custodian manager has the database of an approved project built; its columns are what was approved.",
)
WORK_IN_LAB = Capability(
    "lab.work",
    frozenset({Role.PROJECT_LEAD, Role.RESEARCHER}),
    Relation.NAMED,
    "The people named in a project work in its lab, while everything their access rests on is in date.",
)
