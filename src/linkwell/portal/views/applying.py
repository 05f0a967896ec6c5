"""A team's pages: writing an application page by page, choosing variables, the team, and putting it in."""

from __future__ import annotations

import itertools
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from linkwell.custody.organisations.models import Person
from linkwell.custody.permissions import allows
from linkwell.custody.projects import applying, content
from linkwell.custody.projects.models import Application, Project
from linkwell.custody.projects.permissions import LEAD_PROJECT, SEE_OWN_PROJECTS, WRITE_APPLICATION
from linkwell.custody.projects.precheck import precheck
from linkwell.custody.projects.seeing import open_application, writes
from linkwell.custody.projects.sources import known_variables
from linkwell.custody.projects.states import APPLICATION, InvitationState
from linkwell.custody.refreshes.actions import latest_ready
from linkwell.errors import WrongUse
from linkwell.pages.days import DayField
from linkwell.pages.forms import PagesForm
from linkwell.portal.access import page, signed_in
from linkwell.portal.views.projects import find, lead_of


def _written(request: HttpRequest, code: str) -> tuple[Project, Application | None]:
    """The project and what is being written, for whoever is in its team."""
    found, person = find(request, code), signed_in(request)
    if not allows(person, WRITE_APPLICATION, named=writes(found, person)):
        raise Http404
    asked = open_application(found)
    writable = asked is not None and APPLICATION.may("write", asked.state)
    return found, asked if writable else None


def _field(question: content.Question) -> forms.Field:
    plain: dict[str, Any] = {"label": question.label, "help_text": question.help, "required": False}
    if question.kind == "day":
        return DayField(label=question.label, required=False, **({"help_text": question.help}
                        if question.help else {}))  # fmt: skip
    if question.kind in ("yes", "choice"):
        options = ["yes", "no"] if question.kind == "yes" else list(question.options)
        shown = [(each, each.capitalize() if question.kind == "yes" else each) for each in options]
        return forms.ChoiceField(choices=[("", "Not answered yet"), *shown], **plain)
    if question.kind == "line":
        return forms.CharField(max_length=200, **plain)
    return forms.CharField(max_length=8000, widget=forms.Textarea(attrs={"rows": 6}), **plain)


def _form(asked: content.ApplicationPage, answers: dict[str, str], data: Any) -> PagesForm:
    shown = {
        q.id: (content.day(answers, q.id) if q.kind == "day" else answers.get(q.id, ""))
        for q in asked.questions
    }
    form = PagesForm(data, initial=shown)
    for question in asked.questions:
        form.fields[question.id] = _field(question)
    return form


@page("projects/<slug:code>/write/<slug:part>", name="project-write", who=WRITE_APPLICATION)
def write(request: HttpRequest, code: str, part: str) -> HttpResponse:
    """One page of the application; what is there is saved, finished or not."""
    _, application = _written(request, code)
    asked = content.pages().get(part)
    if asked is None:
        raise Http404
    if application is None:
        return redirect("project", code)
    form = _form(asked, application.answers, request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = {name: _text(value) for name, value in form.cleaned_data.items()}
        applying.write(by=signed_in(request), application=application, answers=given)
        messages.success(request, "Saved.")
        after = _after(part)
        going_on = "go on" in request.POST and after
        return redirect("project-write", code, after) if going_on else redirect("project", code)
    number = part.removeprefix("tikanga-")
    context = {
        "form": form,
        "asked": asked,
        "pair": content.pairs()[int(number)] if number != part else None,
        "project": application.project,
        "after": _after(part),
    }
    return render(request, "portal/project_write.html", context)


def _text(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value or "")


def _after(part: str) -> str:
    """The page that follows; empty after the last."""
    codes = list(content.pages())
    return dict(itertools.pairwise(codes)).get(part, "")


WHY = "why "
"""How a field of the variables page begins; the variable's name follows."""


class VariablesForm(PagesForm):
    """One box a variable; what is written says why it is needed, and empty leaves it out."""

    def __init__(self, known: dict[str, str], chosen: dict[str, str], data: Any) -> None:
        super().__init__(data)
        for name in sorted({*known, *chosen}):
            self.fields[WHY + name] = forms.CharField(
                label=name, help_text=known.get(name, "Not in the newest data update"), required=False,
                max_length=500, initial=chosen.get(name, ""),
            )  # fmt: skip

    def chosen(self) -> dict[str, str]:
        """Variable to why it is needed."""
        given = self.cleaned_data
        return {name.removeprefix(WHY): text for name, text in given.items() if text.strip()}


@page("projects/<slug:code>/variables", name="project-variables", who=WRITE_APPLICATION)
def variables(request: HttpRequest, code: str) -> HttpResponse:
    """Choose variables of the catalogue by saying why each is needed; search narrows the list."""
    _, application = _written(request, code)
    if application is None:
        return redirect("project", code)
    words = request.GET.get("q", "").strip()[:100].casefold().split()
    known = known_variables(latest_ready())
    found = {
        name: meaning
        for name, meaning in known.items()
        if name in application.variables or all(word in f"{name} {meaning}".casefold() for word in words)
    }
    form = VariablesForm(found, application.variables, request.POST or None)
    if request.method == "POST" and form.is_valid():
        applying.choose_variables(by=signed_in(request), application=application, variables=form.chosen())
        messages.success(request, "Saved.")
        return redirect("project", code)
    context = {
        "form": form,
        "project": application.project,
        "asked": " ".join(words),
        "shown": len(found),
        "all": len(known),
    }
    return render(request, "portal/project_variables.html", context)


class InviteForm(PagesForm):
    """Somebody's sign-in name."""

    username = forms.CharField(
        label="Whom do you invite?",
        help_text="Their sign-in name; ask them for it. They answer for themself.",
        max_length=60,
        error_messages={"required": "Write their sign-in name"},
    )


@page("projects/<slug:code>/team", name="project-team", who=LEAD_PROJECT)
def team(request: HttpRequest, code: str) -> HttpResponse:
    """Who is in the team; inviting one more."""
    found, form = lead_of(request, code), InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = Person.objects.filter(username=form.cleaned_data["username"].strip()).first()
        if person is None:
            raise WrongUse("There is no researcher of this name.", fix="Ask for their sign-in name.")
        applying.invite(by=signed_in(request), project=found, person=person)
        messages.success(request, "They are asked, and answer on their own page.")
        return redirect("project-team", code)
    live = (InvitationState.INVITED, InvitationState.ACCEPTED)
    context = {
        "form": form,
        "project": found,
        "invitations": found.invitations.filter(state__in=live).select_related("person"),
    }
    return render(request, "portal/project_team.html", context)


@page("projects/<slug:code>/team/<int:number>/out", name="project-out", who=LEAD_PROJECT, methods=("POST",))
def take_out(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Take somebody out of the team."""
    found = lead_of(request, code)
    asked = found.invitations.filter(person=number).select_related("person").first()
    if asked is None:
        raise Http404
    applying.take_out(by=signed_in(request), project=found, person=asked.person)
    messages.success(request, "They are out of the team, from this moment.")
    return redirect("project-team", code)


class AnswerForm(PagesForm):
    """Yes or no."""

    accept = forms.ChoiceField(label="Do you want to be in the team?", choices=[("yes", "Yes"), ("no", "No")])


@page("projects/<slug:code>/answer", name="project-answer", who=SEE_OWN_PROJECTS)
def answer(request: HttpRequest, code: str) -> HttpResponse:
    """Answer an invitation, for oneself."""
    found, person = find(request, code), signed_in(request)
    if not found.invitations.filter(person=person, state=InvitationState.INVITED).exists():
        return redirect("project", code)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        accept = form.cleaned_data["accept"] == "yes"
        applying.answer_invitation(by=person, project=found, accept=accept)
        messages.success(request, "You are in the team." if accept else "You said no. Nobody asks why.")
        return redirect("project", code) if accept else redirect("projects")
    context = {
        "form": form,
        "title": "Your answer",
        "caption": found.title,
        "button": "Answer",
        "back": reverse("project", args=[code]),
    }
    return render(request, "portal/form.html", context)


@page("projects/<slug:code>/put-in", name="project-put-in", who=LEAD_PROJECT)
def put_in(request: HttpRequest, code: str) -> HttpResponse:
    """What is missing, what the agreements say, and putting it in."""
    found = lead_of(request, code)
    application = open_application(found)
    if application is None or not APPLICATION.may("put in", application.state):
        return redirect("project", code)
    if request.method == "POST":
        applying.put_in(by=signed_in(request), application=application)
        messages.success(request, "It is put in. Everybody whose data it asks for is told.")
        return redirect("project", code)
    context = {
        "project": found,
        "missing": content.problems(application.answers, application.variables),
        "checks": precheck(application),
    }
    return render(request, "portal/project_put_in.html", context)


@page("projects/<slug:code>/withdraw", name="project-withdraw", who=LEAD_PROJECT, methods=("POST",))
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """Take the open application back."""
    application = open_application(lead_of(request, code))
    if application is not None:
        applying.withdraw(by=signed_in(request), application=application)
        messages.success(request, "It is taken back.")
    return redirect("project", code)


@page("projects/<slug:code>/change/<slug:kind>", name="project-change", who=LEAD_PROJECT)
def change(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """Begin an amendment or a renewal."""
    found = lead_of(request, code)
    if kind not in ("amendment", "renewal"):
        raise Http404
    if request.method == "POST":
        applying.begin_change(by=signed_in(request), project=found, kind=kind)
        messages.success(request, "Begun, with everything that was approved in it. Change what you need.")
        return redirect("project", code)
    context = {
        "form": PagesForm(),
        "title": "Ask for a renewal" if kind == "renewal" else "Ask for a change",
        "caption": found.title,
        "button": "Begin",
        "back": reverse("project", args=[code]),
        "intro": ["What was approved goes on as it is until this is decided. Only what you change is shown "
                  "to whoever decides."],
    }  # fmt: skip
    return render(request, "portal/form.html", context)
