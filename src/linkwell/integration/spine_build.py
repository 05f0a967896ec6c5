"""A spine built from several sources: duplicates found, numbers brought together, all else linked to it.

What comes of it is a population to bring in (spine, residents, measures), the concordance of spine ids and
agency numbers, and the coverage report; all of it lies in the linkers' zone. A person keeps the spine id of
earlier builds, so that nothing that hangs on it (the person index, so rounding) moves.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from linkwell import linkage
from linkwell.integration import database, residence
from linkwell.integration.coverage import Coverage, coverage_of, write_report
from linkwell.integration.population import NHI_MAP
from linkwell.integration.sources import (
    ATTRIBUTES,
    IDENTIFIERS,
    PERSON,
    Source,
    Sources,
    read_people,
    table_of,
)
from linkwell.linkage.settings import LinkSettings
from linkwell.vault.zones import Home, ZoneName, write_whole

Tick = Callable[[int, int], None]


@dataclass(frozen=True)
class SpineFacts:
    """What was built, for the linkers' zone.

    Attributes:
        read: rows, numbers, unreadable birth dates and links per source. residents: people by reference date.
        kept_ids: people who had this spine id before. review: pairs of the sources a person should look at.
        measures_left: rows of measures whose person is on the spine for nobody, by source.
    """

    people: int
    duplicates: int
    review: int
    kept_ids: int
    residents: dict[str, int]
    read: dict[str, dict[str, int]]
    measures_left: dict[str, int] = field(default_factory=dict)


def concordance_path(home: Home) -> Path:
    """spine_id, source, id, primary_ind: which agency numbers are whose."""
    return home.zone(ZoneName.IDENTITY) / "spine" / "concordance.parquet"


def build_spine(sources: Sources, home: Home, progress: Tick | None = None) -> tuple[Path, SpineFacts]:
    """Build the spine and its population in the linkers' zone.

    Returns:
        The folder `import_population` takes, and the facts. The concordance, coverage.json and coverage.html
        lie in `identity/spine/`.

    Raises:
        WrongUse: a source cannot be read, or a rule is not known.
    """
    spine = home.zone(ZoneName.IDENTITY).folder("spine")
    world = spine / ".build"
    shutil.rmtree(world, ignore_errors=True)
    world.mkdir(mode=0o700)
    chosen = residence.rule(sources.rule, sources.rules)
    tick = progress or (lambda done, total: None)
    steps = len(sources.sources) + 5
    with database.in_memory(world / ".spill") as connection:
        read = {}
        for done, source in enumerate(sources.sources, start=1):
            rows, unread = read_people(connection, source)
            (numbers,) = connection.execute(f"SELECT count(*) FROM people_{source.name}").fetchall()[0]
            read[source.name] = {"rows": rows, "numbers": int(numbers), "birth_dates_unread": unread}
            tick(done, steps)
        found = _one_row_a_person(connection, sources, world)
        kept = _spine_ids(connection, concordance_path(home))
        _spine(connection, sources)
        tick(steps - 4, steps)
        database.write_parquet(connection, f"SELECT {_SPINE} FROM spine", world / "spine.parquet")
        _link_the_rest(connection, sources, world, read)
        tick(steps - 3, steps)
        _concordance(connection, sources)
        _secondary_numbers(connection, sources, world / NHI_MAP)
        counts = _residents(connection, sources, chosen, world)
        left = _measures(connection, sources, world)
        tick(steps - 2, steps)
        (people,) = connection.execute("SELECT count(*) FROM spine").fetchall()[0]
        facts = SpineFacts(int(people), found.repeats, found.review, kept, counts, read, left)
        told = coverage_of(connection, [s.name for s in sources.sources], chosen)
        database.write_parquet(
            connection,
            "SELECT spine_id, source, id, primary_ind FROM concordance ORDER BY ALL",
            concordance_path(home),
        )
    _about(sources, world, told, facts, spine)
    tick(steps, steps)
    return world, facts


_SPINE = "spine_id, " + ", ".join(PERSON)


def _one_row_a_person(
    connection: duckdb.DuckDBPyConnection, sources: Sources, work: Path
) -> linkage.DedupeResult:
    """Table `members` (record, source, key, cluster): people of the building sources, brought together."""
    union = " UNION ALL ".join(
        f"SELECT '{source.name}:' || key AS record, {rank} AS rank, '{source.name}' AS source, * "
        f"FROM people_{source.name}"
        for rank, source in enumerate(sources.building)
    )
    connection.execute(f"CREATE TEMP TABLE together AS {union}")
    table = database.arrow(
        connection, f"SELECT record, {', '.join(PERSON[:-1])} FROM together ORDER BY record"
    )
    result = linkage.dedupe(table, settings=LinkSettings(temp_folder=work / ".dedupe"))
    connection.register("clusters", result.clusters)
    connection.execute(
        "CREATE TEMP TABLE members AS SELECT t.record, t.source, t.key, t.rank, c.cluster "
        "FROM together t JOIN clusters c USING (record)"
    )
    connection.unregister("clusters")
    return result


def _spine_ids(connection: duckdb.DuckDBPyConnection, before: Path) -> int:
    """Table `named` (cluster, spine_id); a cluster keeps the id most of its numbers had, and no id is given
    twice. New ids go on after the greatest there ever was. Returns how many were kept."""
    earlier = "SELECT NULL::BIGINT AS spine_id, NULL AS source, NULL AS id WHERE false"
    if before.exists():
        earlier = f"SELECT spine_id, source, id FROM {database.quoted(before)}"
    connection.execute(f"""
        CREATE TEMP TABLE kept AS
        WITH votes AS (
            SELECT m.cluster, e.spine_id, count(*) AS n FROM members m
            JOIN ({earlier}) e ON e.source = m.source AND e.id = m.key GROUP BY ALL),
        by_cluster AS (
            SELECT *, row_number() OVER (PARTITION BY cluster ORDER BY n DESC, spine_id) AS r FROM votes),
        by_id AS (
            SELECT *, row_number() OVER (PARTITION BY spine_id ORDER BY n DESC, cluster) AS s
            FROM by_cluster WHERE r = 1)
        SELECT cluster, spine_id FROM by_id WHERE s = 1""")
    (greatest,) = connection.execute(f"SELECT coalesce(max(spine_id), 0) FROM ({earlier})").fetchall()[0]
    connection.execute(f"""
        CREATE TEMP TABLE named AS
        SELECT * FROM kept UNION ALL
        SELECT cluster, {greatest} + row_number() OVER (ORDER BY cluster) AS spine_id
        FROM (SELECT DISTINCT cluster FROM members) WHERE cluster NOT IN (SELECT cluster FROM kept)""")
    (kept,) = connection.execute("SELECT count(*) FROM kept").fetchall()[0]
    return int(kept)


def _spine(connection: duckdb.DuckDBPyConnection, sources: Sources) -> None:
    """Table `spine`: of every answer the one of the source that is trusted most; another last name becomes
    the earlier one."""
    order = "ORDER BY m.rank, m.record"
    firsts = ", ".join(
        f"first(t.{column} {order}) FILTER (t.{column} IS NOT NULL) AS {column}"
        for column in (*PERSON, *ATTRIBUTES)
        if column != "prior_last_name"
    )
    connection.execute(f"""
        CREATE TEMP TABLE spine AS
        SELECT n.spine_id, {firsts},
               coalesce(first(t.prior_last_name {order}) FILTER (t.prior_last_name IS NOT NULL),
                        CASE WHEN count(DISTINCT lower(t.last_name)) > 1
                             THEN last(t.last_name {order}) FILTER (t.last_name IS NOT NULL) END)
               AS prior_last_name
        FROM members m JOIN together t USING (record) JOIN named n USING (cluster) GROUP BY n.spine_id""")


def _link_the_rest(
    connection: duckdb.DuckDBPyConnection, sources: Sources, world: Path, read: Mapping[str, dict[str, int]]
) -> None:
    """Table `found` (source, key, spine_id): every other source, linked to the spine and to nothing else."""
    connection.execute("CREATE TEMP TABLE found (source VARCHAR, key VARCHAR, spine_id BIGINT)")
    rest = [source for source in sources.sources if not source.builds]
    if not rest:
        return
    settings = LinkSettings(temp_folder=world / ".link")
    prepared = linkage.prepare_spine(world / "spine.parquet", world / "prepared", settings=settings)
    for source in rest:
        table = database.arrow(
            connection,
            f"SELECT key AS record, {', '.join(PERSON[:-1])} FROM people_{source.name} ORDER BY key",
        )
        links = linkage.link(_filled(table), prepared, settings=settings).links
        connection.register("links", links)
        connection.execute(
            f"INSERT INTO found SELECT '{source.name}', record, person::BIGINT FROM links "
            "WHERE decision = 'link'"
        )
        connection.unregister("links")
        read[source.name]["linked"] = int(np.sum(np.array(links["decision"].to_pylist()) == "link"))
    shutil.rmtree(world / "prepared", ignore_errors=True)


def _filled(table: pa.Table) -> pa.Table:
    """Without the columns nobody has a value in: they are no evidence."""
    return table.select([name for name in table.column_names if table[name].null_count < table.num_rows])


def _concordance(connection: duckdb.DuckDBPyConnection, sources: Sources) -> None:
    """Table `concordance`: every number of every source, secondary ones too, and every other identifier."""
    people = """
        SELECT n.spine_id, m.source, m.key FROM members m JOIN named n USING (cluster)
        UNION ALL SELECT spine_id, source, key FROM found"""
    parts = [
        f"SELECT p.spine_id, p.source, k.id, k.id = k.key AS primary_ind FROM people p "
        f"JOIN keys_{source.name} k USING (key) WHERE p.source = '{source.name}'"
        for source in sources.sources
    ]
    parts += [
        f"SELECT n.spine_id, '{name}' AS source, t.{name} AS id, t.{name} = s.{name} AS primary_ind "
        f"FROM members m JOIN named n USING (cluster) JOIN together t USING (record) "
        f"JOIN spine s ON s.spine_id = n.spine_id WHERE t.{name} IS NOT NULL"
        for name in IDENTIFIERS
    ]
    connection.execute(f"CREATE TEMP TABLE people AS {people}")
    connection.execute(
        f"CREATE TEMP TABLE concordance AS SELECT DISTINCT * FROM ({' UNION ALL '.join(parts)})"
    )


def _secondary_numbers(connection: duckdb.DuckDBPyConnection, sources: Sources, out: Path) -> None:
    """Write the further NHI numbers of the spine's people: (secondary, primary).

    A number that is somebody's own on the spine, or that two people have, is left out: it tells nobody apart.
    """
    names = LinkSettings().model.columns["nhi"]
    keyed = [source.name for source in sources.sources if source.key.lower() in names]
    listed = ", ".join(f"'{name}'" for name in ("nhi", *keyed))
    database.write_parquet(
        connection,
        f"""SELECT c.id AS secondary, any_value(s.nhi) AS "primary"
            FROM concordance c JOIN spine s USING (spine_id)
            WHERE c.source IN ({listed}) AND s.nhi IS NOT NULL
            AND c.id NOT IN (SELECT nhi FROM spine WHERE nhi IS NOT NULL)
            GROUP BY c.id HAVING count(DISTINCT spine_id) = 1 ORDER BY ALL""",
        out,
    )


def _residents(
    connection: duckdb.DuckDBPyConnection, sources: Sources, rule: residence.ResidenceRule, world: Path
) -> dict[str, int]:
    """Write residents.parquet (as at the last reference date) and resident_population.parquet (all dates)."""

    def gathered(which: str, columns: str, shape: str) -> str:
        parts = [
            f"SELECT c.spine_id, '{source.name}' AS kind, {columns} FROM {table_of(path)} f "
            f"JOIN concordance c ON c.source = '{source.name}' AND c.id = trim(f.key::VARCHAR)"
            for source in sources.sources
            if (path := getattr(source, which)) is not None
        ]
        return " UNION ALL ".join(parts) or f"SELECT * FROM (SELECT {shape}) WHERE false"

    day = "try_cast(f.date AS DATE) AS day"
    gone = 'try_cast(f."left" AS DATE) AS left_on, try_cast(f.back AS DATE) AS back_on'
    empty = "0::BIGINT AS spine_id, '' AS kind"
    tables = {
        "persons": "SELECT spine_id, dob, death_date FROM spine",
        "known": "SELECT DISTINCT spine_id, source FROM concordance",
        "activity": gathered("activity", day, f"{empty}, NULL::DATE AS day"),
        "away": gathered("away", gone, f"{empty}, NULL::DATE AS left_on, NULL::DATE AS back_on"),
    }
    for name, query in tables.items():
        connection.execute(f"CREATE TEMP TABLE {name} AS {query}")
    kinds = [source.name for source in sources.sources if source.activity is not None]
    table = residence.residents(connection, rule, sources.reference_dates, kinds)
    connection.register("resident_at", table)
    connection.execute("CREATE TEMP TABLE resident AS SELECT * FROM resident_at")
    connection.unregister("resident_at")
    database.write_parquet(connection, "SELECT * FROM resident", world / "resident_population.parquet")
    last = max(sources.reference_dates)
    groups = ", ".join(f"coalesce(try_cast(eth{n} AS BOOLEAN), false) AS eth{n}" for n in range(1, 7))
    database.write_parquet(
        connection,
        f"""SELECT spine_id, dob AS birth_date, gender, {groups}, region, ta, sa2,
                   try_cast(nzdep AS TINYINT) AS nzdep, household_id, death_date
            FROM spine WHERE spine_id IN (SELECT spine_id FROM resident WHERE ref_date = DATE '{last}')""",
        world / "residents.parquet",
    )
    counted = connection.execute("SELECT ref_date::VARCHAR, count(*) FROM resident GROUP BY ALL ORDER BY ALL")
    return {str(at): int(n) for at, n in counted.fetchall()}


def _measures(connection: duckdb.DuckDBPyConnection, sources: Sources, world: Path) -> dict[str, int]:
    """Write measures.parquet: agency numbers become spine ids; rows of people on no spine are counted."""
    parts, left = [], {}
    for source in (source for source in sources.sources if source.measures is not None):
        assert source.measures is not None
        table = table_of(source.measures)
        match = f"c.source = '{source.name}' AND c.id = trim(f.key::VARCHAR)"
        parts.append(
            "SELECT c.spine_id, f.measure::VARCHAR AS measure, try_cast(f.start_date AS DATE) AS start_date, "
            "try_cast(f.end_date AS DATE) AS end_date, try_cast(f.value AS DOUBLE) AS value, "
            f"f.entity::VARCHAR AS entity FROM {table} f JOIN concordance c ON {match}"
        )
        (missed,) = connection.execute(
            f"SELECT count(*) FROM {table} f ANTI JOIN concordance c ON {match}"
        ).fetchall()[0]
        left[source.name] = int(missed)
    empty = (
        "SELECT 0::BIGINT AS spine_id, '' AS measure, NULL::DATE AS start_date, NULL::DATE AS end_date, "
        "0.0::DOUBLE AS value, '' AS entity WHERE false"
    )
    database.write_parquet(connection, " UNION ALL ".join(parts) or empty, world / "measures.parquet")
    return left


def _about(sources: Sources, world: Path, told: Coverage, facts: SpineFacts, spine: Path) -> None:
    shutil.rmtree(world / ".spill", ignore_errors=True)
    shutil.copyfile(sources.measures, world / "measures.toml")
    about = [f"reference_date = {max(sources.reference_dates)}", f'rule = "{sources.rule}"']
    about += [f"area_vintage = {int(sources.area_vintage)}"] if sources.area_vintage else []
    write_whole(world / "population.toml", ("\n".join(about) + "\n").encode())
    numbers: dict[str, Any] = {"facts": asdict(facts), **told.as_dict()}
    write_whole(spine / "coverage.json", (json.dumps(numbers, indent=1, ensure_ascii=False) + "\n").encode())
    write_report(told, facts.read, facts.residents, spine / "coverage.html")


def take_away(world: Path) -> None:
    """Remove the built folder once its population is in."""
    shutil.rmtree(world, ignore_errors=True)


__all__ = ["Source", "SpineFacts", "build_spine", "concordance_path", "take_away"]
