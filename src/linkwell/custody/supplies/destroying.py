"""The end of a sealed file: recalled by its provider, out of time, or done with; always with a receipt.

The file goes first, then the receipt says so: a receipt must never be ahead of the truth. If the process dies
between the two, tidying writes the receipt.
"""

from __future__ import annotations

import datetime
import os

from django.db import transaction
from django.utils import timezone

from linkwell.custody.audit.record import SYSTEM, record
from linkwell.custody.home import package_path
from linkwell.custody.machine import WrongState
from linkwell.custody.organisations.models import Person
from linkwell.custody.permissions import check
from linkwell.custody.supplies.changing import change
from linkwell.custody.supplies.models import Supply
from linkwell.custody.supplies.permissions import RECALL
from linkwell.custody.supplies.receipts import give
from linkwell.custody.supplies.states import SUPPLY, SupplyState
from linkwell.ledger.receipts import Kind

UNDECIDED_DAYS = 30
"""How long a sealed file waits for a decision."""

REJECTED_DAYS = 7
"""How long a file a rule refused is kept, sealed, so that the provider can ask why."""

WAITING = (SupplyState.RECEIVED, SupplyState.CHECKED)
KEEPS_ITS_FILE = (
    SupplyState.RECEIVING, SupplyState.RECEIVED, SupplyState.CHECKING, SupplyState.CHECKED,
    SupplyState.ACCEPTING,
)  # fmt: skip
WHY = {
    SupplyState.REJECTED: "it was not accepted",
    SupplyState.WITHDRAWN: "the provider took it back",
    SupplyState.EXPIRED: f"nobody decided about it within {UNDECIDED_DAYS} days",
    SupplyState.PRACTISED: "the practice is over",
    SupplyState.STOPPED: "sending was stopped",
}


def recall(*, by: Person, supply: Supply) -> Supply:
    """Take a supply back before it is accepted; its sealed file is destroyed and a receipt says so.

    Raises:
        NotAllowed: `by` is not lead of the organisation it came from.
        WrongState: it was accepted, or is being opened, already.
    """
    check(by, RECALL, owner=supply.organisation)
    with transaction.atomic():
        row = Supply.objects.select_for_update().get(pk=supply.pk)
        if not SUPPLY.may("recall", row.state):
            raise WrongState(
                "This can no longer be taken back.",
                where=supply.reference,
                why="Once it was accepted, what becomes of it is for the agreement to say.",
                fix="Ask the custodian to withdraw it, or send a deletion.",
            )
        row = change(row, "recall", by=by, event="supply.recalled")
        give(row, Kind.WITHDRAWN, {"by": "the provider", "sha384": row.digest})
    destroy_sealed(row)
    return row


def expire_undecided() -> int:
    """Destroy what nobody decided about in time; returns how many there were."""
    before = timezone.now() - datetime.timedelta(days=UNDECIDED_DAYS)
    late = Supply.objects.filter(state__in=WAITING, changed_at__lt=before)
    for supply in list(late.select_related("agreement__organisation")):
        with transaction.atomic():
            row = change(supply, "expire", by=SYSTEM, event="supply.expired")
        destroy_sealed(row)
    return len(late)


def destroy_sealed(supply: Supply) -> bool:
    """Destroy a supply's sealed file and sign a receipt for it; done before, it does nothing.

    Returns whether there was one to destroy or to sign for.
    """
    path = package_path(supply.reference)
    if path.exists():
        path.unlink()
        _settle(path.parent)
    with transaction.atomic():
        row = Supply.objects.select_for_update().select_related("agreement__organisation").get(pk=supply.pk)
        if row.sealed_gone:
            return False
        Supply.objects.filter(pk=row.pk).update(sealed_gone=True)
        if not row.digest:  # never arrived whole: there was nothing to sign for
            return False
        why = WHY.get(SupplyState(row.state), "it was opened and has done its work")
        record(
            "supply.sealed file destroyed",
            by=SYSTEM,
            subject=row.subject,
            about=row.organisation.code,
            details={"sha384": row.digest},
        )
        give(row, Kind.DESTROYED, {"what": "the sealed file", "why": why, "sha384": row.digest})
    return True


def destroy_what_is_over() -> int:
    """Destroy every sealed file nobody needs any more, also where a process died before it could."""
    refused = timezone.now() - datetime.timedelta(days=REJECTED_DAYS)
    over = Supply.objects.exclude(state__in=KEEPS_ITS_FILE).filter(sealed_gone=False)
    count = 0
    for supply in over.select_related("agreement__organisation"):
        sealed = bool(supply.manifest)  # what is not sealed may be readable, and does not wait
        if supply.state == SupplyState.REJECTED and sealed and supply.changed_at > refused:
            continue
        count += destroy_sealed(supply)
    return count


def _settle(folder: os.PathLike[str]) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
