"""Asking again who sits here, before something that binds (`AgainForm`) or that changes one's own sign-in
(`lately`): by password, or by passkey where the browser runs script. Nothing else asks.

What binds (signing, deciding, releasing, opening sealed files, tokens) is asked for every time. Changing
one's own factors asks once and then holds for a few minutes (signin/numbers.toml).
"""

from __future__ import annotations

import time
from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse

from linkwell.custody.organisations.models import Person
from linkwell.custody.signin.numbers import number
from linkwell.custody.signin.proof import attempt, forget_failures
from linkwell.pages.forms import PagesForm

_LATELY, _PASSKEY = "asked again", "passkey again"


def lately(request: HttpRequest) -> bool:
    """Whether this session was asked again within the last few minutes."""
    return time.time() - float(request.session.get(_LATELY, 0)) < number("again_minutes") * 60


def note(request: HttpRequest) -> None:
    """Remember that this session was asked again just now."""
    request.session[_LATELY] = time.time()


def note_passkey(request: HttpRequest) -> None:
    """Remember that a passkey was used on a page that binds; its button has to follow, and uses it up."""
    request.session[_PASSKEY] = time.time()


def is_them(request: HttpRequest, password: str) -> bool:
    """Whether this is the password of whoever is signed in; a wrong one counts as when signing in."""
    person = request.user
    assert isinstance(person, Person)
    if attempt(request, username=person.username, password=password) != person:
        return False
    forget_failures(person)
    return True


class AgainInput(forms.PasswordInput):
    """The password's box, with the passkey beside it for whoever has one."""

    template_name = "portal/again_input.html"

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Adds where the script asks for the passkey."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        if getattr(self, "by_passkey", False):
            context |= {"begin": reverse("again-begin"), "finish": reverse("again-finish")}
        return context


class AgainForm(PagesForm):
    """The password, or the passkey, shows that it is still this person who sits here."""

    password = forms.CharField(
        label="Your password",
        strip=False,
        required=False,
        help_text="This binds, so we ask again.",
        widget=AgainInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._request = request
        self.order_fields([name for name in self.fields if name != "password"] + ["password"])
        person = request.user
        if isinstance(person, Person):
            self.fields["password"].widget.by_passkey = person.passkeys.exists()

    def clean_password(self) -> str:
        """Check the password, with the same lock-out as signing in; a passkey used just now will do."""
        given: str = self.cleaned_data["password"]
        if not given and not self._by_passkey():
            raise forms.ValidationError("Enter your password")
        if given and not is_them(self._request, given):
            raise forms.ValidationError("This is not your password")
        return given

    def _by_passkey(self) -> bool:
        used = float(self._request.session.get(_PASSKEY, 0))
        return time.time() - used < number("passkey_again_minutes") * 60

    def clean(self) -> dict[str, Any] | None:
        """Use the passkey up once everything else is right as well."""
        cleaned = super().clean()
        if not self.errors:
            self._request.session.pop(_PASSKEY, None)
        return cleaned
