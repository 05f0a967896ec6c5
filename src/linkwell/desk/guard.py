"""What every request passes: the right host, the right cookie, strict headers, and errors in plain words."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from linkwell.desk.desk import Desk
from linkwell.desk.jobs import unexpected
from linkwell.errors import LinkwellError, RefusedByRule, TryAgain, from_system

Handler = Callable[[HttpRequest], HttpResponse]

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Server": "Linkwell",  # or the server names itself and its version
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
OPEN_TO_ALL = ("/open/", "/knock/", "/static/")


def desk_of(request: HttpRequest) -> Desk:
    """The running desk."""
    desk: Desk = settings.LINKWELL_DESK
    return desk


def cookie_name(desk: Desk) -> str:
    """The name of the cookie of this desk; the port keeps it apart from another desk's."""
    return f"linkwell-desk-{desk.origins[0].rpartition(':')[2]}"


def headers(get_response: Handler) -> Handler:
    """Strict headers on everything the server says; the browser keeps nothing but style."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return handle


def only_this_computer(get_response: Handler) -> Handler:
    """Refuse another host name (DNS rebinding), another computer, and what another site started."""

    def handle(request: HttpRequest) -> HttpResponse:
        desk = desk_of(request)
        if request.META.get("HTTP_HOST", "") not in desk.origins:
            return _refused(request, "host", status=421)
        if request.META.get("REMOTE_ADDR", "") not in {"127.0.0.1", "::1"}:
            return _refused(request, "host", status=403)
        fetched = request.headers.get("Sec-Fetch-Site", "none")
        opening = request.path == "/open/" and request.method == "GET"
        if fetched not in {"none", "same-origin"} and not opening:
            return _refused(request, "elsewhere", status=403)
        return get_response(request)

    return handle


def only_with_the_key(get_response: Handler) -> Handler:
    """Let in whoever has this desk's cookie; others see how to open it."""

    def handle(request: HttpRequest) -> HttpResponse:
        desk = desk_of(request)
        known = desk.door.knows(request.COOKIES.get(cookie_name(desk), ""))
        if not known and not request.path.startswith(OPEN_TO_ALL):
            return _refused(request, "key", status=403)
        return get_response(request)

    return handle


class plain_errors:  # noqa: N801  a middleware is named like a function wherever it is listed
    """Turn a refusal by the library into a page that says what, why and what to do."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Called by Django when a view raised."""
        if isinstance(error, Http404):
            return None
        if isinstance(error, OSError):
            error = from_system(error)
        broke = not isinstance(error, LinkwellError)
        problem = error if isinstance(error, LinkwellError) else unexpected(error)
        status = (
            500
            if broke
            else 503
            if isinstance(problem, TryAgain)
            else 403
            if isinstance(problem, RefusedByRule)
            else 409
        )
        return render(request, "desk/stopped.html", {"problem": problem}, status=status)


def old_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was of an earlier start of the desk, or came from somewhere else."""
    return _refused(request, "form", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No such page."""
    return render(request, "desk/no_page.html", status=404)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The request could not be read."""
    return _refused(request, "form", status=400)


def _refused(request: HttpRequest, why: str, *, status: int) -> HttpResponse:
    """One page for all who may not come in; it says nothing of what is inside."""
    return render(request, "desk/closed.html", {"reason": why, "outside": True}, status=status)
