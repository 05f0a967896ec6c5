"""Households beside people, and people of one household in one range."""

from __future__ import annotations

import duckdb
import numpy as np
import pytest

from linkwell.confidentiality.desk import ReleaseDesk
from linkwell.insights import analyse, release_request, report, tell
from linkwell.insights.families import clusters
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
