"""Letting a browser in without its sign-in page, which tests/browser/test_sign_in.py walks."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.test import Client
from tests.everything import BACKEND

from linkwell.custody.organisations.models import Person


def enter(context: Any, url: str, username: str) -> None:
    """From now on this browser is somebody's, by a session made for them; nobody's for an empty name."""
    context.clear_cookies()
    if username:
        client, name = Client(), settings.SESSION_COOKIE_NAME
        client.force_login(Person.objects.get(username=username), backend=BACKEND)
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])
