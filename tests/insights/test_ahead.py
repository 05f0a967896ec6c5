"""The forecast cohort: told from people who met the same conditions earlier, about a group, or refused."""

# ruff: noqa: E501  the approved texts read better whole

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from openpyxl import load_workbook
from tests.insights.conftest import _write as write_project

from linkwell.confidentiality.desk import ReleaseDesk
from linkwell.confidentiality.person_index import write_person_index
from linkwell.errors import WrongUse
from linkwell.insights import analyse, load_protocol, release_request, report, tell
from linkwell.insights.ahead import _outside
from linkwell.insights.features import Features
from linkwell.insights.people import NEVER, read_people
from linkwell.insights.protocol import Eligible, Forecast, Outcome
from linkwell.insights.report_ahead import said
from linkwell.insights.story import LookedAhead
from linkwell.vault.zones import Home, ZoneName

FIRST = np.datetime64("2020-07")
MONTHS = 60
RATE = Outcome("work", "wages", "any wages or salaries", "any wages or salaries", "had", "rate", "more", 2.0,
               "other")  # fmt: skip


def drawn_world(folder, *, seed=1, people=3000, participants=80, shock=0.0):
    """Five years of a steady benefit and wage, a month at a time; `shock`: days a month more from year 4 on.

    Returns the home, the database, and what each person has in the months July 2025 to June 2026.
    """
    rng = np.random.default_rng(seed)
    uid = np.sort(rng.choice(2**40, people, replace=False)) + 1
    steady = rng.normal(0, 1, people)
    state = np.zeros((people, MONTHS + 12))
    state[:, 0] = rng.normal(0, 1, people)
    for month in range(1, MONTHS + 12):
        state[:, month] = 0.9 * state[:, month - 1] + np.sqrt(1 - 0.81) * rng.normal(0, 1, people)
    days = np.clip(np.rint(10 + 6 * steady[:, None] + 6 * state), 0, 28)
    days[:, 36:] = np.clip(days[:, 36:] + shock, 0, 28)
    pay = np.where(days < 14, np.clip(4000 - 150 * days + 400 * rng.normal(0, 1, days.shape), 0, None), 0.0)
    visits = rng.poisson(0.05, days.shape)
    parts = []
    for month in range(MONTHS):
        begin = (FIRST + month).astype("datetime64[D]")
        who = np.flatnonzero(days[:, month] > 0)
        parts.append((uid[who], np.full(len(who), "main_benefit"), np.full(len(who), begin),
                      begin + days[who, month].astype(int) - 1, days[who, month]))  # fmt: skip
        for code, amounts in (("wages", pay), ("ed_visit", visits)):
            who = np.flatnonzero(amounts[:, month] > 0)
            parts.append((uid[who], np.full(len(who), code), np.full(len(who), begin + 3),
                          np.full(len(who), begin + 3), amounts[who, month].astype(float)))  # fmt: skip
    rows = [np.concatenate(column) for column in zip(*parts, strict=True)]
    home = Home.create(folder / "home", name="Demo", demo_seed=1)
    database = home.zone(ZoneName.PROJECTS).folder("p1") / "project.duckdb"
    chosen = np.argsort(-days[:, 20:24].sum(axis=1) + rng.normal(0, 30, people))[:participants]
    extra = np.arange(2**41, 2**41 + 5)
    write_project(database, rng, uid, rng.integers(20, 55, people), chosen, rows, extra)
    everyone = np.concatenate([uid, extra])
    write_person_index(home.zone(ZoneName.DISCLOSURE), "p1", everyone, np.arange(1, len(everyone) + 1))
    coming = {"benefit": days[:, MONTHS:].sum(axis=1), "wages": pay[:, MONTHS:].sum(axis=1),
              "ed": visits[:, MONTHS:].sum(axis=1).astype(float),
              "work": 100.0 * (pay[:, MONTHS:] > 0).any(axis=1)}  # fmt: skip
    return home, database, uid, coming


@pytest.fixture(scope="module")
def plan():
    """The standard plan on everybody of the age, as at the day the data end, with a rate besides."""
    standard = load_protocol()
    return replace(standard.named("Pathways"), eligible=Eligible(20, 64), candidates=10, draws=0, slices=(),
                   outcomes=(*standard.outcomes, RATE), reference="2025-07-01")  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return drawn_world(tmp_path_factory.mktemp("ahead"))


@pytest.fixture(scope="module")
def found(world, plan):
    return analyse(world[1], plan)


@pytest.fixture(scope="module")
def released(world, found):
    with ReleaseDesk.open(world[0]) as desk:
        return desk.release(release_request(found), permission_single_provider=True)


@pytest.fixture(scope="module")
def page(found, released):
    return report.render(released, tell(found, organisation="A Trust"))


def test_the_range_holds_what_then_comes(world, found, released):
    _, _, uid, coming = world
    (ahead,) = found.inside().ahead
    rows = np.searchsorted(uid, ahead.people)
    for name, amounts in coming.items():
        effect = released.effects[f"ahead_12_{name}"]
        assert effect.lower <= amounts[rows].mean() <= effect.upper, name


def test_nobody_who_is_or_became_a_client_in_the_window_is_among_them(found):
    inside = found.inside()
    (ahead,) = inside.ahead
    assert not np.isin(ahead.people, inside.clients.linked).any()
    started = dict(zip(inside.clients.started.tolist(), inside.clients.start_month.tolist(), strict=True))
    assert all(started.get(uid, NEVER) >= ahead.now for uid in ahead.like.tolist())
    assert ahead.now - ahead.then == 12


def test_what_comes_after_does_not_change_who_it_is_told_from_nor_the_weights(world, plan, tmp_path):
    """No look-ahead: with everything after the earlier date taken away from people outside today's group,
    the design, which is made before outcomes are read, is the same."""
    _, database, *_ = world
    young = replace(plan, eligible=Eligible(20, 40))
    found = analyse(database, young).inside().ahead[0]
    with duckdb.connect(str(database), read_only=True) as con:
        people = read_people(con)
    rows = people.places(found.like)
    only_then = found.like[people.age(found.now)[rows] > 40]
    assert len(only_then) > 30
    other = tmp_path / "p1" / "project.duckdb"
    other.parent.mkdir()
    other.write_bytes(database.read_bytes())
    with duckdb.connect(str(other)) as con:
        con.register("earlier", pa.table({"u": only_then}))
        con.execute("""DELETE FROM measure WHERE start_date >= '2024-07-01'
                       AND snz_uid IN (SELECT u FROM earlier)""")
    again = analyse(other, young).inside().ahead[0]
    assert np.array_equal(again.like, found.like)
    assert again.effective == found.effective


def test_an_earlier_reference_day_sees_nothing_after_it(world, plan, tmp_path):
    _, database, *_ = world
    earlier = replace(plan, reference="2024-07-01")
    found = analyse(database, earlier).inside().ahead[0]
    other = tmp_path / "p1" / "project.duckdb"
    other.parent.mkdir()
    other.write_bytes(database.read_bytes())
    with duckdb.connect(str(other)) as con:
        con.execute("DELETE FROM measure WHERE start_date >= '2024-07-01'")
    again = analyse(other, earlier).inside().ahead[0]
    assert [one.estimate for one in again.outcomes] == [one.estimate for one in found.outcomes]
    assert found.outcomes


def test_a_period_that_moved_is_said_with_its_way(plan, tmp_path):
    _, database, *_ = drawn_world(tmp_path, people=1500, shock=2.0)
    first, later = (
        tell(analyse(database, replace(plan, reference=day)), organisation="A Trust").ahead[0]
        for day in ("2023-07-01", "2024-07-01")
    )
    assert any(gate.gate == "ahead_tried" for gate in first.design)  # nothing earlier to try it on
    assert not first.moved
    assert not any(gate.gate == "ahead_tried" for gate in later.design)
    assert dict(later.moved)["benefit"] == "more"


def test_a_red_gate_leaves_no_number_of_it_anywhere(world, plan, tmp_path):
    home, database, *_ = world
    late = replace(plan, reference="2023-01-01")
    results = analyse(database, late)
    assert not results.inside().ahead[0].outcomes
    with ReleaseDesk.open(home) as desk:
        told = desk.release(release_request(results), permission_single_provider=True)
    report.write(told, tell(results, organisation="A Trust"), tmp_path)
    assert not any("ahead" in name for name in told.effects)
    assert not any(name.startswith("before_") for name in told.tables)
    text = (tmp_path / report.PAGE).read_text("utf-8")
    part = text.split('id="ahead"')[-1].split('id="impact"')[0]
    assert "do not go back far enough" in part
    assert "What would help" in part
    assert "<svg" not in part
    assert "<table" not in part
    assert "ahead" not in load_workbook(tmp_path / report.WORKBOOK).sheetnames


def test_few_people_are_refused(plan, tmp_path):
    _, database, *_ = drawn_world(tmp_path, people=200, participants=60)
    narrow = replace(plan, eligible=Eligible(20, 24))
    (ahead,) = analyse(database, narrow).inside().ahead
    assert [gate.gate.id for gate in ahead.gates if gate.level == "red"] == ["ahead_people"]
    assert not ahead.outcomes


def test_it_is_told_only_where_it_was_planned(world, plan):
    unplanned = replace(plan, forecast=None)
    results = analyse(world[1], unplanned)
    assert results.inside().ahead == ()
    assert unplanned.digest != plan.digest
    assert not tell(results, organisation="A Trust").ahead


@pytest.mark.parametrize("months", [(), (6,), (24, 12), (12, 12)])
def test_how_far_ahead_is_one_or_two_years(months):
    with pytest.raises(WrongUse):
        Forecast(months)


def test_the_page_tells_a_group_and_its_range_with_a_picture_and_its_words(page):
    part = page.split('id="ahead"')[-1].split('id="impact"')[0]
    text = re.sub(r"<[^>]+>", " ", part)
    assert part.count("<svg") == 4
    assert len(re.findall(r"the year after, an estimate of [^ ]+ with a line from", part)) == 4
    assert "if nothing changes" in text
    assert "This says nothing about any one person" in text
    assert "is not the time it speaks of" in text
    assert not re.search(
        r"\b(will|predict\w*|risk of|fail\w*|deficit|vulnerable)\b", text.replace("some will have", "")
    )


def test_the_workbook_and_the_json_tell_the_same(released, found, tmp_path):
    report.write(released, tell(found, organisation="A Trust"), tmp_path)
    book = load_workbook(tmp_path / report.WORKBOOK)
    rows = list(book["ahead"].iter_rows(min_row=3, values_only=True))
    assert rows[0] == ("what", "unit", "estimate", "from", "to", "people then", "people now", "mark")
    told = json.loads((tmp_path / "release.json").read_text())["effects"]
    numbers = {one["title"]: one["estimate"] for one in told if one["name"].startswith("ahead_")}
    assert {row[0]: row[2] for row in rows[1:]} == numbers
    assert len(numbers) == 4
    assert "ahead" not in str(list(book["effects"].values)) if "effects" in book.sheetnames else True


APPROVED = [
    ("benefit", (123.0, 121.0, 125.0), 122.6,
     "The people you could reach and do not yet probably have about 123 days on a main benefit each, on average, in the "
     "year after 1 July 2025, if nothing changes. The real average is likely to lie between 121 and 125; in the year "
     "before it was about 123."),
    ("wages", (24_940.0, 24_430.0, 25_440.0), 25_107.0,
     "The people you could reach and do not yet probably have about $24,940 each in wages and salaries, on average, in "
     "the year after 1 July 2025, if nothing changes. The real average is likely to lie between $24,430 and $25,440; "
     "in the year before it was about $25,100."),
    ("ed", (0.587, 0.547, 0.626), None,
     "Every 100 people you could reach and do not yet probably have about 58.7 visits to an emergency department in the "
     "year after 1 July 2025, if nothing changes. The real number is likely to lie between 54.7 and 62.6."),
    ("work", (21.0, 18.0, 24.0), None,
     "Of every 100 people you could reach and do not yet, about 21 probably have any wages or salaries in the year after "
     "1 July 2025, if nothing changes: about 1 in 5. The real number is likely to lie between 18 and 24."),
    ("work", (86.8, 85.2, 88.2), None,
     "Of every 100 people you could reach and do not yet, about 86.8 probably have any wages or salaries in the year "
     "after 1 July 2025, if nothing changes. The real number is likely to lie between 85.2 and 88.2."),
]  # fmt: skip


@pytest.mark.parametrize(("name", "numbers", "before", "approved"), APPROVED)
def test_a_sentence_carries_both_ends_and_what_it_rests_on(plan, name, numbers, before, approved):
    effect = SimpleNamespace(estimate=numbers[0], lower=numbers[1], upper=numbers[2])
    looked = LookedAhead(12, date(2025, 7, 1), date(2024, 7, 1), (), ())
    outcome = next(one for one in plan.outcomes if one.name == name)
    assert said(effect, before, outcome, looked) == approved


def test_a_leap_years_day_more_puts_nobody_outside_of_what_was_seen():
    matrix = np.array([[366.0, 91.0], [400.0, 40.0], [365.0, 90.0], [0.0, 0.0]])
    yes = np.ones(2, dtype=bool)
    features = Features(("year", "quarter"), matrix, yes, yes, yes, ("a", "a"))
    assert _outside(features, np.array([True, True, False, False])).tolist() == [False, True, False, False]
