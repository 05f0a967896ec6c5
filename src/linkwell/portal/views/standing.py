"""Setting up the standing insights project of an agreement: who works it out, by which plan."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from linkwell.custody.agreements.models import Agreement
from linkwell.custody.organisations.models import Person
from linkwell.custody.organisations.roles import Role
from linkwell.custody.projects.actions import approve_standing_project
from linkwell.custody.projects.models import Project
from linkwell.custody.projects.permissions import APPROVE_PROJECT
from linkwell.errors import LinkwellError
from linkwell.pages.forms import Checks
from linkwell.portal.access import page, signed_in
from linkwell.portal.again import AgainForm


class StandingForm(AgainForm):
    """The analysts, and a plan where the standard one does not fit."""

    analysts = forms.MultipleChoiceField(
        label="Who works it out?", widget=Checks, error_messages={"required": "Choose at least one analyst"}
    )
    plan = forms.CharField(
        label="A plan of its own",
        required=False,
        max_length=100_000,
        strip=False,
        help_text="Leave it empty for the standard plan. It is fixed now, before anything is worked out.",
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
    )
    field_order = ("analysts", "plan", "password")

    def __init__(self, request: HttpRequest, *args: object, fixed: bool) -> None:
        super().__init__(request, *args)
        found = Person.objects.filter(memberships__role=Role.ANALYST, is_active=True).distinct()
        self.fields["analysts"].choices = [(each.username, each.name) for each in found.order_by("name")]
        if fixed:
            del self.fields["plan"]

    def clean_plan(self) -> str:
        """The plan, if it is one."""
        from linkwell.insights import protocol  # brings numpy along: only who gives a plan waits for it

        text = str(self.cleaned_data["plan"])
        try:
            if text.strip():
                protocol.loads(text)
        except LinkwellError as error:
            raise forms.ValidationError(
                f"This is not a plan (a TOML file, as for linkwell custodian approve-insights --protocol). "
                f"{error.what}"
            ) from None
        return text if text.strip() else ""


@page("custodian/agreements/<slug:reference>/insights", name="agreement-insights", who=APPROVE_PROJECT)
@sensitive_post_parameters("password")
def set_up(request: HttpRequest, reference: str) -> HttpResponse:
    """Set the project up, or name one more analyst in it."""
    agreement = get_object_or_404(Agreement.objects.select_related("organisation"), reference=reference)
    project = Project.objects.filter(agreement=agreement).first()
    form = StandingForm(request, request.POST or None, fixed=project is not None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        approve_standing_project(
            by=signed_in(request), agreement=agreement, protocol_toml=given.get("plan", ""),
            analysts=list(Person.objects.filter(username__in=given["analysts"])),
        )  # fmt: skip
        messages.success(request, "They can work out insights for this provider now.")
        return redirect("agreement", reference)
    context = {
        "form": form,
        "title": f"Insights for {agreement.organisation.name}",
        "caption": reference,
        "intro": ["Who is reached, who is not reached yet, and what difference it makes: purpose, people and "
                  "plan are fixed now. Only the people named here work on it."],
        "button": "Name them" if project else "Set it up",
        "back": reverse("agreement", args=[reference]),
    }  # fmt: skip
    return render(request, "portal/form.html", context)
