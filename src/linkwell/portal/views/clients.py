"""Those a vendor or intermediary sends for, a provider's OK to it, and the one token it sends with."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from linkwell.custody.agreements.actions import issue_vendor_token
from linkwell.custody.agreements.models import Agreement, Route
from linkwell.custody.agreements.permissions import MANAGE_AGREEMENTS
from linkwell.custody.agreements.signing import OWN_AGREEMENT
from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.clients import actions
from linkwell.custody.clients.permissions import DECIDE_OK, SEE_CLIENTS
from linkwell.custody.clients.states import CLIENT_OK, OkState
from linkwell.custody.organisations.models import Organisation
from linkwell.custody.organisations.roles import RELAYS, Kind
from linkwell.custody.permissions import allows
from linkwell.pages.forms import PagesForm
from linkwell.portal.access import page, signed_in
from linkwell.portal.again import AgainForm
from linkwell.portal.views.agreements import find

VERBS = {"give": "Yes, they may send for us", "pause": "Pause for now", "refuse": "No"}


class OkForm(AgainForm):
    """The provider's decision about whoever sends for it."""

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
    found = actions.relay_of(signed_in(request))
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
        "hides": vendor.kind == Kind.COMMISSIONER,
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


@page("clients/<slug:reference>/", name="client", who=SEE_CLIENTS, methods=("GET",))
def client(request: HttpRequest, reference: str) -> HttpResponse:
    """One of those a vendor or intermediary sends for: its OK, and what was sent; never what is in it."""
    relay = _vendor(request)
    found = actions.clients_of(relay).filter(reference=reference).first()
    if found is None:
        raise Http404
    subjects = [f"supply/{each}" for each in found.supplies.values_list("reference", flat=True)]
    sent = AuditEvent.objects.filter(subject__in=subjects, verb__in=SEEN_BY_RELAY).order_by("seq")
    context = {
        "agreement": found,
        "relay": relay,
        "ok": actions.ok_of(found),
        "supplies": found.supplies.all(),
        "decided": _decided(found),
        "sent": sent,
    }
    return render(request, "portal/client.html", context)


SEEN_BY_RELAY = (
    "supply.begun", "supply.received", "supply.stopped", "supply.turned away", "supply.practised",
    "supply.accepted", "supply.rejected", "supply.recalled", "supply.expired",
)  # fmt: skip
"""What whoever sends for a provider sees of a delivery: how the sending went, and nothing after it."""


def _decided(agreement: Agreement) -> list[AuditEvent]:
    found = AuditEvent.objects.filter(subject=agreement.subject, verb="client.decided")
    return list(found.order_by("-seq"))


@page("agreements/<slug:reference>/sender/", name="agreement-sender", who=DECIDE_OK, methods=("GET",))
def sender(request: HttpRequest, reference: str) -> HttpResponse:
    """A provider's own page about whoever sends for it: its OK, every decision, and what they sent."""
    found = find(request, reference)
    if found.route not in actions.RELAYED or found.via is None or not _lead(request, found):
        raise Http404
    version = found.versions.exclude(own_agreement="").last()
    context = {
        "agreement": found,
        "ok": actions.ok_of(found),
        "meaning": CLIENT_OK.meaning[OkState(actions.ok_of(found).state)],
        "opens": found.route == Route.VENDOR,
        "own_agreement": OWN_AGREEMENT.get(version.own_agreement, "") if version else "",
        "decided": _decided(found),
        "supplies": found.supplies.all(),
    }
    return render(request, "portal/sender.html", context)


def _lead(request: HttpRequest, agreement: Agreement) -> bool:
    return allows(signed_in(request), DECIDE_OK, owner=agreement.organisation)


@page("agreements/<slug:reference>/vendor", name="agreement-vendor", who=DECIDE_OK)
@sensitive_post_parameters("password")
def decide(request: HttpRequest, reference: str) -> HttpResponse:
    """Give, pause or refuse the OK."""
    found, form = find(request, reference), OkForm(request, request.POST or None)
    if found.route not in actions.RELAYED or found.via is None or not _lead(request, found):
        raise Http404
    state = actions.ok_of(found).state
    verbs = form.fields["verb"]
    assert isinstance(verbs, forms.ChoiceField)
    verbs.choices = [(verb, words) for verb, words in VERBS.items() if CLIENT_OK.may(verb, state)]
    if request.method == "POST" and form.is_valid():
        actions.decide(by=signed_in(request), agreement=found, verb=form.cleaned_data["verb"])
        messages.success(request, "It holds from now on.")
        return redirect("agreement-sender", reference)
    context = {
        "form": form,
        "title": f"May {found.via.name} send for you?",
        "button": "Decide",
        "back": reverse("agreement-sender", args=[reference]),
        "intro": ["You can change this at any time. Nobody else they send for ever learns of it."],
    }
    return render(request, "portal/form.html", context)


@page("custodian/organisations/<slug:code>/token", name="vendor-token", who=MANAGE_AGREEMENTS)
@sensitive_post_parameters("password")
def token(request: HttpRequest, code: str) -> HttpResponse:
    """Issue the token of a vendor or intermediary; its text is shown on this page once."""
    vendor = get_object_or_404(Organisation, code=code, kind__in=RELAYS)
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
