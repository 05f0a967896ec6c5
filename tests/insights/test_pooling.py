"""Several like services together: one analysis over all their people, and nothing of one of them alone."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from tests.insights.test_families import settle

from linkwell.confidentiality.desk import ReleaseDesk
from linkwell.insights import analyse, release_request, report, tell
from linkwell.insights.pooling import pooled, read_members
from linkwell.insights.protocol import Slice

CODES = ("hapori", "kokiri", "tautoko")
SIZES = (60, 100)
MEMBERS = (tuple((code,) for code in CODES),)


def divide(database, seed: int) -> dict[str, set[int]]:
    """Give the participants to three organisations of 60, 100 and the rest; ten go to two. Per code, whom."""
    with duckdb.connect(str(database)) as con:
        units = np.array([row[0] for row in con.execute("SELECT snz_unit_uid FROM enrolment").fetchall()])
        units = np.random.default_rng(seed).permutation(units)
        edges = np.split(units, np.cumsum(SIZES))
        for code, own in zip(CODES, edges, strict=True):
            con.register("own", pa.table({"u": own}))
            con.execute(f"UPDATE enrolment SET organisation_code = '{code}' WHERE snz_unit_uid IN "
                        "(SELECT u FROM own)")  # fmt: skip
            con.unregister("own")
        con.execute("""INSERT INTO enrolment SELECT * REPLACE ('kokiri' AS organisation_code) FROM enrolment
                    WHERE organisation_code = 'hapori' AND snz_uid > 0 ORDER BY snz_unit_uid LIMIT 10""")
        rows = con.execute("SELECT organisation_code, snz_unit_uid FROM enrolment").fetchall()
    return {code: {unit for whose, unit in rows if whose == code} for code in CODES}


@pytest.fixture(scope="module")
def pool(tmp_path_factory, protocol):
    from tests.insights.conftest import draw

    made = draw(tmp_path_factory.mktemp("pool"), seed=4, people=1800, participants=320, unlinked=20)
    settle(made.database, 3)
    whose = divide(made.database, 4)
    plan = replace(protocol, slices=(), outcomes=protocol.outcomes[:1], candidates=10)
    results = analyse(made.database, plan, members=MEMBERS)
    with ReleaseDesk.open(made.home) as desk:
        released = desk.release(release_request(results), permission_single_provider=False)
    return made, whose, results, released


def test_the_pool_counts_everybody_once_and_knows_whose_people_are_whose(pool):
    made, whose, results, _ = pool
    found = results.inside()
    everyone = set().union(*whose.values())
    assert set(found.clients.supplied.tolist()) == everyone
    assert set(found.reach.reached.tolist()) == {unit for unit in everyone if unit < 2**41}
    for code, units in zip(CODES, found.members[0], strict=True):
        assert whose[code] == set(units.tolist())
    with duckdb.connect(str(made.database), read_only=True) as con:
        home = dict(con.execute("SELECT snz_uid, snz_household_uid FROM residence").fetchall())
    for code, eldest in zip(CODES, found.households[0], strict=True):
        theirs = {home[unit] for unit in whose[code] if home.get(unit) is not None}
        assert {home[unit] for unit in eldest.tolist()} == theirs


def test_members_that_count_as_one_bring_their_people_together_each_once(pool):
    made, whose, _, _ = pool
    with duckdb.connect(str(made.database), read_only=True) as con:
        first, second = read_members(con, ((CODES[:2], ()), ((), CODES[2:])), ())
    assert set(first[0].tolist()) == whose["hapori"] | whose["kokiri"]
    assert len(first[0]) == len(set(first[0].tolist()))
    assert (first[1].size, second[0].size, set(second[1].tolist())) == (0, 0, whose["tautoko"])


def test_no_number_of_people_reached_is_told_that_a_member_could_see_through(pool):
    _, whose, results, released = pool
    looked = 0
    for profile in results.inside().reach.profiles:
        table = released.tables[f"reach_{profile.dimension}"]
        for place, labels in enumerate(profile.labels):
            units = set(profile.units[profile.cells == place].tolist())
            if labels[0] != "Reached" or table.cell(*labels).value is None:
                continue
            own = sorted(len(units & mine) for mine in whose.values())
            assert len(units) - own[-1] >= 6
            assert own[0] > 0
            looked += 1
    assert looked > 8


def test_the_report_says_whose_it_is_and_what_the_same_people_alone_would_not_be_told(pool):
    _, _, results, released = pool
    names = ["Hapori Trust", "Kōkiri Trust", "Tautoko Trust"]
    story = tell(results, organisation="Pathways: several organisations together", members=names)
    html = report.render(released, story)
    assert "Hapori Trust, Kōkiri Trust and Tautoko Trust" in html
    assert "“you” means all of them together" in html
    assert released.effects["benefit"].estimate is not None  # together they are enough for a comparison


def test_a_pool_compares_no_groups_that_could_be_one_members_own(protocol):
    wanted = replace(protocol, slices=tuple(Slice(by) for by in ("gender", "initiative", "variant")))
    assert [one.by for one in pooled(wanted).slices] == ["gender"]
