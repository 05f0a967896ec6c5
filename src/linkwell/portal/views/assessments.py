"""Assessments: the evidence cards, and the assessor's decision."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from linkwell.custody.assessments import actions
from linkwell.custody.assessments.conditions import conditions, words_of
from linkwell.custody.assessments.models import Assessment
from linkwell.custody.assessments.permissions import ASSESS, SEE_ASSESSMENTS
from linkwell.custody.assessments.states import ASSESSMENT, AssessmentState
from linkwell.custody.permissions import allows
from linkwell.portal.access import page, signed_in
from linkwell.portal.deciding import DecisionForm


class AssessmentForm(DecisionForm):
    """Return, refuse or approve, with reasons and conditions."""

    DECISIONS = (
        ("return", "Send it back: more is needed"),
        ("refuse", "Not eligible"),
        ("approve", "Approve"),
    )
    WHO_READS = "The provider"
    IF_APPROVED = "if you approve"
    OWN_CONDITION = "It is kept by people, not by the software."


def _find(reference: str) -> Assessment:
    found = Assessment.objects.select_related("proposal__organisation", "version")
    return get_object_or_404(found, reference=reference)


@page("custodian/assessments/", name="assessments", who=SEE_ASSESSMENTS, methods=("GET",))
def assessments(request: HttpRequest) -> HttpResponse:
    """Every assessment and where it stands."""
    found = Assessment.objects.select_related("proposal__organisation", "version")
    return render(request, "portal/assessments.html", {"assessments": found})


@page("custodian/assessments/<slug:reference>/", name="assessment", who=SEE_ASSESSMENTS, methods=("GET",))
def assessment(request: HttpRequest, reference: str) -> HttpResponse:
    """One assessment: the cards, and the decision."""
    found, person = _find(reference), signed_in(request)
    context = {
        "assessment": found,
        "meaning": ASSESSMENT.meaning[AssessmentState(found.state)],
        "conditions": words_of(found.conditions),
        "may_take": ASSESSMENT.may("take", found.state) and allows(person, ASSESS),
        "may_decide": ASSESSMENT.may("approve", found.state) and found.assessor == person.username,
    }
    return render(request, "portal/assessment.html", context)


@page("custodian/assessments/<slug:reference>/take", name="assessment-take", who=ASSESS, methods=("POST",))
def take(request: HttpRequest, reference: str) -> HttpResponse:
    """Take it."""
    actions.take(by=signed_in(request), assessment=_find(reference))
    return redirect("assessment", reference)


@page("custodian/assessments/<slug:reference>/decide", name="assessment-decide", who=ASSESS)
@sensitive_post_parameters("password")
def decide(request: HttpRequest, reference: str) -> HttpResponse:
    """Decide, after the password."""
    choices = [(each.code, each.words) for each in conditions().values()]
    found, form = _find(reference), AssessmentForm(request, request.POST or None, conditions=choices)
    if request.method == "POST" and form.is_valid():
        _act(request, found, form.cleaned_data)
        messages.success(request, "Decided. The provider reads it now.")
        return redirect("assessment", reference)
    context = {
        "form": form,
        "title": "Decide",
        "caption": found.proposal.title,
        "button": "Decide",
        "back": reverse("assessment", args=[reference]),
    }
    return render(request, "portal/form.html", context)


def _act(request: HttpRequest, found: Assessment, given: dict[str, object]) -> None:
    by, reasons = signed_in(request), str(given["reasons"])
    if given["decision"] == "return":
        actions.give_back(by=by, assessment=found, reasons=reasons)
    elif given["decision"] == "refuse":
        actions.refuse(by=by, assessment=found, reasons=reasons)
    else:
        codes, own = given["codes"], str(given["own_condition"])
        assert isinstance(codes, list)
        actions.approve(by=by, assessment=found, codes=codes, own_condition=own, reasons=reasons)
