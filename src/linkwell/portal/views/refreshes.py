"""Refreshes for custodian staff: what each holds, its links beside the one before, loads outside it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from linkwell.custody.permissions import allows
from linkwell.custody.refreshes import actions
from linkwell.custody.refreshes.models import Refresh
from linkwell.custody.refreshes.permissions import LOAD, SEE_REFRESHES
from linkwell.custody.refreshes.states import REFRESH, RefreshState
from linkwell.custody.supplies.models import Supply
from linkwell.custody.supplies.permissions import SEE_ALL
from linkwell.pages.forms import PagesForm
from linkwell.portal.access import page, signed_in

MOST_REFRESHES = 50
"""As many as the page shows, newest first."""


class AdHocForm(PagesForm):
    """Which supply is loaded outside a refresh, and what the load is called."""

    supply = forms.ModelChoiceField(
        label="Which supply?",
        queryset=Supply.objects.filter(state__in=actions.LOADABLE).order_by("reference"),
        empty_label=None,
        error_messages={"required": "Choose a supply", "invalid_choice": "Choose a supply that is linked"},
    )
    label = forms.SlugField(
        label="What is this load called?",
        max_length=60,
        help_text="Letters, digits and hyphens, for example adhoc-survey-2026.",
        error_messages={"required": "Give it a name", "invalid": "Letters, digits and hyphens only"},
    )


@page("custodian/refreshes/", name="refreshes", who=SEE_REFRESHES, methods=("GET",))
def refreshes(request: HttpRequest) -> HttpResponse:
    """Every refresh and every load outside one."""
    newest = actions.latest_ready()
    context = {
        "refreshes": Refresh.objects.annotate(held=Count("supplies"))[:MOST_REFRESHES],
        "may_load": allows(signed_in(request), LOAD),
        "waiting": actions.loadable_supplies(),
        "newest": newest.label if newest else "",
    }
    return render(request, "portal/refreshes.html", context)


@page("custodian/refreshes/new", name="refresh-load", who=LOAD, methods=("POST",))
def load(request: HttpRequest) -> HttpResponse:
    """Start one."""
    actions.load(by=signed_in(request), label=actions.new_label())
    messages.success(request, "A refresh has been started. This page shows how it went.")
    return redirect("refreshes")


@page("custodian/refreshes/ad-hoc", name="refresh-ad-hoc", who=LOAD)
def ad_hoc(request: HttpRequest) -> HttpResponse:
    """Load one supply outside a refresh."""
    form = AdHocForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        actions.load(by=signed_in(request), label=given["label"], ad_hoc=[given["supply"]])
        messages.success(request, "The load has been started. This page shows how it went.")
        return redirect("refreshes")
    context = {
        "form": form,
        "title": "Load a supply outside a refresh",
        "button": "Load it",
        "back": reverse("refreshes"),
        "intro": [
            "It is joined to the people of the newest refresh, under the same ids, and stays apart from it: "
            "whoever uses it sees that it is an ad hoc load. The next refresh holds it like any other."
        ],
    }
    return render(request, "portal/form.html", context)


@page("custodian/refreshes/<slug:label>/", name="refresh", who=SEE_REFRESHES, methods=("GET",))
def refresh(request: HttpRequest, label: str) -> HttpResponse:
    """One refresh: what it holds, beside the one before, and what is known to be missing."""
    found = get_object_or_404(Refresh, label=label)
    facts, all_of_them = found.facts, allows(signed_in(request), SEE_ALL)
    hidden = set() if all_of_them else set(facts.get("sensitive", ()))
    rates = [each for each in facts.get("rates", ()) if each["organisation"] not in hidden]
    context = {
        "refresh": found,
        "meaning": REFRESH.meaning[RefreshState(found.state)],
        "supplies": found.supplies.order_by("reference") if all_of_them else (),
        "changes": [
            (organisation, rows)
            for organisation, rows in sorted(facts.get("changes", {}).items())
            if organisation not in hidden
        ],
        "rates": [each for each in rates if each["now"] is not None or each["before"] is not None],
        "notes": [each for each in facts.get("notes", ()) if each["organisation"] not in hidden],
    }
    return render(request, "portal/refresh.html", context)
