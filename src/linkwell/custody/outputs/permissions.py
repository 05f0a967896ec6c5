"""Who may work out, check, release and read outputs."""

from django.db.models import Q, QuerySet

from linkwell.custody.organisations.models import Person
from linkwell.custody.organisations.roles import PROVIDER_ROLES, Role
from linkwell.custody.outputs.models import Release
from linkwell.custody.permissions import Capability, Relation

ANALYSE = Capability(
    "output.analyse",
    frozenset({Role.ANALYST}),
    Relation.CUSTODIAN,
    "Insights are worked out by analysts named in the project.",
)
SEE_OUTPUTS = Capability(
    "output.see",
    frozenset({Role.ANALYST, Role.OUTPUT_CHECKER, Role.AUDITOR}),
    Relation.CUSTODIAN,
    "Which outputs there are and where they stand.",
)
RELEASE = Capability(
    "output.release",
    frozenset({Role.OUTPUT_CHECKER}),
    Relation.CUSTODIAN,
    "An output leaves only when somebody other than its analyst has checked it.",
)
READ_RELEASES = Capability(
    "release.read own",
    PROVIDER_ROLES,
    Relation.OWN,
    "A provider reads what was released about the people it works with.",
)
READ_ALL_RELEASES = Capability(
    "release.read all",
    frozenset({Role.ANALYST, Role.OUTPUT_CHECKER, Role.CUSTODIAN_MANAGER, Role.AUDITOR}),
    Relation.CUSTODIAN,
    "Custodian staff read what was released.",
)


def own_releases(person: Person) -> QuerySet[Release]:
    """The releases about the organisations `person` is provider lead or staff of, alone or in a pool."""
    mine = person.memberships.filter(role__in=PROVIDER_ROLES).values("organisation")
    return Release.objects.filter(Q(organisation__in=mine) | Q(readers__in=mine)).distinct()
