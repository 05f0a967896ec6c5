"""Researchers: what each has in date, written down by a custodian manager or signed by themself."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from linkwell.custody.organisations.models import Person
from linkwell.custody.organisations.roles import Role
from linkwell.custody.permissions import allows
from linkwell.custody.researchers import actions
from linkwell.custody.researchers.evidence import kinds, undertaking
from linkwell.custody.researchers.models import Evidence
from linkwell.custody.researchers.permissions import KEEP_EVIDENCE, SEE_EVIDENCE, SIGN_UNDERTAKING
from linkwell.pages.days import DayField
from linkwell.pages.forms import PagesForm
from linkwell.portal.access import page, signed_in
from linkwell.portal.again import AgainForm


def _people() -> list[Person]:
    found = Person.objects.filter(memberships__role__in=actions.VETTED, is_active=True).distinct()
    return list(found.order_by("name", "pk").prefetch_related("evidence", "memberships__organisation"))


def _find(number: int) -> Person:
    found = Person.objects.filter(pk=number, memberships__role__in=actions.VETTED, is_active=True).first()
    if found is None:
        raise Http404
    return found


@page("researchers/", name="researchers", who=SEE_EVIDENCE, methods=("GET",))
def researchers(request: HttpRequest) -> HttpResponse:
    """Every researcher, and what is in date today."""
    today, listed = timezone.localdate(), list(kinds().values())
    lines = []
    for person in _people():
        there = {each.kind: each.until for each in reversed(person.evidence.all()) if each.counts(today)}
        where = sorted({held.organisation.name for held in person.memberships.all() if _vetted(held.role)})
        lines.append((person, where, [there.get(kind.code) for kind in listed]))
    return render(request, "portal/researchers.html", {"kinds": listed, "lines": lines})


def _vetted(role: str) -> bool:
    return Role(role) in actions.VETTED


@page("researchers/<int:number>/", name="researcher", who=SEE_EVIDENCE, methods=("GET",))
def researcher(request: HttpRequest, number: int) -> HttpResponse:
    """One researcher: everything that was written down or signed."""
    found, by = _find(number), signed_in(request)
    context = {
        "person": found,
        "evidence": found.evidence.all(),
        "lacks": actions.lacks(found, timezone.localdate()),
        "may_keep": allows(by, KEEP_EVIDENCE) and by.pk != found.pk,
    }
    return render(request, "portal/researcher.html", context)


class EvidenceForm(PagesForm):
    """What was seen, and its days."""

    kind = forms.ChoiceField(label="What did you see?")
    since = DayField(label="From which day?", error_messages={"required": "Give the day"})
    until = DayField(label="Until which day?", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(each.code, each.title) for each in kinds().values() if each.kept == "manager"]
        self.fields["until"].help_text = "If the certificate says a day. Otherwise as long as its kind lasts."


@page("researchers/<int:number>/evidence", name="researcher-evidence", who=KEEP_EVIDENCE)
def write_down(request: HttpRequest, number: int) -> HttpResponse:
    """Write down what was seen."""
    found, form = _find(number), EvidenceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.write_down(by=signed_in(request), person=found, **form.cleaned_data)
        messages.success(request, "It is written down.")
        return redirect("researcher", number)
    context = {
        "form": form,
        "title": "Write down what you saw",
        "caption": found.name,
        "button": "Write it down",
        "back": reverse("researcher", args=[number]),
    }
    return render(request, "portal/form.html", context)


@page("researchers/<int:number>/<int:row>/end", name="researcher-end", who=KEEP_EVIDENCE, methods=("POST",))
def end(request: HttpRequest, number: int, row: int) -> HttpResponse:
    """End it today; every lab of this person closes the same moment."""
    found = Evidence.objects.filter(pk=row, person=_find(number)).first()
    if found is None:
        raise Http404
    actions.end_evidence(by=signed_in(request), evidence=found)
    messages.success(request, "It is ended, and counts no more.")
    return redirect("researcher", number)


class UndertakingForm(AgainForm):
    """The promise: the password, and the fingerprint of the text that was read."""

    fingerprint = forms.CharField(widget=forms.HiddenInput)


@page("undertaking/", name="undertaking", who=SIGN_UNDERTAKING)
@sensitive_post_parameters("password")
def sign(request: HttpRequest) -> HttpResponse:
    """Read and sign the undertaking, and see what is in date."""
    person, text = signed_in(request), undertaking()
    form = UndertakingForm(request, request.POST or None, initial={"fingerprint": text.fingerprint})
    if request.method == "POST" and form.is_valid():
        actions.sign_undertaking(by=person, fingerprint=form.cleaned_data["fingerprint"])
        messages.success(request, "You have signed.")
        return redirect("undertaking")
    there = actions.in_date(person, timezone.localdate())
    context = {
        "form": form,
        "text": text.text,
        "fingerprint": text.fingerprint,
        "kinds": [(kind, there.get(kind.code)) for kind in kinds().values()],
    }
    return render(request, "portal/undertaking.html", context)
