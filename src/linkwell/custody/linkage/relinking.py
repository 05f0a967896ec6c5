"""Every live supply linked again for a refresh, and set beside the links of the refresh before.

Each refresh keeps the links it was built from in a folder of its own in the linkers' zone, so that the next
one can say who is newly found, lost, or found to be somebody else. A supply whose list, spine and judgements
are what they were when it was linked last is not worked through again: the same links would come out.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkwell.custody.home import current_home, links_path
from linkwell.custody.jobs.kinds import Tick
from linkwell.custody.linkage.jobs import GROUPS, MADE_FROM, OUTSIDE, identity_table, link_supply, made_from
from linkwell.custody.refreshes.feedback import rounded
from linkwell.errors import WrongUse
from linkwell.integration.telling import in_words
from linkwell.vault.zones import Home, ZoneName, write_whole, written_whole

if TYPE_CHECKING:
    from linkwell.linkage.refresh import Change

CHANGES = "changes.json"
TOLD = ("kept", "changed", "new", "lost", "never")


@dataclass(frozen=True)
class Relinked:
    """What became of one supply's links.

    Attributes:
        links: the link map the refresh is built from (linkers' zone).
        again: whether it was really linked again, because something it follows from had changed.
        found: decisions counted, for linkers. wanting: what its names and numbers lack, rounded.
        changes: exact, for linkers; empty without a refresh before.
    """

    reference: str
    links: Path
    again: bool
    found: dict[str, int]
    wanting: dict[str, int]
    changes: tuple[Change, ...] = ()

    def told(self) -> list[dict[str, str]]:
        """The changes by group, as everybody but linkers reads them."""
        return [
            {"kind": each.kind, "name": each.name, **{n: in_words(getattr(each, n)) for n in TOLD}}
            for each in self.changes
        ]


def refresh_links(home: Home, label: str, reference: str) -> Path:
    """Where the links of one supply lie that a refresh was built from."""
    return home.zone(ZoneName.IDENTITY).folder("refreshes", label, reference) / "links.parquet"


def relink(reference: str, *, label: str, before: Path | None, tick: Tick) -> Relinked:
    """Link a supply for the refresh `label`; done before with the same inputs, it is found done.

    Args:
        before: the links of the same agreement's supply in the refresh before, if there was one.

    Raises:
        WrongUse: its names and numbers are gone.
    """
    import pyarrow.parquet as pq

    from linkwell.integration import feedback

    home = current_home()
    if not identity_table(home, reference).exists():
        raise WrongUse(
            "The names and numbers of a supply are gone, so it cannot be linked.",
            where=reference,
            why="A refresh links everybody anew.",
            fix="Take the supply out, or ask the provider to send it again.",
        )
    again = _link_where_changed(home, reference, label, tick)
    kept = refresh_links(home, label, reference)
    own = links_path(reference).parent
    links = pq.read_table(own / "links.parquet").append_column("client", _clients(home, reference, own))
    with written_whole(kept) as part:
        pq.write_table(links, part)
    changes = _compared(before, links, pq.read_table(own / GROUPS))
    told = json.dumps([each.as_dict() for each in changes], indent=1)
    write_whole(kept.with_name(CHANGES), told.encode())
    decisions = links["decision"].to_pylist()
    found = {"people": len(decisions), "found": decisions.count("link"), "unsure": decisions.count("review")}
    wanting = rounded(feedback.names_and_numbers(identity_table(home, reference), kept))
    return Relinked(reference, kept, again, found, wanting, tuple(changes))


def _link_where_changed(home: Home, reference: str, label: str, tick: Tick) -> bool:
    """Bring the supply's own links up to date; whether they were made anew."""
    if links_path(reference).with_name(OUTSIDE).exists():
        return False
    stands = links_path(reference).with_name(MADE_FROM)
    follows = made_from(home, reference, again=True)
    if stands.exists() and stands.read_text("ascii") == follows:
        return False
    link_supply(reference, seed=label, tick=tick, again=True)
    return True


def _clients(home: Home, reference: str, own: Path) -> Any:
    """The provider's keyed reference of each record, in the order of the links: it outlives a delivery."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.csv as csv
    import pyarrow.parquet as pq

    records = pq.read_table(own / "links.parquet", columns=["record"])["record"].cast(pa.string())
    table = csv.read_csv(
        identity_table(home, reference),
        convert_options=csv.ConvertOptions(
            include_columns=["record_key", "client_ref"],
            include_missing_columns=True,
            column_types={"record_key": pa.string(), "client_ref": pa.string()},
        ),
    )
    place = pc.index_in(records, value_set=table["record_key"].combine_chunks())
    client = table["client_ref"].take(place)
    return pc.if_else(pc.equal(pc.fill_null(client, ""), ""), records, client)


def _compared(before: Path | None, links: Any, groups: Any) -> list[Change]:
    """By client, because every delivery draws its record keys anew."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    from linkwell.linkage.refresh import compare

    if before is None or not before.exists():
        return []
    place = pc.index_in(groups["record"], value_set=links["record"].combine_chunks())
    named = groups.set_column(0, "record", links["client"].take(place))
    return compare(_by_client(pq.read_table(before)), _by_client(links), named)


def _by_client(links: Any) -> Any:
    import pyarrow as pa

    return pa.table({"record": links["client"], "person": links["person"], "decision": links["decision"]})


def told_together(done: Sequence[Relinked], whose: dict[str, str]) -> dict[str, list[dict[str, str]]]:
    """What every supply's links became, by organisation, rounded.

    Args:
        whose: a supply's reference to its organisation's code.
    """
    return {whose[each.reference]: each.told() for each in done if each.changes}
