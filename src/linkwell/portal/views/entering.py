"""Giving somebody a role in an organisation: a new person with a first password, or one who is here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from linkwell.custody.organisations.actions import add_person
from linkwell.custody.organisations.models import Organisation, Person
from linkwell.custody.organisations.permissions import ENROL
from linkwell.custody.organisations.roles import PLACES, Role
from linkwell.custody.permissions import NotAllowed
from linkwell.custody.signin.numbers import number
from linkwell.errors import WrongUse
from linkwell.pages.forms import Checks
from linkwell.portal.access import page, signed_in
from linkwell.portal.again import AgainForm

_NAME = r"^[a-z0-9][a-z0-9._-]*$"


class PersonForm(AgainForm):
    """Who, which roles, and a first password for somebody new."""

    username = forms.RegexField(
        _NAME,
        label="Sign-in name",
        max_length=60,
        help_text="Small letters, digits, dots and hyphens, such as lee.moana. It stays theirs for good.",
        error_messages={"required": "Enter a sign-in name", "invalid": "Use small letters, digits, . and -"},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
        ),
    )
    name = forms.CharField(label="Full name", max_length=200, error_messages={"required": "Enter their name"})
    roles = forms.MultipleChoiceField(
        label="Roles", widget=Checks, error_messages={"required": "Choose at least one role"}
    )
    first = forms.CharField(
        label="First password",
        strip=False,
        required=False,
        help_text=f"At least {number('password_characters')} characters; they choose their own at once. "
        "Leave it empty for somebody who signs in here already.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, request: HttpRequest, organisation: Organisation, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        fitting = [role for role in Role if organisation.kind in PLACES[role]]
        self.fields["roles"].choices = [
            (role.value, f"{role.words.capitalize()}. {role.sentence}") for role in fitting
        ]
        self.fields["password"].help_text = "Your own: this decides who sees what, so we ask again."

    def clean(self) -> dict[str, Any] | None:
        """Somebody new, or whose sign-in ended, needs a first password."""
        cleaned = super().clean() or {}
        here = Person.objects.filter(username=cleaned.get("username", ""), is_active=True).exists()
        if cleaned.get("username") and not here and not cleaned.get("first"):
            self.add_error("first", "Enter a first password: nobody signs in under this name now")
        return cleaned


@page("custodian/organisations/<slug:code>/people/new", name="person-new", who=ENROL)
@sensitive_post_parameters("password", "first")
def new(request: HttpRequest, code: str) -> HttpResponse:
    """Enter somebody, or give one more role."""
    organisation = get_object_or_404(Organisation, code=code)
    form = PersonForm(request, organisation, request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            person = add_person(
                by=signed_in(request), username=given["username"], name=given["name"],
                password=given["first"], organisation=organisation,
                roles=[Role(role) for role in given["roles"]],
            )  # fmt: skip
        except (WrongUse, NotAllowed) as error:
            form.add_error("first" if "password" in error.what else "roles", f"{error.what} {error.why}")
        else:
            messages.success(request, f"{person.name} has a role in {organisation.name} now.")
            return redirect("person", number=person.pk)
    context = {
        "form": form,
        "title": f"Give somebody a role in {organisation.name}",
        "intro": ["Somebody new signs in with the first password you give them by telephone or in person, "
                  "chooses their own, and sets up a second factor before anything else opens."],
        "button": "Give the role",
        "back": reverse("organisations"),
    }  # fmt: skip
    return render(request, "portal/form.html", context)
