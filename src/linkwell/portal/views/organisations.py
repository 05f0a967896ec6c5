"""Organisations and who holds which role in them, for custodian managers."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from linkwell.custody.organisations.actions import enter_organisation
from linkwell.custody.organisations.models import Organisation
from linkwell.custody.organisations.permissions import ENROL
from linkwell.custody.organisations.roles import Kind
from linkwell.pages.forms import PagesForm
from linkwell.portal.access import page, signed_in


class OrganisationForm(PagesForm):
    """Name, code and kind of a new organisation."""

    name = forms.CharField(label="Name", max_length=200, error_messages={"required": "Enter its name"})
    code = forms.SlugField(
        label="Short code",
        max_length=60,
        help_text="Small letters, digits and hyphens, such as riverbend-trust.",
        error_messages={"required": "Enter a short code"},
    )
    kind = forms.ChoiceField(
        label="What is it?",
        choices=[(kind.value, kind.words.capitalize()) for kind in Kind if kind is not Kind.CUSTODIAN],
    )


@page("custodian/organisations/", name="organisations", who=ENROL, methods=("GET",))
def organisations(request: HttpRequest) -> HttpResponse:
    """Every organisation, and its people."""
    every = Organisation.objects.order_by("-pk").prefetch_related("memberships__person")
    found = Paginator(every, 50).get_page(request.GET.get("page"))
    return render(request, "portal/organisations.html", {"organisations": found, "pages": found})


@page("custodian/organisations/new", name="organisation-new", who=ENROL)
def new(request: HttpRequest) -> HttpResponse:
    """Enter an organisation."""
    form = OrganisationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made = enter_organisation(
            by=signed_in(request), code=given["code"], name=given["name"], kind=Kind(given["kind"])
        )
        messages.success(request, f"{made.name} is entered.")
        return redirect("organisations")
    context = {
        "form": form,
        "title": "Enter an organisation",
        "intro": ["Give people roles in it afterwards, on the list of organisations."],
        "button": "Enter it",
        "back": reverse("organisations"),
    }
    return render(request, "portal/form.html", context)
