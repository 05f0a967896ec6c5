"""Loads beside a refresh, suppliers that stay hidden, notes that travel, and refreshes that are destroyed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest
from tests.integration.conftest import make_world
from tests.integration.test_refresh import refresh_file, rows

from linkwell.errors import WrongUse
from linkwell.integration import build_project, build_refresh, import_population
from linkwell.integration.beside import rates
from linkwell.integration.leaving import destroy_project, destroy_refresh, record_keys, rows_left
from linkwell.integration.refresh import read_facts
from linkwell.specification.base import base_specification
from linkwell.specification.model import NotHeld

ENROLMENTS = {"enrolment": ["snz_uid", "snz_unit_uid", "organisation_code", "start_date"]}


@pytest.fixture
def loaded(site, add_supply):
    """A refresh of one provider, and a second provider's supply beside it."""
    import_population(site.world, site.home)
    build_refresh(site.home, supplies=[site.supply], label="202406")
    return site, add_supply(site.home, supply_id="S2", organisation="ORG2", clients=30)


def test_an_ad_hoc_load_has_the_ids_of_the_refresh_it_lies_beside(loaded) -> None:
    site, other = loaded
    before = read_facts(site.home, "202406")
    facts = build_refresh(site.home, supplies=[other], label="adhoc-1", base="202406")
    assert (facts.base, facts.rows["enrolment"], "person" in facts.rows) == ("202406", 30, False)
    assert read_facts(site.home, "202406") == before
    mine, theirs = (
        {uid for (uid,) in rows(refresh_file(site.home, label), "SELECT snz_uid FROM enrolment")}
        for label in ("adhoc-1", "202406")
    )
    assert len((mine & theirs) - {-1}) == 20  # the first twenty of both are the same people
    columns = ENROLMENTS | {"person": ["snz_uid", "snz_birth_year_nbr"]}
    build_project(site.home, refresh="adhoc-1", project="p", columns=columns)
    found = rows(
        site.home.path / "projects/p/project.duckdb",
        "SELECT count(*) FROM enrolment JOIN person USING (snz_uid)",
    )
    assert found == [(20,)]
    with pytest.raises(WrongUse, match="no such refresh"):
        build_refresh(site.home, supplies=[other], label="adhoc-2", base="adhoc-1")


def test_who_supplied_a_sensitive_service_is_seen_only_where_it_is_named(loaded) -> None:
    site, other = loaded
    spec = replace(base_specification(), initiatives=("pathways",), sensitive=("pathways",))
    secret = replace(other, specification=spec)
    facts = build_refresh(site.home, supplies=[site.supply, secret], label="202410")
    assert facts.sensitive == ("ORG2",)
    for project, organisations, seen in (
        ("anyone", None, {"ORG1"}),
        ("named", ["ORG1", "ORG2"], {"ORG1", "ORG2"}),
    ):
        build_project(
            site.home, refresh="202410", project=project, columns=ENROLMENTS, organisations=organisations
        )
        folder = site.home.path / "projects" / project
        found = rows(folder / "project.duckdb", "SELECT DISTINCT organisation_code FROM enrolment")
        assert {code for (code,) in found} == seen
        assert ("ORG2" in (folder / "facts.json").read_text("utf-8")) is False


def test_known_gaps_and_waivers_travel_with_their_variable(loaded) -> None:
    site, other = loaded
    spec = base_specification()
    table = spec.table("enrolment")
    assert table is not None
    start = table.field("start_date")
    assert start is not None
    spec = spec.with_field(
        "enrolment", replace(start, gaps="Before 2021 only the month.", review="2027-06-30")
    )
    waiver = NotHeld("enrolment.end_date", "We never recorded it.", "2027-01-31")
    noted = replace(other, specification=replace(spec, not_held=(waiver,)))
    facts = build_refresh(site.home, supplies=[noted], label="202410")
    assert {(n["table"], n["column"], n["kind"], n["note"]) for n in facts.notes} >= {
        ("enrolment", "start_date", "known gap", "Before 2021 only the month."),
        ("enrolment", "end_date", "not held", "We never recorded it."),
    }
    project = build_project(site.home, refresh="202410", project="p", columns=ENROLMENTS)
    assert [note["column"] for note in project.notes] == ["start_date"]
    assert build_project(site.home, refresh="202410", project="p", columns=ENROLMENTS) == project


def test_rates_stand_beside_those_of_the_refresh_before_and_small_groups_are_not_told(loaded) -> None:
    site, _ = loaded
    assert {each.now for each in rates(site.home, "202406")} == {None}  # sixty are too few
    big = make_supply_of(site.home, 300)
    build_refresh(site.home, supplies=[big], label="202410")
    build_refresh(site.home, supplies=[big], label="202503")
    whole = [each for each in rates(site.home, "202503", "202410") if each.trait == "all"]
    assert [(each.now, each.before) for each in whole] == [(97, 97)]


def make_supply_of(home, clients: int):
    from tests.integration.conftest import make_supply

    return make_supply(home, supply_id="S9", organisation="ORG9", clients=clients)


def test_a_destroyed_refresh_leaves_nothing_and_the_next_stands(loaded) -> None:
    site, other = loaded
    build_project(site.home, refresh="202406", project="p", columns=ENROLMENTS)
    build_refresh(site.home, supplies=[other], label="202410")
    keys = record_keys(site.supply.content)
    assert len(keys) == 60
    assert rows_left(site.home, "202406", keys) == 180
    assert rows_left(site.home, "202410", keys) == 0
    stands = read_facts(site.home, "202410")
    for _ in range(2):  # again does nothing
        destroy_project(site.home, "p")
        destroy_refresh(site.home, "202406")
    left = [
        file for file in site.home.path.rglob("*") if "202406" in str(file) or file.stem in ("p", "project-p")
    ]
    assert left == []
    assert read_facts(site.home, "202410") == stands


KILLED = """
import sys, pathlib
from linkwell.vault.zones import Home
from linkwell.integration import SupplyForRefresh, build_refresh
home = Home.open(pathlib.Path(sys.argv[1]))
supply = SupplyForRefresh("S1", "ORG1", None, home.path / "identity/links/S1/links.parquet",
                          home.path / "research/supplies/S1")
build_refresh(home, supplies=[supply], label="202410")
"""


def test_a_refresh_that_is_killed_leaves_the_one_before_whole_and_the_next_run_finishes(site) -> None:
    """The build is killed for real as soon as there is half of a file."""
    world = make_world(site.home.path.parent / "more", people=20_000)
    import_population(world, site.home)
    before = build_refresh(site.home, supplies=[site.supply], label="202406")
    whole = refresh_file(site.home).read_bytes()
    folder = refresh_file(site.home, "202410").parent
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(site.home.path)], start_new_session=True, stderr=subprocess.DEVNULL
    ) as process:
        while not any(folder.glob(".refresh.duckdb.part*")):
            assert process.poll() is None, "it ended before it could be killed"
            time.sleep(0.001)
        os.killpg(process.pid, signal.SIGKILL)
    assert read_facts(site.home, "202410") is None
    assert (read_facts(site.home, "202406"), refresh_file(site.home).read_bytes()) == (before, whole)
    after = build_refresh(site.home, supplies=[site.supply], label="202410")
    assert after.rows == before.rows
    assert not list(folder.glob(".*"))
