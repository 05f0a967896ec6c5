"""Registered facilities: which there are, writing one down, confirming, ending it, and looks taken there."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.facilities import actions
from linkwell.custody.facilities.models import Facility
from linkwell.custody.facilities.permissions import (
    CONFIRM_FACILITY,
    END_FACILITY,
    ENTER_FACILITY,
    SEE_FACILITIES,
)
from linkwell.custody.facilities.states import FACILITY, FacilityState
from linkwell.custody.organisations.models import Organisation
from linkwell.custody.permissions import allows
from linkwell.errors import WrongUse
from linkwell.pages.days import DayField
from linkwell.pages.forms import PagesForm
from linkwell.portal.access import page, signed_in
from linkwell.portal.again import AgainForm
from linkwell.portal.views.projects import OrganisationField

SHOWN = 200
"""Of the looks, the newest."""


class FacilityForm(PagesForm):
    """A room, its networks, who runs it, from when to when, and what was seen of it."""

    name = forms.CharField(
        label="What is the facility called?", max_length=120, error_messages={"required": "Give it a name"}
    )
    code = forms.SlugField(
        label="Short code", max_length=40, help_text="Small letters, digits and hyphens, such as aro-room-2.",
        error_messages={"required": "Enter a short code"},
    )  # fmt: skip
    organisation = OrganisationField(
        label="Who runs it?", queryset=Organisation.objects.order_by("name"),
        error_messages={"required": "Choose who runs it"},
    )  # fmt: skip
    networks = forms.CharField(
        label="Its networks", max_length=400,
        help_text="Such as 192.0.2.16/28: the addresses its machines come from, as this portal sees them. "
        "Commas between several.",
        error_messages={"required": "Name its networks"},
    )  # fmt: skip
    starts = DayField(label="From which day?", error_messages={"required": "Give the first day"})
    ends = DayField(label="Last day?", error_messages={"required": "Give the last day"})
    checked = forms.CharField(
        label="What did you see there?", max_length=4000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Who can come in, whether its machines reach anything but this portal, printers, phones, "
        "who watches. Linkwell cannot see any of that.",
        error_messages={"required": "Say what you saw"},
    )  # fmt: skip


class DecideForm(AgainForm):
    """Confirm it or not, with the password."""

    verb = forms.ChoiceField(
        label="What do you decide?", choices=[("confirm", "Register it"), ("refuse", "Do not register it")]
    )
    field_order = ("verb", "password")


@page("custodian/facilities/", name="facilities", who=SEE_FACILITIES, methods=("GET",))
def facilities(request: HttpRequest) -> HttpResponse:
    """Every facility."""
    rows = Facility.objects.select_related("organisation")
    context = {"facilities": rows, "may_enter": allows(signed_in(request), ENTER_FACILITY)}
    return render(request, "portal/facilities.html", context)


@page("custodian/facilities/new", name="facility-new", who=ENTER_FACILITY)
def new(request: HttpRequest) -> HttpResponse:
    """Write a facility down."""
    form = FacilityForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.enter(by=signed_in(request), **form.cleaned_data)
        except WrongUse as error:
            told = (error.what, error.where, error.why, error.fix)
            form.add_error("code" if "code" in error.what else "networks", " ".join(filter(None, told)))
        else:
            messages.success(request, "It is written down. A second custodian manager has to confirm it.")
            return redirect("facility", made.code)
    context = {
        "form": form,
        "title": "Write a facility down",
        "intro": ["Rows of real people are shown on its network, to projects approved for that, and nothing "
                  "else can be sent from there."],
        "button": "Write it down",
        "back": reverse("facilities"),
    }  # fmt: skip
    return render(request, "portal/form.html", context)


def _find(code: str) -> Facility:
    found = Facility.objects.filter(code=code).select_related("organisation").first()
    if found is None:
        raise Http404
    return found


def looks_in(found: Facility) -> QuerySet[AuditEvent]:
    """What the record says of looks taken in a facility, newest first."""
    events = AuditEvent.objects.filter(verb="lab.look answered", details__code=found.code)
    return events.order_by("-seq")[:SHOWN]


@page("custodian/facilities/<slug:code>/", name="facility", who=SEE_FACILITIES, methods=("GET",))
def facility(request: HttpRequest, code: str) -> HttpResponse:
    """One facility, and every look that was taken there."""
    found, by = _find(code), signed_in(request)
    context = {
        "facility": found,
        "meaning": FACILITY.meaning[FacilityState(found.state)],
        "looks": looks_in(found),
        "may_decide": FACILITY.may("confirm", found.state) and allows(by, CONFIRM_FACILITY)
        and by.username != found.entered_by,
        "may_end": FACILITY.may("end", found.state) and allows(by, END_FACILITY),
    }  # fmt: skip
    return render(request, "portal/facility.html", context)


@page("custodian/facilities/<slug:code>/decide", name="facility-decide", who=CONFIRM_FACILITY)
@sensitive_post_parameters("password")
def decide(request: HttpRequest, code: str) -> HttpResponse:
    """Confirm a facility somebody else wrote down, or do not."""
    found, form = _find(code), DecideForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        confirm = form.cleaned_data["verb"] == "confirm"
        actions.decide(by=signed_in(request), facility=found, confirm=confirm)
        messages.success(request, "It is registered." if confirm else "It is not registered.")
        return redirect("facility", code)
    context = {
        "form": form,
        "title": "Register this facility?",
        "caption": found.name,
        "intro": [f"Networks: {', '.join(found.networks)}. Run by {found.organisation.name}.", found.checked],
        "button": "Decide",
        "back": reverse("facility", args=[code]),
    }
    return render(request, "portal/form.html", context)


@page("custodian/facilities/<slug:code>/end", name="facility-end", who=END_FACILITY, methods=("POST",))
def end(request: HttpRequest, code: str) -> HttpResponse:
    """Show no rows there any more."""
    actions.end(by=signed_in(request), facility=_find(code))
    messages.success(request, "It is ended. No rows are shown there any more.")
    return redirect("facility", code)
