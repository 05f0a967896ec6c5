"""Who asks for something to be taken out, who confirms it, and who sees it."""

from django.db.models import QuerySet

from linkwell.custody.organisations.models import Person
from linkwell.custody.organisations.roles import PROVIDER_ROLES, Role
from linkwell.custody.permissions import Capability, Relation, allows
from linkwell.custody.removals.models import Removal

ASK_OWN_REMOVAL = Capability(
    "removal.ask own",
    frozenset({Role.PROVIDER_LEAD}),
    Relation.OWN,
    "A provider can have what it supplied taken out at any time; nobody has to say why.",
)
ASK_REMOVAL = Capability(
    "removal.ask",
    frozenset({Role.INTEGRATOR}),
    Relation.CUSTODIAN,
    "Custodian staff plan what a delivery or a letter asks them to take out.",
)
CONFIRM_REMOVAL = Capability(
    "removal.confirm",
    frozenset({Role.CUSTODIAN_MANAGER}),
    Relation.CUSTODIAN,
    "Destroying cannot be undone, so a second person reads the plan and confirms it.",
)
SEE_OWN_REMOVALS = Capability(
    "removal.see own",
    PROVIDER_ROLES,
    Relation.OWN,
    "A provider sees what of its own is taken out, and its certificates.",
)
SEE_REMOVALS = Capability(
    "removal.see all",
    frozenset({Role.INTEGRATOR, Role.LINKER, Role.CUSTODIAN_MANAGER, Role.AUDITOR}),
    Relation.CUSTODIAN,
    "Custodian staff see what is taken out and how far it is.",
)


def visible_removals(person: Person) -> QuerySet[Removal]:
    """All for custodian staff; for everyone else their own organisations'."""
    found = Removal.objects.select_related("agreement__organisation", "delivery")
    if allows(person, SEE_REMOVALS):
        return found
    held = person.memberships.filter(role__in=SEE_OWN_REMOVALS.roles)
    return found.filter(agreement__organisation__in=held.values("organisation"))
