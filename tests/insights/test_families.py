"""Households beside people, and people of one household in one range."""

from __future__ import annotations

import duckdb
import numpy as np
import pytest

from linkwell.confidentiality.desk import ReleaseDesk
from linkwell.insights import analyse, release_request, report, tell
from linkwell.insights.families import clusters, joined
from linkwell.insights.stack import Stack


def settle(database, size: int) -> None:
    """Give everyone a household of up to `size` neighbours by id; a few have none."""
    with duckdb.connect(str(database)) as con:
        con.execute(f"""ALTER TABLE residence ADD COLUMN snz_household_uid BIGINT;
            UPDATE residence SET snz_household_uid = found.home FROM (SELECT snz_uid AS uid,
                CASE WHEN n % 97 = 0 THEN NULL ELSE 5000000 + n // {size} END AS home
                FROM (SELECT snz_uid, row_number() OVER (ORDER BY snz_uid) - 1 AS n FROM person)) AS found
            WHERE snz_uid = found.uid""")


@pytest.fixture(scope="module")
def settled(tmp_path_factory, protocol):
    from tests.insights.conftest import draw

    made = draw(tmp_path_factory.mktemp("settled"), people=2000, participants=150, unlinked=10)
    settle(made.database, 3)
    return made, analyse(made.database, protocol)


def test_households_before_rounding_equal_those_of_the_people_in_each_group(settled):
    made, results = settled
    reach = results.inside().reach
    families = reach.families
    with duckdb.connect(str(made.database), read_only=True) as con:
        home = dict(con.execute("SELECT snz_uid, snz_household_uid FROM residence").fetchall())
    for number, group in enumerate((reach.reached, reach.could, reach.community)):
        truth = {home[uid] for uid in group.tolist() if home[uid] is not None}
        counted = families.units[families.cells == number * 2]
        assert len(counted) == len(set(counted.tolist())) == len(truth)
        assert {home[uid] for uid in counted.tolist()} == truth
    assert 0 < len(families.units[families.cells == 0]) < len(reach.reached)


def test_the_report_sets_households_beside_people(settled):
    made, results = settled
    with ReleaseDesk.open(made.home) as desk:
        released = desk.release(release_request(results), permission_single_provider=True)
    html = report.render(released, tell(results, organisation="A Trust"))
    told = released.tables["reach_households"].cell("Reached", "Households").value
    assert told is not None
    assert f"people you reach live in {told:,} households" in html


def test_without_households_in_the_data_the_report_says_nothing_of_them(drawn, protocol):
    assert analyse(drawn.database, protocol).inside().reach.families is None


def test_people_of_one_household_are_one_cluster_and_those_without_are_their_own():
    home = np.array([0, 0, -1, 1, -1])
    found = clusters(home, np.arange(5))
    assert found[0] == found[1]
    assert len(np.unique(found)) == 4
    assert clusters(None, np.arange(5)).tolist() == [0, 1, 2, 3, 4]


def test_a_range_counts_participants_of_one_household_once_whatever_rows_are_left_out():
    treated = np.array([True, True, True, False, False, False])
    nobody = np.zeros(0, dtype=np.int64)
    stack = Stack(np.arange(6), np.zeros(6, dtype=np.int64), treated, np.array([0, 1, 2, 0, 1, 2]), nobody,
                  together=np.array([9, 9, 1, 2, 3, 4]))  # fmt: skip
    assert stack.clusters.groups == 2
    assert stack.clusters.size == 5
    fewer = stack.without(np.array([False, False, True]))
    assert fewer.clusters.groups == 1
    assert fewer.together.tolist() == [9, 9, 2, 3]
    assert stack.rows(treated).clusters.size == 2


@pytest.fixture(scope="module")
def numbered(tmp_path_factory, protocol):
    """Participants three by three under a number of the organisation's own; every fifth has none."""
    from tests.insights.conftest import draw

    made = draw(tmp_path_factory.mktemp("numbered"), people=2000, participants=150, unlinked=10)
    with duckdb.connect(str(made.database)) as con:
        con.execute("""ALTER TABLE enrolment ADD COLUMN snz_household_uid BIGINT;
            UPDATE enrolment SET snz_household_uid = found.home FROM (SELECT snz_unit_uid AS unit,
                CASE WHEN n % 5 = 0 THEN NULL ELSE 7000000 + n // 3 END AS home
                FROM (SELECT *, row_number() OVER (ORDER BY snz_unit_uid) AS n FROM enrolment)) AS found
            WHERE snz_unit_uid = found.unit""")
    return made, analyse(made.database, protocol)


def test_households_by_the_organisations_own_numbers_are_those_of_the_people_found(numbered):
    made, results = numbered
    people, homes = results.inside().reach.named
    with duckdb.connect(str(made.database), read_only=True) as con:
        named = dict(
            con.execute("""SELECT snz_uid, snz_household_uid FROM enrolment
                                    WHERE snz_uid > 0 AND snz_household_uid IS NOT NULL""").fetchall()
        )
    assert set(people.tolist()) == set(named)
    found = set(homes.tolist()) & set(named)
    assert len({named[uid] for uid in found}) == len(found) == len(set(named.values()))
    assert len(homes) - len(found) < 6  # so few households of people not found are not told apart


def test_they_are_told_with_their_source_and_of_few_nothing_is_told(numbered, protocol):
    made, results = numbered
    with ReleaseDesk.open(made.home) as desk:
        released = desk.release(release_request(results), permission_single_provider=True)
    html = report.render(released, tell(results, organisation="A Trust"))
    table = released.tables["reach_own_households"]
    people, homes = table.values
    told = f"numbers you supplied, {people:,} of the people you reach belong to {homes:,} households"
    assert told in html.replace("\xa0", " ")
    assert abs(homes - len(results.inside().reach.named[1])) <= 2


def test_fewer_than_six_households_of_ones_own_are_hidden(drawing, protocol):
    made = drawing(people=1500, participants=100)
    with duckdb.connect(str(made.database)) as con:
        con.execute("""ALTER TABLE enrolment ADD COLUMN snz_household_uid BIGINT;
            UPDATE enrolment SET snz_household_uid = 7000000 + snz_unit_uid % 4""")
    results = analyse(made.database, protocol)
    with ReleaseDesk.open(made.home) as desk:
        released = desk.release(release_request(results), permission_single_provider=True)
    assert released.tables["reach_own_households"].values[1] is None
    assert "is not told: these numbers" in report.render(released, tell(results, organisation="A Trust"))


def test_people_joined_by_an_address_or_by_a_number_are_together():
    home, own = np.array([0, 0, 1, 2, -1, -1, 3]), np.array([0, -1, 0, -1, 1, 1, -1])
    found = joined(home, own)
    assert found[0] == found[1] == found[2]  # the number joins two addresses
    assert found[4] == found[5] >= 0
    assert len({found[0], found[3], found[4], found[6]}) == 4
    assert joined(np.array([0, -1]), np.array([-1, 0]))[0] != joined(np.array([0, -1]), np.array([-1, 0]))[1]
    assert joined(None, own).tolist() == [0, -1, 0, -1, 1, 1, -1]
    assert joined(home, None) is home
