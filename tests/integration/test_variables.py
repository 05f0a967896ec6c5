"""The catalogue says what everything means and how full it is, and holds nobody's row."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pytest

from linkwell.integration import build_refresh, import_population
from linkwell.integration.refresh import TABLES
from linkwell.integration.variables import _examples, about, describe
from linkwell.specification.base import base_specification
from linkwell.specification.model import NotHeld


def described(site, add_supply, *, sensitive=(), clients=150):
    import_population(site.world, site.home)
    waiver = NotHeld("interaction.channel", "We only visit", "2027-01-01")
    spec = replace(base_specification(), sensitive=sensitive, not_held=(waiver,))
    supply = replace(add_supply(site.home, supply_id="S9", clients=clients), specification=spec)
    build_refresh(site.home, supplies=[supply], label="r1")
    file = site.home.path / "research/refreshes/r1/refresh.duckdb"
    with duckdb.connect(str(file), read_only=True) as con:
        return {each["name"]: each for each in describe(con, TABLES, [supply])}


def test_every_variable_has_a_kind_a_meaning_and_a_share(site, add_supply):
    found = described(site, add_supply)
    assert set(found) == set(TABLES) - {"catalogue"}
    for dataset in found.values():
        assert dataset["label"]
        for variable in dataset["variables"]:
            assert variable["meaning"], variable["name"]
    start = next(v for v in found["enrolment"]["variables"] if v["name"] == "start_date")
    assert (start["filled_percent"], start["kind"]) == (100, "day")
    end = next(v for v in found["enrolment"]["variables"] if v["name"] == "end_date")
    assert end["filled_percent"] == 0
    assert found["enrolment"]["suppliers"] == ["ORG1"]


def test_codes_and_known_gaps_travel_with_the_variable(site, add_supply):
    events = described(site, add_supply)["service_event"]["variables"]
    attendance = next(v for v in events if v["name"] == "attendance_code")
    assert "attended" in attendance["codes"]
    channel = next(v for v in events if v["name"] == "channel_code")
    assert any("We only visit" in caveat for caveat in channel["caveats"])


def test_example_rows_follow_from_the_specification_alone(site, add_supply):
    found = described(site, add_supply)
    examples = found["enrolment"]["examples"]
    assert examples == _examples(found["enrolment"]["variables"])
    assert len(examples) == 3
    assert found["person"]["examples"] == []
    codes = dict(base_specification().code_list("end_status").codes)
    assert {row["end_status_code"] for row in examples} <= set(codes)


def test_a_provider_whose_list_is_the_secret_is_not_named(site, add_supply):
    found = described(site, add_supply, sensitive=("pathways",))
    assert found["enrolment"]["suppliers"] == []
    assert "We only visit" not in repr(found)


def test_small_tables_tell_no_share(site, add_supply):
    found = described(site, add_supply, clients=40)
    assert found["enrolment"]["rows"] == 0
    assert {v["filled_percent"] for v in found["enrolment"]["variables"]} == {None}


@pytest.mark.parametrize(("rows", "told"), [(0, 0), (99, 0), (100, 100), (1234, 1200), (995, 1000)])
def test_rows_are_told_to_two_figures(rows, told):
    assert about(rows) == told
