"""Django's sign-in backend for the second factor, behind the same lock as passwords (axes stands first)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

from linkwell.custody.organisations.models import Person
from linkwell.custody.signin.factors import use_code


class SecondFactor:
    """Answers `authenticate(request, username=…, code=…)` and `(…, passkey=check)`."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        code: str | None = None,
        passkey: Callable[[Person], bool] | None = None,
        **others: Any,
    ) -> Person | None:
        """The person, if the code opens or the passkey's check holds."""
        if username is None or (code is None and passkey is None):
            return None
        person = Person.objects.filter(username=username, is_active=True).first()
        if person is None:
            return None
        right = passkey(person) if passkey is not None else use_code(person, code or "")
        return person if right else None

    def get_user(self, number: int) -> Person | None:
        """The person of a session."""
        return Person.objects.filter(pk=number, is_active=True).first()
