"""A person's second factors: which there are, adding, using and removing them. Each change is recorded.

`use_code` and `use_passkey` are called by the sign-in backend only (backend.py), which counts failures.
"""

from __future__ import annotations

import secrets
import time

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from linkwell.custody.audit.record import record
from linkwell.custody.home import current_home
from linkwell.custody.organisations.models import Person
from linkwell.custody.signin import totp
from linkwell.custody.signin.models import AuthenticatorApp, Passkey, RecoveryCode
from linkwell.custody.signin.numbers import number
from linkwell.custody.signin.sealing import keyed_hash, open_sealed, seal
from linkwell.errors import WrongUse

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_CODE_LENGTH = 16


class UsedBefore(WrongUse):
    """The right code, but it has opened already: no guess, and not counted as one."""


def required() -> bool:
    """Whether nobody may do anything here without a second factor."""
    return bool(settings.CONFIGURATION.second_factor)


def has_factor(person: Person) -> bool:
    """Whether the person has a passkey or an authenticator app that works."""
    return bool(
        person.passkeys.exists()
        or AuthenticatorApp.objects.filter(person=person, confirmed_at__isnull=False).exists()
    )


def _about(person: Person) -> str:
    return f"person {person.pk}"


def _subject(person: Person) -> str:
    return f"person/{person.username}"


# Authenticator app


def begin_app(person: Person) -> AuthenticatorApp:
    """The app that is being set up: the one begun before, or a new one.

    Raises:
        WrongUse: the person has one that works.
    """
    with transaction.atomic():
        found = AuthenticatorApp.objects.select_for_update().filter(person=person).first()
        if found is not None and found.confirmed_at is not None:
            raise WrongUse("You have an authenticator app.", fix="Remove it first to set up another one.")
        if found is not None:
            return found
        sealed = seal(totp.new_secret(), about=_about(person))
        return AuthenticatorApp.objects.create(person=person, sealed=sealed)


def secret_of(app: AuthenticatorApp) -> bytes:
    """The secret of an app, to show while it is set up and to check codes with."""
    return open_sealed(app.sealed, about=_about(app.person))


def app_address(app: AuthenticatorApp) -> str:
    """What the QR code of an app that is being set up says."""
    return totp.address(secret_of(app), issuer=current_home().name, account=app.person.username)


def confirm_app(person: Person, code: str) -> bool:
    """Whether a first code was right, so that the app works from now on."""
    with transaction.atomic():
        app = (
            AuthenticatorApp.objects.select_for_update()
            .filter(person=person, confirmed_at__isnull=True)
            .first()
        )
        step = totp.step_of(secret_of(app), _digits(code), now=time.time()) if app else None
        if app is None or step is None:
            return False
        app.confirmed_at, app.last_step = timezone.now(), step
        app.save(update_fields=["confirmed_at", "last_step"])
        record("factor.added", by=person, subject=_subject(person), details={"factor": "authenticator app"})
    return True


def remove_app(person: Person) -> None:
    """Take the authenticator app away.

    Raises:
        WrongUse: it is the last factor where one is required.
    """
    with transaction.atomic():
        _refuse_the_last(person, passkeys=person.passkeys.count(), app=False)
        gone, _ = AuthenticatorApp.objects.filter(person=person).delete()
        if gone:
            record("factor.removed", by=person, subject=_subject(person),
                   details={"factor": "authenticator app"})  # fmt: skip


def _refuse_the_last(person: Person, *, passkeys: int, app: bool) -> None:
    if required() and not passkeys and not app:
        raise WrongUse(
            "This is your only second factor.",
            why="Nobody works here without one.",
            fix="Add another first, then remove this one.",
        )


def _digits(code: str) -> str:
    return "".join(code.split())


# Passkeys


def add_passkey(
    person: Person, *, name: str, credential_id: str, credential: bytes, sign_count: int
) -> Passkey:
    """Keep a passkey whose making was checked.

    Raises:
        WrongUse: it is kept already.
    """
    with transaction.atomic():
        if Passkey.objects.filter(credential_id=credential_id).exists():
            raise WrongUse("This passkey is here already.", fix="Use another device.")
        made = Passkey.objects.create(
            person=person,
            name=name.strip()[:60] or "Passkey",
            credential_id=credential_id,
            credential=credential,
            sign_count=sign_count,
        )
        record("factor.added", by=person, subject=_subject(person), details={"factor": "passkey"})
    return made


def rename_passkey(passkey: Passkey, name: str) -> None:
    """Give a passkey another name; names are the person's own and not recorded."""
    passkey.name = name.strip()[:60] or passkey.name
    passkey.save(update_fields=["name"])


def remove_passkey(person: Person, passkey: Passkey) -> None:
    """Take a passkey away.

    Raises:
        WrongUse: it is the last factor where one is required.
    """
    with transaction.atomic():
        app = AuthenticatorApp.objects.filter(person=person, confirmed_at__isnull=False).exists()
        others = person.passkeys.select_for_update().exclude(pk=passkey.pk).count()
        _refuse_the_last(person, passkeys=others, app=app)
        gone, _ = person.passkeys.filter(pk=passkey.pk).delete()
        if gone:
            record("factor.removed", by=person, subject=_subject(person), details={"factor": "passkey"})


def use_passkey(passkey: Passkey, sign_count: int) -> bool:
    """Note that a passkey was used; False if its counter went back, as a copy's would."""
    with transaction.atomic():
        row = Passkey.objects.select_for_update().get(pk=passkey.pk)
        if (sign_count or row.sign_count) and sign_count <= row.sign_count:
            return False
        row.sign_count, row.last_used_at = sign_count, timezone.now()
        row.save(update_fields=["sign_count", "last_used_at"])
    return True


# Codes


def new_recovery_codes(person: Person) -> list[str]:
    """Make a new set, to be shown once; the codes of before open nothing any more."""
    codes = [
        "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH))
        for _ in range(number("recovery_codes"))
    ]
    with transaction.atomic():
        RecoveryCode.objects.filter(person=person).delete()
        RecoveryCode.objects.bulk_create(
            RecoveryCode(person=person, digest=_code_digest(person, code)) for code in codes
        )
        record("recovery codes.made", by=person, subject=_subject(person), details={"count": len(codes)})
    return ["-".join(code[at : at + 4] for at in range(0, _CODE_LENGTH, 4)) for code in codes]


def codes_left(person: Person) -> int:
    """How many recovery codes still open."""
    return person.recovery_codes.filter(used_at=None).count()


def _code_digest(person: Person, code: str) -> str:
    return keyed_hash(f"{person.pk} {code}", purpose="recovery code")


def use_code(person: Person, given: str) -> bool:
    """Whether this is the app's present code or an unused recovery code; either opens once.

    Raises:
        UsedBefore: it was right, and has opened already.
    """
    text = "".join(c for c in given.lower() if c.isalnum())
    if len(text) == totp.DIGITS and text.isdecimal():
        return _use_app_code(person, text)
    return len(text) == _CODE_LENGTH and _use_recovery_code(person, text)


def _use_app_code(person: Person, code: str) -> bool:
    with transaction.atomic():
        app = (
            AuthenticatorApp.objects.select_for_update()
            .filter(person=person, confirmed_at__isnull=False)
            .first()
        )
        step = totp.step_of(secret_of(app), code, now=time.time()) if app else None
        if app is None or step is None:
            return False
        if step <= app.last_step:
            raise UsedBefore("This code was used already.", fix="Wait until your app shows the next one.")
        app.last_step, app.last_used_at = step, timezone.now()
        app.save(update_fields=["last_step", "last_used_at"])
    return True


def _use_recovery_code(person: Person, code: str) -> bool:
    digest = _code_digest(person, code)
    with transaction.atomic():
        row = RecoveryCode.objects.select_for_update().filter(person=person, digest=digest).first()
        if row is None:
            return False
        if row.used_at is not None:
            raise UsedBefore("This recovery code was used already.", fix="Use the next one on your list.")
        row.used_at = timezone.now()
        row.save(update_fields=["used_at"])
        record("recovery code.used", by=person, subject=_subject(person),
               details={"left": codes_left(person)})  # fmt: skip
    return True


def forget_all(person: Person) -> None:
    """Take every factor away, for a lost device; called in the transaction of its confirming."""
    person.passkeys.all().delete()
    person.recovery_codes.all().delete()
    AuthenticatorApp.objects.filter(person=person).delete()
