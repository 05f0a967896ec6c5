"""Finding the people of a supply on the spine: the long part of linking it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from linkwell.custody.audit.record import SYSTEM, record
from linkwell.custody.home import current_home, links_path
from linkwell.custody.jobs.kinds import Tick
from linkwell.custody.jobs.models import Job
from linkwell.custody.linkage import judging
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
    """Link the identity table to the spine; write link map, report and a sample to judge, linkers' zone."""
    return _linked(job, tick, again=False)


def work_link_again(job: Job, tick: Tick) -> Any:
    """The same with every judgement so far, told beside the links there are."""
    return _linked(job, tick, again=True)


def _linked(job: Job, tick: Tick, *, again: bool) -> Any:
    import pyarrow.parquet as pq

    from linkwell import linkage
    from linkwell.linkage import refresh, report

    supply, home = find(job.subject), current_home()
    source, prepared = spine_paths(home)
    extract = home.zone(ZoneName.IDENTITY).folder("supplies", supply.reference) / "identity.csv"
    links = links_path(supply.reference)
    folder = links.parent
    labels, judged = judging.judgements(folder) if again else (None, None)
    spine = linkage.prepare_spine(source, prepared, settings=linkage.LinkSettings(), progress=tick)
    result = linkage.link(extract, spine, settings=linkage.LinkSettings(labels=labels), progress=tick)
    before = pq.read_table(links) if again and links.exists() else None
    changes = refresh.compare(before, result.links, result.groups) if before is not None else []
    report.write(result, folder, changes=changes, judged=judged)
    if again:  # what was answered while this ran is kept for the next time
        labels, _ = judging.judgements(folder)
        judging.keep_judged(folder, labels)
    judging.draw(folder, result, extract, source, seed=str(job.pk))
    with written_whole(links) as part:
        pq.write_table(result.links, part)
    return result


def finish_link(job: Job, result: Any) -> None:
    """Publish how many were found, to linkers exactly and to everybody else roughly, and sign the receipt.

    The exact number would tell by how much the released one was rounded.
    """
    decisions = result.links.column("decision").to_pylist()
    counts = {"people": len(decisions), "found": decisions.count("link"), "unsure": decisions.count("review")}
    supply = find(job.subject)
    people, percent = counts["people"], roughly(counts["found"], counts["people"])
    supply.counts = {**supply.counts, "linked": counts, "found": found_words(percent)}
    supply = change(supply, "linked", by=SYSTEM, event="supply.linked", people=people)
    give(supply, Kind.LINKED, {"people": people, "found": found_words(percent)})


def finish_link_again(job: Job, result: Any) -> None:
    """Publish the new counts; the next refresh takes the new links."""
    supply = find(job.subject)
    decisions = result.links.column("decision").to_pylist()
    counts = {"people": len(decisions), "found": decisions.count("link"), "unsure": decisions.count("review")}
    words = found_words(roughly(counts["found"], counts["people"]))
    supply.counts = {**supply.counts, "linked": counts, "found": words}
    supply.save(update_fields=["counts"])
    record(
        "supply.linked again",
        by=SYSTEM,
        subject=supply.subject,
        about=supply.organisation.code,
        details={"people": counts["people"]},
    )
    give(supply, Kind.LINKED, {"people": counts["people"], "found": words}, about=f"again-{job.pk}")


def give_up_link_again(job: Job, error: LinkwellError) -> None:
    """The links that were there still hold."""
    supply = find(job.subject)
    record(
        "supply.link again failed",
        by=SYSTEM,
        subject=supply.subject,
        about=supply.organisation.code,
        details={"job": job.pk},
    )


FEWEST = 100
"""Below this many records a whole per cent would be an exact count."""


def roughly(found: int, people: int) -> int | None:
    """The share found as a whole per cent, or None when there are too few records to say."""
    return round(100 * found / people) if people >= FEWEST else None


def found_words(percent: int | None) -> str:
    """The share in words; "all of them" and "none of them" would be a fact about each of them."""
    if percent is None:
        return "too few records to say"
    if percent >= 99:
        return "99 % or more"
    return "1 % or less" if percent <= 1 else f"about {percent} %"


def give_up_link(job: Job, error: LinkwellError) -> None:
    """Back to accepted, to be tried again."""
    change(find(job.subject), "link failed", by=SYSTEM, event="supply.link failed", job=job.pk)
