"""Coverage by district: small districts told together, by how many people live there and nothing else."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import numpy as np
import pytest

from linkwell.confidentiality.desk import ReleaseDesk
from linkwell.insights import analyse, release_request, report, tell
from linkwell.insights.areas import merge
from linkwell.insights.people import NEVER, People

DISTRICTS = {"02": ["076"], "03": ["011", "012", "013", "021"], "04": ["022", "023"]}


def place(database, seed: int) -> dict[int, tuple[str, str]]:
    """Give everyone a district, a few of them tiny, and some people none; per person, where they live."""
    rng = np.random.default_rng(seed)
    with duckdb.connect(str(database)) as con:
        people = np.sort([row[0] for row in con.execute("SELECT snz_uid FROM person").fetchall()])
        region = rng.choice(["02", "03", "04", ""], len(people), p=[0.5, 0.4, 0.08, 0.02])
        district = [rng.choice(DISTRICTS[r], p=shares(len(DISTRICTS[r]))) if r else "" for r in region]
        where = {int(p): (str(r), str(d)) for p, r, d in zip(people, region, district, strict=True)}
        con.execute("ALTER TABLE residence ADD COLUMN ta_code VARCHAR")
        con.executemany("UPDATE residence SET region_code = ?, ta_code = nullif(?, '') WHERE snz_uid = ?",
                        [(r or None, d, p) for p, (r, d) in where.items()])  # fmt: skip
    return where


def shares(number: int) -> np.ndarray:
    """Most live in the first; of the last hardly anybody."""
    found = 0.12 ** np.arange(number)
    return found / found.sum()


def rows_elsewhere(reach, group, where) -> list[int]:
    """Whom the wider groups do not speak of: people reached who live outside the regions told about."""
    own = {code for code in DISTRICTS if any(where[p][0] == code for p in reach.could.tolist()
                                             if p not in set(reach.reached.tolist()))}  # fmt: skip
    return [p for p in group.tolist() if where[p][0] not in own]


@pytest.fixture(scope="module")
def placed(tmp_path_factory, protocol):
    from tests.insights.conftest import draw

    made = draw(tmp_path_factory.mktemp("placed"), seed=6, people=1200, participants=400, unlinked=10)
    where = place(made.database, 6)
    quick = replace(protocol, slices=(), outcomes=protocol.outcomes[:1], candidates=5)
    return made, where, analyse(made.database, quick)


def test_areas_before_rounding_add_up_to_everyone_and_hold_just_who_lives_there(placed):
    _, where, results = placed
    reach = results.inside().reach
    profile = next(one for one in reach.profiles if one.dimension == "area")
    together = {name: merged.label for merged in reach.merged for name in merged.names}
    for number, group in enumerate((reach.reached, reach.could, reach.community)):
        rows = [profile.units[profile.cells == number * len(profile.levels) + n]
                for n in range(len(profile.levels))]  # fmt: skip
        elsewhere = set() if number == 0 else set(rows_elsewhere(reach, group, where))
        assert sorted(np.concatenate(rows).tolist()) == sorted(set(group.tolist()) - elsewhere)
        auckland = rows[profile.levels.index("Auckland")]
        assert set(auckland.tolist()) == {p for p in group.tolist() if where[p][1] == "076"}
        rest = set(rows[profile.levels.index(together["Hauraki"])].tolist())
        assert {where[p] for p in rest} <= {("03", code) for code in DISTRICTS["03"]}
    assert "Not known" in profile.levels


def test_what_is_merged_does_not_hang_on_who_is_reached(placed, tmp_path):
    made, where, results = placed
    before = results.inside()
    other = tmp_path / "p2" / "project.duckdb"
    other.parent.mkdir()
    other.write_bytes(made.database.read_bytes())
    with duckdb.connect(str(other)) as con:  # other people of the same regions take part
        there = [p for p, (region, _) in where.items() if region in ("02", "03")]
        mine = con.execute("SELECT snz_unit_uid FROM enrolment WHERE snz_uid > 0 ORDER BY ALL").fetchall()
        con.executemany("UPDATE enrolment SET snz_uid = ?, snz_unit_uid = ? WHERE snz_unit_uid = ?",
                        [(new, new, old) for new, (old,) in zip(there, mine, strict=False)])  # fmt: skip
    after = analyse(other, before.protocol).inside()
    assert set(after.reach.reached.tolist()) != set(before.reach.reached.tolist())
    assert [one.label for one in after.reach.merged] == ["Rest of Waikato"]
    told = [one for one in before.reach.merged if one.label == "Rest of Waikato"]
    assert told == list(after.reach.merged)


def test_the_report_says_what_is_told_together_and_where_coverage_stands(placed):
    made, _, results = placed
    with ReleaseDesk.open(made.home) as desk:
        released = desk.release(release_request(results), permission_single_provider=True)
    html = report.render(released, tell(results, organisation="A Trust"))
    assert "Not yet reached, by area" in html
    assert "Told together, because few people" in html
    assert "Hauraki" in html


def test_areas_too_small_in_the_whole_region_go_with_other_regions_and_a_shared_district_is_two():
    areas = (("01", "001"), ("01", "002"), ("02", "076"), ("03", "021"), ("04", "021"), ("04", "023"))
    people = People(
        uid=np.arange(6), born=np.zeros(6), died=np.full(6, NEVER), gender=np.ones(6),
        ethnicity=np.zeros((6, 6), bool), resident=np.ones(6, bool), region=np.zeros(6), nzdep=np.ones(6),
        regions=("01", "02", "03", "04"), area=np.arange(6), areas=areas,
    )  # fmt: skip
    found = merge(people, np.arange(4), np.array([30.0, 25.0, 500.0, 4.0, 3.0, 5.0]))
    assert found.labels == ("Far North", "Whangārei", "Auckland", "Smaller regions together")
    assert found.merged[0].names[:2] == ("Taupō (Waikato)", "Taupō (Bay of Plenty)")
    found = merge(people, np.arange(4), np.array([21.0, 3.0, 500.0, 40.0, 3.0, 19.0]))
    assert found.labels == ("Northland", "Auckland", "Taupō (Waikato)", "Bay of Plenty")
    assert [sorted(place.tolist()) for place in found.places] == [[0, 1], [2], [3], [4, 5]]
