"""Building a refresh: the long part of loading."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.utils import timezone

from linkwell.custody.agreements.specifications import agreed_specification
from linkwell.custody.audit.record import SYSTEM, record
from linkwell.custody.home import content_folder, current_home, links_path
from linkwell.custody.jobs.kinds import Tick
from linkwell.custody.jobs.models import Job
from linkwell.custody.refreshes.actions import find
from linkwell.custody.refreshes.catalogue import catalogue_of
from linkwell.custody.refreshes.models import Refresh
from linkwell.custody.refreshes.states import REFRESH
from linkwell.custody.supplies.actions import change
from linkwell.custody.supplies.receipts import give
from linkwell.errors import LinkwellError
from linkwell.ledger.receipts import Kind


def work_load(job: Job, tick: Tick) -> Any:
    """Build the refresh file from the population and every supply the refresh was started with."""
    from linkwell import integration

    refresh = find(job.subject)
    supplies = [
        integration.SupplyForRefresh(
            supply_id=supply.reference,
            organisation_code=supply.organisation.code,
            specification=agreed_specification(supply.agreement),
            links=links_path(supply.reference),
            content=content_folder(supply.reference),
        )
        for supply in refresh.supplies.select_related("agreement__organisation").order_by("reference")
    ]
    home = current_home()
    facts = integration.build_refresh(home, supplies=supplies, label=refresh.label, progress=tick)
    return facts, catalogue_of(home, refresh.label)


def finish_load(job: Job, result: Any) -> None:
    """Publish the refresh and tell every provider whose supply it holds."""
    facts, catalogue = result
    refresh = _move(job, "loaded")
    refresh.digest, refresh.facts, refresh.catalogue = facts.digest, asdict(facts), catalogue
    refresh.ready_at = timezone.now()
    refresh.save()
    record("refresh.ready", by=SYSTEM, subject=refresh.subject, details={"digest": facts.digest})
    for supply in refresh.supplies.select_related("agreement__organisation"):
        moved = change(supply, "loaded", by=SYSTEM, event="supply.loaded", refresh=refresh.label)
        give(
            moved,
            Kind.LOADED,
            {"refresh": refresh.label, "refresh_digest": facts.digest},
            about=refresh.label,
        )


def give_up_load(job: Job, error: LinkwellError) -> None:
    """The refresh failed; its supplies stay where they were."""
    refresh = _move(job, "load failed")
    refresh.facts = {"what": error.what, "where": error.where, "fix": error.fix}
    refresh.save()
    record("refresh.failed", by=SYSTEM, subject=refresh.subject, details={"job": job.pk})


def _move(job: Job, verb: str) -> Refresh:
    refresh = Refresh.objects.select_for_update().get(label=job.subject)
    refresh.state = REFRESH.after(verb, refresh.state)
    return refresh
