"""What every request passes: no caching of signed-in pages, a lock when idle, nothing sent from where rows
are shown, errors in plain words.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable

from django.contrib.auth import logout
from django.contrib.auth.middleware import get_user
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from linkwell.custody.log_lines import Log, request_number
from linkwell.custody.organisations.models import Person
from linkwell.custody.organisations.roles import CUSTODIAN_ROLES, Role
from linkwell.custody.permissions import NotAllowed, remember_roles
from linkwell.custody.signin.numbers import number
from linkwell.errors import LinkwellError, RefusedByRule, TryAgain
from linkwell.portal.access import roles_of
from linkwell.portal.network import facility_here

Handler = Callable[[HttpRequest], HttpResponse]

IDLE_SECONDS_STAFF = number("idle_minutes_staff") * 60
IDLE_SECONDS = number("idle_minutes") * 60
LONGEST_SECONDS = number("longest_hours") * 3600
_METHODS = frozenset({"GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS", "PUT"})
FROM_INSIDE = frozenset({
    "project-look", "signin", "signin-second", "signin-passkey-begin", "signin-passkey-finish", "signout",
    "again", "again-begin", "again-finish", "facility-decide", "facility-end",
})  # fmt: skip
"""What may be sent from a registered facility: looks, signing in and out, and ending what was registered
wrong."""
log = Log("linkwell.portal")


def no_cache(get_response: Handler) -> Handler:
    """Keep pages out of shared caches and the browser's disk; static files come from elsewhere."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        return response

    return handle


def request_log(get_response: Handler) -> Handler:
    """One line per request: which page by its name, never its address, query or anything posted."""

    def handle(request: HttpRequest) -> HttpResponse:
        before, began = request_number.set(uuid.uuid4().hex[:12]), time.monotonic()
        try:
            response = get_response(request)
            page = request.resolver_match.url_name if request.resolver_match else ""
            method = request.method if request.method in _METHODS else "OTHER"
            took = round((time.monotonic() - began) * 1000)
            log.info("request", page=page, method=method, status=response.status_code, ms=took)
        finally:
            request_number.reset(before)
        return response

    return handle


def idle_lock(get_response: Handler) -> Handler:
    """Sign out whoever was idle: ten minutes for custodian staff and researchers, thirty for everyone
    else; and everybody twelve hours after signing in.
    """

    def handle(request: HttpRequest) -> HttpResponse:
        request.user = get_user(request)  # pages ask who it is a hundred times: not through a wrapper
        if isinstance(request.user, Person):
            if request.method in ("GET", "HEAD"):
                remember_roles(request.user)
            now = int(time.time())
            seen = int(request.session.get("seen", now))
            guarded = CUSTODIAN_ROLES | {Role.RESEARCHER}
            longest = IDLE_SECONDS_STAFF if roles_of(request.user) & guarded else IDLE_SECONDS
            began = int(request.session.get("began", now))
            if now - seen > longest or now - began > LONGEST_SECONDS:
                logout(request)
            elif now - seen > 30 or not {"seen", "began"} <= set(request.session.keys()):
                request.session["seen"], request.session["began"] = now, began
        return get_response(request)

    return handle


class nothing_leaves:  # noqa: N801  listed beside functions, named like one
    """From the network of a registered facility nothing is sent but looks: what somebody saw there and wrote
    into any form could be read everywhere.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *of_the_view: object) -> HttpResponse | None:
        """Called by Django before a page is made."""
        page = request.resolver_match.url_name if request.resolver_match else ""
        if request.method in ("GET", "HEAD", "OPTIONS") or page in FROM_INSIDE:
            return None
        if (facility := facility_here(request)) is None:
            return None
        error = RefusedByRule(
            "Nothing is sent from here.",
            where=facility.name,
            why="This is a registered facility: rows are shown, and nothing that is written leaves.",
            fix="Do it from elsewhere.",
        )
        return render(request, "portal/refused.html", {"error": error}, status=409)


class plain_errors:  # noqa: N801  listed beside functions, named like one
    """Turn a refusal by the library or an action into a page that says what, why and what to do."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Called by Django when a view raised."""
        if isinstance(error, LinkwellError):
            status = 403 if isinstance(error, NotAllowed) else 503 if isinstance(error, TryAgain) else 409
            return render(request, "portal/refused.html", {"error": error}, status=status)
        if isinstance(error, Http404):
            return None
        frame = error.__traceback__
        while frame is not None and frame.tb_next is not None:
            frame = frame.tb_next
        where = frame.tb_frame.f_globals.get("__name__", "?") if frame else "?"
        # Only the kind of error and the place: its text may hold somebody's values.
        log.error("page broke", error=type(error).__name__, at=f"{where}:{frame.tb_lineno if frame else 0}")
        return None
