"""Taking out: the plan that is shown first, the second person's word, the certificates, the person's slip."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.audit.record import record_view
from linkwell.custody.permissions import allows
from linkwell.custody.removals import actions
from linkwell.custody.removals.models import Removal
from linkwell.custody.removals.permissions import (
    ASK_OWN_REMOVAL,
    ASK_REMOVAL,
    CONFIRM_REMOVAL,
    SEE_OWN_REMOVALS,
    SEE_REMOVALS,
    visible_removals,
)
from linkwell.custody.removals.plan import sentences
from linkwell.custody.removals.slip import slip_of
from linkwell.custody.removals.states import ASKABLE, REMOVAL, RemovalKind, RemovalState
from linkwell.custody.timeline.story import steps
from linkwell.documents.html import render_html
from linkwell.pages.forms import PagesForm
from linkwell.portal.access import page, signed_in
from linkwell.portal.again import AgainForm
from linkwell.portal.embedded import page_response
from linkwell.portal.views.agreements import find as find_agreement

SEE, ASK = (SEE_OWN_REMOVALS, SEE_REMOVALS), (ASK_OWN_REMOVAL, ASK_REMOVAL)
PER_PAGE = 50


class AskForm(PagesForm):
    """Why something is taken out."""

    kind = forms.ChoiceField(
        label="Why is something taken out?",
        choices=[(kind.value, sentences()["kind"][kind.value]) for kind in ASKABLE],
        error_messages={"required": "Choose why"},
    )


@page("removals/", name="removals", who=SEE, methods=("GET",))
def removals(request: HttpRequest) -> HttpResponse:
    """Everything that was, is or may be taken out, as far as this person may know of it."""
    listed = Paginator(visible_removals(signed_in(request)), PER_PAGE)
    context = {"removals": listed.get_page(request.GET.get("page"))}
    return render(request, "portal/removals.html", context)


def _find(request: HttpRequest, reference: str) -> Removal:
    found = visible_removals(signed_in(request)).filter(reference=reference).first()
    if found is None:
        raise Http404
    return found


@page("removals/<slug:reference>/", name="removal", who=SEE, methods=("GET",))
def removal(request: HttpRequest, reference: str) -> HttpResponse:
    """The plan, how far it is, and what came of it."""
    person, found = signed_in(request), _find(request, reference)
    asks = allows(person, ASK_REMOVAL) or allows(person, ASK_OWN_REMOVAL, owner=found.organisation)
    still = REMOVAL.may("confirm", found.state)
    gone = found.supplies.order_by("pk")
    certificate = next((each for each in gone if found.done), None)
    context = {
        "removal": found,
        "meaning": REMOVAL.meaning[RemovalState(found.state)],
        "steps": steps(AuditEvent.objects.filter(subject=found.subject).order_by("seq")),
        "certificate": certificate,
        "certificate_kind": "withdrawn" if found.kind == RemovalKind.WITHDRAWAL else "destroyed",
        "words": sentences()["certificate"],
        "may_take_back": still and asks,
        "may_confirm": still and allows(person, CONFIRM_REMOVAL) and person.username != found.asked_by,
        "has_slip": found.kind == RemovalKind.OBJECTION and found.state == RemovalState.DONE,
    }
    return render(request, "portal/removal.html", context)


@page("removals/<slug:reference>/confirm", name="removal-confirm", who=CONFIRM_REMOVAL)
@sensitive_post_parameters("password")
def confirm(request: HttpRequest, reference: str) -> HttpResponse:
    """Confirm the plan, after the password or passkey: what follows cannot be undone."""
    found, form = _find(request, reference), AgainForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.confirm(by=signed_in(request), removal=found)
        messages.success(request, "It is confirmed. This page shows how far it is.")
        return redirect("removal", reference)
    context = {
        "form": form,
        "title": "Confirm that this is taken out",
        "caption": f"{found.organisation.name}, {reference}",
        "button": "Confirm",
        "warning": True,
        "back": reverse("removal", args=[reference]),
        "intro": [
            "Read the plan on the page before. What is destroyed cannot be brought back.",
            "The research data there is now stays whole and in use until the new one is complete.",
        ],
    }
    return render(request, "portal/form.html", context)


@page("removals/<slug:reference>/take-back", name="removal-take-back", who=ASK, methods=("POST",))
def take_back(request: HttpRequest, reference: str) -> HttpResponse:
    """Take it back before anything has changed."""
    actions.take_back(by=signed_in(request), removal=_find(request, reference))
    return redirect("removal", reference)


@page("removals/<slug:reference>/slip", name="removal-slip", who=SEE, methods=("GET",))
def slip(request: HttpRequest, reference: str) -> HttpResponse:
    """A page to print for somebody who objected; it names nobody."""
    found = _find(request, reference)
    if found.kind != RemovalKind.OBJECTION or found.state != RemovalState.DONE:
        raise Http404
    record_view(
        "removal.slip printed", by=signed_in(request), subject=found.subject, about=found.organisation.code
    )
    return page_response(render_html(slip_of(found)).encode())


@page("agreements/<slug:reference>/take-out", name="agreement-remove", who=ASK)
def ask(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for something to be taken out; the plan is shown next, and nothing changes yet."""
    found, form = find_agreement(request, reference), AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = actions.ask(by=signed_in(request), agreement=found, kind=form.cleaned_data["kind"])
        return redirect("removal", made.reference)
    context = {
        "form": form,
        "title": "Take something out",
        "caption": f"{found.organisation.name}, {reference}",
        "button": "Show me what would happen",
        "back": reverse("agreement", args=[reference]),
        "intro": [
            "Nothing changes yet. The next page says what would be taken out, what is built anew, and what "
            "cannot be undone. A second person then confirms it.",
            "Corrections, people taken off and objections follow the newest delivery: send the people as "
            "they should be first. A withdrawal takes out everything sent under this agreement, and ends it.",
        ],
    }
    return render(request, "portal/form.html", context)
