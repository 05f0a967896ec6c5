"""Groups among the participants: everyone in one, none too small, each beside people like itself."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwell.confidentiality.desk import ReleaseDesk
from linkwell.errors import WrongUse
from linkwell.insights import analyse, load_protocol, release_request, report, tell
from linkwell.insights.protocol import Slice
from linkwell.insights.reach import wording
from linkwell.insights.report_groups import by_group
from linkwell.insights.request import group_name
from linkwell.insights.slices import FEWEST, bands, kinds
from linkwell.insights.story import Groups


@given(values=st.lists(st.integers(0, 12), min_size=1, max_size=400), fewest=st.integers(1, 90))
def test_bands_leave_nobody_over_and_none_is_too_small(values, fewest):
    labels, place = bands(np.array(values), (2, 6), wording()["slices"]["attended"], fewest)
    sizes = np.bincount(place, minlength=len(labels))
    assert len(place) == len(values)
    assert len(labels) == 1 or min(sizes) >= fewest
    assert len(set(labels)) == len(labels)
    assert all(np.diff(place[np.argsort(values)]) >= 0), "bands keep the order of what they part by"


@given(values=st.lists(st.sampled_from("abcdef"), min_size=1, max_size=400), fewest=st.integers(1, 90))
def test_kinds_leave_nobody_over_and_none_is_too_small(values, fewest):
    labels, place = kinds(np.array(values), {"others": "all others"}, fewest)
    sizes = np.bincount(place, minlength=len(labels))
    assert len(labels) == 1 or min(sizes) >= fewest
    assert len(set(labels)) == len(labels)
    for label, size in zip(labels, sizes, strict=True):
        assert size == values.count(label) or label == "all others"


def test_a_band_says_what_it_holds():
    words = wording()["slices"]["attended"]
    labels, _ = bands(np.array([0] * 70 + [3] * 70 + [9] * 70), (2, 6), words)
    assert labels == ("never or once", "2 to 5 times", "6 times or more")
    labels, _ = bands(np.array([0] * 70 + [3] * 10 + [9] * 70), (2, 6), words)
    assert labels == ("up to 5 times", "6 times or more")
    labels, _ = bands(np.array([0] * 70 + [1] * 70 + [9] * 70), (1, 2), words)
    assert labels == ("never", "once", "2 times or more")


@pytest.mark.parametrize("how", [{"by": "star sign"}, {"by": "age"}, {"by": "gender", "edges": (2,)},
                                 {"by": "age", "edges": (30, 20)}])  # fmt: skip
def test_a_plan_cannot_ask_for_groups_that_make_no_sense(how):
    with pytest.raises(WrongUse):
        Slice(**how)


def with_visits(drawn) -> None:
    """Half of the participants came six times in the first month, the others never; one variant each."""
    with duckdb.connect(str(drawn.database)) as con:
        uid = con.execute(
            "SELECT snz_uid, start_date FROM enrolment WHERE snz_uid > 0 ORDER BY 1"
        ).fetchnumpy()
        often = np.repeat(uid["snz_uid"][::2], 6)
        day = np.repeat(uid["start_date"][::2].astype("datetime64[D]"), 6) + np.tile(
            np.arange(6), len(often) // 6
        )
        events = pa.table({"snz_uid": often, "service_type_code": ["home_visit"] * len(often),
                           "service_date": day, "attendance_code": ["attended"] * len(often)})  # fmt: skip
        con.register("arrow_in", events)
        con.execute("CREATE TABLE service_event AS SELECT * FROM arrow_in")
        con.execute("ALTER TABLE enrolment ADD COLUMN variant_code VARCHAR")
        con.execute("UPDATE enrolment SET variant_code = CASE WHEN snz_uid % 2 = 0 THEN 'A' ELSE 'B' END")


def every(protocol):
    slices = (Slice("gender"), Slice("age", (25,)), Slice("variant"), Slice("service_type"),
              Slice("attended", (2, 6)))  # fmt: skip
    return replace(protocol, slices=slices)


@pytest.fixture(scope="module")
def told(tmp_path_factory, protocol):
    from tests.insights.conftest import draw

    drawn = draw(tmp_path_factory.mktemp("slices"), people=6000, participants=400)
    with_visits(drawn)
    results = analyse(drawn.database, every(protocol))
    with ReleaseDesk.open(drawn.home) as desk:
        released = desk.release(release_request(results), permission_single_provider=True)
    return drawn, results.inside(), released, tell(results, organisation="A Trust")


def test_every_participant_is_in_one_group_of_each_slice_or_was_left_out_for_want_of_similar_people(told):
    _, found, _, _ = told
    shown = [one for one in found.impact.slices if one.groups]
    assert {one.slice.by for one in shown} >= {"gender", "variant", "service_type", "attended"}
    for one in shown:
        members = np.concatenate([group.people for group in one.groups])
        assert len(np.unique(members)) == len(members)
        assert min(len(group.people) for group in one.groups) >= FEWEST * 0.8
        assert len(members) >= 0.8 * len(found.impact.followed)


def test_where_the_truth_is_the_same_for_all_the_groups_hold_it_and_the_words_say_so(told):
    drawn, found, released, story = told
    for one in found.impact.slices:
        for group in one.groups:
            for effect in group.effects:
                if one.landmark or effect.outcome.name != "wages":
                    continue
                error = effect.estimate.standard_error
                assert abs(effect.estimate.estimate - drawn.effects["wages"]) < 4 * error
    html = report.render(released, story)
    assert "Is it the same for different groups?" in html
    assert "the ranges allow the same difference" in html
    assert "Up to 5 times" in html
    assert "does not show what coming more often does" in html
    pairs = next(one for one in found.impact.slices if one.slice.by == "variant").pairs
    assert [(pair.outcome, pair.told) for pair in pairs if pair.outcome == "wages"] == [("wages", "alike")]


def test_a_difference_between_groups_is_found_and_said(tmp_path, protocol):
    from tests.insights.conftest import draw

    drawn = draw(tmp_path, people=6000, participants=400)
    with_visits(drawn)
    with duckdb.connect(str(drawn.database)) as con:
        con.execute(
            """UPDATE measure SET value_amt = value_amt + 30000 WHERE measure_code = 'wages'
               AND start_date > DATE '2023-07-01'
               AND snz_uid IN (SELECT snz_uid FROM enrolment WHERE variant_code = 'A')"""
        )
        con.execute("UPDATE enrolment SET initiative_code = 'service ' || variant_code")
    both = (Slice("variant"), Slice("initiative"))
    results = analyse(drawn.database, replace(protocol, slices=both))
    with ReleaseDesk.open(drawn.home) as desk:
        released = desk.release(release_request(results), permission_single_provider=True)
    html = report.render(released, tell(results, organisation="A Trust"))
    assert "The difference in wages and salaries is not the same for every group" in html
    for beside in html.split("Two at a time, among people like those both meet</caption>")[1:]:
        cells = beside.partition("</table>")[0].split("<td")[1:]
        assert ["Differ" in cell for cell in cells].count(True) == 1
    assert html.count("Two at a time, among people like those both meet</caption>") == len(both)
    assert ("Service A and service B" in html) is not ("Service B and service A" in html)


def test_a_group_that_cannot_be_told_takes_its_whole_slice_along(told, protocol):
    _, _, released, story = told
    for one in story.slices:
        names = [name for name in released.effects if name.startswith(f"by_{one.by}_")]
        groups = {name.removeprefix(f"by_{one.by}_").partition("_")[0] for name in names}
        assert len(groups) in (0, len(one.labels))
        assert bool(one.reason) is not bool(one.labels)


def test_what_was_not_recorded_is_said_and_not_guessed(drawn, protocol):
    results = analyse(drawn.database, every(protocol))
    story = tell(results, organisation="A Trust")
    assert {one.by for one in story.slices if not one.labels} >= {"variant", "service_type", "attended"}


@pytest.mark.parametrize(
    ("by", "means", "spoken"),
    [
        ("attended", (-5.0, -20.0, -35.0), "it goes one way"),
        ("attended", (-20.0, -22.0, -19.0), "No steady rise or fall"),
        ("attended", (-5.0, -35.0), None),
        ("variant", (-5.0, -20.0, -35.0), None),
    ],
)
def test_whether_it_rises_or_falls_steadily_is_tested_only_where_groups_have_an_order(by, means, spoken):
    protocol = load_protocol()
    groups = Groups(by, tuple("abc"[: len(means)]), "", 3)
    effects = {
        group_name(by, n, "benefit"): SimpleNamespace(
            estimate=mean, lower=mean - 6, upper=mean + 6, treated=300, title="", kind="days"
        )
        for n, mean in enumerate(means)
    }
    story = SimpleNamespace(slices=(groups,), protocol=protocol)
    told = repr(by_group(SimpleNamespace(effects=effects), story))
    for words in ("it goes one way", "No steady rise or fall"):
        assert (words in told) is (words == spoken)
