"""What a command line asks for while it signs in (RFC 8628) and out (RFC 7009)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from linkwell.custody.agreements.actions import token_holder
from linkwell.custody.signin import commands
from linkwell.custody.signin.numbers import number
from linkwell.errors import LinkwellError, RefusedByRule, TryAgain
from linkwell.portal.access import ANYONE, page
from linkwell.portal.network import address_of

GRANT = "urn:ietf:params:oauth:grant-type:device_code"


def for_machines(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer errors as JSON; no cookie is looked at, so no other page can use a browser to get in."""

    @csrf_exempt
    @wraps(view)
    def answered(request: HttpRequest) -> HttpResponse:
        try:
            return view(request)
        except LinkwellError as error:
            return JsonResponse(error.as_dict(), status=503 if isinstance(error, TryAgain) else 401)

    return answered


@page("api/sign-in/code", name="command-code", who=ANYONE, methods=("POST",))
@for_machines
def code(request: HttpRequest) -> HttpResponse:
    """Begin: both codes (RFC 8628, 3.2). There is no address with the code in it, on purpose (5.4)."""
    asked = commands.ask(computer=request.POST.get("computer", ""), address=address_of(request))
    return JsonResponse(
        {
            "device_code": asked.device_code,
            "user_code": asked.user_code,
            "verification_uri": request.build_absolute_uri(reverse("command")),
            "expires_in": asked.seconds,
            "interval": asked.interval,
        }
    )


@page("api/sign-in/token", name="command-token", who=ANYONE, methods=("POST",))
@for_machines
def token(request: HttpRequest) -> HttpResponse:
    """Ask whether the person has said yes (RFC 8628, 3.4 and 3.5)."""
    if request.POST.get("grant_type") != GRANT:
        return JsonResponse({"error": "unsupported_grant_type"}, status=400)
    try:
        text, person = commands.fetch(request.POST.get("device_code", ""))
    except commands.NotYet as answer:
        return JsonResponse({"error": answer.code}, status=400)
    hours = number("command_hours")
    return JsonResponse(
        {
            "access_token": text,
            "token_type": "Bearer",
            "expires_in": hours * 3600,
            "person": person.username,
        }
    )


@page("api/sign-in/end", name="command-over", who=ANYONE, methods=("POST",))
@for_machines
def over(request: HttpRequest) -> HttpResponse:
    """End the token this request carries; one that is over already is no mistake (RFC 7009, 2.2)."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        try:
            holder = token_holder(text.strip())
        except RefusedByRule:
            return HttpResponse(status=204)
        if holder.person is not None:
            commands.end_command(by=holder.person, key_id=holder.key_id)
    return HttpResponse(status=204)
