"""What a sender's computer asks before it sends for others: who gave their OK."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from linkwell.custody.agreements.actions import token_holder
from linkwell.custody.clients.actions import client_list, relay_of
from linkwell.errors import RefusedByRule
from linkwell.portal.access import SENDER, page


@page("api/clients/", name="relay-clients", who=SENDER, methods=("GET",))
@csrf_exempt  # no cookie is looked at here: the bearer token is the only way in
def clients(request: HttpRequest) -> HttpResponse:
    """The clients of whose token this is, and whether a file for each would be taken now."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    try:
        if scheme.lower() != "bearer":
            raise RefusedByRule("An upload token is needed.", fix="Send Authorization: Bearer TOKEN.")
        holder = token_holder(token.strip())
        relay = holder.vendor or (relay_of(holder.person) if holder.person else None)
        if relay is None:
            raise RefusedByRule("This token sends for one provider only.", fix="It needs no list of clients.")
    except RefusedByRule as error:
        response: HttpResponse = JsonResponse(error.as_dict(), status=401)
        response["WWW-Authenticate"] = "Bearer"
        return response
    listed = [
        {
            "agreement": each.agreement.reference,
            "client": each.agreement.organisation.name,
            "ok": each.ok,
            "may_send": each.may_send,
            "sent": each.sent,
        }
        for each in client_list(relay)
    ]
    return JsonResponse({"clients": listed})
