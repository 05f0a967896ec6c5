"""Giving, pausing and refusing an OK; a relay's rounds of sending; and one token for all it sends for.

A relay is a vendor that seals and sends for its clients, or an intermediary (or a commissioner) that passes
on what its members sealed and cannot open it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from linkwell.custody.agreements.models import Agreement, Route, UploadToken
from linkwell.custody.agreements.notices import tell
from linkwell.custody.audit.record import SYSTEM, record
from linkwell.custody.clients.models import ClientOk, Round
from linkwell.custody.clients.permissions import DECIDE_OK, SEE_CLIENTS
from linkwell.custody.clients.states import CLIENT_OK, OkState
from linkwell.custody.organisations.models import Organisation, Person
from linkwell.custody.organisations.roles import Kind
from linkwell.custody.permissions import check
from linkwell.errors import RefusedByRule, WrongUse

RELAYED = (Route.VENDOR, Route.INTERMEDIARY)
"""The routes on which somebody else sends, and the provider's OK counts."""


def clients_of(relay: Organisation) -> QuerySet[Agreement]:
    """The agreements this relay sends under.

    A commissioner that passes files on is shown only those that gave their OK: who does not share, or paused,
    is never shown to whoever pays.
    """
    found = Agreement.objects.filter(via=relay, route__in=RELAYED).select_related("organisation", "client_ok")
    if relay.kind == Kind.COMMISSIONER:
        found = found.filter(client_ok__state=OkState.GIVEN)
    return found.order_by("organisation__name", "pk")


def relay_of(person: Person) -> Organisation | None:
    """The vendor or intermediary this person sends for, if any."""
    held = person.memberships.filter(role__in=SEE_CLIENTS.roles)
    return Organisation.objects.filter(pk__in=held.values("organisation")).order_by("pk").first()


def ok_of(agreement: Agreement) -> ClientOk:
    """The OK of an agreement by way of somebody else; asked for when there is none yet."""
    return ClientOk.objects.get_or_create(
        agreement=agreement, defaults={"state": CLIENT_OK.after("ask", None)}
    )[0]


def ask_again(agreement: Agreement) -> None:
    """Ask for the OK anew: what would be sent is not what was agreed to; call in a transaction."""
    row = ok_of(agreement)
    if CLIENT_OK.may("ask again", row.state):
        row.state = CLIENT_OK.after("ask again", row.state)
        row.save()
        _recorded(agreement, row, by=SYSTEM)
    tell(agreement, "ok_asked", agreement.organisation, about=agreement.specification_id[:16])


def decide(*, by: Person, agreement: Agreement, verb: str) -> ClientOk:
    """Give, pause or refuse.

    Args:
        verb: "give", "pause" or "refuse".

    Raises:
        NotAllowed; WrongState; WrongUse: nobody else sends under this agreement.
    """
    check(by, DECIDE_OK, owner=agreement.organisation)
    if agreement.route not in RELAYED:
        raise WrongUse("Nobody sends for the provider under this agreement.", where=agreement.reference)
    with transaction.atomic():
        ok_of(agreement)
        row = ClientOk.objects.select_for_update().get(agreement=agreement)
        row.state = CLIENT_OK.after(verb, row.state)
        row.save()
        _recorded(agreement, row, by=by)
    return row


def _recorded(agreement: Agreement, row: ClientOk, *, by: Person | str) -> None:
    event = record(
        "client.decided",
        by=by,
        subject=agreement.subject,
        about=agreement.organisation.code,
        details={"now": str(row.state)},
    )
    if agreement.via is not None and agreement.via.kind != Kind.COMMISSIONER:
        tell(agreement, "client_decided", agreement.via, about=f"{row.state}#{event.seq}")


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
    """One client in a relay's list: its OK, and what was sent for it in the newest round.

    Attributes:
        ok: the state of its OK, since `since` (None where it was never decided).
        sent: the state of the newest delivery of this round, "" for none; `delivery` its reference.
    """

    agreement: Agreement
    ok: str
    since: datetime | None
    sent: str
    delivery: str

    @property
    def may_send(self) -> bool:
        """Whether a file for this client would be taken now."""
        return self.ok == OkState.GIVEN and self.agreement.live()


def client_list(vendor: Organisation) -> list[Client]:
    """Every client of a relay, in three queries however many there are."""
    from linkwell.custody.supplies.models import Supply

    newest = vendor.rounds.first()
    agreements = list(clients_of(vendor))
    supplies = Supply.objects.filter(agreement__in=agreements).order_by("pk")
    if newest is not None:
        supplies = supplies.filter(created_at__gte=newest.begun_at)
    sent = {supply.agreement_id: supply for supply in supplies}
    return [_client(each, sent.get(each.pk)) for each in agreements]


def _client(agreement: Agreement, supply: object) -> Client:
    row: ClientOk | None = getattr(agreement, "client_ok", None)
    return Client(
        agreement,
        str(row.state) if row else OkState.WAITING,
        row.changed_at if row else None,
        str(getattr(supply, "state", "")),
        str(getattr(supply, "reference", "")),
    )


def need_ok(agreement: Agreement) -> None:
    """Raise unless the provider lets somebody else send under this agreement now.

    Raises:
        RefusedByRule: it has not given its OK, or paused, or said no.
    """
    state = ok_of(agreement).state
    if state != OkState.GIVEN:
        raise RefusedByRule(
            "This client has not given its OK.",
            where=agreement.reference,
            why=CLIENT_OK.meaning[OkState(state)],
            fix="Go on with your other clients, and ask this one to look at its agreement.",
        )


def for_client(token: UploadToken, reference: str) -> UploadToken:
    """The relay's token, pointed at one client's agreement for this request.

    Raises:
        RefusedByRule: not a client of this relay, or its OK is not given; another client is never touched.
    """
    found = clients_of(token.vendor).filter(reference=reference).first() if token.vendor else None
    if found is None or not found.live():
        raise RefusedByRule(
            "There is no such client, or its agreement is not in force.",
            fix="Name one of your clients' agreements in the header Linkwell-Agreement.",
        )
    need_ok(found)
    token.agreement = found
    return token
