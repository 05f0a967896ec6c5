"""Destroying what is kept under an agreement whose time is over.

Names, numbers and who was found go on the day itself. The service details leave as everything leaves: taken
out of the research data by building it anew, and what held them is destroyed with them (`removals`).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from linkwell.custody.agreements.models import Agreement
from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.audit.record import SYSTEM, record
from linkwell.custody.home import current_home
from linkwell.custody.jobs.kinds import Tick
from linkwell.custody.jobs.models import Job
from linkwell.custody.removals.actions import take_out_at_its_end
from linkwell.custody.retention.clock import KEPT, destroyed_on
from linkwell.custody.supplies.states import SupplyState
from linkwell.errors import LinkwellError, RefusedByRule
from linkwell.vault.zones import ZoneName


def kept_folders(reference: str) -> tuple[Path, ...]:
    """Every folder in which something of a delivery is kept after it was accepted; none of them is made."""
    identity = current_home().zone(ZoneName.IDENTITY)
    research = current_home().zone(ZoneName.RESEARCH)
    return (
        identity.folder("supplies") / reference,
        identity.folder("links") / reference,
        research.folder("supplies") / reference,
    )


def _who_it_was(reference: str) -> Iterator[Path]:
    """Every folder with names, numbers, or who was found: also the links every refresh was built from."""
    identity = current_home().zone(ZoneName.IDENTITY)
    yield identity.folder("supplies") / reference
    yield identity.folder("links") / reference
    yield from identity.folder("refreshes").glob(f"*/{reference}")


def work_destroy(job: Job, tick: Tick) -> list[str]:
    """Destroy names, numbers and links of every delivery whose time is over; returns their references.

    A delivery that is just being linked is left for the clock's next round.

    Raises:
        RefusedByRule: the agreement is in force again; nothing was destroyed.
    """
    agreement = Agreement.objects.get(reference=job.subject)
    if destroyed_on(agreement) is None:
        raise RefusedByRule("This agreement is not over.", where=agreement.reference)
    kept = agreement.supplies.filter(state__in=KEPT).exclude(state=SupplyState.LINKING)
    references = list(kept.order_by("pk").values_list("reference", flat=True))
    for number, reference in enumerate(references, start=1):
        for folder in list(_who_it_was(reference)):
            destroy_folder(folder)
        tick(number, len(references))
    return references


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
    """Record it, and have the rest taken out; the certificate comes when all of it is gone."""
    agreement = Agreement.objects.select_related("organisation").get(reference=job.subject)
    if not references:
        return
    said: dict[str, Any] = {"subject": agreement.subject, "verb": "agreement.names destroyed",
                            "details": {"deliveries": references}}  # fmt: skip
    if not AuditEvent.objects.filter(**said).exists():  # it is asked again while something else is taken out
        record(by=SYSTEM, about=agreement.organisation.code, **said)
    take_out_at_its_end(agreement)


def give_up_destroy(job: Job, error: LinkwellError) -> None:
    """Nothing to undo: what is still there is destroyed in the clock's next round."""
