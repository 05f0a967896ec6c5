"""Who may set up standing projects and name people in them."""

from linkwell.custody.organisations.roles import Role
from linkwell.custody.permissions import Capability, Relation

APPROVE_PROJECT = Capability(
    "project.approve",
    frozenset({Role.CUSTODIAN_MANAGER}),
    Relation.CUSTODIAN,
    "A project fixes the purpose, the people and the columns.",
)
