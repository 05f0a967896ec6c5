"""Research projects: which there are, and one with everything that is known of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.facilities.permissions import SEE_FACILITIES
from linkwell.custody.labs.databases import current
from linkwell.custody.labs.permissions import BUILD_DATABASE, WORK_IN_LAB
from linkwell.custody.organisations.models import Organisation, Person
from linkwell.custody.organisations.roles import Role
from linkwell.custody.permissions import allows
from linkwell.custody.projects import applying, content
from linkwell.custody.projects.access import access, agreements_of, is_member, stopped
from linkwell.custody.projects.actions import close_project
from linkwell.custody.projects.conditions import conditions_of
from linkwell.custody.projects.guarding import guards
from linkwell.custody.projects.models import Application, Project
from linkwell.custody.projects.permissions import (
    ANSWER_QUESTION,
    APPROVE_PROJECT,
    ASK_ABOUT_PROJECT,
    ASSESS_TIKANGA,
    BEGIN_PROJECT,
    HOLD_ANY,
    HOLD_OWN,
    LEAD_PROJECT,
    REVIEW_PROJECT,
    SEE_ALL_PROJECTS,
    SEE_OWN_PROJECTS,
    SEE_PROJECTS_USING_US,
)
from linkwell.custody.projects.precheck import precheck
from linkwell.custody.projects.seeing import (
    named,
    open_application,
    owners_of,
    read_whole,
    visible_projects,
    writes,
)
from linkwell.custody.projects.states import (
    APPLICATION,
    PROJECT,
    ApplicationState,
    HoldState,
    InvitationState,
    ProjectState,
)
from linkwell.custody.requests.permissions import ASK_OUTPUT
from linkwell.custody.timeline.story import steps
from linkwell.pages.forms import PagesForm
from linkwell.portal.access import page, signed_in
from linkwell.standards.clock import in_words

MOST_LOOKS = 200
"""Of a project's looks at rows, the newest."""

SEE = (SEE_OWN_PROJECTS, SEE_ALL_PROJECTS, SEE_PROJECTS_USING_US)
HOLD = (HOLD_OWN, HOLD_ANY)


def find(request: HttpRequest, code: str) -> Project:
    """The project, if this person may know of it; else the answer for what never was."""
    found = visible_projects(signed_in(request)).filter(code=code).first()
    if found is None:
        raise Http404
    return found


def lead_of(request: HttpRequest, code: str) -> Project:
    """The project, if this person leads it."""
    found, person = find(request, code), signed_in(request)
    if not allows(person, LEAD_PROJECT, named=found.lead_id == person.pk):
        raise Http404
    return found


@page("projects/", name="projects", who=SEE, methods=("GET",))
def projects(request: HttpRequest) -> HttpResponse:
    """The research projects this person may know of."""
    person = signed_in(request)
    context = {
        "projects": visible_projects(person),
        "may_begin": allows(person, BEGIN_PROJECT),
        "invited": person.invitations.filter(state=InvitationState.INVITED).select_related("project"),
    }
    return render(request, "portal/projects.html", context)


class OrganisationField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Organisations by their names."""

    def label_from_instance(self, obj: Any) -> str:
        """The name, not the code."""
        return str(obj.name)


class BeginForm(PagesForm):
    """A name, and whose project it is."""

    title = forms.CharField(
        label="What is it called?", max_length=200, error_messages={"required": "Give it a name"}
    )
    organisation = OrganisationField(
        label="For which organisation?", queryset=Organisation.objects.none(), empty_label=None
    )

    def __init__(self, person: Person, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ModelChoiceField)
        mine = Organisation.objects.filter(
            memberships__person=person, memberships__role=Role.PROJECT_LEAD
        ).distinct()
        field.queryset = mine


@page("projects/new", name="project-new", who=BEGIN_PROJECT)
def new(request: HttpRequest) -> HttpResponse:
    """Begin a project."""
    person = signed_in(request)
    form = BeginForm(person, request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = applying.begin_project(by=person, **form.cleaned_data)
        messages.success(request, "Begun. Everything you write is saved as you go.")
        return redirect("project", made.project.code)
    context = {
        "form": form,
        "title": "Apply for a project",
        "button": "Begin",
        "back": reverse("projects"),
        "intro": ["You write it page by page, with your team, and put it in when it is whole."],
    }
    return render(request, "portal/form.html", context)


@page("projects/<slug:code>/", name="project", who=SEE, methods=("GET",))
def project(request: HttpRequest, code: str) -> HttpResponse:
    """One project: what for, by whom, on what, under which conditions, and where it stands."""
    found, person = find(request, code), signed_in(request)
    read_whole(found)
    mine = named(found, person)
    shown, open_to = _application(found, mine), access(found, person)
    subjects = [found.subject, *(each.subject for each in found.applications.all())]
    own = Q(verb__startswith="team.") | Q(verb__in=("application.begun", "application.written"))
    hidden = Q(pk=None) if mine else own  # how a team writes is its own affair
    context = {
        "project": found,
        "meaning": PROJECT.meaning[ProjectState(found.state)],
        "team": applying.team_of(found),
        "invitations": found.invitations.all() if mine else [],
        "uses": agreements_of(found),
        "conditions": conditions_of(found),
        "holds": found.holds.all(),
        "questions": list(found.questions.select_related("organisation")),
        "access": open_to if is_member(found, person) else None,
        "stops": stopped(found) if found.state == ProjectState.APPROVED else (),
        "database": found.databases.select_related("refresh").first()
        if mine or allows(person, BUILD_DATABASE)
        else None,
        "steps": steps(AuditEvent.objects.filter(subject__in=subjects).exclude(hidden).order_by("seq")),
        "mine": mine,
        "looks": _looks(found, person),
        **_about_application(shown, found, person),
        **_may(found, person, works=open_to.open),
    }
    return render(request, "portal/project.html", context)


def _looks(found: Project, person: Person) -> list[AuditEvent] | None:
    """Looks at rows, from the record; how many rows one showed is not for the team: they read it anywhere."""
    if not allows(person, SEE_FACILITIES):
        return None
    subject = f"lab work/{found.code}-w"
    events = AuditEvent.objects.filter(verb="lab.look answered", subject__startswith=subject)
    return list(events.order_by("-seq")[:MOST_LOOKS])


def _application(found: Project, mine: bool) -> Application | None:
    """The open one, or the last that was decided; others than the team see none before it is put in."""
    asked = open_application(found)
    if asked is not None and (mine or asked.state != ApplicationState.DRAFT):
        return asked
    states = (ApplicationState.APPROVED, ApplicationState.REFUSED)
    return next((each for each in found.applications.all() if each.state in states), None)


def _about_application(shown: Application | None, found: Project, person: Person) -> dict[str, Any]:
    if shown is None:
        return {"application": None}
    writing = APPLICATION.may("write", shown.state)
    people = [each.username for each in applying.team_of(found)] if writing else list(shown.team)
    findings = {each.pair: each for each in shown.tikanga.select_related("kaitiaki")}
    return {
        "application": shown,
        "application_meaning": APPLICATION.meaning[ApplicationState(shown.state)],
        "pages": [_page(each, shown) for each in content.pages().values()],
        "changes": content.changed(shown.before, shown.answers, shown.variables, people)
        if shown.before
        else [],
        "checks": precheck(shown) if shown.state not in ("approved", "refused") else [],
        "pairs": [(pair, findings.get(pair.number)) for pair in content.pairs().values()],
        "may_assess": APPLICATION.may("assess tikanga", shown.state)
        and allows(person, ASSESS_TIKANGA)
        and not named(found, person),
        "may_take": APPLICATION.may("take", shown.state)
        and allows(person, REVIEW_PROJECT)
        and not named(found, person),
        "may_decide": APPLICATION.may("approve", shown.state) and shown.reviewer == person.username,
    }


def _page(each: content.ApplicationPage, shown: Application) -> dict[str, Any]:
    answers = shown.answers
    asked = [(q, _said(q, answers)) for q in each.questions if content.counts(q, answers)]
    return {"page": each, "answers": asked, "missing": len(content.missing(each, answers))}


def _said(question: content.Question, answers: dict[str, str]) -> str:
    """An answer as people write it."""
    if question.kind == "day":
        day = content.day(answers, question.id)
        return in_words(day) if day else ""
    said = answers.get(question.id, "")
    return said.capitalize() if question.kind == "yes" else said


def _may(found: Project, person: Person, *, works: bool) -> dict[str, Any]:
    leads = allows(person, LEAD_PROJECT, named=found.lead_id == person.pk)
    asked = open_application(found)
    ours = [each for each in owners_of(found) if allows(person, ASK_ABOUT_PROJECT, owner=each)]
    places = {each.pk for each in guards(person, found)}
    standing = [each for each in found.holds.all() if each.state == HoldState.STANDS]
    changeable = PROJECT.may("go ahead", found.state) and found.state != ProjectState.APPLYING
    return {
        "leads": leads,
        "writes": asked is not None and APPLICATION.may("write", asked.state) and writes(found, person),
        "may_put_in": leads and asked is not None and APPLICATION.may("put in", asked.state),
        "may_withdraw": leads and asked is not None,
        "may_change": leads and asked is None and changeable,
        "may_close": PROJECT.may("close", found.state) and (leads or allows(person, APPROVE_PROJECT)),
        "may_ask": bool(ours),
        "may_request": allows(person, ASK_OUTPUT, named=writes(found, person)) and works,
        "may_lab": allows(person, WORK_IN_LAB, named=named(found, person)) and works,
        "may_build": allows(person, BUILD_DATABASE)
        and found.state == ProjectState.APPROVED
        and not stopped(found)
        and current(found) is None,
        "may_answer": leads or allows(person, ANSWER_QUESTION),
        "may_hold": bool(places) and not any(each.organisation_id in places for each in standing),
        "may_lift": [each.pk for each in standing if each.organisation_id in places],
        "is_invited": any(
            each.person_id == person.pk and each.state == InvitationState.INVITED
            for each in found.invitations.all()
        ),
    }


@page("projects/<slug:code>/close", name="project-close", who=(APPROVE_PROJECT, LEAD_PROJECT))
def close(request: HttpRequest, code: str) -> HttpResponse:
    """Close a project for good."""
    found, person = find(request, code), signed_in(request)
    if not (allows(person, APPROVE_PROJECT) or found.lead_id == person.pk):
        raise Http404
    if request.method == "POST":
        close_project(by=person, project=found)
        messages.success(request, "It is closed. Nobody works in it any more.")
        return redirect("project", code)
    context = {
        "form": PagesForm(),
        "title": "Close this project",
        "caption": found.title,
        "button": "Close it for good",
        "warning": True,
        "back": reverse("project", args=[code]),
        "intro": ["Its lab closes for everybody at once. It is not opened again: a new project would be."],
    }
    return render(request, "portal/form.html", context)
