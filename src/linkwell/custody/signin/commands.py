"""Signing a command line in by a code typed in the portal (RFC 8628), and what it may do then: send.

The code is typed by the person and never part of a link, so nobody can be led to allow a stranger's computer
by a click alone. The token is the person's own: the record names them, not a machine.
"""

from __future__ import annotations

import datetime
import hashlib
import secrets
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from linkwell.custody.agreements.models import Agreement, UploadToken
from linkwell.custody.audit.record import record
from linkwell.custody.clients.actions import clients_of, ok_of
from linkwell.custody.clients.states import OkState
from linkwell.custody.organisations.models import Organisation, Person
from linkwell.custody.organisations.roles import PROVIDER_ROLES
from linkwell.custody.signin.models import CommandSignIn
from linkwell.custody.signin.numbers import number
from linkwell.custody.signin.permissions import SEND_IN_PERSON
from linkwell.custody.signin.states import COMMAND, CommandState
from linkwell.errors import RefusedByRule, TryAgain, WrongUse

_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"  # RFC 8628, 6.1: no vowels, so no words; nothing that looks like a digit
_MOST_WAITING = 5000
_MOST_FROM_ONE = 20
"""How many may wait at once: in all, and from one network address, which may be a whole office's."""


@dataclass(frozen=True)
class Asked:
    """What a command line is told when it asks: both codes, and how long and often to ask again."""

    device_code: str
    user_code: str
    seconds: int
    interval: int


class NotYet(Exception):
    """RFC 8628, 3.5: the code of the error a command line gets instead of a token."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def ask(*, computer: str, address: str) -> Asked:
    """A command line asks to be signed in; anybody may, and nothing is opened by asking.

    Raises:
        TryAgain: too many wait already.
    """
    now, device_code = timezone.now(), secrets.token_urlsafe(32)
    seconds = number("device_minutes") * 60
    CommandSignIn.objects.filter(expires_at__lt=now - datetime.timedelta(hours=1)).delete()
    waiting = CommandSignIn.objects.filter(state=CommandState.WAITING, expires_at__gt=now)
    if waiting.count() >= _MOST_WAITING or waiting.filter(address=address[:45]).count() >= _MOST_FROM_ONE:
        raise TryAgain("Too many computers are signing in just now.", fix="Try again in ten minutes.")
    for _ in range(5):
        user_code = "".join(secrets.choice(_LETTERS) for _ in range(8))
        try:
            with transaction.atomic():
                CommandSignIn.objects.create(
                    user_code=user_code,
                    device_hash=_hash(device_code),
                    computer=_printable(computer),
                    address=address[:45],
                    state=COMMAND.after("ask", None),
                    interval=number("poll_seconds"),
                    expires_at=now + datetime.timedelta(seconds=seconds),
                )
        except IntegrityError:  # the same eight letters: draw again
            continue
        return Asked(device_code, f"{user_code[:4]}-{user_code[4:]}", seconds, number("poll_seconds"))
    raise TryAgain("No code could be drawn.", fix="Run the same command again.")


def _printable(text: str) -> str:
    return "".join(c for c in text if c.isprintable())[:80].strip() or "not said"


def find(typed: str) -> CommandSignIn | None:
    """The request that waits under a code somebody typed; how it is spaced or written small is no matter."""
    code = "".join(c for c in typed.upper() if c.isalnum())
    waiting = CommandSignIn.objects.filter(state=CommandState.WAITING, expires_at__gt=timezone.now())
    return waiting.filter(user_code=code).first() if len(code) == 8 else None


def decide(*, by: Person, request: CommandSignIn, allow: bool) -> None:
    """Let a command line in as oneself, or turn it away.

    Raises:
        NotAllowed: the person sends for nobody. WrongState: it was decided before. WrongUse: too late.
    """
    if allow and not may_send(by):
        raise RefusedByRule(
            "There is nothing a command line could do for you here.",
            why="It can send sealed files, and you send for no organisation.",
            fix="Ask your custodian manager for a role that sends.",
        )
    with transaction.atomic():
        row = CommandSignIn.objects.select_for_update().get(pk=request.pk)
        if row.expires_at <= timezone.now():
            raise WrongUse("This code has run out.", fix="Run linkwell sign-in again for a new one.")
        row.state = COMMAND.after("allow" if allow else "deny", row.state)
        row.person, row.address = (by if allow else None), ""
        row.save(update_fields=["state", "person", "address"])
        verb = "command line.allowed" if allow else "command line.denied"
        record(verb, by=by, subject=f"person/{by.username}", details={"code": row.pk})


def fetch(device_code: str) -> tuple[str, Person]:
    """The token of a command line that was let in, once.

    Raises:
        NotYet: authorization_pending, slow_down, access_denied, expired_token or invalid_grant.
    """
    with transaction.atomic():
        row = CommandSignIn.objects.select_for_update().filter(device_hash=_hash(device_code)).first()
        answer = _answer(row)
        if row is not None:
            row.save(update_fields=["polled_at", "interval", "state"])
        if answer is None:
            assert row is not None
            assert row.person is not None
            hours = datetime.timedelta(hours=number("command_hours"))
            return _issue(row.person, row.computer, hours), row.person
    raise NotYet(answer)


def _answer(row: CommandSignIn | None) -> str | None:
    """The error a poll gets, or None where the token is due; changes the row it was asked about."""
    if row is None or row.state == CommandState.USED:
        return "invalid_grant"
    now, before = timezone.now(), row.polled_at
    row.polled_at = now
    if row.state == CommandState.DENIED or (row.person is not None and not row.person.is_active):
        return "access_denied"
    if row.expires_at <= now:
        return "expired_token"
    if (
        before is not None and (now - before).total_seconds() < row.interval - 0.5
    ):  # half a second for the line
        row.interval = min(row.interval + number("poll_seconds"), 120)
        return "slow_down"
    if row.state == CommandState.WAITING:
        return "authorization_pending"
    row.state = COMMAND.after("fetch", row.state)
    return None


def _issue(person: Person, computer: str, lasts: datetime.timedelta) -> str:
    """A token of the same kind as a machine's (agreements.actions), but in a person's name."""
    key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    UploadToken.objects.create(
        key_id=key_id, secret_hash=_hash(secret), person=person, computer=computer,
        expires_at=timezone.now() + lasts,
    )  # fmt: skip
    record(
        "command line.signed in", by=person, subject=f"person/{person.username}", details={"token": key_id}
    )
    return f"lwu_{key_id}_{secret}"


def _hash(code: str) -> str:
    return hashlib.sha384(code.encode()).hexdigest()


# What it may do


def may_send(person: Person) -> bool:
    """Whether the person sends for any organisation."""
    return person.is_active and person.memberships.filter(role__in=SEND_IN_PERSON.roles).exists()


def agreements_of(person: Person) -> list[Agreement]:
    """The live agreements somebody may send under in person: their provider's own, or those of clients."""
    provider = person.memberships.filter(role__in=PROVIDER_ROLES).values("organisation")
    own = Agreement.objects.select_related("organisation", "specification").filter(organisation__in=provider)
    relaying = person.memberships.filter(role__in=SEND_IN_PERSON.roles - PROVIDER_ROLES)
    relays = Organisation.objects.filter(pk__in=relaying.values("organisation"))
    passed = [each for relay in relays for each in clients_of(relay) if ok_of(each).state == OkState.GIVEN]
    return [each for each in [*own, *passed] if each.live()]


def for_person(token: UploadToken, reference: str) -> UploadToken:
    """A person's token, pointed at one agreement for this request: the one named, or their only live one.

    Raises:
        RefusedByRule: they may not send under it, or it is not said which. The same words for all.
    """
    assert token.person is not None
    mine = agreements_of(token.person) if token.person.is_active else []
    found = {each.pk: each for each in mine if reference in ("", each.reference)}
    if len(found) != 1:
        raise RefusedByRule(
            "You cannot send under this agreement.",
            why="It is not in force, not yours to send under, or it was not said which one.",
            fix="Name the agreement with --agreement (or in the header Linkwell-Agreement).",
        )
    token.agreement = next(iter(found.values()))
    return token


def end_command(*, by: Person, key_id: str) -> bool:
    """Sign one of one's own command lines out; False if there is none of that name."""
    with transaction.atomic():
        gone = UploadToken.objects.filter(person=by, key_id=key_id, ended_at=None).update(
            ended_at=timezone.now()
        )
        if gone:
            record(
                "command line.signed out", by=by, subject=f"person/{by.username}", details={"token": key_id}
            )
    return bool(gone)


def live_commands(person: Person) -> QuerySet[UploadToken]:
    """The person's command lines that are signed in, newest first."""
    return UploadToken.objects.filter(person=person, ended_at=None, expires_at__gt=timezone.now()).order_by(
        "-pk"
    )
