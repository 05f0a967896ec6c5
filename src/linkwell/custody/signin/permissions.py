"""Who may open a lock, and the two who together help somebody whose device is lost."""

from linkwell.custody.organisations.roles import CUSTODIAN_ROLES, Role
from linkwell.custody.permissions import Capability, Relation

SPEAK_FOR_OWN = Capability(
    "lost device.ask for own",
    frozenset({Role.PROVIDER_LEAD}),
    Relation.OWN,
    "A lead knows the people of the organisation and can say that a device is lost.",
)
SPEAK_FOR_ANYONE = Capability(
    "lost device.ask",
    CUSTODIAN_ROLES,
    Relation.CUSTODIAN,
    "Where no other lead can speak for a person, custodian staff do.",
)
CONFIRM_LOST = Capability(
    "lost device.confirm",
    frozenset({Role.CUSTODIAN_MANAGER}),
    Relation.CUSTODIAN,
    "A second person takes a lost device's factors away, after calling its owner.",
)
UNLOCK = Capability(
    "sign-in.unlock",
    frozenset({Role.CUSTODIAN_MANAGER}),
    Relation.CUSTODIAN,
    "Opening a lock sooner gives somebody three more guesses.",
)
GIVE_PASSWORD = Capability(
    "sign-in.give password",
    frozenset({Role.CUSTODIAN_MANAGER}),
    Relation.CUSTODIAN,
    "A forgotten password is replaced by a first one; the second factor stays with its owner.",
)
SEND_IN_PERSON = Capability(
    "supply.send in person",
    frozenset({Role.PROVIDER_LEAD, Role.PROVIDER_STAFF, Role.VENDOR_SENDER, Role.INTERMEDIARY}),
    Relation.OWN,
    "Whoever sends for an organisation answers for it by name.",
)
