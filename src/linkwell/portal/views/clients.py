"""A vendor's clients and rounds, a provider's OK to its vendor, and the one token a vendor sends with."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from linkwell.custody.agreements.actions import issue_vendor_token
from linkwell.custody.agreements.models import Route
from linkwell.custody.agreements.permissions import MANAGE_AGREEMENTS
from linkwell.custody.clients import actions
from linkwell.custody.clients.permissions import DECIDE_OK, SEE_CLIENTS
from linkwell.custody.clients.states import CLIENT_OK
from linkwell.custody.organisations.models import Organisation
from linkwell.custody.organisations.roles import Kind
from linkwell.pages.forms import PagesForm
from linkwell.portal.access import page, signed_in
from linkwell.portal.again import AgainForm
from linkwell.portal.views.agreements import find

VERBS = {"give": "Yes, they may send for us", "pause": "Pause for now", "refuse": "No"}


class OkForm(AgainForm):
    """The provider's decision about its vendor."""

    verb = forms.ChoiceField(label="May they send for you?")
    field_order = ("verb", "password")


class RoundForm(PagesForm):
    """What a round of sending is called."""

    label = forms.CharField(
        label="What is this round called?",
        help_text="Such as: July to December 2026.",
        max_length=80,
        error_messages={"required": "Give it a name"},
    )


def _vendor(request: HttpRequest) -> Organisation:
    held = signed_in(request).memberships.filter(role__in=SEE_CLIENTS.roles)
    found = Organisation.objects.filter(pk__in=held.values("organisation")).order_by("pk").first()
    if found is None:
        raise Http404
    return found


@page("clients/", name="clients", who=SEE_CLIENTS, methods=("GET",))
def clients(request: HttpRequest) -> HttpResponse:
    """The vendor's clients: who still has to give an OK, and what was sent in this round."""
    vendor = _vendor(request)
    listed = actions.client_list(vendor)
    context = {
        "vendor": vendor,
        "clients": listed,
        "waiting": sum(1 for each in listed if each.ok == "waiting"),
        "round": vendor.rounds.first(),
    }
    return render(request, "portal/clients.html", context)


@page("clients/round", name="clients-round", who=SEE_CLIENTS)
def begin_round(request: HttpRequest) -> HttpResponse:
    """Begin a round of sending."""
    form = RoundForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.begin_round(by=signed_in(request), vendor=_vendor(request), label=form.cleaned_data["label"])
        return redirect("clients")
    context = {
        "form": form,
        "title": "Begin a round of sending",
        "button": "Begin",
        "back": reverse("clients"),
    }
    return render(request, "portal/form.html", context)


@page("agreements/<slug:reference>/vendor", name="agreement-vendor", who=DECIDE_OK)
@sensitive_post_parameters("password")
def decide(request: HttpRequest, reference: str) -> HttpResponse:
    """Give, pause or refuse the OK."""
    found, form = find(request, reference), OkForm(request, request.POST or None)
    if found.route != Route.VENDOR or found.via is None:
        raise Http404
    state = actions.ok_of(found).state
    verbs = form.fields["verb"]
    assert isinstance(verbs, forms.ChoiceField)
    verbs.choices = [(verb, words) for verb, words in VERBS.items() if CLIENT_OK.may(verb, state)]
    if request.method == "POST" and form.is_valid():
        actions.decide(by=signed_in(request), agreement=found, verb=form.cleaned_data["verb"])
        messages.success(request, "It holds from now on.")
        return redirect("agreement", reference)
    context = {
        "form": form,
        "title": f"May {found.via.name} send for you?",
        "button": "Decide",
        "back": reverse("agreement", args=[reference]),
        "intro": ["You can change this at any time. Their other clients never learn of it."],
    }
    return render(request, "portal/form.html", context)


@page("custodian/organisations/<slug:code>/token", name="vendor-token", who=MANAGE_AGREEMENTS)
@sensitive_post_parameters("password")
def token(request: HttpRequest, code: str) -> HttpResponse:
    """Issue a vendor's token; its text is shown on this page once."""
    vendor = get_object_or_404(Organisation, code=code, kind=Kind.VENDOR)
    form = AgainForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        return render(
            request, "portal/token.html", {"token": issue_vendor_token(by=signed_in(request), vendor=vendor)}
        )
    context = {
        "form": form,
        "title": f"Issue a token to {vendor.name}",
        "button": "Issue it",
        "back": reverse("organisations"),
        "intro": ["It sends for every client that gave its OK, and does nothing else."],
    }
    return render(request, "portal/form.html", context)
