"""Who may see, accept and turn down a supply, and who may see its receipts."""

from django.db.models import QuerySet

from linkwell.custody.organisations.models import Person
from linkwell.custody.organisations.roles import PROVIDER_ROLES, Role
from linkwell.custody.permissions import Capability, Relation, allows
from linkwell.custody.supplies.models import Supply

SEE_OWN = Capability(
    "supply.see own",
    PROVIDER_ROLES,
    Relation.OWN,
    "A provider sees everything that happened to what it sent.",
)
SEE_ALL = Capability(
    "supply.see all",
    frozenset({Role.INTEGRATOR, Role.LINKER, Role.CUSTODIAN_MANAGER, Role.AUDITOR}),
    Relation.CUSTODIAN,
    "Custodian staff see which supplies there are and where they stand.",
)
ACCEPT = Capability(
    "supply.accept",
    frozenset({Role.INTEGRATOR}),
    Relation.CUSTODIAN,
    "Accepting a supply opens the sealed file.",
)
RECALL = Capability(
    "supply.recall",
    frozenset({Role.PROVIDER_LEAD}),
    Relation.OWN,
    "Until it is accepted, a provider can take back what it sent.",
)


SET_QUOTA = Capability(
    "supply.set quota",
    frozenset({Role.CUSTODIAN_MANAGER}),
    Relation.CUSTODIAN,
    "A limit for each organisation keeps one from filling the disk for everyone.",
)
KEEP_KEYS = Capability(
    "keys.new period",
    frozenset({Role.CUSTODIAN_MANAGER}),
    Relation.CUSTODIAN,
    "New keys change what every provider seals to.",
)
GIVE_OK = Capability(
    "supply.give ok",
    frozenset({Role.PROVIDER_LEAD}),
    Relation.OWN,
    "What somebody else sealed about a provider's people is opened only after its own signed OK.",
)


def own_supplies(person: Person) -> QuerySet[Supply]:
    """The supplies of the organisations `person` is provider lead or staff of."""
    held = person.memberships.filter(role__in=PROVIDER_ROLES)
    found = Supply.objects.filter(agreement__organisation__in=held.values("organisation"))
    return found.select_related("agreement__organisation")


def visible_supplies(person: Person) -> QuerySet[Supply]:
    """All for custodian staff; for everyone else their own organisations'."""
    everything = Supply.objects.select_related("agreement__organisation")
    return everything if allows(person, SEE_ALL) else own_supplies(person)
