"""Asking for the password again before something that binds: signing, approving, putting forward."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.http import HttpRequest

from linkwell.pages.forms import PagesForm


class AgainForm(PagesForm):
    """The password shows that it is still this person who sits here."""

    password = forms.CharField(
        label="Your password",
        strip=False,
        help_text="This binds, so we ask again.",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Enter your password"},
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._request = request
        self.order_fields([name for name in self.fields if name != "password"] + ["password"])

    def clean_password(self) -> str:
        """Check the password, with the same lock-out as signing in."""
        given: str = self.cleaned_data["password"]
        person = self._request.user
        if authenticate(self._request, username=person.get_username(), password=given) != person:
            raise forms.ValidationError("This is not your password")
        return given
