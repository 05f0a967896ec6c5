"""Giving, pausing and refusing an OK; a vendor's rounds; and one token for all its clients."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from linkwell.custody.agreements.models import Agreement, Route, UploadToken
from linkwell.custody.audit.record import record
from linkwell.custody.clients.models import ClientOk, Round
from linkwell.custody.clients.permissions import DECIDE_OK, SEE_CLIENTS
from linkwell.custody.clients.states import CLIENT_OK, OkState
from linkwell.custody.organisations.models import Organisation, Person
from linkwell.custody.permissions import check
from linkwell.errors import RefusedByRule, WrongUse


def clients_of(vendor: Organisation) -> QuerySet[Agreement]:
    """The agreements this vendor sends under."""
    found = Agreement.objects.filter(via=vendor, route=Route.VENDOR).select_related(
        "organisation", "client_ok"
    )
    return found.order_by("organisation__name", "pk")


def ok_of(agreement: Agreement) -> ClientOk:
    """The OK of an agreement by way of a vendor; asked for when there is none yet."""
    return ClientOk.objects.get_or_create(
        agreement=agreement, defaults={"state": CLIENT_OK.after("ask", None)}
    )[0]


def decide(*, by: Person, agreement: Agreement, verb: str) -> ClientOk:
    """Give, pause or refuse.

    Args:
        verb: "give", "pause" or "refuse".

    Raises:
        NotAllowed; WrongState; WrongUse: this agreement goes by way of no vendor.
    """
    check(by, DECIDE_OK, owner=agreement.organisation)
    if agreement.route != Route.VENDOR:
        raise WrongUse("No vendor sends under this agreement.", where=agreement.reference)
    with transaction.atomic():
        ok_of(agreement)
        row = ClientOk.objects.select_for_update().get(agreement=agreement)
        row.state = CLIENT_OK.after(verb, row.state)
        row.save()
        record(
            "client.decided",
            by=by,
            subject=agreement.subject,
            about=agreement.organisation.code,
            details={"now": str(row.state)},
        )
    return row


def begin_round(*, by: Person, vendor: Organisation, label: str) -> Round:
    """Begin a round of sending."""
    check(by, SEE_CLIENTS, owner=vendor)
    if not label.strip():
        raise WrongUse("A round needs a name.", fix="Such as: July to December 2026.")
    with transaction.atomic():
        made = Round.objects.create(vendor=vendor, label=label.strip())
        record("round.begun", by=by, subject=f"organisation/{vendor.code}", about=vendor.code)
    return made


@dataclass(frozen=True)
class Client:
    """One client in a vendor's list: its OK, and what was sent for it in the newest round."""

    agreement: Agreement
    ok: str
    sent: str

    @property
    def may_send(self) -> bool:
        """Whether a file for this client would be taken now."""
        return self.ok == OkState.GIVEN and self.agreement.live()


def client_list(vendor: Organisation) -> list[Client]:
    """Every client of a vendor, in three queries however many there are."""
    from linkwell.custody.supplies.models import Supply

    newest = vendor.rounds.first()
    agreements = list(clients_of(vendor))
    supplies = Supply.objects.filter(agreement__in=agreements).order_by("pk")
    if newest is not None:
        supplies = supplies.filter(created_at__gte=newest.begun_at)
    sent = {supply.agreement_id: str(supply.state) for supply in supplies}
    return [
        Client(
            each,
            str(each.client_ok.state) if hasattr(each, "client_ok") else OkState.WAITING,
            sent.get(each.pk, ""),
        )
        for each in agreements
    ]


def for_client(token: UploadToken, reference: str) -> UploadToken:
    """The vendor's token, pointed at one client's agreement for this request.

    Raises:
        RefusedByRule: not a client of this vendor, or its OK is not given; another client is never touched.
    """
    found = clients_of(token.vendor).filter(reference=reference).first() if token.vendor else None
    if found is None or not found.live():
        raise RefusedByRule(
            "There is no such client, or its agreement is not in force.",
            fix="Name one of your clients' agreements in the header Linkwell-Agreement.",
        )
    state = ok_of(found).state
    if state != OkState.GIVEN:
        raise RefusedByRule(
            "This client has not given its OK.",
            where=reference,
            why=CLIENT_OK.meaning[OkState(state)],
            fix="Go on with your other clients, and ask this one to look at its agreement.",
        )
    token.agreement = found
    return token
