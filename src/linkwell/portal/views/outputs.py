"""Outputs: where each stands, and the checker's decision, which asks again who sits here."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters

from linkwell.custody.outputs import actions
from linkwell.custody.outputs.models import Output
from linkwell.custody.outputs.permissions import RELEASE, SEE_OUTPUTS
from linkwell.custody.outputs.states import OUTPUT, OutputState
from linkwell.custody.permissions import allows
from linkwell.custody.requests.seeing import files_left_beside
from linkwell.errors import WrongUse
from linkwell.portal.access import page, signed_in
from linkwell.portal.again import AgainForm


@page("custodian/outputs/", name="outputs", who=SEE_OUTPUTS, methods=("GET",))
def outputs(request: HttpRequest) -> HttpResponse:
    """Every output and where it stands."""
    found = Output.objects.select_related("project__agreement__organisation", "refresh")
    return render(request, "portal/outputs.html", {"outputs": found})


@page("custodian/outputs/<slug:reference>/", name="output", who=SEE_OUTPUTS, methods=("GET",))
def output(request: HttpRequest, reference: str) -> HttpResponse:
    """One output."""
    return _show(request, _find(reference), _form(request))


@page("custodian/outputs/<slug:reference>/release", name="release", who=RELEASE, methods=("POST",))
@sensitive_post_parameters("password")
def release(request: HttpRequest, reference: str) -> HttpResponse:
    """Release an output, after the password or passkey."""
    found, person, form = _find(reference), signed_in(request), _form(request)
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


def _form(request: HttpRequest) -> AgainForm:
    form = AgainForm(request, request.POST or None)
    form.fields["password"].help_text = "Releasing cannot be undone, so we ask again."
    return form


def _show(request: HttpRequest, found: Output, form: AgainForm) -> HttpResponse:
    person, agreement = signed_in(request), found.project.agreement
    checks = agreement is not None and allows(person, RELEASE)
    context = {
        "output": found,
        "files_left": files_left_beside(agreement) if checks and agreement is not None else [],
        "meaning": OUTPUT.meaning[OutputState(found.state)],
        "form": form,
        "may_release": OUTPUT.may("release", found.state)
        and allows(person, RELEASE)
        and person.username != found.analyst,
    }
    return render(request, "portal/output.html", context)
