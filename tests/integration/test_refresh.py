"""A refresh holds everything that is live, and nobody's name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pytest
from tests.integration.conftest import make_world

from linkwell.errors import RefusedByRule, WrongUse
from linkwell.integration import build_project, build_refresh, import_population
from linkwell.integration.canaries import canaries
from linkwell.vault.zones import Home

ALL_COLUMNS = {
    "person": ["snz_uid", "snz_birth_year_nbr", "snz_sex_gender_code"],
    "measure": ["snz_uid", "measure_code", "start_date", "end_date", "value_amt", "snz_entity_uid"],
    "enrolment": ["snz_uid", "snz_unit_uid", "initiative_code", "start_date"],
    "service_event": ["snz_uid", "snz_unit_uid", "service_date", "attendance_code"],
    "supply_quality": ["trait_code", "level_code", "clients_nbr", "linked_nbr"],
}


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(path), read_only=True) as con:
        return con.execute(query).fetchall()


def refresh_file(home: Home, label: str = "202406") -> Path:
    return home.path / "research" / "refreshes" / label / "refresh.duckdb"


def test_a_refresh_keeps_every_row_and_flags_the_unlinked(site):
    import_population(site.world, site.home)
    facts = build_refresh(site.home, supplies=[site.supply], label="202406")
    assert facts.rows["enrolment"] == 60
    assert facts.rows["service_event"] == 120
    assert (facts.clients, facts.clients_linked) == (60, 50)
    file = refresh_file(site.home)
    assert rows(file, "SELECT count(*) FROM enrolment WHERE snz_uid = -1 AND NOT snz_spine_ind") == [(10,)]
    assert rows(file, "SELECT count(*) FROM enrolment e JOIN person p USING (snz_uid)") == [(50,)]
    assert rows(file, "SELECT count(DISTINCT snz_unit_uid) FROM enrolment") == [(60,)]
    bands = rows(file, "SELECT link_band_code, count(*) FROM enrolment GROUP BY ALL ORDER BY ALL")
    assert [band for band, _ in bands] == ["A", "B", "C", None]


def test_people_are_the_right_people_behind_their_new_ids(site):
    import_population(site.world, site.home)
    build_refresh(site.home, supplies=[site.supply], label="202406")
    # Clients 1..50 are spine people 1..50; their ED visits lie in March and April 2023.
    (visits,) = rows(
        refresh_file(site.home),
        "SELECT count(*) FROM enrolment JOIN measure USING (snz_uid) WHERE measure_code = 'ed_visit'",
    )[0]
    assert visits == sum(1 for n in range(1, 51) if n % 20 != 19)


def test_birth_is_a_month_and_nothing_identifying_is_in_any_column(site):
    import_population(site.world, site.home)
    build_refresh(site.home, supplies=[site.supply], label="202406")
    build_project(site.home, refresh="202406", project="insights-org1", columns=ALL_COLUMNS)
    databases = [refresh_file(site.home), site.home.path / "projects/insights-org1/project.duckdb"]
    for file in databases:
        with duckdb.connect(str(file), read_only=True) as con:
            for (table,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall():
                text = repr(con.execute(f"SELECT * FROM {table}").fetchall()).lower()
                for canary in (
                    "wikit",
                    "canaryson",
                    "zzz0016",
                    "client_ref",
                    "c7'",
                    site.supply.supply_id.lower(),
                ):
                    assert canary not in text, (file.name, table, canary)
    sources = list((site.home.path / "research").rglob("*"))
    for file in (path for path in sources if path.is_file() and path.suffix != ".csv"):
        data = file.read_bytes()
        for canary in ("Wikitōria", "Canaryson", "ZZZ0016"):
            assert canary.encode() not in data, file.name
    with duckdb.connect(":memory:") as con:
        kinds = con.execute(
            f"DESCRIBE SELECT * FROM '{site.home.path}/research/sources/person.parquet'"
        ).fetchall()
    assert "DATE" not in {kind[1] for kind in kinds}


def test_spine_ids_appear_nowhere_in_the_research_zone(site):
    import_population(site.world, site.home)
    build_refresh(site.home, supplies=[site.supply], label="202406")
    (smallest,) = rows(refresh_file(site.home), "SELECT min(snz_uid) FROM person")[0]
    assert smallest > 400


def test_the_same_inputs_are_found_done_and_other_inputs_are_refused(site):
    import_population(site.world, site.home)
    first = build_refresh(site.home, supplies=[site.supply], label="202406")
    before = refresh_file(site.home).stat().st_mtime_ns
    assert build_refresh(site.home, supplies=[site.supply], label="202406") == first
    assert refresh_file(site.home).stat().st_mtime_ns == before
    with pytest.raises(RefusedByRule, match="other inputs"):
        build_refresh(site.home, supplies=[], label="202406")


def test_two_homes_with_one_demo_seed_end_in_the_same_digest(site, tmp_path):
    from shutil import copytree

    other = Home.create(tmp_path / "second", name="Demo custodian", demo_seed=1)
    copytree(site.home.path / "identity", other.path / "identity", dirs_exist_ok=True)
    copytree(site.home.path / "research", other.path / "research", dirs_exist_ok=True)
    supply = replace(
        site.supply,
        links=other.path / "identity/links/S1/links.parquet",
        content=other.path / "research/supplies/S1",
    )
    import_population(site.world, site.home)
    import_population(site.world, other)
    one = build_refresh(site.home, supplies=[site.supply], label="202406")
    two = build_refresh(other, supplies=[supply], label="202406")
    assert (one.digest, one.inputs) == (two.digest, two.inputs)


def test_ids_and_row_order_of_two_refreshes_share_nothing(site):
    import_population(site.world, site.home)
    build_refresh(site.home, supplies=[site.supply], label="202406")
    build_refresh(site.home, supplies=[site.supply], label="202410")
    sequences = []
    for label in ("202406", "202410"):
        found = rows(refresh_file(site.home, label), "SELECT snz_uid FROM person")
        ids = np.array([uid for (uid,) in found])
        assert np.all(np.diff(ids) > 0)
        sequences.append(set(ids.tolist()))
    assert not sequences[0] & sequences[1]


def test_a_build_broken_off_before_its_facts_is_done_again(site):
    import_population(site.world, site.home)
    first = build_refresh(site.home, supplies=[site.supply], label="202406")
    folder = refresh_file(site.home).parent
    (folder / "facts.json").unlink()
    (folder / ".refresh.duckdb.part").write_bytes(b"half")
    (folder / ".refresh.duckdb.part.wal").write_bytes(b"half")
    assert build_refresh(site.home, supplies=[site.supply], label="202406") == first


def test_free_text_in_a_code_column_is_refused_without_telling_it(site):
    import_population(site.world, site.home)
    file = site.supply.content / "enrolment.csv"
    file.write_text(file.read_text("utf-8").replace("pathways", "rang mum on 021 555 0199"), "utf-8")
    with pytest.raises(RefusedByRule) as refused:
        build_refresh(site.home, supplies=[site.supply], label="202406")
    assert "555" not in str(refused.value)
    assert "initiative" in refused.value.where


def test_columns_nobody_agreed_do_not_enter_and_are_named(site):
    import_population(site.world, site.home)
    file = site.supply.content / "interaction.csv"
    lines = file.read_text("utf-8").splitlines()
    file.write_text(
        "\n".join([lines[0] + ",notes", *(line + ",secret" for line in lines[1:])]) + "\n", "utf-8"
    )
    facts = build_refresh(site.home, supplies=[site.supply], label="202406")
    assert facts.left_behind == ("S1:interaction.notes",)


def test_without_a_population_there_is_no_refresh(site):
    with pytest.raises(WrongUse, match="no population"):
        build_refresh(site.home, supplies=[site.supply], label="202406")


def test_a_project_sees_only_approved_columns_and_organisations(site, add_supply):
    import_population(site.world, site.home)
    other = add_supply(site.home, supply_id="S2", organisation="ORG2", clients=30)
    build_refresh(site.home, supplies=[site.supply, other], label="202406")
    facts = build_project(
        site.home, refresh="202406", project="p1", columns=ALL_COLUMNS, organisations=["ORG1"]
    )
    file = site.home.path / "projects/p1/project.duckdb"
    assert facts.rows["enrolment"] == 60
    columns = {name for (name,) in rows(file, "SELECT column_name FROM duckdb_columns() WHERE NOT internal")}
    assert columns == {name for listed in ALL_COLUMNS.values() for name in listed}
    (shared,) = rows(file, "SELECT count(*) FROM person WHERE snz_uid > 0")[0]
    assert shared == 400 + len(canaries(site.home))


def test_project_ids_join_to_nothing_else_and_have_a_stable_person_index(site):
    import pyarrow.parquet as pq

    import_population(site.world, site.home)
    found = {}
    for label, project in (("202406", "p1"), ("202410", "p2")):
        build_refresh(site.home, supplies=[site.supply], label=label)
        build_project(site.home, refresh=label, project=project, columns=ALL_COLUMNS)
        index = pq.read_table(site.home.path / f"disclosure/projects/{project}.parquet").to_pydict()
        units = rows(
            site.home.path / f"projects/{project}/project.duckdb",
            "SELECT DISTINCT snz_unit_uid FROM enrolment",
        )
        mapping = dict(zip(index["project_id"], index["person_index"], strict=True))
        found[project] = (
            {uid for (uid,) in units},
            {mapping[uid] for (uid,) in units},
            set(mapping.values()),
        )
    assert not found["p1"][0] & found["p2"][0]
    assert found["p1"][1] == found["p2"][1]
    assert found["p1"][2] == found["p2"][2]
    assert len(found["p1"][1]) == 60


def test_a_population_that_does_not_fit_leaves_the_one_there_is(site, tmp_path):
    import_population(site.world, site.home)
    sources = site.home.path / "research/sources"
    before = {file.name: file.read_bytes() for file in sources.iterdir()}
    spine = (site.home.path / "identity/spine/spine.parquet").read_bytes()
    for change, message in (
        ("UPDATE t SET spine_id = 5 WHERE spine_id = 6", "repeats a spine_id"),
        ("UPDATE t SET gender = 'F'", "gender standard"),
        ("ALTER TABLE t DROP COLUMN region", "lacks a column"),
        ("INSERT INTO t BY NAME SELECT 99999 AS spine_id, '1' AS gender", "not on the spine"),
    ):
        world = make_world(tmp_path / message.replace(" ", ""))
        with duckdb.connect() as con:
            con.execute(f"CREATE TABLE t AS SELECT * FROM '{world}/residents.parquet'")
            con.execute(change)
            con.execute(f"COPY t TO '{world}/residents.parquet' (FORMAT parquet)")
        with pytest.raises(WrongUse, match=message):
            import_population(world, site.home)
        assert {file.name: file.read_bytes() for file in sources.iterdir()} == before
        assert (site.home.path / "identity/spine/spine.parquet").read_bytes() == spine
    assert build_refresh(site.home, supplies=[site.supply], label="202406").rows["enrolment"] == 60
