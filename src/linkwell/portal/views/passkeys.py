"""What passkey.js asks for, in pairs: making a passkey, signing in with one, being asked again."""

from __future__ import annotations

import json
import time
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse

from linkwell.custody.organisations.models import Person
from linkwell.custody.signin import passkeys
from linkwell.custody.signin.numbers import number
from linkwell.custody.signin.proof import attempt, forget_failures, record_lock
from linkwell.errors import LinkwellError
from linkwell.portal.access import ANYONE, SIGNED_IN, page, signed_in
from linkwell.portal.again import note, note_passkey
from linkwell.portal.signin import enter, half_signed_in, safe_next, where_half
from linkwell.portal.views.factors import enrolled

_STATE = "passkey asked"
_NOT = "This passkey does not open here. Use another one, or your password."


def site_of(request: HttpRequest) -> passkeys.Site:
    """Where the browser is; the host was checked against the portal's own names."""
    host = request.get_host()
    return passkeys.Site(host.partition(":")[0], f"{request.scheme}://{host}")


def _asked(request: HttpRequest, asked: tuple[dict[str, Any], passkeys.State]) -> HttpResponse:
    options, state = asked
    request.session[_STATE] = {"state": state, "at": time.time()}
    return JsonResponse(options)


def _state(request: HttpRequest) -> passkeys.State | None:
    """What was asked, once, and only for a few minutes."""
    kept = request.session.pop(_STATE, None)
    fresh = kept and time.time() - kept["at"] < number("half_minutes") * 60
    return kept["state"] if fresh else None


def _said(request: HttpRequest) -> dict[str, Any]:
    try:
        said = json.loads(request.body)
    except (ValueError, RecursionError):
        said = None
    return said if isinstance(said, dict) else {}


def _answer(said: dict[str, Any]) -> dict[str, Any]:
    answer = said.get("answer")
    return answer if isinstance(answer, dict) else {}


def _no(words: str = _NOT, status: int = 400) -> HttpResponse:
    return JsonResponse({"what": words}, status=status)


def _late() -> HttpResponse:
    return _no("Nothing was asked, or too long ago. Try once more.", status=409)


@page("signin/passkey/begin", name="signin-passkey-begin", who=ANYONE, methods=("POST",))
def signin_begin(request: HttpRequest) -> HttpResponse:
    """What to sign: by a passkey of whoever gave the password, or by any."""
    return _asked(request, passkeys.begin_using(site_of(request), half_signed_in(request)))


@page("signin/passkey/finish", name="signin-passkey-finish", who=ANYONE, methods=("POST",))
def signin_finish(request: HttpRequest) -> HttpResponse:
    """Sign in with what the passkey signed; it tells where to go."""
    said, state, half = _said(request), _state(request), half_signed_in(request)
    passkey = passkeys.named_in(_answer(said))
    if state is None:
        return _late()
    if passkey is None or (half is not None and passkey.person != half):
        return _no()
    if not _proved(request, passkey.person, state, _answer(said)):
        return _no("This sign-in is locked." if getattr(request, "axes_locked_out", False) else _NOT)
    where = where_half(request) if half else safe_next(request, str(said.get("next", "")))
    response = enter(request, passkey.person, where=where, factor="passkey")
    return JsonResponse({"next": response["Location"]})


def _proved(request: HttpRequest, person: Person, state: passkeys.State, answer: dict[str, Any]) -> bool:
    check = passkeys.check_of(site_of(request), state, answer)
    right = attempt(request, username=person.username, passkey=check) == person
    if getattr(request, "axes_locked_out", False):
        record_lock(person.username)
    return right


@page("again/passkey/begin", name="again-begin", who=SIGNED_IN, methods=("POST",), enrolling=True)
def again_begin(request: HttpRequest) -> HttpResponse:
    """What to sign to show that it is still this person."""
    return _asked(request, passkeys.begin_using(site_of(request), signed_in(request)))


@page("again/passkey/finish", name="again-finish", who=SIGNED_IN, methods=("POST",), enrolling=True)
def again_finish(request: HttpRequest) -> HttpResponse:
    """Note that it is still this person."""
    said, state, person = _said(request), _state(request), signed_in(request)
    if state is None:
        return _late()
    if not _proved(request, person, state, _answer(said)):
        return _no()
    forget_failures(person)
    note_passkey(request)
    note(request)
    return JsonResponse({"done": True})


@page(
    "me/passkeys/begin",
    name="passkey-begin",
    who=SIGNED_IN,
    methods=("POST",),
    enrolling=True,
    asked_lately=True,
)
def make_begin(request: HttpRequest) -> HttpResponse:
    """What the device is asked to make."""
    return _asked(request, passkeys.begin_making(signed_in(request), site_of(request)))


@page(
    "me/passkeys/finish",
    name="passkey-finish",
    who=SIGNED_IN,
    methods=("POST",),
    enrolling=True,
    asked_lately=True,
)
def make_finish(request: HttpRequest) -> HttpResponse:
    """Keep what the device made; it tells where to go."""
    said, state = _said(request), _state(request)
    if state is None:
        return _late()
    try:
        passkeys.finish_making(
            signed_in(request), site_of(request), state, _answer(said), str(said.get("name", ""))
        )
    except LinkwellError as error:
        return _no(f"{error.what} {error.fix}")
    messages.success(request, "Your passkey is set up.")
    return JsonResponse({"next": enrolled(request)})
