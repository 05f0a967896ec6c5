"""Asking who somebody is: every password, code and passkey is tried here, and failures are counted together.

axes would keep whatever else was posted beside a wrong password: it is shown a request without it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth import authenticate
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.audit.record import SYSTEM, record
from linkwell.custody.organisations.models import Person
from linkwell.custody.signin.factors import has_factor, required
from linkwell.custody.signin.numbers import number
from linkwell.errors import RefusedByRule


def attempt(request: HttpRequest, *, username: str, **proof: Any) -> Person | None:
    """The person, if `proof` (password=, code= or passkey=) is theirs and their sign-in is not locked.

    A locked sign-in marks `request`, so that the answer becomes the page that says so.

    Raises:
        UsedBefore: a right code that has opened already; not counted.
    """
    bare = HttpRequest()
    bare.method, bare.path = "POST", "/signin/"
    bare.META = {"REMOTE_ADDR": request.META.get("REMOTE_ADDR", ""), "HTTP_USER_AGENT": "kept nowhere"}
    person = authenticate(bare, username=username, **proof)
    if getattr(bare, "axes_locked_out", False):
        request.axes_locked_out = True
    return person if isinstance(person, Person) else None


def forget_failures(person: Person) -> int:
    """Begin to count from nothing, after a success or when a manager opens a lock."""
    return int(AxesProxyHandler.reset_attempts(username=person.username) or 0)


def sign_in(*, username: str, password: str, code: str | None = None) -> Person:
    """The person at the custodian's command line, with the same lock-out and factors as the portal's page.

    Args:
        code: from the authenticator app, or a recovery code; None where it was not asked for.

    Raises:
        RefusedByRule: wrong name, password or code; locked; or a second factor is needed and not set up.
        CodeNeeded: the password was right, and this person has a second factor.
    """
    request, person = _by_password(username, password)
    if has_factor(person):
        _second(request, person, code)
    elif required():
        raise RefusedByRule(
            "You have no second factor yet.",
            why="Nobody works here without one.",
            fix="Set one up first, in the portal or with: linkwell custodian second-factor --as YOU",
        )
    forget_failures(person)
    return person


def first_sign_in(*, username: str, password: str) -> Person:
    """The person at the command line who sets their first factor up there.

    Raises:
        RefusedByRule: wrong name or password, locked, or they have a factor already.
    """
    _, person = _by_password(username, password)
    if has_factor(person):
        raise RefusedByRule("You have a second factor.", fix="Change it in the portal, on your own page.")
    forget_failures(person)
    return person


def _by_password(username: str, password: str) -> tuple[HttpRequest, Person]:
    request = HttpRequest()
    request.META.update(REMOTE_ADDR="127.0.0.1")
    person = attempt(request, username=username, password=password)
    if person is None:
        raise RefusedByRule(
            "That sign-in name and password do not match, or the account is locked.",
            why=f"After {number('failures')} wrong passwords or codes an account locks for "
            f"{number('lock_minutes')} minutes.",
            fix="Check --as and the password, or ask your custodian manager.",
        )
    return request, person


class CodeNeeded(RefusedByRule):
    """The password was right; a code from the authenticator app or a recovery code has to follow."""


def _second(request: HttpRequest, person: Person, code: str | None) -> None:
    if code is None:
        raise CodeNeeded(
            "A code is needed as well.",
            fix="Give the six digits of your authenticator app, or a recovery code (LINKWELL_CODE).",
        )
    if attempt(request, username=person.username, code=code) is None:
        raise RefusedByRule(
            "This code is not right, or the account is locked.",
            why=f"{number('failures')} failures lock it for {number('lock_minutes')} minutes.",
            fix="Type the six digits your app shows now, or one of your recovery codes.",
        )


def record_lock(username: str) -> None:
    """Write down that a sign-in was locked, if it is anybody's: once for a lock, however often tried."""
    subject, since = f"person/{username}", timezone.now() - timedelta(minutes=number("lock_minutes"))
    told = AuditEvent.objects.filter(subject=subject, verb__startswith="sign-in.").order_by("-seq").first()
    if told is not None and told.verb == "sign-in.locked" and told.when > since:
        return
    if Person.objects.filter(username=username).exists():
        with transaction.atomic():
            record("sign-in.locked", by=SYSTEM, subject=subject)
