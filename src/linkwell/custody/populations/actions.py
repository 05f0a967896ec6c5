"""Bringing a population in or building one, handing over a supply, and taking in links made elsewhere.

The record says who did it before anything is read; the long part follows in the caller's process while no
other heavy work runs, and does nothing twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction

from linkwell.custody.agreements.controls import as_now, refuse_what_is_not_agreed
from linkwell.custody.agreements.specifications import agreed_specification
from linkwell.custody.audit.record import SYSTEM, record
from linkwell.custody.home import content_folder, current_home, links_path
from linkwell.custody.jobs.kinds import HEAVY, Tick
from linkwell.custody.jobs.worker import LOOK_SECONDS, holding
from linkwell.custody.linkage.jobs import GROUPS, OUTSIDE, publish, spine_paths
from linkwell.custody.linkage.permissions import LINK
from linkwell.custody.machine import WrongState
from linkwell.custody.organisations.models import Person
from linkwell.custody.permissions import check
from linkwell.custody.populations.permissions import HAND_OUT_CONTENT, HAND_OUT_LINKS, MAKE_SPINE
from linkwell.custody.supplies.changing import change
from linkwell.custody.supplies.models import Supply
from linkwell.custody.supplies.states import SupplyState
from linkwell.errors import TryAgain
from linkwell.vault.zones import ZoneName, write_whole, written_whole

if TYPE_CHECKING:
    from linkwell.integration import SupplyForRefresh
    from linkwell.integration.spine_build import SpineFacts

IN_HAND = (SupplyState.ACCEPTED, SupplyState.LINKED, SupplyState.LOADED)
"""States in which the custodian holds a supply's tables and nothing is being done to them."""


def start_spine(*, by: Person, how: str) -> None:
    """Say that a population is brought in ("brought in") or a spine built ("built").

    Raises:
        NotAllowed: `by` is not a linker.
    """
    check(by, MAKE_SPINE)
    with transaction.atomic():
        record("spine.started", by=by, subject="spine", details={"how": how})


@contextmanager
def _alone() -> Iterator[None]:
    """While nothing else heavy runs: a refresh must not read a population that is being replaced."""
    with holding(HEAVY, patience=LOOK_SECONDS) as mine:
        if not mine:
            raise TryAgain(
                "Other heavy work is running here.",
                why="A refresh must not read a population that is being replaced.",
                fix="Wait until it has ended (or stop the worker), then run this again.",
            )
        yield


def bring_in(world: Path, tick: Tick | None = None) -> Any:
    """Bring a population in and prepare its spine; the facts of what is there now.

    Raises:
        TryAgain: other heavy work is running. WrongUse, RefusedByRule: see `import_population`.
    """
    with _alone():
        return _brought_in(world, tick)


def _brought_in(world: Path, tick: Tick | None) -> Any:
    from linkwell import integration
    from linkwell.custody.setup import bring_in_population

    bring_in_population(current_home(), world, tick)
    facts = integration.stored_facts(current_home())
    assert facts is not None
    with transaction.atomic():
        record("spine.ready", by=SYSTEM, subject="spine", details={"digest": facts.digest})
    return facts


def build(sources: Path, tick: Tick | None = None) -> tuple[SpineFacts, Any]:
    """Build a spine from sources, bring its population in, and leave only what is kept.

    Raises:
        TryAgain: other heavy work is running. WrongUse: a source or a rule is not as it should be.
    """
    from linkwell.integration import spine_build
    from linkwell.integration.sources import read_sources

    with _alone():
        world, facts = spine_build.build_spine(read_sources(sources), current_home(), tick)
        try:
            return facts, _brought_in(world, tick)
        finally:
            spine_build.take_away(world)


def hand_out(*, by: Person, supply: Supply, what: str) -> SupplyForRefresh:
    """Say that a part of a supply is handed out: its "content" or its "links"; what to hand out is returned.

    Raises:
        NotAllowed: content needs a data integrator, links a linker. WrongState: it is not in hand.
    """
    from linkwell.integration import SupplyForRefresh

    check(by, HAND_OUT_LINKS if what == "links" else HAND_OUT_CONTENT)
    refuse_what_is_not_agreed(supply.agreement, as_now(supply.agreement, "work"))
    needed = IN_HAND[1:] if what == "links" else IN_HAND
    with transaction.atomic():
        row = Supply.objects.select_for_update().select_related("agreement__organisation").get(pk=supply.pk)
        if row.state not in needed:
            raise WrongState(
                "Only what is accepted can be handed out, and links only once there are some.",
                where=row.reference,
                fix="Accept it and link it first.",
            )
        record(
            "supply.handed out",
            by=by,
            subject=row.subject,
            about=row.organisation.code,
            details={"what": what},
        )
    return SupplyForRefresh(
        row.reference, row.organisation.code, agreed_specification(row.agreement),
        links_path(row.reference), content_folder(row.reference),
    )  # fmt: skip


def read_links(supply: Supply, file: Path) -> Any:
    """Check links made elsewhere against the supply and the spine; nothing changes."""
    from linkwell.integration.handing import read_outside_links

    home = current_home()
    identity = home.zone(ZoneName.IDENTITY) / "supplies" / supply.reference / "identity.csv"
    return read_outside_links(file, identity, spine_paths(home)[0])


def hand_in(*, by: Person, supply: Supply, links: Any) -> Supply:
    """Take links made elsewhere as the links of an accepted supply (`links`: what `read_links` gave).

    Raises:
        NotAllowed: `by` is not a linker. WrongState: the supply is not accepted.
    """
    import pyarrow.parquet as pq

    check(by, LINK)
    refuse_what_is_not_agreed(supply.agreement, as_now(supply.agreement, "work"))
    with transaction.atomic():
        linking = change(supply, "link", by=by, event="supply.links handed in")
        path = links_path(supply.reference)
        # the mark first: links from elsewhere never lie there as if they had been made here
        write_whole(path.with_name(OUTSIDE), b"")
        for file, table in ((path.with_name(GROUPS), links.select(["record", "pass"])), (path, links)):
            with written_whole(file) as part:
                pq.write_table(table, part)
        publish(linking, links)
    return Supply.objects.get(pk=supply.pk)
