"""Opening and checking a received supply: the long part of accepting it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.db import transaction

from linkwell.custody.agreements.models import Route
from linkwell.custody.agreements.notices import tell
from linkwell.custody.agreements.specifications import agreed_specification
from linkwell.custody.audit.record import SYSTEM
from linkwell.custody.home import current_home, package_path
from linkwell.custody.jobs.kinds import Tick
from linkwell.custody.jobs.models import Job
from linkwell.custody.jobs.running import OurFaultError
from linkwell.custody.log_lines import Log
from linkwell.custody.organisations.models import SenderKey
from linkwell.custody.supplies.actions import find, stated_rows
from linkwell.custody.supplies.approving import refuse_without_ok
from linkwell.custody.supplies.changing import change
from linkwell.custody.supplies.destroying import destroy_sealed
from linkwell.custody.supplies.models import Supply
from linkwell.custody.supplies.order import last_accepted, refuse_out_of_turn
from linkwell.custody.supplies.receipts import give
from linkwell.custody.supplies.states import SupplyState
from linkwell.errors import LinkwellError, TryAgain
from linkwell.ledger.receipts import Kind
from linkwell.vault.custodian_keys import custodian_keys

SCANNER = "LINKWELL_CLAMD"
"""Names the environment variable with clamd's address; a scanner that is named must answer."""

log = Log("linkwell.supplies")


def work_accept(job: Job, tick: Tick) -> Any:
    """Verify the sealed file, open its halves and check them against the specification.

    They stay open in their zones only when the supply is taken in: not for a practice, and not for the first
    of the two people who decide about real ones.
    """
    from linkwell.intake import check_package, open_package, verify_package

    supply, home = find(job.subject), current_home()
    agreement = supply.agreement
    senders = [supply.organisation, *([agreement.via] if agreement.route == Route.VENDOR else [])]
    trusted = SenderKey.objects.filter(organisation__in=senders, ended_at=None)
    keys = trusted.values_list("fingerprint", flat=True)
    path = package_path(supply.reference)
    specification = agreed_specification(supply.agreement)
    manifest = verify_package(
        path,
        sender_keys=set(keys),
        specification_digest=specification.digest,
        agreement=supply.agreement.reference,
        custodian=custodian_keys(home),
        progress=tick,
    )
    refuse_without_ok(supply)
    before = last_accepted(agreement)
    refuse_out_of_turn(manifest, before)
    only_try = supply.practice or supply.state == SupplyState.CHECKING
    return (check_package if only_try else open_package)(
        path,
        home=home,
        supply_id=supply.reference,
        specification=specification,
        scanner=os.environ.get(SCANNER, ""),
        follows=before.reference if before else "",
    )


def finish_accept(job: Job, result: Any) -> None:
    """Publish what was counted, sign the receipt, and destroy the sealed file once it is not needed."""
    supply = find(job.subject)
    counts = {
        "rows": {name: int(rows) for name, rows in result.rows.items()},
        "people": int(result.people),
        "people_without_services": int(result.identity_only),
        "empty_columns": list(result.gaps),
    }
    if supply.state == SupplyState.CHECKING:
        supply.counts = {**supply.counts, "checked": counts}
        change(supply, "checked", by=SYSTEM, event="supply.checked", people=counts["people"])
        return
    supply.counts = {**supply.counts, "accepted": counts}
    verb = "practised" if supply.practice else "accepted"
    supply = change(supply, verb, by=SYSTEM, event=f"supply.{verb}", people=counts["people"])
    kind = Kind.ACCEPTED_WITH_GAPS if result.gaps and not supply.practice else Kind.ACCEPTED
    facts: dict[str, object] = {f"rows_{name}": rows for name, rows in result.rows.items()}
    if kind is Kind.ACCEPTED_WITH_GAPS:
        facts["empty_columns"] = counts["empty_columns"]
    give(supply, kind, {"people": counts["people"], **facts, **_what_changed(supply, result.changes)})
    # The sealed file has done its work; what was opened is in the zones.
    transaction.on_commit(lambda: _destroy(supply))


def _what_changed(supply: Supply, changes: Mapping[str, int]) -> dict[str, object]:
    """For a delivery that is not full: its kind, what it followed, and how many people it changed."""
    if not changes:
        return {}
    said = {"delivery": supply.manifest["delivery"], "follows": supply.manifest["follows"]}
    return said | {f"people_{name}": count for name, count in changes.items()}


def give_up_accept(job: Job, error: LinkwellError) -> None:
    """A rule said no: rejected, with the words, and the file stays sealed in quarantine for a while so that
    the provider can ask why. Our own fault: back to received, to be tried again.
    """
    from linkwell.intake import close_opened

    supply = find(job.subject)
    with suppress(OSError):  # nothing of it stays open; if the disk says no, tidying does it
        close_opened(current_home(), supply.reference)
    if isinstance(error, OurFaultError | TryAgain):
        change(supply, "accept failed", by=SYSTEM, event="supply.open failed", job=job.pk)
        return
    supply.reasons = {"what": error.what, "where": error.where, "why": error.why, "fix": error.fix}
    supply = change(supply, "rejected", by=SYSTEM, event="supply.rejected", job=job.pk)
    tell(None, "supply_rejected", supply.organisation, about=supply.reference)
    words = {"reason": error.what, "where": error.where, "why": error.why, "what_to_do": error.fix}
    give(supply, Kind.REJECTED, {name: text for name, text in words.items() if text} | stated_rows(supply))


def _destroy(supply: Supply) -> None:
    try:
        destroy_sealed(supply)
    except OSError:  # it is accepted all the same; tidying destroys the file later
        log.warning("sealed file not destroyed yet", supply=supply.reference)
