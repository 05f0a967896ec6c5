"""A population is the linkers' to bring in; a supply is handed over in halves, and links come in checked."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from tests.integration.conftest import make_world

from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.home import current_home, links_path
from linkwell.custody.jobs.kinds import HEAVY
from linkwell.custody.jobs.worker import holding
from linkwell.custody.machine import WrongState
from linkwell.custody.permissions import NotAllowed
from linkwell.custody.populations import actions
from linkwell.custody.supplies import actions as supplies
from linkwell.custody.supplies.models import Supply
from linkwell.errors import TryAgain, WrongUse
from linkwell.vault.zones import ZoneName


@pytest.fixture
def accepted(registry, tmp_path: Path) -> Supply:
    """A supply that was accepted, in a home with a population of 60."""
    supply = supplies.import_package(
        by=registry.person("integrator"), agreement=registry.agreement, package=registry.sealed.path
    )
    Supply.objects.update(state="accepted")
    identity = current_home().zone(ZoneName.IDENTITY).folder("supplies", supply.reference)
    (identity / "identity.csv").write_text("record_key,first_name\nk1,Mere\nk2,Jon\nk3,Petra\n", "utf-8")
    content = current_home().zone(ZoneName.RESEARCH).folder("supplies", supply.reference)
    (content / "interaction.csv").write_text("record_key,attendance\nk1,attended\n", "utf-8")
    actions.bring_in(make_world(tmp_path / "world", people=60))
    return supplies.find(supply.reference)


def test_only_a_linker_brings_a_population_in_and_it_is_recorded(registry, tmp_path):
    for name in ("integrator", "analyst", "manager", "provider"):
        with pytest.raises(NotAllowed):
            actions.start_spine(by=registry.person(name), how="built")
    actions.start_spine(by=registry.person("linker"), how="brought in")
    world = make_world(tmp_path / "world", people=60)
    facts = actions.bring_in(world)
    assert (facts.people, actions.bring_in(world)) == (60, facts)
    said = AuditEvent.objects.filter(subject="spine").order_by("seq").values_list("verb", "actor")
    assert next(iter(said)) == ("spine.started", "linker")
    assert {verb for verb, _ in said} == {"spine.started", "spine.ready"}


def test_a_population_waits_while_heavy_work_runs(registry, tmp_path):
    world = make_world(tmp_path / "world", people=60)
    with holding(HEAVY), pytest.raises(TryAgain, match="heavy work"):
        actions.bring_in(world)


def test_each_half_is_handed_out_by_its_own_people_only(registry, accepted, tmp_path):
    from linkwell.integration.handing import hand_out_content

    with pytest.raises(NotAllowed):
        actions.hand_out(by=registry.person("linker"), supply=accepted, what="content")
    with pytest.raises(NotAllowed):
        actions.hand_out(by=registry.person("integrator"), supply=accepted, what="links")
    with pytest.raises(WrongState):  # there are no links yet
        actions.hand_out(by=registry.person("linker"), supply=accepted, what="links")
    given = actions.hand_out(by=registry.person("integrator"), supply=accepted, what="content")
    done = hand_out_content(given, tmp_path / "out", form="csv")
    assert done.rows == {"interaction": 1}
    event = AuditEvent.objects.get(verb="supply.handed out")
    assert (event.actor, event.details["what"]) == ("integrator", "content")


def test_links_made_elsewhere_make_a_supply_linked_once(registry, accepted, tmp_path):
    file = tmp_path / "links.csv"
    file.write_text("record_key,spine_person,posterior\nk1,5,0.99\nk3,-1,\n", "utf-8")
    links = actions.read_links(accepted, file)
    with pytest.raises(NotAllowed):
        actions.hand_in(by=registry.person("integrator"), supply=accepted, links=links)
    assert not links_path(accepted.reference).exists()
    done = actions.hand_in(by=registry.person("linker"), supply=accepted, links=links)
    assert (done.state, done.counts["linked"]) == ("linked", {"people": 3, "found": 1, "unsure": 0})
    assert done.receipts.filter(kind="linked").count() == 1
    with pytest.raises(WrongState):
        actions.hand_in(by=registry.person("linker"), supply=accepted, links=links)
    given = actions.hand_out(by=registry.person("linker"), supply=accepted, what="links")
    from linkwell.integration.handing import hand_out_links

    hand_out_links(given, tmp_path / "map", form="csv")
    with (tmp_path / "map/link_map.csv").open(encoding="utf-8", newline="") as out:
        rows = {row["record_key"]: (row["spine_person"], row["pass"]) for row in csv.DictReader(out)}
    assert rows == {"k1": ("5", "outside"), "k2": ("-1", "outside"), "k3": ("-1", "outside")}


def test_a_map_that_does_not_fit_changes_nothing(registry, accepted, tmp_path):
    file = tmp_path / "links.csv"
    file.write_text("record_key,spine_person\nk1,5\nk9,6\n", "utf-8")
    with pytest.raises(WrongUse, match="Nothing was taken in"):
        actions.read_links(accepted, file)
    assert supplies.find(accepted.reference).state == "accepted"
    assert not links_path(accepted.reference).exists()
