"""Which projects a person may know of, and what of them."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from linkwell.custody.organisations.models import Organisation, Person
from linkwell.custody.permissions import allows_row
from linkwell.custody.projects.access import agreements_of
from linkwell.custody.projects.models import Application, Project
from linkwell.custody.projects.permissions import SEE_ALL_PROJECTS, SEE_OWN_PROJECTS, SEE_PROJECTS_USING_US
from linkwell.custody.projects.states import ApplicationState, InvitationState

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
    asked = project.invitations.filter(person=person, state__in=TEAM)
    return asked.exists() or project.members.filter(person=person).exists()


def writes(project: Project, person: Person) -> bool:
    """Whether somebody leads it or said yes to being in its team."""
    said_yes = project.invitations.filter(person=person, state=InvitationState.ACCEPTED)
    return project.lead_id == person.pk or said_yes.exists()


def _names(person: Person) -> Q:
    mine = Q(lead=person) | Q(invitations__person=person, invitations__state__in=TEAM)
    return mine | Q(members__person=person)


def named_in(person: Person) -> QuerySet[Project]:
    """The research projects somebody leads, is in, or is asked to be in (`named`, for many at once)."""
    return Project.objects.filter(_names(person), agreement=None).distinct()


def visible_projects(person: Person) -> QuerySet[Project]:
    """Research projects: for staff all that were put in; a team's own; those that use somebody's data."""
    found = Project.objects.filter(agreement=None).select_related("organisation", "lead")
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
    return project.applications.filter(state__in=states).order_by("-number").first()


def owners_of(project: Project) -> list[Organisation]:
    """The organisations whose data a project uses or asks for."""
    asked = open_application(project)
    found = {each.organisation_id: each.organisation for each in agreements_of(project)}
    if asked is not None and asked.state != ApplicationState.DRAFT:
        for each in asked.asks.select_related("organisation"):
            found.setdefault(each.organisation_id, each.organisation)
    return list(found.values())
