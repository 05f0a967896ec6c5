"""Beginning a key period, and destroying the keys of one that is over; both are in the record."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils import timezone

from linkwell.custody.audit.record import SYSTEM, record
from linkwell.custody.home import current_home, package_path
from linkwell.custody.organisations.models import Person
from linkwell.custody.permissions import check
from linkwell.custody.supplies.models import Supply
from linkwell.custody.supplies.permissions import KEEP_KEYS
from linkwell.errors import LinkwellError, WrongUse
from linkwell.supply.package import read_manifest
from linkwell.vault.custodian_keys import COMPARTMENTS, CustodianKeys
from linkwell.vault.keys import fingerprint
from linkwell.vault.periods import begin_period, destroy_ended

GRACE_DAYS = 60
"""What was sealed to the old keys can arrive and wait for a decision in this time."""

_SUBJECT = "keys"


def new_period(*, by: Person, grace_days: int = GRACE_DAYS) -> CustodianKeys:
    """End the key period there is: from now on providers seal to fresh keys.

    Raises:
        NotAllowed: `by` is not a custodian manager. WrongUse: less than no time is left to the old ones.
    """
    check(by, KEEP_KEYS)
    if grace_days < 0:
        raise WrongUse("The old keys cannot end in the past.", fix="Give 0 days or more.")
    until = timezone.now() + datetime.timedelta(days=grace_days)
    with transaction.atomic():
        made = begin_period(current_home(), until=until)
        marks = [fingerprint(made.compartments[name].zone) for name in COMPARTMENTS]
        record("keys.period begun", by=by, subject=_SUBJECT,
               details={"keys": marks, "old keys until": until.date().isoformat()})  # fmt: skip
    return made


def destroy_keys_over() -> int:
    """Destroy the private keys of ended periods whose time is over and that nothing waiting is sealed to."""
    gone = destroy_ended(current_home(), now=timezone.now(), in_use=_sealed_to())
    for period in gone:
        with transaction.atomic():
            record("keys.destroyed", by=SYSTEM, subject=_SUBJECT, details={"keys": list(period.fingerprints)})
    return len(gone)


def _sealed_to() -> set[str]:
    """Fingerprints of every key a sealed file here is sealed to."""
    found: set[str] = set()
    for reference in Supply.objects.filter(sealed_gone=False).values_list("reference", flat=True):
        try:
            manifest = read_manifest(package_path(reference))
        except LinkwellError:
            continue  # still on its way, or never a sealed file
        found |= {name for half in manifest.compartments for name in half.recipients}
    return found
