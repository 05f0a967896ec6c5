"""How much one organisation may have waiting here, and how far a sender's clock may be ahead."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils import timezone

from linkwell.custody.audit.record import record
from linkwell.custody.organisations.models import Organisation, Person
from linkwell.custody.permissions import check
from linkwell.custody.supplies import arrivals
from linkwell.custody.supplies.models import Supply, Upload
from linkwell.custody.supplies.permissions import SET_QUOTA
from linkwell.custody.supplies.states import SupplyState
from linkwell.errors import RefusedByRule, WrongUse
from linkwell.supply.manifest import Manifest

QUOTA_BYTES = 20 << 30
"""Where nothing else was set: four of the largest files the portal takes as it comes."""

MOST_UPLOADS = 20
CLOCK_HOURS = 26
"""A clock may be in the wrong zone, not on the wrong day: an older supply would then look newer for ever."""


class OverQuota(RefusedByRule):
    """Too much of this organisation's waits here already."""


def waiting_bytes(organisation: Organisation, *, but: Upload | None = None) -> int:
    """Bytes of an organisation's sealed files here or announced, whoever sends them."""
    uploads = Upload.objects.filter(
        supply__agreement__organisation=organisation, supply__state=SupplyState.RECEIVING, ended_at=None
    ).select_related("supply")
    coming = sum(
        each.length or arrivals.arrived(each) for each in uploads if but is None or each.pk != but.pk
    )
    here = Supply.objects.filter(agreement__organisation=organisation, sealed_gone=False)
    return coming + sum(here.exclude(state=SupplyState.RECEIVING).values_list("size", flat=True))


def room_left(organisation: Organisation, *, but: Upload | None = None) -> int:
    """Bytes that may still be announced."""
    quota = QUOTA_BYTES if organisation.quota_bytes is None else organisation.quota_bytes
    return max(0, quota - waiting_bytes(organisation, but=but))


def refuse_over_quota(organisation: Organisation, length: int, *, upload: Upload | None = None) -> None:
    """Raise if an upload of this length is too much; call inside a transaction.

    Raises:
        OverQuota: it is, or too many were begun and not finished.
    """
    locked = Organisation.objects.select_for_update().get(pk=organisation.pk)
    begun = Upload.objects.filter(
        supply__agreement__organisation=locked, supply__state=SupplyState.RECEIVING, ended_at=None
    )
    if length <= room_left(locked, but=upload) and (upload is not None or begun.count() < MOST_UPLOADS):
        return
    raise OverQuota(
        "Too much of this organisation's is waiting here already.",
        why="A limit for each organisation keeps one from filling the disk for everyone.",
        fix="Finish or stop what was begun, wait until what arrived is decided about, or ask for more room.",
    )


def set_quota(*, by: Person, organisation: Organisation, quota_bytes: int | None) -> None:
    """Set how much may wait for one organisation; None for what everybody has.

    Raises:
        NotAllowed: `by` is not a custodian manager. WrongUse: less than nothing.
    """
    check(by, SET_QUOTA)
    if quota_bytes is not None and quota_bytes < 0:
        raise WrongUse("A quota cannot be less than nothing.", fix="Give 0 to take nothing more.")
    with transaction.atomic():
        Organisation.objects.filter(pk=organisation.pk).update(quota_bytes=quota_bytes)
        record(
            "organisation.quota set", by=by, subject=f"organisation/{organisation.code}",
            about=organisation.code, details={"bytes": quota_bytes},
        )  # fmt: skip


def refuse_clock_ahead(manifest: Manifest) -> None:
    """Raise if a package says it was sealed in the future.

    Raises:
        RefusedByRule: it does.
    """
    latest = timezone.now() + datetime.timedelta(hours=CLOCK_HOURS)
    if manifest.created <= latest.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"):
        return
    raise RefusedByRule(
        "This sealed file says it was sealed in the future.",
        where=f"sealed {manifest.created}",
        why="By its time it is known which of two supplies is the newer one.",
        fix="Set the clock of the computer that sealed it, seal again and send that.",
    )
