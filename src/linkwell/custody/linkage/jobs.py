"""Finding the people of a supply on the spine: the long part of linking it."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

from linkwell.custody.audit.record import SYSTEM, record
from linkwell.custody.home import current_home, links_path
from linkwell.custody.jobs.kinds import Tick
from linkwell.custody.jobs.models import Job
from linkwell.custody.linkage import judging
from linkwell.custody.supplies.actions import find
from linkwell.custody.supplies.changing import change
from linkwell.custody.supplies.models import Supply
from linkwell.custody.supplies.receipts import give
from linkwell.errors import LinkwellError
from linkwell.ledger.receipts import Kind
from linkwell.vault.zones import Home, ZoneName, write_whole, written_whole


def spine_paths(home: Home) -> tuple[Path, Path]:
    """The spine as imported, and as prepared for linking (both linkers' zone)."""
    folder = home.zone(ZoneName.IDENTITY).folder("spine")
    return folder / "spine.parquet", folder / "prepared"


def link_settings(home: Home, labels: Any = None) -> Any:
    """How supplies are linked in this home: with the further NHI numbers the spine's people are known by.

    Args:
        labels: judgements to keep to, as `linkage.LinkSettings` takes them.
    """
    from linkwell.linkage import LinkSettings

    return LinkSettings(labels=labels, nhi_map=nhi_map(home))


def nhi_map(home: Home) -> Path | None:
    """The file of (secondary, primary) NHI numbers that came with the spine, if one did (linkers' zone)."""
    from linkwell.integration.population import NHI_MAP

    path = spine_paths(home)[0].with_name(NHI_MAP)
    return path if path.exists() else None


GROUPS, MADE_FROM = "groups.parquet", "made-from"
"""Beside the links: each record's groups, and a digest of everything the links were made from."""

OUTSIDE = "made-elsewhere"
"""Beside links that were handed in: a refresh takes them as they are, until a linker links them again."""


def identity_table(home: Home, reference: str) -> Path:
    """The names and numbers of a supply (linkers' zone)."""
    return home.zone(ZoneName.IDENTITY).folder("supplies", reference) / "identity.csv"


def made_from(home: Home, reference: str, *, again: bool) -> str:
    """A digest of everything the links of a supply follow from: list, spine, judgements and software."""
    from linkwell.integration.digest import combined, file_digest

    source, _ = spine_paths(home)
    labels, _ = judging.judgements(links_path(reference).parent) if again else (None, None)
    said = "" if labels is None else repr(sorted(map(repr, labels.to_pylist())))
    parts = {"list": file_digest(identity_table(home, reference)), "spine": file_digest(source)}
    known = nhi_map(home)
    parts |= {} if known is None else {"further numbers": file_digest(known)}
    return combined(parts | {"judged": said, "software": version("linkwell")})


def work_link(job: Job, tick: Tick) -> Any:
    """Link the identity table to the spine; write link map, report and a sample to judge, linkers' zone."""
    return link_supply(find(job.subject).reference, seed=str(job.pk), tick=tick, again=False)


def work_link_again(job: Job, tick: Tick) -> Any:
    """The same with every judgement so far, told beside the links there are."""
    return link_supply(find(job.subject).reference, seed=str(job.pk), tick=tick, again=True)


def link_supply(reference: str, *, seed: str, tick: Tick, again: bool) -> Any:
    """Link a supply's people to the spine and write all that is kept of it to the linkers' zone.

    Args:
        seed: what the pairs to judge are drawn by. again: with every judgement so far, told beside the links
            there are.
    """
    import pyarrow.parquet as pq

    from linkwell import linkage
    from linkwell.linkage import refresh, report

    home = current_home()
    source, prepared = spine_paths(home)
    extract = identity_table(home, reference)
    links = links_path(reference)
    follows = made_from(home, reference, again=again)
    folder = links.parent
    labels, judged = judging.judgements(folder) if again else (None, None)
    settings = link_settings(home, labels)
    spine = linkage.prepare_spine(source, prepared, settings=settings, progress=tick)
    result = linkage.link(extract, spine, settings=settings, progress=tick)
    before = pq.read_table(links) if again and links.exists() else None
    changes = refresh.compare(before, result.links, result.groups) if before is not None else []
    report.write(result, folder, changes=changes, judged=judged)
    if again:  # what was answered while this ran is kept for the next time
        labels, _ = judging.judgements(folder)
        judging.keep_judged(folder, labels)
    judging.draw(folder, result, extract, source, seed=seed)
    (folder / MADE_FROM).unlink(missing_ok=True)  # it never stands beside links it is not about
    with written_whole(folder / GROUPS) as part:
        pq.write_table(result.groups, part)
    with written_whole(links) as part:
        pq.write_table(result.links, part)
    (folder / OUTSIDE).unlink(missing_ok=True)
    write_whole(folder / MADE_FROM, follows.encode())
    return result


def finish_link(job: Job, result: Any) -> None:
    """Publish how many were found, to linkers exactly and to everybody else roughly, and sign the receipt.

    The exact number would tell by how much the released one was rounded.
    """
    publish(find(job.subject), result.links)


def publish(supply: Supply, links: Any) -> None:
    """Move a supply from linking to linked, with counts and receipt; call inside a transaction."""
    decisions = links.column("decision").to_pylist()
    counts = {"people": len(decisions), "found": decisions.count("link"), "unsure": decisions.count("review")}
    people, percent = counts["people"], roughly(counts["found"], counts["people"])
    supply.counts = {**supply.counts, "linked": counts, "found": found_words(percent)}
    supply = change(supply, "linked", by=SYSTEM, event="supply.linked", people=people)
    give(supply, Kind.LINKED, {"people": people, "found": found_words(percent)})
    from linkwell.custody.removals.actions import ask_for_delivery  # it builds on supplies and refreshes

    ask_for_delivery(supply)


def finish_link_again(job: Job, result: Any) -> None:
    """Publish the new counts; the next refresh takes the new links."""
    decisions = result.links.column("decision").to_pylist()
    counts = {"people": len(decisions), "found": decisions.count("link"), "unsure": decisions.count("review")}
    publish_links(find(job.subject), counts, about=f"again-{job.pk}")


def publish_links(supply: Supply, counts: dict[str, int], *, about: str) -> None:
    """Say what linking a supply again came to, to linkers exactly and to everybody else roughly.

    Args:
        about: what the receipt is told apart by.
    """
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
    give(supply, Kind.LINKED, {"people": counts["people"], "found": words}, about=about)


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
