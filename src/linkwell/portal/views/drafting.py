"""Drawing up an agreement: its terms, a variation or renewal, offering it and taking it back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from linkwell.custody.agreements import drafting
from linkwell.custody.agreements.models import Agreement, AgreementVersion, Route
from linkwell.custody.agreements.permissions import DRAFT_AGREEMENT
from linkwell.custody.organisations.models import Organisation
from linkwell.custody.organisations.roles import RELAYS, Kind
from linkwell.custody.proposals.models import Proposal
from linkwell.errors import WrongUse
from linkwell.pages.forms import PagesForm
from linkwell.portal.access import page, signed_in

_DAY = {"invalid": "Enter a day such as 2026-03-31"}


class TermsForm(PagesForm):
    """The terms of a text."""

    starts = forms.DateField(label="First day", help_text="Such as 2026-03-31.", error_messages=_DAY)
    ends = forms.DateField(label="Last day", help_text="Such as 2029-03-30.", error_messages=_DAY)
    route = forms.ChoiceField(label="How does it arrive?", choices=Route.choices)
    via = forms.ChoiceField(label="By whom, if not straight from the provider?", required=False)
    alone = forms.ChoiceField(
        label="May results about this provider alone be released to it?",
        choices=[("no", "No"), ("yes", "Yes")],
    )
    retention_years = forms.IntegerField(
        label="Years names and numbers are kept after it ends", initial=10, min_value=0, max_value=50
    )
    cut_offs = forms.CharField(
        label="Days by which a delivery is due",
        required=False,
        help_text="One to a line, such as 2027-06-30. Leave it empty if any day is fine.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    resupply_days = forms.IntegerField(
        label="Days after a due day in which a delivery can be mended", initial=30, min_value=0, max_value=365
    )

    commissioner = forms.ChoiceField(
        label="Commissioner the provider may pass reports on to", required=False,
        help_text="Not passing on is never shown, and never held against anybody.",
    )  # fmt: skip
    passes_on_days = forms.IntegerField(
        label="Days after its release a report is passed on",
        required=False,
        min_value=1,
        max_value=365,
        help_text="Leave it empty if the provider decides each time.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Organisation.objects.filter(kind__in=RELAYS).order_by("name")
        for name, kinds in (("via", RELAYS), ("commissioner", {Kind.COMMISSIONER})):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", "Nobody"), *((o.code, o.name) for o in others if o.kind in kinds)]

    def wanted(self) -> drafting.Wanted:
        """What was chosen.

        Raises:
            WrongUse: a due day is not a day.
        """
        given = self.cleaned_data
        return drafting.Wanted(
            starts=given["starts"],
            ends=given["ends"],
            alone=given["alone"] == "yes",
            route=Route(given["route"]),
            via=_named(given["via"]),
            commissioner=_named(given["commissioner"]),
            passes_on_days=given["passes_on_days"],
            retention_years=given["retention_years"],
            cut_offs=drafting.chosen_days(given["cut_offs"].splitlines()),
            resupply_days=given["resupply_days"],
        )


def _named(code: str) -> Organisation | None:
    return Organisation.objects.filter(code=code).first() if code else None


@page("custodian/proposals/<slug:reference>/agreement", name="agreement-draft", who=DRAFT_AGREEMENT)
def draft(request: HttpRequest, reference: str) -> HttpResponse:
    """Draw up the first text on an approved proposal."""
    proposal = get_object_or_404(Proposal.objects.select_related("organisation"), reference=reference)
    form = TermsForm(request.POST or None)
    made = _made(request, form, lambda wanted: drafting.draft(
        by=signed_in(request), proposal=proposal, wanted=wanted
    ))  # fmt: skip
    if made is not None:
        return redirect("agreement-version", made.agreement.reference, made.number)
    return _show(request, form, "Draw up an agreement", proposal.title, reverse("proposal", args=[reference]))


@page("custodian/agreements/<slug:reference>/vary", name="agreement-vary", who=DRAFT_AGREEMENT)
def vary(request: HttpRequest, reference: str) -> HttpResponse:
    """Draw up a variation or renewal; the first day stays."""
    found = get_object_or_404(Agreement.objects.select_related("via", "commissioner"), reference=reference)
    initial = {
        "starts": found.starts, "ends": found.ends, "route": found.route,
        "via": found.via.code if found.via else "",
        "alone": "yes" if found.permits_single_provider_output else "no",
        "retention_years": found.retention_years, "cut_offs": "\n".join(found.cut_offs),
        "resupply_days": found.resupply_days,
        "commissioner": found.commissioner.code if found.commissioner else "",
        "passes_on_days": found.passes_on_days,
    }  # fmt: skip
    form = TermsForm(request.POST or None, initial=initial)
    made = _made(request, form, lambda wanted: drafting.vary(
        by=signed_in(request), agreement=found, wanted=wanted
    ))  # fmt: skip
    if made is not None:
        return redirect("agreement-version", reference, made.number)
    return _show(request, form, "Vary or renew", reference, reverse("agreement", args=[reference]))


def _made(request: HttpRequest, form: TermsForm, make: Any) -> AgreementVersion | None:
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        made: AgreementVersion = make(form.wanted())
    except WrongUse as error:
        form.add_error(_field_of(error), f"{error.what} {error.fix}")
        return None
    messages.success(request, "The text is drawn up. Read it, then offer it.")
    return made


def _field_of(error: WrongUse) -> str:
    if "passing" in error.what:
        return "commissioner"
    return "ends" if "day" in error.what else "via"


def _show(request: HttpRequest, form: TermsForm, title: str, caption: str, back: str) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "caption": caption,
        "button": "Draw it up",
        "back": back,
        "intro": [
            "Clauses come from the model, conditions from the assessment; the annex is the specification."
        ],
    }
    return render(request, "portal/form.html", context)


def _version(reference: str, number: int) -> AgreementVersion:
    versions = AgreementVersion.objects.select_related("agreement__organisation", "via")
    return get_object_or_404(versions, agreement__reference=reference, number=number)


@page(
    "custodian/agreements/<slug:reference>/versions/<int:number>/offer",
    name="agreement-offer",
    who=DRAFT_AGREEMENT,
    methods=("POST",),
)
def offer(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Lock a text and offer it."""
    drafting.offer(by=signed_in(request), version=_version(reference, number))
    messages.success(request, "It is locked and offered. Every side can read and sign it now.")
    return redirect("agreement-version", reference, number)


@page(
    "custodian/agreements/<slug:reference>/versions/<int:number>/take-back",
    name="agreement-take-back",
    who=DRAFT_AGREEMENT,
    methods=("POST",),
)
def take_back(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Take a text back."""
    drafting.take_back(by=signed_in(request), version=_version(reference, number))
    return redirect("agreement-version", reference, number)
