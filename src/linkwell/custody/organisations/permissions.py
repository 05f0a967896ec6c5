"""Who may enrol organisations and people, and read the record."""

from linkwell.custody.organisations.roles import Role
from linkwell.custody.permissions import Capability, Relation

ENROL = Capability(
    "organisation.enrol",
    frozenset({Role.CUSTODIAN_MANAGER}),
    Relation.CUSTODIAN,
    "Enrolling organisations, people and their keys decides who can send and see.",
)
TAKE_ROLE = Capability(
    "organisation.take role",
    frozenset({Role.CUSTODIAN_MANAGER}),
    Relation.CUSTODIAN,
    "A role is taken away the moment somebody leaves, or should not have it.",
)
TAKE_STAFF_ROLE = Capability(
    "organisation.take staff role",
    frozenset({Role.PROVIDER_LEAD}),
    Relation.OWN,
    "A lead knows first who has left, and takes the staff role away; no other lead's.",
)
END_PERSON = Capability(
    "organisation.end person",
    frozenset({Role.CUSTODIAN_MANAGER}),
    Relation.CUSTODIAN,
    "Whoever has left altogether signs in nowhere any more.",
)
READ_RECORD = Capability(
    "record.read",
    frozenset({Role.AUDITOR, Role.CUSTODIAN_MANAGER}),
    Relation.CUSTODIAN,
    "The record shows everything that was done and by whom.",
)
