"""Passing a report on, and the one page a commissioner has: the reports that were passed on to it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from linkwell.custody.commissioning import actions
from linkwell.custody.commissioning.permissions import PASS_ON, READ_PASSED_ON
from linkwell.custody.commissioning.states import PassingState
from linkwell.custody.organisations.models import Organisation
from linkwell.custody.outputs.models import Release
from linkwell.custody.outputs.permissions import own_releases
from linkwell.custody.permissions import allows
from linkwell.portal.access import page, signed_in
from linkwell.portal.again import AgainForm


class PassingForm(AgainForm):
    """To whom a report is shown, or no longer."""

    choice = forms.ChoiceField(label="What do you decide?", error_messages={"required": "Choose one"})
    field_order = ("choice", "password")


@page("passed-on/", name="passed-on", who=READ_PASSED_ON, methods=("GET",))
def passed_on(request: HttpRequest) -> HttpResponse:
    """The reports that were passed on to this person's commissioner, in the order they came; nothing else.

    No list of providers, no count of who shares: not sharing is never shown.
    """
    found = actions.passed_on_to(signed_in(request)).select_related("organisation")
    return render(request, "portal/passed_on.html", {"releases": found})


def _own(request: HttpRequest, reference: str) -> Release:
    person = signed_in(request)
    found = own_releases(person).select_related("organisation").filter(reference=reference).first()
    if found is None or not allows(person, PASS_ON, owner=found.organisation):
        raise Http404
    return found


@page("reports/<slug:reference>/passing", name="report-passing", who=PASS_ON)
@sensitive_post_parameters("password")
def passing(request: HttpRequest, reference: str) -> HttpResponse:
    """Who may read this report besides the provider, and changing that."""
    found, form = _own(request, reference), PassingForm(request, request.POST or None)
    rows = list(found.passed_on.select_related("to"))
    shown = {row.to.code for row in rows if row.state == PassingState.PASSED}
    there = list(actions.commissioners())
    field = form.fields["choice"]
    assert isinstance(field, forms.ChoiceField)
    field.choices = [("", "Choose one"), *(_choice(each, each.code in shown) for each in there)]
    if request.method == "POST" and form.is_valid():
        verb, _, code = form.cleaned_data["choice"].partition(":")
        to = next(each for each in there if each.code == code)
        act = actions.pass_on if verb == "pass" else actions.stop_passing
        act(by=signed_in(request), release=found, to=to)
        done = f"{to.name} can read it now." if verb == "pass" else f"{to.name} can no longer open it here."
        messages.success(request, done)
        return redirect("report-passing", reference)
    context = {"release": found, "rows": rows, "form": form if there else None, "back": reverse("reports")}
    return render(request, "portal/passing.html", context)


def _choice(to: Organisation, shown: bool) -> tuple[str, str]:
    if shown:
        return f"stop:{to.code}", f"Stop showing it to {to.name}"
    return f"pass:{to.code}", f"Pass it on to {to.name}"
