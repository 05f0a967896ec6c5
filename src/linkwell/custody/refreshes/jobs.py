"""Building a refresh: the long part of loading."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from linkwell.custody.agreements.specifications import agreed_specification
from linkwell.custody.audit.record import SYSTEM, record
from linkwell.custody.home import content_folder, current_home
from linkwell.custody.jobs.kinds import Tick
from linkwell.custody.jobs.models import Job
from linkwell.custody.linkage.jobs import publish_links
from linkwell.custody.refreshes.actions import before, find
from linkwell.custody.refreshes.catalogue import catalogue_of
from linkwell.custody.refreshes.feedback import rounded
from linkwell.custody.refreshes.models import Refresh
from linkwell.custody.refreshes.states import REFRESH
from linkwell.custody.supplies.actions import find as find_supply
from linkwell.custody.supplies.changing import change
from linkwell.custody.supplies.models import Supply
from linkwell.custody.supplies.receipts import give
from linkwell.errors import LinkwellError
from linkwell.ledger.receipts import Kind

if TYPE_CHECKING:
    from linkwell.custody.linkage.relinking import Relinked
    from linkwell.integration import RefreshFacts
    from linkwell.integration.beside import Rate


@dataclass(frozen=True)
class Loaded:
    """What a load came to: the refresh's facts, its catalogue, every supply's links, rates by group, and what
    each organisation's service details lack (rounded)."""

    facts: RefreshFacts
    catalogue: dict[str, Any]
    linked: tuple[Relinked, ...]
    rates: tuple[Rate, ...]
    wanting: dict[str, dict[str, int]]


def work_load(job: Job, tick: Tick) -> Loaded:
    """Link every supply the refresh was started with anew, then build it from these links.

    Everything it makes is new and lies apart; the refresh there is stays as it is.
    """
    from linkwell import integration
    from linkwell.custody.linkage.relinking import relink
    from linkwell.integration import feedback
    from linkwell.integration.beside import rates

    refresh, home = find(job.subject), current_home()
    held = list(refresh.supplies.select_related("agreement__organisation").order_by("reference"))
    earlier = before(refresh)
    linked = tuple(
        relink(each.reference, label=refresh.label, before=_links_before(each, earlier), tick=tick)
        for each in held
    )
    supplies = [
        integration.SupplyForRefresh(
            supply_id=supply.reference,
            organisation_code=supply.organisation.code,
            specification=agreed_specification(supply.agreement),
            links=links.links,
            content=content_folder(supply.reference),
        )
        for supply, links in zip(held, linked, strict=True)
    ]
    facts = integration.build_refresh(
        home, supplies=supplies, label=refresh.label, base=refresh.base, progress=tick
    )
    found = rates(home, refresh.label, earlier.label if earlier else None)
    wanting = feedback.service_details(home, refresh.label)
    lacking = {code: rounded(counts) for code, counts in wanting.items()}
    return Loaded(facts, catalogue_of(home, refresh.label, supplies), linked, tuple(found), lacking)


def _links_before(supply: Supply, earlier: Refresh | None) -> Path | None:
    """The links of the same agreement's supply in the refresh before, while they are kept."""
    from linkwell.custody.linkage.relinking import refresh_links

    if earlier is None:
        return None
    held = earlier.supplies.filter(agreement=supply.agreement).first()
    links = refresh_links(current_home(), earlier.label, held.reference) if held else None
    return links if links and links.exists() else None  # they go before the refresh when their time is over


def finish_load(job: Job, result: Loaded) -> None:
    """Publish the refresh, tell every provider whose supply it holds, and go on with what it set free."""
    from linkwell.custody.linkage.relinking import told_together
    from linkwell.custody.removals.actions import go_on  # it builds on refreshes

    refresh = _move(job, "loaded")
    held = list(refresh.supplies.select_related("agreement__organisation").order_by("reference"))
    whose = {supply.reference: supply.organisation.code for supply in held}
    refresh.digest, refresh.catalogue = result.facts.digest, result.catalogue
    refresh.facts = asdict(result.facts) | {
        "changes": told_together(result.linked, whose),
        "rates": [rate.as_dict() for rate in result.rates],
    }
    refresh.ready_at = timezone.now()
    refresh.save()
    record("refresh.ready", by=SYSTEM, subject=refresh.subject, details={"digest": refresh.digest})
    for supply, links in zip(held, result.linked, strict=True):
        if links.again:
            publish_links(supply, links.found, about=f"refresh-{refresh.label}")
        row = find_supply(supply.reference)
        row.counts["feedback"] = links.wanting | result.wanting.get(whose[row.reference], {})
        moved = change(row, "loaded", by=SYSTEM, event="supply.loaded",
                       refresh=refresh.label)  # fmt: skip
        facts = {"refresh": refresh.label, "refresh_digest": refresh.digest}
        give(moved, Kind.LOADED, facts | ({"beside": refresh.base} if refresh.base else {}),
             about=refresh.label)  # fmt: skip
    go_on()


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
