"""Reviewing an application, and assessing its tikanga."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from linkwell.custody.projects import guarding, reviewing
from linkwell.custody.projects.conditions import choices
from linkwell.custody.projects.content import pairs
from linkwell.custody.projects.models import Application
from linkwell.custody.projects.permissions import ASSESS_TIKANGA, REVIEW_PROJECT
from linkwell.custody.projects.seeing import open_application
from linkwell.pages.forms import PagesForm
from linkwell.pages.labels import labels
from linkwell.portal.access import page, signed_in
from linkwell.portal.deciding import DecisionForm
from linkwell.portal.views.projects import find


def _asked(request: HttpRequest, code: str) -> Application:
    """The application that is open, put in or not; the actions ask where it stands."""
    found = open_application(find(request, code))
    if found is None:
        raise Http404
    return found


@page("projects/<slug:code>/take", name="project-take", who=REVIEW_PROJECT, methods=("POST",))
def take(request: HttpRequest, code: str) -> HttpResponse:
    """Take it."""
    reviewing.take_application(by=signed_in(request), application=_asked(request, code))
    messages.success(request, "You review it now.")
    return redirect("project", code)


class ReviewForm(DecisionForm):
    """Send back, refuse or approve, with reasons and conditions."""

    DECISIONS = (
        ("return", "Send it back: more is needed"),
        ("refuse", "It does not go ahead"),
        ("approve", "It goes ahead"),
    )
    WHO_READS = "The team"
    IF_APPROVED = "if it goes ahead"
    OWN_CONDITION = "It is kept by people, who see it with every release."


@page("projects/<slug:code>/decide", name="project-decide", who=REVIEW_PROJECT)
@sensitive_post_parameters("password")
def decide(request: HttpRequest, code: str) -> HttpResponse:
    """Decide, after the password."""
    application, kept = _asked(request, code), [(each.code, each.words) for each in choices().values()]
    form = ReviewForm(request, request.POST or None, conditions=kept)
    if request.method == "POST" and form.is_valid():
        given, by = form.cleaned_data, signed_in(request)
        reasons = str(given["reasons"])
        if given["decision"] == "return":
            reviewing.return_application(by=by, application=application, reasons=reasons)
        elif given["decision"] == "refuse":
            reviewing.refuse_application(by=by, application=application, reasons=reasons)
        else:
            reviewing.approve_application(
                by=by, application=application, codes=given["codes"],
                own_condition=given["own_condition"], reasons=reasons,
            )  # fmt: skip
        messages.success(request, "Decided. The team reads it now.")
        return redirect("project", code)
    context = {
        "form": form,
        "title": "Decide",
        "caption": application.project.title,
        "button": "Decide",
        "back": reverse("project", args=[code]),
    }
    return render(request, "portal/form.html", context)


class PairForm(PagesForm):
    """What was found about one pair."""

    finding = forms.ChoiceField(label="What do you find?")
    condition = forms.CharField(
        label="The condition, if there is one",
        required=False,
        max_length=1000,
        help_text="It follows the project to every release.",
    )
    said = forms.CharField(
        label="What you want to say about it",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["finding"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(labels()["finding"].items())

    def clean(self) -> dict[str, Any]:
        """A condition belongs to being met under one; being not met needs a word why."""
        given = super().clean() or {}
        finding, condition = given.get("finding"), str(given.get("condition", "")).strip()
        if finding == "condition" and not condition:
            self.add_error("condition", "Write the condition")
        if finding != "condition" and condition:
            self.add_error("condition", "A condition is for “Met, under a condition” only")
        if finding == "not met" and not str(given.get("said", "")).strip():
            self.add_error("said", "Say what is missing")
        return given


@page("projects/<slug:code>/tikanga/<int:number>", name="project-tikanga", who=ASSESS_TIKANGA)
def tikanga(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Assess one pair of tikanga, by name."""
    application, pair = _asked(request, code), pairs().get(number)
    if pair is None:
        raise Http404
    before = application.tikanga.filter(pair=number).first()
    shown = {name: getattr(before, name) for name in ("finding", "condition", "said")} if before else {}
    form = PairForm(request.POST or None, initial=shown)
    if request.method == "POST" and form.is_valid():
        guarding.assess_pair(by=signed_in(request), application=application, pair=number, **form.cleaned_data)
        messages.success(request, "It is written down, under your name.")
        return redirect("project", code)
    context = {
        "form": form,
        "pair": pair,
        "project": application.project,
        "answer": application.answers.get(pair.code, ""),
    }
    return render(request, "portal/project_tikanga.html", context)
