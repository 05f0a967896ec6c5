"""Who may enrol organisations and people, and read the record."""

from linkwell.custody.organisations.roles import Role
from linkwell.custody.permissions import Capability, Relation

ENROL = Capability(
    "organisation.enrol",
    frozenset({Role.CUSTODIAN_MANAGER}),
    Relation.CUSTODIAN,
    "Enrolling organisations, people and their keys decides who can send and see.",
)
READ_RECORD = Capability(
    "record.read",
    frozenset({Role.AUDITOR, Role.CUSTODIAN_MANAGER}),
    Relation.CUSTODIAN,
    "The record shows everything that was done and by whom.",
)
