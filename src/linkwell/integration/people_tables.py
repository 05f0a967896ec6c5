"""The tables of a refresh that come from the population: people under new ids, where they live, their
households, when they were residents, and their measures with the measures' catalogue.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from linkwell.integration import database, ids
from linkwell.integration.population import ABOUT
from linkwell.integration.supplies import RefreshKeys


def fill_population(
    connection: duckdb.DuckDBPyConnection, sources: Path, keys: RefreshKeys, told: Callable[[int], None]
) -> None:
    """Make the population's tables from `research/sources`; `told` hears how many are done."""
    _register_people(connection, sources, keys)
    _rekey(connection, sources / "residence.parquet", "household", ids.derive(keys.text, "household"))
    _rekey(connection, sources / "measure.parquet", "entity", ids.derive(keys.text, "entity"))
    for done, (table, query) in enumerate(_population_queries(connection, sources).items(), start=1):
        connection.execute(f"CREATE TABLE {table} AS {query}")
        told(done)
    _catalogue(connection, sources / "measures.toml")


def _register_people(connection: duckdb.DuckDBPyConnection, sources: Path, keys: RefreshKeys) -> None:
    people = database.arrow(connection, f"SELECT person FROM {database.quoted(sources / 'person.parquet')}")
    pseudonym = people.column("person").to_numpy()
    _temporary(connection, "people", pseudonym, ids.distinct_pseudonyms(keys.person, pseudonym))


def _rekey(connection: duckdb.DuckDBPyConnection, file: Path, column: str, key: bytes) -> None:
    found = database.arrow(
        connection,
        f"SELECT DISTINCT {column} AS id FROM {database.quoted(file)} WHERE {column} IS NOT NULL ORDER BY id",
    )
    old = found.column("id").to_numpy()
    _temporary(connection, f"{column}_map", old, ids.pseudonyms(key, old))


def _temporary(connection: duckdb.DuckDBPyConnection, name: str, old: ids.Ids, new: ids.Ids) -> None:
    connection.register("map_arrow", pa.table({"id": old, "uid": np.ascontiguousarray(new)}))
    connection.execute(f"CREATE TEMP TABLE {name} AS SELECT * FROM map_arrow")
    connection.unregister("map_arrow")


def area_vintage(sources: Path) -> int | None:
    """The year of the area boundaries the population's codes belong to, or None where nobody said."""
    about = sources / ABOUT
    year = tomllib.loads(about.read_text("utf-8")).get("area_vintage") if about.exists() else None
    return None if year is None else int(year)


def _population_queries(connection: duckdb.DuckDBPyConnection, sources: Path) -> dict[str, str]:
    person, residence, measure, at = (
        database.quoted(sources / f"{name}.parquet")
        for name in ("person", "residence", "measure", "resident_population")
    )
    year = area_vintage(sources)
    vintage = "NULL" if year is None else year
    flags = _flags(connection, at)
    ethnicity = ", ".join(f"s.eth{n} AS snz_ethnicity_grp{n}_ind" for n in range(1, 7))
    return {
        "person": f"""
            SELECT p.uid AS snz_uid, s.birth_year AS snz_birth_year_nbr, s.birth_month AS snz_birth_month_nbr,
                   s.gender AS snz_sex_gender_code, {ethnicity}, s.deceased_year AS snz_deceased_year_nbr,
                   s.deceased_month AS snz_deceased_month_nbr, s.resident AS snz_resident_ind,
                   true AS snz_spine_ind, s.person_ind AS snz_person_ind
            FROM {person} s JOIN people p ON p.id = s.person ORDER BY snz_uid""",
        "residence": f"""
            SELECT p.uid AS snz_uid, s.region AS region_code, s.ta AS ta_code, s.sa2 AS sa2_code,
                   s.nzdep AS nzdep_nbr, h.uid AS snz_household_uid,
                   {vintage}::SMALLINT AS area_vintage_nbr
            FROM {residence} s JOIN people p ON p.id = s.person
            LEFT JOIN household_map h ON h.id = s.household ORDER BY snz_uid""",
        "measure": f"""
            SELECT p.uid AS snz_uid, s.measure AS measure_code, s.start_date, s.end_date,
                   s.value AS value_amt, e.uid AS snz_entity_uid
            FROM {measure} s JOIN people p ON p.id = s.person
            LEFT JOIN entity_map e ON e.id = s.entity ORDER BY ALL""",
        "resident_population": f"""
            SELECT p.uid AS snz_uid, s.ref_date AS srp_ref_date{flags}
            FROM {at} s JOIN people p ON p.id = s.person ORDER BY snz_uid, srp_ref_date""",
        "household": """
            SELECT snz_household_uid, count(*)::SMALLINT AS people_nbr, min(region_code) AS region_code,
                   min(ta_code) AS ta_code
            FROM residence WHERE snz_household_uid IS NOT NULL GROUP BY ALL ORDER BY snz_household_uid""",
    }


def _flags(connection: duckdb.DuckDBPyConnection, file: str) -> str:
    """The activities that made somebody a resident, one yes-or-no column each."""
    described = [name for name, *_ in connection.execute(f"DESCRIBE SELECT * FROM {file}").fetchall()]
    flags = [name for name in described if name not in ("person", "ref_date")]
    return "".join(f', s."{name}" AS srp_flag_{name}_ind' for name in flags)


def _catalogue(connection: duckdb.DuckDBPyConnection, file: Path) -> None:
    """The measures' catalogue, sorted by code; unknown keys of an entry are left out."""
    entries = catalogue_entries(tomllib.loads(file.read_text("utf-8")))
    connection.execute(
        "CREATE TABLE catalogue (measure_code VARCHAR, label VARCHAR, domain VARCHAR, kind_code VARCHAR, "
        "good_direction_code VARCHAR, source VARCHAR, covers_from_date DATE, covers_to_date DATE, "
        "entity_kind_code VARCHAR)"
    )
    for entry in entries:
        connection.execute("INSERT INTO catalogue VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", entry)


def catalogue_entries(document: dict[str, object]) -> list[list[object]]:
    """Rows of the catalogue from `measures.toml` ([[measure]] tables, or one table a code)."""
    listed = document.get("measure", document.get("measures", document))
    if isinstance(listed, dict):
        listed = [{"code": code} | entry for code, entry in listed.items() if isinstance(entry, dict)]
    names = (
        "code",
        "label",
        "domain",
        "kind",
        "good_direction",
        "source",
        "covers_from",
        "covers_to",
        "entity_kind",
    )
    rows = []
    for entry in listed if isinstance(listed, list) else []:
        row = [entry.get(name) for name in names]
        rows.append([str(cell) if isinstance(cell, date) else cell for cell in row])
    return sorted(rows, key=lambda row: str(row[0]))
