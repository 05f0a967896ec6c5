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
from linkwell.integration import database, ids
from linkwell.integration.digest import combined, file_digest
from linkwell.vault.secrets import keep_secret
from linkwell.vault.zones import Home, ZoneName, write_whole, written_whole

Tick = Callable[[int, int], None]

WORLD_FILES = ("spine.parquet", "residents.parquet", "measures.parquet", "measures.toml")
STEPS = 5


@dataclass(frozen=True)
class PopulationFacts:
    """What was imported: counts, and the digest of what the files said."""

    people: int
    residents: int
    measures: int
    inputs: str
    digest: str


def import_population(world: Path, home: Home, progress: Tick | None = None) -> PopulationFacts:
    """Bring a population in: `spine.parquet` to `identity/spine/`, the rest to `research/sources/`.

    Args:
        world: a folder with spine.parquet, residents.parquet, measures.parquet and measures.toml.

    Raises:
        WrongUse: a file is missing or lacks a column.

    Run again on the same files it finds its work done.
    """
    tick = progress or (lambda done, total: None)
    inputs = _inputs_digest(world)
    sources = home.zone(ZoneName.RESEARCH).folder("sources")
    found = stored_facts(home)
    if found is not None and found.inputs == inputs:
        tick(STEPS, STEPS)
        return found
    (sources / "facts.json").unlink(missing_ok=True)
    spine = home.zone(ZoneName.IDENTITY).folder("spine") / "spine.parquet"
    with written_whole(spine) as part:
        shutil.copyfile(world / "spine.parquet", part)
    tick(1, STEPS)
    with database.in_memory(sources / ".spill") as connection:
        try:
            facts = _sources(connection, world, sources, home, inputs, tick)
        except duckdb.BinderException as error:
            raise WrongUse(
                "A population file lacks a column that is needed.",
                where=str(error).splitlines()[0],
                fix="Make the population again with: linkwell synthetic population",
            ) from None
    shutil.rmtree(sources / ".spill", ignore_errors=True)
    write_whole(sources / "facts.json", json.dumps(asdict(facts), indent=1).encode())
    tick(STEPS, STEPS)
    return facts


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
                fix="Make one with: linkwell synthetic population WORLD",
            )
    return combined({name: file_digest(world / name) for name in WORLD_FILES})


def population_key(home: Home) -> bytes:
    """The secret that turns spine ids into source pseudonyms (kept in `keys/`)."""
    keys = home.zone(ZoneName.KEYS)
    return ids.derive(keep_secret(keys / "pseudonym.secret", demo_seed=home.demo_seed), "source person")


def _sources(
    connection: duckdb.DuckDBPyConnection, world: Path, sources: Path, home: Home, inputs: str, tick: Tick
) -> PopulationFacts:
    _register_pseudonyms(connection, world, home)
    tick(2, STEPS)
    digests = {}
    for step, (name, query) in enumerate(_queries(world).items(), start=3):
        database.write_parquet(connection, query, sources / f"{name}.parquet")
        digests[name] = file_digest(sources / f"{name}.parquet")
        tick(min(step, STEPS - 1), STEPS)
    catalogue = (world / "measures.toml").read_bytes()
    tomllib.loads(catalogue.decode())  # a broken catalogue stops here, not at the next refresh
    write_whole(sources / "measures.toml", catalogue)
    digests["catalogue"] = file_digest(sources / "measures.toml")

    def count(name: str, where: str = "true") -> int:
        source = database.quoted(sources / f"{name}.parquet")
        (found,) = connection.execute(f"SELECT count(*) FROM {source} WHERE {where}").fetchall()[0]
        return int(found)

    return PopulationFacts(
        count("person"), count("person", "resident"), count("measure"), inputs, combined(digests)
    )


def _register_pseudonyms(connection: duckdb.DuckDBPyConnection, world: Path, home: Home) -> None:
    """Tables spine id → pseudonym, household → pseudonym, entity → pseudonym."""
    key = population_key(home)
    spine = database.arrow(
        connection,
        f"SELECT DISTINCT spine_id::BIGINT AS id FROM {database.quoted(world / 'spine.parquet')} ORDER BY id",
    )
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
    spine, residents, measures = (
        database.quoted(world / f"{name}.parquet") for name in ("spine", "residents", "measures")
    )
    return {
        "person": f"""
            SELECT p.pseudonym AS person,
                   year(coalesce(r.birth_date, s.dob))::SMALLINT AS birth_year,
                   month(coalesce(r.birth_date, s.dob))::TINYINT AS birth_month,
                   year(coalesce(r.death_date, s.death_date))::SMALLINT AS deceased_year,
                   month(coalesce(r.death_date, s.death_date))::TINYINT AS deceased_month,
                   coalesce(r.gender, s.gender)::VARCHAR AS gender,
                   {", ".join(f"r.eth{n} AS eth{n}" for n in range(1, 7))},
                   r.spine_id IS NOT NULL AS resident
            FROM {spine} s JOIN pseudonym_map p ON p.id = s.spine_id
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
    }
