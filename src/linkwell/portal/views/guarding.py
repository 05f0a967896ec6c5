"""What an organisation whose data is used does about a project: asking, and holding it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from linkwell.custody.organisations.models import Organisation
from linkwell.custody.permissions import allows
from linkwell.custody.projects import guarding
from linkwell.custody.projects.models import Project
from linkwell.custody.projects.permissions import (
    ANSWER_QUESTION,
    ASK_ABOUT_PROJECT,
    HOLD_ANY,
    HOLD_OWN,
    LEAD_PROJECT,
)
from linkwell.custody.projects.seeing import owners_of
from linkwell.pages.forms import PagesForm
from linkwell.portal.access import page, signed_in
from linkwell.portal.again import AgainForm
from linkwell.portal.views.projects import find


class WordsForm(PagesForm):
    """Some words, under a label of the page's own."""

    text = forms.CharField(
        label="",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "Write something"},
    )

    def __init__(self, label: str, hint: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label, self.fields["text"].help_text = label, hint


class HoldForm(AgainForm):
    """Why, and the password."""

    said = forms.CharField(
        label="Why?",
        help_text="The team, the custodian and everybody whose data is used read this.",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Say why"},
    )


class LiftForm(AgainForm):
    """What was agreed, and the password."""

    agreed = forms.CharField(
        label="What was agreed?",
        help_text="It is kept with the project.",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Say what was agreed"},
    )


def _shown(request: HttpRequest, found: Project, form: PagesForm, **words: Any) -> HttpResponse:
    context = {"form": form, "caption": found.title, "back": reverse("project", args=[found.code]), **words}
    return render(request, "portal/form.html", context)


def _ours(request: HttpRequest, found: Project) -> list[Organisation]:
    person = signed_in(request)
    return [each for each in owners_of(found) if allows(person, ASK_ABOUT_PROJECT, owner=each)]


@page("projects/<slug:code>/ask", name="project-ask", who=ASK_ABOUT_PROJECT)
def ask(request: HttpRequest, code: str) -> HttpResponse:
    """Ask about a project that uses, or asks for, one's own data."""
    found = find(request, code)
    ours = _ours(request, found)
    if not ours:
        raise Http404
    form = WordsForm("What do you want to know?", "The team and the custodian read it.", request.POST or None)
    if request.method == "POST" and form.is_valid():
        guarding.ask_about(
            by=signed_in(request), project=found, organisation=ours[0], text=form.cleaned_data["text"]
        )
        messages.success(request, "It is asked. You are told when there is an answer.")
        return redirect("project", code)
    return _shown(request, found, form, title="Ask about this project", button="Ask")


@page(
    "projects/<slug:code>/questions/<int:number>",
    name="project-question",
    who=(ANSWER_QUESTION, LEAD_PROJECT),
)
def answer(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Answer a question."""
    found, person = find(request, code), signed_in(request)
    question = found.questions.select_related("organisation", "project").filter(pk=number).first()
    if question is None or not (allows(person, ANSWER_QUESTION) or found.lead_id == person.pk):
        raise Http404
    form = WordsForm("Your answer", "Whoever asked is told.", request.POST or None,
                     initial={"text": question.answer})  # fmt: skip
    if request.method == "POST" and form.is_valid():
        guarding.answer_question(by=person, question=question, answer=form.cleaned_data["text"])
        messages.success(request, "It is answered, and whoever asked is told.")
        return redirect("project", code)
    return _shown(request, found, form, title=f"{question.organisation.name} asks", button="Answer",
                  intro=[question.asked])  # fmt: skip


@page("projects/<slug:code>/hold", name="project-hold", who=(HOLD_OWN, HOLD_ANY))
@sensitive_post_parameters("password")
def hold(request: HttpRequest, code: str) -> HttpResponse:
    """Stop a project."""
    found, person = find(request, code), signed_in(request)
    if not guarding.guards(person, found):
        raise Http404
    form = HoldForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        guarding.hold(by=person, project=found, said=form.cleaned_data["said"])
        messages.success(request, "It is held. Nobody works in it and nothing of it is released.")
        return redirect("project", code)
    return _shown(request, found, form, title="Hold this project", button="Hold it", warning=True,
                  intro=["Work in it and every release of it stop at once, until you lift the hold."]
                  )  # fmt: skip


@page("projects/<slug:code>/holds/<int:number>/lift", name="project-lift", who=(HOLD_OWN, HOLD_ANY))
@sensitive_post_parameters("password")
def lift(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Lift a hold of one's own organisation."""
    found, person = find(request, code), signed_in(request)
    placed = found.holds.select_related("organisation", "project__organisation").filter(pk=number).first()
    mine = [each.pk for each in guarding.guards(person, found)]
    if placed is None or not mine:
        raise Http404
    if placed.organisation_id not in mine:
        return redirect("project", code)  # others placed it; they lift it
    form = LiftForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        guarding.lift(by=person, hold=placed, agreed=form.cleaned_data["agreed"])
        messages.success(request, "It is lifted.")
        return redirect("project", code)
    return _shown(request, found, form, title="Lift the hold", button="Lift it", intro=[placed.said])
