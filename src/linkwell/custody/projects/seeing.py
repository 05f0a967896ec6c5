"""Which projects a person may know of, and what of them."""

from __future__ import annotations

from django.db.models import Prefetch, Q, QuerySet, prefetch_related_objects

from linkwell.custody.agreements.models import Agreement
from linkwell.custody.organisations.models import Organisation, Person
from linkwell.custody.permissions import allows_row
from linkwell.custody.projects.access import agreements_of, is_member
from linkwell.custody.projects.models import Application, Hold, Invitation, Project
from linkwell.custody.projects.permissions import SEE_ALL_PROJECTS, SEE_OWN_PROJECTS, SEE_PROJECTS_USING_US
from linkwell.custody.projects.states import ApplicationState, InvitationState
from linkwell.custody.remembered import remembered, rows

TEAM = (InvitationState.INVITED, InvitationState.ACCEPTED)
PUT_IN = (
    ApplicationState.WAITING, ApplicationState.REVIEW, ApplicationState.RETURNED, ApplicationState.APPROVED,
    ApplicationState.REFUSED,
)  # fmt: skip
"""States of an application that others than the team read."""


def named(project: Project, person: Person) -> bool:
    """Whether somebody leads it, is in it, or is asked to be."""
    if project.lead_id == person.pk:
        return True
    asked = any(each.person_id == person.pk and each.state in TEAM for each in project.invitations.all())
    return asked or is_member(project, person)


def writes(project: Project, person: Person) -> bool:
    """Whether somebody leads it or said yes to being in its team."""
    said_yes = InvitationState.ACCEPTED
    return project.lead_id == person.pk or any(
        each.person_id == person.pk and each.state == said_yes for each in project.invitations.all()
    )


def _names(person: Person) -> Q:
    mine = Q(lead=person) | Q(invitations__person=person, invitations__state__in=TEAM)
    return mine | Q(members__person=person)


def named_in(person: Person) -> QuerySet[Project]:
    """The research projects somebody leads, is in, or is asked to be in (`named`, for many at once)."""
    return Project.objects.filter(_names(person), agreement=None, service="").distinct()


def visible_projects(person: Person) -> QuerySet[Project]:
    """Research projects: for staff all that were put in; a team's own; those that use somebody's data."""
    found = Project.objects.filter(agreement=None, service="").select_related("organisation", "lead")
    # by role as well: a lead whose role was taken away reads nothing
    either = _names(person) & allows_row(person, SEE_OWN_PROJECTS, named=True)
    either |= Q(applications__state__in=PUT_IN) & allows_row(person, SEE_ALL_PROJECTS)
    ours = person.memberships.filter(role__in=SEE_PROJECTS_USING_US.roles).values("organisation")
    either |= Q(uses__organisation__in=ours)
    either |= Q(applications__asks__organisation__in=ours, applications__state__in=PUT_IN)
    return found.filter(either).distinct().order_by("-pk")


def open_application(project: Project) -> Application | None:
    """The application that is being written or decided, if there is one."""
    states = (
        ApplicationState.DRAFT, ApplicationState.WAITING, ApplicationState.REVIEW, ApplicationState.RETURNED,
    )  # fmt: skip
    if remembered(project, "applications"):
        found = [each for each in project.applications.all() if each.state in states]
        return max(found, key=lambda each: each.number, default=None)
    return project.applications.filter(state__in=states).order_by("-number").first()


def read_whole(project: Project) -> None:
    """Read together what a page about a project asks for again and again, with everybody it is about."""
    agreements = (
        Agreement.objects.select_related("organisation", "specification", "proposal")
        .prefetch_related("proposal__mandates", "later_uses")
        .order_by("pk")
    )
    prefetch_related_objects(
        [project],
        Prefetch("uses", agreements),
        Prefetch("applications", Application.objects.order_by("-number")),
        Prefetch("applications__asks", agreements),
        Prefetch("holds", Hold.objects.select_related("organisation")),
        Prefetch("invitations", Invitation.objects.select_related("person")),
        "members",
    )


def owners_of(project: Project) -> list[Organisation]:
    """The organisations whose data a project uses or asks for."""
    asked = open_application(project)
    found = {each.organisation_id: each.organisation for each in agreements_of(project)}
    if asked is not None and asked.state != ApplicationState.DRAFT:
        for each in rows(asked, "asks", "organisation"):
            found.setdefault(each.organisation_id, each.organisation)
    return list(found.values())
