"""Finding the people of a supply on the spine: the long part of linking it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from linkwell.custody.audit.record import SYSTEM
from linkwell.custody.home import current_home, links_path
from linkwell.custody.jobs.kinds import Tick
from linkwell.custody.jobs.models import Job
from linkwell.custody.supplies.actions import change, find
from linkwell.custody.supplies.receipts import give
from linkwell.errors import LinkwellError
from linkwell.ledger.receipts import Kind
from linkwell.vault.zones import Home, ZoneName, written_whole


def spine_paths(home: Home) -> tuple[Path, Path]:
    """The spine as imported, and as prepared for linking (both linkers' zone)."""
    folder = home.zone(ZoneName.IDENTITY).folder("spine")
    return folder / "spine.parquet", folder / "prepared"


def work_link(job: Job, tick: Tick) -> Any:
    """Link the identity table to the spine and write link map and report into the linkers' zone."""
    import pyarrow.parquet as pq

    from linkwell import linkage
    from linkwell.linkage import report

    supply, home = find(job.subject), current_home()
    source, prepared = spine_paths(home)
    extract = home.zone(ZoneName.IDENTITY).folder("supplies", supply.reference) / "identity.csv"
    spine = linkage.prepare_spine(source, prepared, settings=linkage.LinkSettings(), progress=tick)
    result = linkage.link(extract, spine, settings=linkage.LinkSettings(), progress=tick)
    links = links_path(supply.reference)
    report.write(result, links.parent)
    with written_whole(links) as part:
        pq.write_table(result.links, part)
    return result


def finish_link(job: Job, result: Any) -> None:
    """Publish how many were found and sign the receipt."""
    decisions = result.links.column("decision").to_pylist()
    counts = {"people": len(decisions), "found": decisions.count("link"), "unsure": decisions.count("review")}
    supply = find(job.subject)
    supply.counts = {**supply.counts, "linked": counts}
    supply = change(supply, "linked", by=SYSTEM, event="supply.linked", **counts)
    give(supply, Kind.LINKED, counts)


def give_up_link(job: Job, error: LinkwellError) -> None:
    """Back to accepted, to be tried again."""
    change(find(job.subject), "link failed", by=SYSTEM, event="supply.link failed", job=job.pk)
