"""A load in which anybody surfaces leaves nothing, and says where without saying who."""

from __future__ import annotations

import base64
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.integration.conftest import CANARY_NAME, CANARY_NHI, Site

from linkwell.errors import RefusedByRule
from linkwell.integration import build_project, build_refresh, database, import_population
from linkwell.integration.canaries import canaries
from linkwell.integration.gate import Gate
from linkwell.integration.rawbytes import Patterns


@pytest.fixture
def planted(site: Site) -> Site:
    import_population(site.world, site.home)
    return site


def make(path: Path, *statements: str) -> Path:
    with duckdb.connect(str(path)) as con:
        for statement in statements:
            con.execute(statement)
    return path


def refused(gate: Gate, path: Path) -> RefusedByRule:
    with pytest.raises(RefusedByRule) as caught:
        gate.database(path)
    return caught.value


def test_planted_people_are_on_the_spine_and_in_the_refresh_they_are_nobody(planted: Site) -> None:
    words = {word for each in canaries(planted.home) for word in each.words}
    assert len(words) > 10
    with duckdb.connect() as con:
        spine = planted.home.path / "identity/spine/spine.parquet"
        found = con.execute(f"SELECT first_name, dob FROM '{spine}' WHERE spine_id < 0").fetchall()
    assert {(each.first_name, each.born) for each in canaries(planted.home)} == set(found)
    build_refresh(planted.home, supplies=[planted.supply], label="r1")
    file = planted.home.path / "research/refreshes/r1/refresh.duckdb"
    with duckdb.connect(str(file), read_only=True) as con:
        (flagged,) = con.execute(
            "SELECT count(*) FROM person WHERE NOT snz_person_ind AND NOT snz_resident_ind"
        ).fetchall()[0]
    assert flagged == len(found)


@pytest.mark.parametrize(
    ("what", "where"),
    [
        ("a name in a column", "note"),
        ("a day of birth in a date column", "seen"),
        ("a word in a comment", "comment"),
        ("a name as a column", "its name"),
    ],
)
def test_a_planted_person_is_found_wherever_a_database_can_hold_one(
    planted: Site, tmp_path: Path, what: str, where: str
) -> None:
    each = canaries(planted.home)[1]
    statements = {
        "a name in a column": f"INSERT INTO t VALUES (1, 'for {each.last_name.upper()}', NULL)",
        "a day of birth in a date column": f"INSERT INTO t VALUES (1, 'x', DATE '{each.born}')",
        "a word in a comment": f"COMMENT ON COLUMN t.note IS '{each.place}'",
        "a name as a column": f'ALTER TABLE t ADD COLUMN "{each.first_name}" INTEGER',
    }
    path = make(tmp_path / "x.duckdb", "CREATE TABLE t (id INT, note VARCHAR, seen DATE)", statements[what])
    error = refused(Gate.of(planted.home), path)
    assert "table t" in error.where
    assert where in error.where
    if what != "a name as a column":
        assert not any(word.casefold() in str(error).casefold() for word in each.words)


def test_a_deleted_row_still_in_the_file_is_found_by_its_bytes(planted: Site, tmp_path: Path) -> None:
    word = canaries(planted.home)[0].last_name
    path = make(
        tmp_path / "x.duckdb",
        "PRAGMA force_compression = 'uncompressed'",
        f"CREATE TABLE t AS SELECT '{word}' || range AS a FROM range(100000)",
        "CHECKPOINT",
        "CREATE TABLE stays AS SELECT range AS a FROM range(100000)",
        "CHECKPOINT",
        "DROP TABLE t",
    )
    assert Patterns.of([word]).in_file(path), "the engine now clears what it drops: make this test anew"
    assert "raw bytes" in refused(Gate.of(planted.home), path).where


def test_real_numbers_and_supplied_names_are_found_in_columns(planted: Site, tmp_path: Path) -> None:
    identity = planted.home.path / "identity/supplies/S1"
    identity.mkdir(parents=True)
    given, family = CANARY_NAME.split()
    (identity / "identity.csv").write_text(
        f"record_key,first_name,last_name,msd\nk1,{given},{family},123456789\n", "utf-8"
    )
    gate = Gate.of(planted.home, ["S1"])
    for value in (CANARY_NHI.lower(), "number 123-456-789", f"{family}, {given}", f"met {given} {family}"):
        path = make(tmp_path / "x.duckdb", "CREATE OR REPLACE TABLE t (code VARCHAR)",
                    f"INSERT INTO t VALUES ('fine'), ('{value}')")  # fmt: skip
        error = refused(gate, path)
        assert error.where == "table t, column code", value
        assert given not in str(error)
    make(path, "CREATE OR REPLACE TABLE t (code VARCHAR)", f"INSERT INTO t VALUES ('{given} house')")
    gate.database(path)  # one name alone is a word like any other


def test_a_service_named_in_the_agreement_is_no_sighting(planted: Site, tmp_path: Path) -> None:
    identity = planted.home.path / "identity/supplies/S1"
    identity.mkdir(parents=True)
    (identity / "identity.csv").write_text("record_key,first_name,last_name\nk1,Aroha,House\n", "utf-8")
    path = make(tmp_path / "x.duckdb", "CREATE TABLE t AS SELECT 'Aroha House' AS initiative_code")
    assert "initiative_code" in refused(Gate.of(planted.home, ["S1"]), path).where
    Gate.of(planted.home, ["S1"], said=["Aroha House"]).database(path)


def test_a_dictionary_page_statistics_and_metadata_of_a_parquet_file_are_read(
    planted: Site, tmp_path: Path
) -> None:
    word, gate, path = canaries(planted.home)[2].first_name, Gate.of(planted.home), tmp_path / "x.parquet"
    unused = pa.DictionaryArray.from_arrays(pa.array([0, 0], pa.int8()), pa.array(["fine", word]))
    for table, where in (
        (pa.table({"code": unused}), "code"),
        (pa.table({"code": ["fine", word]}), "code"),
        (pa.table({"code": ["fine"]}).replace_schema_metadata({"made for": word}), "metadata"),
    ):
        pq.write_table(table, path, compression="zstd")
        with pytest.raises(RefusedByRule) as caught:
            gate.parquet(path)
        assert caught.value.where.startswith("table x.parquet, column")
        assert where in caught.value.where
    pq.write_table(pa.table({"code": ["fine"]}), path)
    gate.parquet(path)


@pytest.mark.parametrize("how", ["utf-8", "utf-16-le", "utf-16-be", "hex", "base64", "json", "capitals"])
def test_bytes_are_found_in_the_common_encodings(how: str) -> None:
    word = "Ghulēfanzzkorr"
    raw = {
        "hex": word.encode().hex().encode(), "base64": base64.b64encode(f"to {word} of".encode()),
        "json": word.replace("ē", "\\u0113").encode(), "capitals": word.upper().encode(),
    }.get(how) or word.encode(how)  # fmt: skip
    patterns = Patterns.of([word])
    assert patterns.in_bytes(b"\x00\x01" * 99 + raw + b"tail")
    assert not patterns.in_bytes(b"\x00\x01" * 99 + raw[:-9] + b"tail")


def test_a_word_across_two_reads_of_a_file_is_found(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("linkwell.integration.rawbytes._CHUNK", 64)
    for before in range(50, 70):
        (tmp_path / "f").write_bytes(b"." * before + b"Quixaptizzkorr" + b"." * 50)
        assert Patterns.of(["Quixaptizzkorr"]).in_file(tmp_path / "f")


def test_a_refresh_with_a_leak_leaves_no_file_and_the_last_one_stands(planted: Site, monkeypatch) -> None:
    """A fault is put into the load itself: names of the spine beside the people."""
    build_refresh(planted.home, supplies=[planted.supply], label="r1")
    spine = database.quoted(planted.home.path / "identity/spine/spine.parquet")
    from linkwell.integration import people_tables

    real = people_tables._population_queries

    def faulty(connection, sources):
        leak = f"SELECT {{}} AS note_code FROM {spine}"
        return {**real(connection, sources), "resident_population": leak.format("last_name")}

    monkeypatch.setattr(people_tables, "_population_queries", faulty)
    with pytest.raises(RefusedByRule) as caught:
        build_refresh(planted.home, supplies=[planted.supply], label="r2")
    assert caught.value.where.startswith("table resident_population, column note_code")
    folder = planted.home.path / "research/refreshes"
    assert not [file for file in (folder / "r2").iterdir() if file.is_file()]
    assert (folder / "r1/facts.json").exists()


def test_a_supplied_table_with_a_planted_person_stops_the_load_by_name_of_column(planted: Site) -> None:
    file = planted.supply.content / "interaction.csv"
    word = canaries(planted.home)[0].first_name
    file.write_text(file.read_text("utf-8").replace("mentoring", f"call {word}", 1), "utf-8")
    with pytest.raises(RefusedByRule) as caught:
        build_refresh(planted.home, supplies=[planted.supply], label="r1")
    assert caught.value.where == "table interaction.csv, column service_type"
    assert word not in str(caught.value)


def test_a_project_database_is_searched_too(planted: Site, monkeypatch) -> None:
    build_refresh(planted.home, supplies=[planted.supply], label="r1")
    from linkwell.integration import project

    real, word = project._copy, canaries(planted.home)[0].place

    def faulty(connection, table, *rest):
        real(connection, table, *rest)
        connection.execute(f"COMMENT ON TABLE main.{table} IS '{word}'")

    monkeypatch.setattr(project, "_copy", faulty)
    with pytest.raises(RefusedByRule, match="recognised"):
        build_project(planted.home, refresh="r1", project="p1", columns={"person": ["snz_uid"]})
    assert not (planted.home.path / "projects/p1/project.duckdb").exists()
