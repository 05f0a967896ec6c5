"""A way back for a custodian with one manager, who lost the device or is gone: two people at the machine.

One may run commands on it, the other keeps a recovery key in other hands: the key file shows that both agree.
The record says what was done and why, and every custodian page shows it for a week (signin/numbers.toml).
"""

from __future__ import annotations

import datetime
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from linkwell.custody.agreements.notices import custodian, tell
from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.audit.record import SYSTEM, record
from linkwell.custody.organisations.actions import manager_at_the_machine
from linkwell.custody.organisations.models import Person
from linkwell.custody.organisations.roles import CUSTODIAN_CODE, Role
from linkwell.custody.signin.factors import forget_all, has_factor, required
from linkwell.custody.signin.numbers import number
from linkwell.custody.signin.proof import forget_failures
from linkwell.custody.signin.sessions import sign_out_everywhere
from linkwell.errors import RefusedByRule, WrongUse
from linkwell.vault import keys
from linkwell.vault.custodian_keys import custodian_keys
from linkwell.vault.zones import Home

REPLACED, ENTERED = "manager.device replaced", "manager.entered"
LONGEST_REASON = 200


def replace_device(*, home: Home, username: str, key: Path, reason: str) -> Person:
    """Take the factors of the only custodian manager away; the password stays, as with any lost device.

    Raises:
        RefusedByRule: another manager can confirm a lost device, or the key is no recovery key kept away.
        WrongUse: nobody of this name is a custodian manager, or no reason is given.
    """
    half, why = _keeper(home, key), _reason(reason)
    with transaction.atomic():
        person = _managers().select_for_update().filter(username=username).first()
        if person is None:
            raise WrongUse("Nobody of this sign-in name is a custodian manager.", where=username)
        if any(has_factor(each) or not required() for each in _managers().exclude(pk=person.pk)):
            raise RefusedByRule(
                "There is another custodian manager who can confirm a lost device.",
                fix="Two people do it: linkwell custodian lost-device (see docs/sign-in.md).",
            )
        forget_all(person)
        sign_out_everywhere(person)
        _tell(REPLACED, person, half, why)
    forget_failures(person)
    return person


def enter_second_manager(
    *, home: Home, username: str, name: str, password: str, key: Path, reason: str
) -> Person:
    """Enter one more custodian manager where the only one is gone; they choose their own password at once.

    Raises:
        RefusedByRule: there are two managers already, or the key is not a recovery key kept elsewhere.
        WrongUse: the name is taken, the password is weak, or no reason is given.
    """
    half, why = _keeper(home, key), _reason(reason)
    with transaction.atomic():
        if _managers().count() > 1:
            raise RefusedByRule(
                "There are other custodian managers.", fix="Ask one of them: linkwell custodian add-person"
            )
        if Person.objects.filter(username=username).exists():
            raise WrongUse("This sign-in name is taken.", where=username, fix="Choose another.")
        person = manager_at_the_machine(username=username, name=name, password=password)
        _tell(ENTERED, person, half, why)
    return person


def lately_at_the_machine() -> list[AuditEvent]:
    """What was done so in the last days, newest first: every custodian page shows it."""
    days = number("machine_help_days")
    found = AuditEvent.objects.filter(about=CUSTODIAN_CODE, verb__in=(REPLACED, ENTERED)).order_by("-seq")[:5]
    since = timezone.now() - datetime.timedelta(days=days)
    return [event for event in found if event.when > since]


def _managers() -> QuerySet[Person]:
    held = {"memberships__role": Role.CUSTODIAN_MANAGER, "memberships__organisation__is_custodian": True}
    return Person.objects.filter(is_active=True, **held)


def _keeper(home: Home, path: Path) -> str:
    """Which recovery key a file is: "identity" or "content"."""
    if not home.demo and path.resolve().is_relative_to(home.path.resolve()):
        raise RefusedByRule(
            "This recovery key lies in the home itself.",
            why="Whoever runs the machine has it, so it shows nobody else's consent.",
            fix="Give the keys to other people, and let one of them bring theirs.",
        )
    given = keys.fingerprint(keys.read_private_key(path).public_key())
    for name, half in custodian_keys(home).compartments.items():
        if keys.fingerprint(half.recovery) == given:
            return name
    raise RefusedByRule(
        "This is not a recovery key of this home.",
        where=path.name,
        fix="Let a keeper bring identity-recovery.key.pem or content-recovery.key.pem.",
    )


def _reason(text: str) -> str:
    said = " ".join(text.split())
    if not said or len(said) > LONGEST_REASON:
        raise WrongUse(
            f"A reason of one to {LONGEST_REASON} characters is needed.",
            why="Everybody at the custodian reads it.",
            fix="Say what happened; do not describe a person.",
        )
    return said


def _tell(verb: str, person: Person, half: str, why: str) -> None:
    facts = {"reason": why, "recovery_key": half}
    event = record(verb, by=SYSTEM, subject=person.subject, about=CUSTODIAN_CODE, details=facts)
    tell(None, "manager_helped", custodian(), about=f"{person.username}#{event.seq}")
