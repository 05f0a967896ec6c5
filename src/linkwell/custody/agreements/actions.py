"""Entering a provider with its agreement, ending it, and issuing or checking upload tokens."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from linkwell.custody.agreements.models import Agreement, SpecificationText, UploadToken
from linkwell.custody.agreements.permissions import MANAGE_AGREEMENTS
from linkwell.custody.agreements.states import AGREEMENT
from linkwell.custody.audit.record import record
from linkwell.custody.organisations.actions import enrol_sender_key
from linkwell.custody.organisations.models import Organisation, Person
from linkwell.custody.organisations.roles import RELAYS
from linkwell.custody.permissions import check
from linkwell.errors import RefusedByRule, WrongUse

TOKEN_DAYS = 90


@dataclass(frozen=True)
class Enrolment:
    """What enrolling a provider gave; `created` is False when everything was already there."""

    organisation: Organisation
    agreement: Agreement
    created: bool


def enrol_provider(
    *,
    by: Person,
    code: str,
    name: str,
    agreement: str,
    specification_toml: str,
    specification_digest: str,
    sender_key_pem: str,
    permits_single_provider_output: bool,
    starts: datetime.date,
    ends: datetime.date,
    purpose: str = "",
) -> Enrolment:
    """Enter an organisation, its sender key and its agreement; does nothing twice.

    Raises:
        NotAllowed: `by` is not a custodian manager.
        WrongUse: the reference exists for another organisation or another specification.
    """
    check(by, MANAGE_AGREEMENTS)
    with transaction.atomic():
        organisation, entered = Organisation.objects.get_or_create(code=code, defaults={"name": name})
        if entered:
            subject = f"organisation/{code}"
            record("organisation.entered", by=by, subject=subject, about=code, details={"kind": "provider"})
        if organisation.is_custodian:
            raise WrongUse("That code is the custodian's own.", fix="Choose another code for the provider.")
        text, _ = SpecificationText.objects.get_or_create(
            digest=specification_digest, defaults={"toml": specification_toml}
        )
        enrol_sender_key(by=by, organisation=organisation, public_pem=sender_key_pem)
        found = Agreement.objects.filter(reference=agreement).first()
        if found is not None:
            if (found.organisation, found.specification) != (organisation, text):
                raise WrongUse(
                    "An agreement with this reference already exists, about something else.",
                    why="A specification cannot change under an agreement that was signed.",
                    fix="Use a new reference for a new agreement.",
                )
            return Enrolment(organisation, found, False)
        made = Agreement.objects.create(
            reference=agreement,
            organisation=organisation,
            specification=text,
            purpose=purpose,
            permits_single_provider_output=permits_single_provider_output,
            starts=starts,
            ends=ends,
            state=AGREEMENT.after("enrol", None),
        )
        record(
            "agreement.enrolled",
            by=by,
            subject=made.subject,
            about=organisation.code,
            details={
                "specification": text.digest,
                "starts": starts.isoformat(),
                "ends": ends.isoformat(),
                "single_provider_output": permits_single_provider_output,
            },
        )
    return Enrolment(organisation, made, True)


def issue_upload_token(*, by: Person, agreement: Agreement, days: int = TOKEN_DAYS) -> str:
    """Make an upload token and return its text, which is shown once and kept nowhere.

    Raises:
        NotAllowed: `by` is not a custodian manager.
    """
    check(by, MANAGE_AGREEMENTS)
    about = agreement.organisation.code
    return _issue(by, days, about, {"agreement": agreement.reference}, agreement=agreement)


def issue_vendor_token(*, by: Person, vendor: Organisation, days: int = TOKEN_DAYS) -> str:
    """Make one token for all a vendor or intermediary sends for; only those that gave their OK are sent for.

    Raises:
        NotAllowed: `by` is not a custodian manager. WrongUse: the organisation sends for nobody.
    """
    check(by, MANAGE_AGREEMENTS)
    if vendor.kind not in RELAYS:
        raise WrongUse("This organisation is not a vendor or an intermediary.", where=vendor.code)
    return _issue(by, days, vendor.code, {"vendor": vendor.code}, vendor=vendor)


def _issue(
    by: Person, days: int, about: str, details: dict[str, object], *,
    agreement: Agreement | None = None, vendor: Organisation | None = None,
) -> str:  # fmt: skip
    key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    with transaction.atomic():
        token = UploadToken.objects.create(
            key_id=key_id,
            secret_hash=_hash(secret),
            agreement=agreement,
            vendor=vendor,
            expires_at=timezone.now() + datetime.timedelta(days=days),
        )
        record(
            "token.issued", by=by, subject=f"token/{key_id}", about=about, details={**details, "days": days}
        )
    return f"lwu_{token.key_id}_{secret}"


def token_holder(text: str) -> UploadToken:
    """The live token this text is, with its last use noted.

    Raises:
        RefusedByRule: no such token, or it has ended, expired, or its agreement has. The same words for all.
    """
    prefix, _, rest = text.partition("_")
    key_id, _, secret = rest.partition("_")
    found = (
        UploadToken.objects.select_related("agreement__organisation", "agreement__specification", "vendor")
        .filter(key_id=key_id)
        .first()
    )
    # Compared even when nothing was found, so that the time taken says nothing.
    right = hmac.compare_digest(found.secret_hash if found else "", _hash(secret))
    if prefix != "lwu" or found is None or not right or not found.live():
        raise RefusedByRule(
            "This upload token does not open the door.",
            why="It may be mistyped, expired or ended, or its agreement may be over.",
            fix="Ask the custodian for a new one.",
        )
    now = timezone.now()
    if found.last_used_at is None or now - found.last_used_at > datetime.timedelta(minutes=1):
        UploadToken.objects.filter(pk=found.pk).update(last_used_at=now)
    return found


def _hash(secret: str) -> str:
    return hashlib.sha384(secret.encode()).hexdigest()
