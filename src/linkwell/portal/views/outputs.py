"""Outputs: where each stands, and the checker's decision, which asks for the password again."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters

from linkwell.custody.organisations.models import Person
from linkwell.custody.outputs import actions
from linkwell.custody.outputs.models import Output
from linkwell.custody.outputs.permissions import RELEASE, SEE_OUTPUTS
from linkwell.custody.outputs.states import OUTPUT, OutputState
from linkwell.custody.permissions import allows
from linkwell.errors import WrongUse
from linkwell.pages.forms import PagesForm
from linkwell.portal.access import page, signed_in


class DecisionForm(PagesForm):
    """The checker's decision; the password shows that it is the checker who sits here."""

    password = forms.CharField(
        label="Your password",
        strip=False,
        help_text="Releasing cannot be undone, so we ask again.",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Enter your password"},
    )


@page("custodian/outputs/", name="outputs", who=SEE_OUTPUTS, methods=("GET",))
def outputs(request: HttpRequest) -> HttpResponse:
    """Every output and where it stands."""
    found = Output.objects.select_related("project__agreement__organisation", "refresh")
    return render(request, "portal/outputs.html", {"outputs": found})


@page("custodian/outputs/<slug:reference>/", name="output", who=SEE_OUTPUTS, methods=("GET",))
def output(request: HttpRequest, reference: str) -> HttpResponse:
    """One output."""
    return _show(request, _find(reference), DecisionForm())


@page("custodian/outputs/<slug:reference>/release", name="release", who=RELEASE, methods=("POST",))
@sensitive_post_parameters("password")
def release(request: HttpRequest, reference: str) -> HttpResponse:
    """Release an output, after the password."""
    found, person, form = _find(reference), signed_in(request), DecisionForm(request.POST)
    if form.is_valid() and not _is_them(request, person, form.cleaned_data["password"]):
        form.add_error("password", "This is not your password")
    if not form.is_valid():
        return _show(request, found, form)
    actions.release(by=person, output=found)
    messages.success(request, "Approved. The release desk makes every number safe and then publishes it.")
    return redirect("output", reference)


def _find(reference: str) -> Output:
    from django.http import Http404

    try:
        return actions.find(reference)
    except WrongUse:
        raise Http404 from None


def _is_them(request: HttpRequest, person: Person, password: str) -> bool:
    return authenticate(request, username=person.username, password=password) == person


def _show(request: HttpRequest, found: Output, form: DecisionForm) -> HttpResponse:
    person = signed_in(request)
    context = {
        "output": found,
        "meaning": OUTPUT.meaning[OutputState(found.state)],
        "form": form,
        "may_release": OUTPUT.may("release", found.state)
        and allows(person, RELEASE)
        and person.username != found.analyst,
    }
    return render(request, "portal/output.html", context)
