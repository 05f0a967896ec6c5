"""Disability where the data record it, with where from and until when; else the report says it does not."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pytest

from linkwell.confidentiality.desk import ReleaseDesk
from linkwell.insights import analyse, release_request, report, tell

RECORDS = """
    INSERT INTO catalogue VALUES
        ('dss', 'Disability support services', 'Disability', 'state', 'up', 'Whaikaha', DATE '2020-07-01',
         DATE '2025-06-30', ''),
        ('census', 'Difficulty in the census of 2023', 'disability', 'event', 'up', 'Census 2023',
         DATE '2018-03-06', DATE '2025-06-30', '');
    INSERT INTO measure SELECT snz_uid, 'dss', DATE '2020-08-01', DATE '2020-09-01', NULL FROM person
        WHERE snz_uid % 4 = 0;
    INSERT INTO measure SELECT snz_uid, 'census', DATE '2023-03-07', DATE '2023-03-07', 1 FROM person
        WHERE snz_uid % 5 = 0;
    INSERT INTO measure SELECT snz_uid, 'census', DATE '2025-03-07', DATE '2025-03-07', 1 FROM person;
"""
"""A support that ended years before, an event, and one that comes after the date of the report."""


def quick(protocol):
    """One outcome and few candidates: it is the reach that is looked at."""
    return replace(protocol, slices=(), outcomes=protocol.outcomes[:1], candidates=5)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory, protocol):
    from tests.insights.conftest import draw

    made = draw(tmp_path_factory.mktemp("recorded"), seed=8, people=1200, participants=240, unlinked=10)
    with duckdb.connect(str(made.database)) as con:
        con.execute(RECORDS)
    return made, analyse(made.database, quick(protocol))


def test_people_are_counted_under_everything_recorded_of_them_by_the_date_of_the_report(recorded):
    reach = recorded[1].inside().reach
    profile = next(one for one in reach.profiles if one.dimension == "disability")
    assert profile.levels == (
        "Difficulty in the census of 2023", "Disability support services", "Nothing recorded",
    )  # fmt: skip
    rules = (lambda p: p % 5 == 0, lambda p: p % 4 == 0, lambda p: p % 5 and p % 4)
    for number, group in enumerate((reach.reached, reach.could, reach.community)):
        for level, rule in enumerate(rules):
            counted = profile.units[profile.cells == number * 3 + level]
            assert sorted(counted.tolist()) == [p for p in group.tolist() if rule(p)]
    lives = next(one for one in reach.profiles if one.dimension == "circumstances")
    assert not {"Disability support services", "Difficulty in the census of 2023"} & set(lives.levels)


def test_the_report_says_where_it_comes_from_and_how_far_it_goes(recorded):
    made, results = recorded
    with ReleaseDesk.open(made.home) as desk:
        released = desk.release(release_request(results), permission_single_provider=True)
    html = report.render(released, tell(results, organisation="A Trust"))
    assert "Recorded by Census 2023 (up to 30 June 2025) and Whaikaha (up to 30 June 2025)" in html
    assert "Not yet reached, by disability" in html


def test_where_the_data_record_none_the_report_says_so(drawn, protocol):
    results = analyse(drawn.database, quick(protocol))
    with ReleaseDesk.open(drawn.home) as desk:
        released = desk.release(release_request(results), permission_single_provider=True)
    html = report.render(released, tell(results, organisation="A Trust"))
    assert "reach_disability" not in released.tables
    assert "do not record disability, so it cannot say how many disabled people you reach" in html
