"""Sending from a browser: a token for one person that runs out the same day, and does nothing but send."""

from __future__ import annotations

import datetime
import hashlib
import secrets

from django.db import transaction
from django.utils import timezone

from linkwell.custody.agreements.models import UploadToken
from linkwell.custody.audit.record import record
from linkwell.custody.organisations.models import Person
from linkwell.custody.signin.commands import may_send
from linkwell.errors import RefusedByRule

BROWSER_HOURS = 12
BROWSER = "browser"


def browser_token(*, by: Person) -> str:
    """Make a person's token for a page that sends; the one of an earlier page ends.

    Raises:
        RefusedByRule: they send for nobody.
    """
    if not may_send(by):
        raise RefusedByRule("You send for no organisation.", fix="Ask your custodian manager for that role.")
    key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    now = timezone.now()
    with transaction.atomic():
        UploadToken.objects.filter(person=by, computer=BROWSER, ended_at=None).update(ended_at=now)
        UploadToken.objects.create(
            key_id=key_id,
            secret_hash=hashlib.sha384(secret.encode()).hexdigest(),
            person=by,
            computer=BROWSER,
            expires_at=now + datetime.timedelta(hours=BROWSER_HOURS),
        )
        record("browser.may send", by=by, subject=f"person/{by.username}", details={"token": key_id})
    return f"lwu_{key_id}_{secret}"
