from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from linkwell.errors import WrongUse
from linkwell.synthetic import population as module
from linkwell.synthetic import tables
from linkwell.synthetic.population import population
from linkwell.synthetic.spells import MEASURES

FILES = (
    "spine.parquet", "residents.parquet", "measures.parquet", "measures.toml", "population.toml",
    "world.toml",
    "truth/truth.parquet", "truth/effects.parquet", "truth/individual.parquet",
)  # fmt: skip


def one(world: Path, query: str) -> tuple[object, ...]:
    with duckdb.connect() as connection:
        row = connection.execute(query.replace("@", str(world))).fetchone()
    assert row is not None
    return row


def test_files_have_the_agreed_columns(world: Path) -> None:
    assert pq.read_schema(world / "spine.parquet").equals(tables.SPINE)
    assert pq.read_schema(world / "residents.parquet").equals(tables.RESIDENTS)
    assert pq.read_schema(world / "measures.parquet").equals(tables.MEASURE_ROWS)
    agreed = (
        "spine_id first_name middle_name last_name prior_last_name dob gender nhi ird msd area death_date"
    )
    assert tables.SPINE.names == agreed.split()
    assert pq.read_metadata(world / "spine.parquet").num_rows == 12_000


def test_the_catalogue_describes_every_measure(world: Path) -> None:
    catalogue = tomllib.loads((world / "measures.toml").read_text("utf-8"))["measure"]
    assert {entry["code"] for entry in catalogue} == set(MEASURES)
    for entry in catalogue:
        query = (
            "SELECT min(start_date), max(end_date), count(entity) > 0 FROM '@/measures.parquet' WHERE measure"
        )
        found = one(world, f"{query} = '{entry['code']}'")
        assert entry["covers_from"] <= found[0]
        assert entry["covers_to"] >= found[1]
        assert found[2] == bool(entry["entity_kind"])


def test_places_nest(world: Path) -> None:
    query = """SELECT max(tas), max(regions),
                      bool_and(length(sa2) = 6 AND length(ta) = 3 AND length(region) = 2)
               FROM (SELECT any_value(sa2) sa2, any_value(ta) ta, any_value(region) region,
                            count(DISTINCT ta) tas, count(DISTINCT region) regions
                     FROM '@/residents.parquet' GROUP BY sa2)"""
    assert one(world, query) == (1, 1, True)
    assert one(
        world, "SELECT max(n) FROM (SELECT count(DISTINCT region) n FROM '@/residents.parquet' GROUP BY ta)"
    ) == (1,)
    assert one(world, "SELECT min(nzdep), max(nzdep) FROM '@/residents.parquet'") == (1, 10)


def test_numbers_are_nobody_elses(world: Path) -> None:
    query = """SELECT count(nhi) = count(DISTINCT nhi), count(ird) = count(DISTINCT ird),
                      count(msd) = count(DISTINCT msd),
                      bool_and(nhi[1] = 'Z'), count(DISTINCT spine_id) = count(*) FROM '@/spine.parquet'"""
    assert one(world, query) == (True,) * 5


def test_nothing_happens_before_birth_after_death_or_outside_the_calendar(world: Path) -> None:
    query = """SELECT count(*) FROM '@/measures.parquet' JOIN '@/residents.parquet' USING (spine_id)
               WHERE start_date < birth_date OR end_date > death_date OR end_date < start_date
                  OR start_date < DATE '2020-07-01' OR end_date > DATE '2025-06-30' OR value < 0"""
    assert one(world, query) == (0,)
    assert one(
        world, "SELECT count(*) FROM '@/measures.parquet' ANTI JOIN '@/residents.parquet' USING (spine_id)"
    ) == (0,)
    assert one(world, "SELECT count(*) FROM '@/spine.parquet' WHERE death_date < dob") == (0,)


def test_nobody_works_and_draws_a_benefit_on_the_same_day_twice(world: Path) -> None:
    query = """SELECT count(*) FROM '@/measures.parquet' a JOIN '@/measures.parquet' b
               ON a.spine_id = b.spine_id AND a.measure = b.measure AND a.start_date < b.start_date
                  AND b.start_date <= a.end_date WHERE a.measure IN ('main_benefit', 'wages')"""
    assert one(world, query) == (0,)


def test_about_six_rows_a_resident_and_everyday_shares(world: Path) -> None:
    residents, rows = one(
        world, "SELECT (SELECT count(*) FROM '@/residents.parquet'), count(*) FROM '@/measures.parquet'"
    )
    assert isinstance(residents, int)
    assert isinstance(rows, int)
    assert 4.5 < rows / residents < 7.5
    query = """SELECT avg((spine_id IN (SELECT spine_id FROM '@/measures.parquet'
                      WHERE measure = 'main_benefit' AND start_date <= DATE '2023-06-30'
                      AND end_date >= DATE '2023-06-30'))::INT)
               FROM '@/residents.parquet' WHERE birth_date BETWEEN DATE '1958-07-01' AND DATE '2007-06-30'"""
    share = one(world, query)[0]
    assert isinstance(share, float)
    assert 0.08 < share < 0.15


def test_families_share_surname_and_address_and_some_are_twins(world: Path) -> None:
    query = """WITH p AS (SELECT * FROM '@/spine.parquet' JOIN '@/residents.parquet' USING (spine_id))
               SELECT count(*) FILTER (WHERE a.dob = b.dob), avg((a.last_name = b.last_name)::INT),
                      count(*) FILTER (WHERE a.first_name = b.first_name AND a.dob = b.dob)
               FROM p a JOIN p b ON a.household_id = b.household_id AND a.spine_id < b.spine_id
               WHERE a.dob > DATE '2008-01-01' AND b.dob > DATE '2008-01-01'"""
    twins, same_name, same_first = one(world, query)
    assert isinstance(twins, int)
    assert isinstance(same_name, float)
    assert twins >= 3
    assert same_name > 0.9
    assert same_first == 0


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(tmp_path: Path) -> None:
    for name, seed in (("a", 4), ("b", 4), ("c", 5)):
        population(3000, seed, tmp_path / name, participants=25)
    for file in FILES:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes(), file
    assert (tmp_path / "a" / "spine.parquet").read_bytes() != (tmp_path / "c" / "spine.parquet").read_bytes()


def test_many_chunks_make_one_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CHUNK", 2500)
    facts = population(9000, 2, tmp_path / "world", participants=100)
    truth = pq.read_table(tmp_path / "world" / "truth" / "truth.parquet")
    assert facts.participants == truth.num_rows == 100
    spine = pq.read_table(tmp_path / "world" / "spine.parquet")
    assert spine["spine_id"].to_pylist() == list(range(1, 9001))
    for column in ("nhi", "ird", "msd"):
        held = spine[column].drop_null()
        assert len(held.unique()) == len(held)
    assert one(
        tmp_path / "world", "SELECT count(*) FROM '@/residents.parquet' WHERE household_id IS NULL"
    ) == (0,)


def test_participants_are_eligible_and_start_inside_the_window(world: Path) -> None:
    truth = pq.read_table(world / "truth" / "truth.parquet")
    starts = truth["start_date"].to_pylist()
    assert date(2022, 7, 1) <= min(starts)
    assert max(starts) <= date(2024, 3, 31)
    query = """SELECT count(DISTINCT t.spine_id),
                      min(date_diff('day', birth_date, t.start_date)) / 365.25 >= 16
               FROM '@/truth/truth.parquet' t JOIN '@/residents.parquet' r USING (spine_id)
               JOIN '@/measures.parquet' m ON m.spine_id = t.spine_id AND measure = 'main_benefit'
                AND m.start_date < date_trunc('month', t.start_date)
                AND m.end_date >= date_trunc('month', t.start_date) - INTERVAL 1 YEAR"""
    assert one(world, query) == (len(starts), True)


def test_truth_stays_in_its_folder(world: Path) -> None:
    for name in ("spine", "residents", "measures"):
        schema: pa.Schema = pq.read_schema(world / f"{name}.parquet")
        assert not {"variant", "participant", "hidden", "effect"} & set(schema.names)
    assert "effect" not in (world / "provider" / "provider.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("people", "participants", "scenario"), [(500, 10, "default"), (5000, 600, "default"), (5000, 50, "odd")]
)
def test_sizes_and_scenarios_that_make_no_sense_are_refused(
    tmp_path: Path, people: int, participants: int, scenario: str
) -> None:
    with pytest.raises(WrongUse):
        population(people, 1, tmp_path / "w", participants=participants, scenario=scenario)
    assert not (tmp_path / "w").exists()


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(WrongUse):
        population(2000, 1, tmp_path, participants=10)
    assert (tmp_path / "mine.txt").read_text() == "keep"


def test_a_world_may_be_made_again_over_itself(tmp_path: Path) -> None:
    for _ in range(2):
        population(2000, 1, tmp_path / "w", participants=10)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["w"]


def test_a_file_in_the_way_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "w").write_text("keep")
    with pytest.raises(WrongUse):
        population(2000, 1, tmp_path / "w", participants=10)
    assert (tmp_path / "w").read_text() == "keep"


def test_a_world_begun_and_killed_is_begun_afresh(tmp_path: Path) -> None:
    (tmp_path / ".w.part").mkdir()
    (tmp_path / ".w.part" / "spine.parquet").write_bytes(b"half")
    population(2000, 1, tmp_path / "w", participants=10)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["w"]
    assert pq.read_metadata(tmp_path / "w" / "spine.parquet").num_rows == 2000
