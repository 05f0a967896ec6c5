"""Who asks for outputs, checks, releases and reads them."""

from django.db.models import Q, QuerySet

from linkwell.custody.organisations.models import Person
from linkwell.custody.organisations.roles import PROVIDER_ROLES, Role
from linkwell.custody.permissions import Capability, Relation, allows_row
from linkwell.custody.projects.states import InvitationState
from linkwell.custody.requests.models import OutputRequest
from linkwell.custody.requests.states import RequestState

ASK_OUTPUT = Capability(
    "request.write",
    frozenset({Role.PROJECT_LEAD, Role.RESEARCHER}),
    Relation.NAMED,
    "The team of a project asks for what it made to be released.",
)
REVIEW_OUTPUT = Capability(
    "request.review",
    frozenset({Role.OUTPUT_CHECKER}),
    Relation.CUSTODIAN,
    "Two checkers who are not in the team look at every file on their own.",
)
RELEASE_OUTPUT = Capability(
    "request.release",
    frozenset({Role.OUTPUT_CHECKER}),
    Relation.CUSTODIAN,
    "Files leave only after two approved each of them as it is.",
)
SEE_REQUESTS = Capability(
    "request.see all",
    frozenset({Role.OUTPUT_CHECKER, Role.AUDITOR}),
    Relation.CUSTODIAN,
    "Checkers and auditors see every request that was submitted.",
)
SEE_REQUESTS_ABOUT_US = Capability(
    "request.see about us",
    PROVIDER_ROLES,
    Relation.OWN,
    "A provider sees an output about itself before anybody else outside.",
)
KEEP_AS_KAITIAKI = Capability(
    "request.read as kaitiaki",
    frozenset({Role.KAITIAKI}),
    Relation.CUSTODIAN,
    "Kaitiaki at the custodian read what is approved before it leaves, and can hold it.",
)
REPLY_TO_OUTPUT = Capability(
    "request.reply",
    frozenset({Role.PROVIDER_LEAD}),
    Relation.OWN,
    "A provider says what it thinks of an output about itself before it leaves.",
)

SHOWN_OUTSIDE = (RequestState.APPROVED, RequestState.RELEASED)


def visible_requests(person: Person) -> QuerySet[OutputRequest]:
    """A team's own; for checkers and auditors all that were submitted; for a provider those it reads first.

    For kaitiaki at the custodian those that are approved.
    """
    mine = Q(project__lead=person) | Q(
        project__invitations__person=person, project__invitations__state=InvitationState.ACCEPTED
    )
    either = mine & allows_row(person, ASK_OUTPUT, named=True)
    either |= Q(submitted_at__isnull=False) & allows_row(person, SEE_REQUESTS)
    ours = person.memberships.filter(role__in=SEE_REQUESTS_ABOUT_US.roles).values("organisation")
    either |= Q(about__in=ours, state__in=SHOWN_OUTSIDE)
    # Approved with days to reply though it is about nobody alone: every provider behind it reads it first.
    either |= Q(about=None, reply_until__isnull=False, project__uses__organisation__in=ours,
                state__in=SHOWN_OUTSIDE)  # fmt: skip
    either |= Q(state__in=SHOWN_OUTSIDE) & allows_row(person, KEEP_AS_KAITIAKI)
    found = OutputRequest.objects.select_related("project__organisation", "about")
    return found.filter(either).distinct().order_by("-pk")
