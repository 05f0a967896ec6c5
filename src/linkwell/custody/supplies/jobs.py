"""Opening and checking a received supply: the long part of accepting it."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from linkwell.custody.agreements.specifications import agreed_specification
from linkwell.custody.audit.record import SYSTEM
from linkwell.custody.home import current_home, package_path
from linkwell.custody.jobs.kinds import Tick
from linkwell.custody.jobs.models import Job
from linkwell.custody.jobs.running import OurFaultError
from linkwell.custody.supplies.actions import change, find
from linkwell.custody.supplies.receipts import give
from linkwell.errors import LinkwellError, TryAgain
from linkwell.ledger.receipts import Kind
from linkwell.vault.custodian_keys import custodian_keys


def work_accept(job: Job, tick: Tick) -> Any:
    """Verify the sealed file, open its halves into their zones, and check them against the specification."""
    from linkwell.intake import open_package, verify_package

    supply, home = find(job.subject), current_home()
    keys = supply.organisation.sender_keys.filter(ended_at=None).values_list("fingerprint", flat=True)
    path = package_path(supply.reference)
    specification = agreed_specification(supply.agreement)
    verify_package(
        path,
        sender_keys=set(keys),
        specification_digest=specification.digest,
        agreement=supply.agreement.reference,
        custodian=custodian_keys(home),
        progress=tick,
    )
    return open_package(path, home=home, supply_id=supply.reference, specification=specification)


def finish_accept(job: Job, result: Any) -> None:
    """Publish what was counted, sign the receipt, and destroy the sealed file."""
    supply = find(job.subject)
    counts = {
        "rows": {name: int(rows) for name, rows in result.rows.items()},
        "people": int(result.people),
        "people_without_services": int(result.identity_only),
    }
    supply.counts = {**supply.counts, "accepted": counts}
    supply = change(supply, "accepted", by=SYSTEM, event="supply.accepted", people=counts["people"])
    facts = {f"rows_{name}": rows for name, rows in counts["rows"].items()}
    give(supply, Kind.ACCEPTED, {"people": counts["people"], **facts})
    # The sealed file has done its work; what was opened is in the zones.
    transaction.on_commit(lambda: package_path(supply.reference).unlink(missing_ok=True))


def give_up_accept(job: Job, error: LinkwellError) -> None:
    """A rule said no: rejected, with the words. Our own fault: back to received, to be tried again."""
    supply = find(job.subject)
    if isinstance(error, OurFaultError | TryAgain):
        change(supply, "accept failed", by=SYSTEM, event="supply.open failed", job=job.pk)
        return
    supply.reasons = {"what": error.what, "where": error.where, "why": error.why, "fix": error.fix}
    supply = change(supply, "rejected", by=SYSTEM, event="supply.rejected", job=job.pk)
    give(supply, Kind.REJECTED, {"reason": error.what})
    transaction.on_commit(lambda: package_path(supply.reference).unlink(missing_ok=True))
