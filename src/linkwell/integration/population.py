"""The population comes in: the spine to the linkers' zone, all else to the research zone.

Nothing in `research/` carries a spine id, a full birth date or a name: people are a keyed pseudonym there,
and the rows are sorted by it, so that nothing about the order they came in survives.
"""

from __future__ import annotations

import json
import shutil
import tomllib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from linkwell.errors import WrongUse
from linkwell.integration import canaries, database, ids
from linkwell.integration.digest import combined, file_digest
from linkwell.integration.gate import Gate
from linkwell.vault.secrets import keep_secret
from linkwell.vault.zones import Home, ZoneName, write_whole

Tick = Callable[[int, int], None]

WORLD_FILES = ("spine.parquet", "residents.parquet", "measures.parquet", "measures.toml")
RESIDENT_AT = "resident_population.parquet"
"""Optional: who was resident by the rule at each date (spine_id, ref_date, one flag a kind of activity)."""

NHI_MAP = "nhi_secondary.parquet"
"""Optional: further NHI numbers of one person (secondary, primary), for linkers only."""

ABOUT = "population.toml"
"""Optional: `area_vintage` (the year of the area boundaries), `reference_date` and `rule` of residence."""

STEPS = 6
GENDERS = ("1", "2", "3")
"""Codes of the gender standard of Stats NZ (2021)."""


@dataclass(frozen=True)
class PopulationFacts:
    """What was imported: counts (planted people are not counted), and the digest of what the files said."""

    people: int
    residents: int
    measures: int
    inputs: str
    digest: str


def import_population(world: Path, home: Home, progress: Tick | None = None) -> PopulationFacts:
    """Bring a population in: `spine.parquet` to `identity/spine/`, the rest to `research/sources/`.

    Args:
        world: a folder with spine.parquet, residents.parquet, measures.parquet and measures.toml, and
            perhaps resident_population.parquet, nhi_secondary.parquet and population.toml.

    Raises:
        WrongUse: a file is missing, lacks a column, or holds codes of another list.
        RefusedByRule: somebody would surface in the research zone.

    Run again on the same files it finds its work done.
    """
    tick = progress or (lambda done, total: None)
    inputs = _inputs_digest(world)
    sources = home.zone(ZoneName.RESEARCH).folder("sources")
    found = stored_facts(home)
    if found is not None and found.inputs == inputs:
        tick(STEPS, STEPS)
        return found
    new = sources / ".new"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    spill = _spine_folder(home) / ".spill"
    try:
        with database.in_memory(spill) as connection:
            try:
                _check(connection, world)
                _plant(connection, world, home)
                _numbers(connection, world, _spine_folder(home) / f".new-{NHI_MAP}")
                tick(1, STEPS)
                facts = _sources(connection, world, new, home, inputs, tick)
            except duckdb.BinderException as error:
                raise WrongUse(
                    "A population file lacks a column that is needed.",
                    where=str(error).splitlines()[0],
                    fix="Which columns each file needs is in docs/integration.md.",
                ) from None
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        for name in (".new.parquet", f".new-{NHI_MAP}"):
            (_spine_folder(home) / name).unlink(missing_ok=True)
        raise
    finally:
        shutil.rmtree(spill, ignore_errors=True)
    # Only a whole population takes the place of the one there is; until its facts stand there is none.
    (sources / "facts.json").unlink(missing_ok=True)
    (_spine_folder(home) / ".new.parquet").replace(_spine_folder(home) / "spine.parquet")
    (_spine_folder(home) / f".new-{NHI_MAP}").replace(_spine_folder(home) / NHI_MAP)
    for file in sorted(new.iterdir()):
        file.replace(sources / file.name)
    new.rmdir()
    write_whole(sources / "facts.json", json.dumps(asdict(facts), indent=1).encode())
    tick(STEPS, STEPS)
    return facts


def _spine_folder(home: Home) -> Path:
    return home.zone(ZoneName.IDENTITY).folder("spine")


def stored_facts(home: Home) -> PopulationFacts | None:
    """The facts of the population in the home, or None when there is none (or a broken-off import)."""
    path = home.zone(ZoneName.RESEARCH) / "sources" / "facts.json"
    return PopulationFacts(**json.loads(path.read_text("utf-8"))) if path.exists() else None


def _inputs_digest(world: Path) -> str:
    for name in WORLD_FILES:
        if not (world / name).is_file():
            raise WrongUse(
                f"The population has no file {name}.",
                where=str(world),
                fix="What it holds is in docs/integration.md; an invented one: linkwell synthetic population",
            )
    optional = [name for name in (RESIDENT_AT, NHI_MAP, ABOUT) if (world / name).is_file()]
    return combined({name: file_digest(world / name) for name in (*WORLD_FILES, *optional)})


def _check(connection: duckdb.DuckDBPyConnection, world: Path) -> None:
    """The rows can be joined without a guess: ids are distinct and known, codes are the standard's."""
    spine, residents, measures = (
        database.quoted(world / f"{name}.parquet") for name in ("spine", "residents", "measures")
    )
    genders = ", ".join(f"'{code}'" for code in GENDERS)
    checks = {
        "spine.parquet repeats a spine_id, or has a row without one": f"""
            SELECT count(*) - count(DISTINCT spine_id) FROM {spine}""",
        "residents.parquet repeats a spine_id": f"""
            SELECT count(*) - count(DISTINCT spine_id) FROM {residents}""",
        "residents.parquet has people who are not on the spine": f"""
            SELECT count(*) FROM {residents} r ANTI JOIN {spine} s USING (spine_id)""",
        "measures.parquet has people who are not on the spine": f"""
            SELECT count(*) FROM {measures} m ANTI JOIN {spine} s USING (spine_id)""",
        f"gender is not a code of the gender standard ({', '.join(GENDERS)})": f"""
            SELECT count(*) FROM (SELECT gender FROM {spine} UNION ALL SELECT gender FROM {residents})
            WHERE gender IS NOT NULL AND gender::VARCHAR NOT IN ({genders})""",
    }
    for what, query in checks.items():
        (found,) = connection.execute(query).fetchall()[0]
        if found:
            raise WrongUse(
                f"The population cannot be brought in: {what}.",
                where=f"{found:,} rows",
                why="Rows that fit nobody, or two people, would be counted wrong in every refresh.",
                fix="Mend the file, or build the spine again: linkwell custodian spine",
            )


def _plant(connection: duckdb.DuckDBPyConnection, world: Path, home: Home) -> None:
    """The spine with the planted people goes to the linkers' zone: every load carries them along."""
    source = database.quoted(world / "spine.parquet")
    schema = connection.sql(f"SELECT * FROM {source} LIMIT 0").to_arrow_table().schema
    connection.register("planted", canaries.rows(canaries.canaries(home), schema))
    spine = _spine_folder(home) / ".new.parquet"
    database.write_parquet(
        connection, f"SELECT * FROM {source} UNION ALL BY NAME SELECT * FROM planted", spine
    )
    connection.execute(f"CREATE VIEW spine AS SELECT * FROM {database.quoted(spine)}")


def _numbers(connection: duckdb.DuckDBPyConnection, world: Path, out: Path) -> None:
    """The further NHI numbers go to the linkers' zone; none is an empty file, so that no old one stays."""
    there = database.quoted(world / NHI_MAP) if (world / NHI_MAP).exists() else _NO_NUMBERS
    query = f'SELECT "secondary"::VARCHAR AS secondary, "primary"::VARCHAR AS "primary" FROM {there}'
    database.write_parquet(connection, f"{query} ORDER BY ALL", out)


_NO_NUMBERS = '(SELECT NULL AS "secondary", NULL AS "primary" WHERE false)'


def population_key(home: Home) -> bytes:
    """The secret that turns spine ids into source pseudonyms (kept in `keys/`)."""
    keys = home.zone(ZoneName.KEYS)
    return ids.derive(keep_secret(keys / "pseudonym.secret", demo_seed=home.demo_seed), "source person")


def _sources(
    connection: duckdb.DuckDBPyConnection, world: Path, sources: Path, home: Home, inputs: str, tick: Tick
) -> PopulationFacts:
    _register_pseudonyms(connection, world, home)
    tick(2, STEPS)
    gate, digests = Gate.of(home, spine=_spine_folder(home) / ".new.parquet"), {}
    for step, (name, query) in enumerate(_queries(world).items(), start=3):
        database.write_parquet(connection, query, sources / f"{name}.parquet", gate.parquet)
        digests[name] = file_digest(sources / f"{name}.parquet")
        tick(min(step, STEPS - 1), STEPS)
    for name in ("measures.toml", ABOUT):
        text = (world / name).read_bytes() if (world / name).exists() else b""
        tomllib.loads(text.decode())  # a broken catalogue stops here, not at the next refresh
        write_whole(sources / name, text)
        gate.file(sources / name)
        digests[name] = file_digest(sources / name)

    def count(name: str, where: str = "true") -> int:
        source = database.quoted(sources / f"{name}.parquet")
        (found,) = connection.execute(f"SELECT count(*) FROM {source} WHERE {where}").fetchall()[0]
        return int(found)

    return PopulationFacts(
        count("person", "person_ind"),
        count("person", "resident"),
        count("measure"),
        inputs,
        combined(digests),
    )


def _register_pseudonyms(connection: duckdb.DuckDBPyConnection, world: Path, home: Home) -> None:
    """Tables spine id → pseudonym, household → pseudonym, entity → pseudonym."""
    key = population_key(home)
    spine = database.arrow(connection, "SELECT DISTINCT spine_id::BIGINT AS id FROM spine ORDER BY id")
    people = spine.column("id").to_numpy()
    _keep(connection, "pseudonym", pa.array(people), ids.distinct_pseudonyms(key, people))
    for name, file, column in (
        ("household", "residents", "household_id"),
        ("entity", "measures", "entity"),
    ):
        found = database.arrow(
            connection,
            f"SELECT DISTINCT {column}::VARCHAR AS id FROM {database.quoted(world / f'{file}.parquet')} "
            f"WHERE {column} IS NOT NULL ORDER BY id",
        ).column("id")
        texts = found.to_pylist()
        _keep(connection, name, found, ids.text_pseudonyms(ids.derive(key, name), texts))


def _keep(connection: duckdb.DuckDBPyConnection, name: str, ours: pa.Array, theirs: ids.Ids) -> None:
    connection.register(f"{name}_arrow", pa.table({"id": ours, "pseudonym": np.ascontiguousarray(theirs)}))
    connection.execute(f"CREATE TABLE {name}_map AS SELECT * FROM {name}_arrow")
    connection.unregister(f"{name}_arrow")


def _queries(world: Path) -> dict[str, str]:
    """One query a source file; each sorted by the pseudonym, birth and death dates cut to the month."""
    residents, measures = (database.quoted(world / f"{name}.parquet") for name in ("residents", "measures"))
    resident_at = "SELECT NULL::BIGINT AS spine_id, NULL::DATE AS ref_date WHERE false"
    if (world / RESIDENT_AT).exists():
        resident_at = f"SELECT * FROM {database.quoted(world / RESIDENT_AT)}"
    planted = ", ".join(str(canaries.FIRST_ID - n) for n in range(canaries.HOW_MANY))
    return {
        "person": f"""
            SELECT p.pseudonym AS person,
                   year(coalesce(r.birth_date, s.dob))::SMALLINT AS birth_year,
                   month(coalesce(r.birth_date, s.dob))::TINYINT AS birth_month,
                   year(coalesce(r.death_date, s.death_date))::SMALLINT AS deceased_year,
                   month(coalesce(r.death_date, s.death_date))::TINYINT AS deceased_month,
                   coalesce(r.gender, s.gender)::VARCHAR AS gender,
                   {", ".join(f"r.eth{n} AS eth{n}" for n in range(1, 7))},
                   r.spine_id IS NOT NULL AS resident, s.spine_id NOT IN ({planted}) AS person_ind
            FROM spine s JOIN pseudonym_map p ON p.id = s.spine_id
            LEFT JOIN {residents} r ON r.spine_id = s.spine_id ORDER BY person""",
        "residence": f"""
            SELECT p.pseudonym AS person, r.region::VARCHAR AS region, r.ta::VARCHAR AS ta,
                   r.sa2::VARCHAR AS sa2, r.nzdep::TINYINT AS nzdep, h.pseudonym AS household
            FROM {residents} r JOIN pseudonym_map p ON p.id = r.spine_id
            LEFT JOIN household_map h ON h.id = r.household_id::VARCHAR ORDER BY person""",
        "measure": f"""
            SELECT p.pseudonym AS person, m.measure::VARCHAR AS measure, m.start_date::DATE AS start_date,
                   m.end_date::DATE AS end_date, m.value::DOUBLE AS value, e.pseudonym AS entity
            FROM {measures} m JOIN pseudonym_map p ON p.id = m.spine_id
            LEFT JOIN entity_map e ON e.id = m.entity::VARCHAR ORDER BY ALL""",
        "resident_population": f"""
            SELECT p.pseudonym AS person, r.* EXCLUDE (spine_id)
            FROM ({resident_at}) r JOIN pseudonym_map p ON p.id = r.spine_id ORDER BY ALL""",
    }
