"""Pools: several like services told about together. Who was asked, what each said, and beginning one."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from linkwell.custody.agreements.models import Agreement
from linkwell.custody.agreements.states import AgreementState
from linkwell.custody.organisations.models import Person
from linkwell.custody.organisations.roles import Role
from linkwell.custody.outputs.permissions import SEE_OUTPUTS
from linkwell.custody.permissions import allows
from linkwell.custody.projects.permissions import APPROVE_PROJECT
from linkwell.custody.projects.pooling import FEWEST, begin_pool, members_of, pools
from linkwell.errors import LinkwellError
from linkwell.pages.forms import Checks
from linkwell.portal.access import page, signed_in
from linkwell.portal.again import AgainForm


class PoolForm(AgainForm):
    """What the members all do, who they are, and who works it out."""

    service = forms.CharField(
        label="What kind of work do they all do?",
        help_text="In a few plain words: Financial mentoring. Each organisation says yes to just this.",
        max_length=100,
        error_messages={"required": "Say what kind of work they all do"},
    )
    code = forms.CharField(
        label="A short code for it",
        help_text="Small letters, digits and hyphens. The code of a pool that stands asks further members.",
        max_length=40,
        error_messages={"required": "Give it a code"},
    )
    agreements = forms.MultipleChoiceField(
        label="Which organisations?", widget=Checks,
        help_text=f"At least {FEWEST}. Each one's lead or kaitiaki is asked, and can say no.",
        error_messages={"required": f"Choose at least {FEWEST} organisations"},
    )  # fmt: skip
    analysts = forms.MultipleChoiceField(
        label="Who works it out?", widget=Checks, error_messages={"required": "Choose at least one analyst"}
    )
    field_order = ("service", "code", "agreements", "analysts", "password")

    def __init__(self, request: HttpRequest, *args: object) -> None:
        super().__init__(request, *args)
        there = Agreement.objects.filter(state=AgreementState.IN_FORCE).select_related("organisation")
        self.fields["agreements"].choices = [
            (each.reference, f"{each.organisation.name}, {each.reference}")
            for each in there.order_by("organisation__name", "pk")
        ]
        found = Person.objects.filter(memberships__role=Role.ANALYST, is_active=True).distinct()
        self.fields["analysts"].choices = [(each.username, each.name) for each in found.order_by("name")]


@page("custodian/pools/", name="pools", who=(APPROVE_PROJECT, SEE_OUTPUTS), methods=("GET",))
def every(request: HttpRequest) -> HttpResponse:
    """Every pool, who was asked and what each said."""
    listed = []
    for project in pools().prefetch_related("members__person"):
        members = members_of(project)
        yes = sum(member.counts for member in members)
        listed.append((project, members, yes, yes >= FEWEST))
    may_begin = allows(signed_in(request), APPROVE_PROJECT)
    return render(request, "portal/pools.html", {"pools": listed, "may_begin": may_begin, "fewest": FEWEST})


@page("custodian/pools/new", name="pool-new", who=APPROVE_PROJECT)
@sensitive_post_parameters("password")
def new(request: HttpRequest) -> HttpResponse:
    """Begin a pool, or ask further organisations into one."""
    form = PoolForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            begin_pool(
                by=signed_in(request), code=given["code"], service=given["service"],
                agreements=list(Agreement.objects.select_related("organisation", "specification")
                                .filter(reference__in=given["agreements"]).order_by("pk")),
                analysts=list(Person.objects.filter(username__in=given["analysts"])),
            )  # fmt: skip
        except LinkwellError as error:
            form.add_error(None, " ".join(filter(None, (error.what, error.why, error.fix))))
        else:
            messages.success(request, "They are asked. Nothing is worked out before three have said yes.")
            return redirect("pools")
    context = {
        "form": form,
        "title": "Tell about several organisations together",
        "button": "Ask them",
        "back": reverse("pools"),
        "intro": ["For services that do the same kind of work and are each too small to learn much alone. "
                  "Every organisation decides for itself, and all of them read the same report."],
    }  # fmt: skip
    return render(request, "portal/form.html", context)
