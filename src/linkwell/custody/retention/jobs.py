"""Destroying what is kept under an agreement: the files first, then the receipts that say so."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from linkwell.custody.agreements.models import Agreement
from linkwell.custody.agreements.notices import custodian, tell
from linkwell.custody.audit.record import SYSTEM, record
from linkwell.custody.home import current_home
from linkwell.custody.jobs.kinds import Tick
from linkwell.custody.jobs.models import Job
from linkwell.custody.retention.clock import KEPT, destroyed_on
from linkwell.custody.supplies.actions import change
from linkwell.custody.supplies.models import Supply
from linkwell.custody.supplies.receipts import give
from linkwell.custody.supplies.states import SUPPLY
from linkwell.errors import LinkwellError, RefusedByRule
from linkwell.ledger.receipts import Kind
from linkwell.vault.zones import ZoneName

WHAT = "names and numbers, who was found, and the service details as they were sent"


def kept_folders(reference: str) -> tuple[Path, ...]:
    """Every folder in which something of a delivery is kept after it was accepted; none of them is made."""
    identity = current_home().zone(ZoneName.IDENTITY)
    research = current_home().zone(ZoneName.RESEARCH)
    return (
        identity.folder("supplies") / reference,
        identity.folder("links") / reference,
        research.folder("supplies") / reference,
    )


def work_destroy(job: Job, tick: Tick) -> list[str]:
    """Destroy the folders of every delivery whose time is over; returns their references.

    Raises:
        RefusedByRule: the agreement is in force again; nothing was destroyed.
    """
    agreement = Agreement.objects.get(reference=job.subject)
    if destroyed_on(agreement) is None:
        raise RefusedByRule("This agreement is not over.", where=agreement.reference)
    supplies = [
        each for each in agreement.supplies.filter(state__in=KEPT) if SUPPLY.may("destroy", each.state)
    ]
    for number, supply in enumerate(supplies, start=1):
        for folder in kept_folders(supply.reference):
            destroy_folder(folder)
        tick(number, len(supplies))
    return [supply.reference for supply in supplies]


def destroy_folder(folder: Path) -> None:
    """Remove a folder and everything in it, and let the disk settle; one that is gone stays gone."""
    if not folder.exists():
        return
    shutil.rmtree(folder)
    descriptor = os.open(folder.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def finish_destroy(job: Job, references: list[str]) -> None:
    """Say so: each delivery's state, its receipt and the record; and tell both sides."""
    agreement = Agreement.objects.select_related("organisation").get(reference=job.subject)
    asked = agreement.destroy_asked_on is not None
    why = "the provider asked" if asked else f"{agreement.retention_years} years after the agreement are over"
    for supply in Supply.objects.filter(reference__in=references).order_by("pk"):
        row = change(supply, "destroy", by=SYSTEM, event="supply.kept data destroyed")
        give(row, Kind.DESTROYED, {"what": WHAT, "why": why}, about="kept")
    if references:
        record(
            "agreement.kept data destroyed",
            by=SYSTEM,
            subject=agreement.subject,
            about=agreement.organisation.code,
            details={"deliveries": len(references)},
        )
        about = references[-1]
        tell(agreement, "kept_destroyed", agreement.organisation, custodian(), about=about)


def give_up_destroy(job: Job, error: LinkwellError) -> None:
    """Nothing to undo: what is still there is destroyed in the clock's next round."""
