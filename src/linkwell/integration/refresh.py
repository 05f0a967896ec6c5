"""A refresh: one dated, immutable, de-identified rebuild of everything that is live.

People have an id that holds in this refresh alone; birth and death are a month and a year; record keys and
client refs are replaced; rows lie in the order of the new ids, so that nothing about the order they came in
survives.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import duckdb

from linkwell.errors import RefusedByRule, WrongUse
from linkwell.integration import database, ids
from linkwell.integration.digest import BATCH_ROWS, combined, table_digest
from linkwell.integration.gate import Gate
from linkwell.integration.notes import notes_of
from linkwell.integration.people_tables import fill_population
from linkwell.integration.population import PopulationFacts, Tick, population_key, stored_facts
from linkwell.integration.supplies import RefreshKeys, SupplyForRefresh, load_supply, said_by
from linkwell.vault.secrets import keep_secret
from linkwell.vault.zones import Home, ZoneName, write_whole

CONTENT_TABLES = ("enrolment", "service_event", "variant", "supply_quality")
"""What supplies fill; an ad hoc load holds these alone."""

TABLES = (
    "person", "resident_population", "residence", "household", "measure", "catalogue", *CONTENT_TABLES,
)  # fmt: skip

EMPTY_CONTENT = {
    "enrolment": "initiative_code VARCHAR, variant_code VARCHAR, start_date DATE, end_date DATE, "
    "end_status_code VARCHAR, ethnicity_code VARCHAR",
    "service_event": "service_type_code VARCHAR, service_date DATE, service_hour_nbr TINYINT, "
    "channel_code VARCHAR, attendance_code VARCHAR",
}


@dataclass(frozen=True)
class RefreshFacts:
    """What a refresh holds.

    Attributes:
        rows: rows per table. inputs: digest of what went in. digest: what the tables say, without nonces
            and times.
        left_behind: supplied columns that did not enter, as "supply:table.column".
        base: for an ad hoc load, the refresh whose people and ids it shares; "" for a refresh.
        sensitive: organisations of which it must not be known that they supplied (see `project`).
        notes: known gaps and waivers, a row a variable (see `notes`).
    """

    label: str
    rows: dict[str, int]
    clients: int
    clients_linked: int
    inputs: str
    digest: str
    supplies: tuple[dict[str, str], ...] = ()
    left_behind: tuple[str, ...] = ()
    tables: dict[str, str] = field(default_factory=dict)
    base: str = ""
    sensitive: tuple[str, ...] = ()
    notes: tuple[dict[str, str], ...] = ()


def refresh_folder(home: Home, label: str) -> Path:
    """`research/refreshes/<label>`.

    Raises:
        WrongUse: the label is not a plain word.
    """
    _plain_word(label, "refresh")
    return home.zone(ZoneName.RESEARCH) / "refreshes" / label


def _plain_word(name: str, what: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,60}", name):
        raise WrongUse(f"The name of a {what} is letters, digits and hyphens.", where=name)


def read_facts(home: Home, label: str) -> RefreshFacts | None:
    """The facts of a finished refresh, or None."""
    folder = refresh_folder(home, label)
    if not (folder / "facts.json").exists() or not (folder / "refresh.duckdb").exists():
        return None
    stored = json.loads((folder / "facts.json").read_text("utf-8"))
    listed = ("supplies", "left_behind", "sensitive", "notes")
    return RefreshFacts(**stored | {name: tuple(stored.get(name, ())) for name in listed})


def refresh_keys(home: Home, label: str) -> RefreshKeys:
    """The keys of one refresh, from a secret of its own in `keys/`."""
    keys = home.zone(ZoneName.KEYS)
    secret = keep_secret(keys / f"refresh-{label}.secret", demo_seed=home.demo_seed)
    return RefreshKeys(population_key(home), ids.derive(secret, "person"), ids.derive(secret, "text"))


def build_refresh(
    home: Home,
    *,
    supplies: Sequence[SupplyForRefresh],
    label: str,
    base: str = "",
    progress: Tick | None = None,
) -> RefreshFacts:
    """Build `research/refreshes/<label>/refresh.duckdb`; with the same inputs a repeat finds it done.

    Args:
        base: makes it an ad hoc load: what these supplies hold, outside any refresh, under the ids of the
            finished refresh of this label, whose people it is used with.

    Raises:
        WrongUse: no population has been imported.
        RefusedByRule: the label holds another refresh (it is immutable), or a supply holds free text.
    """
    tick = progress or (lambda done, total: None)
    population = stored_facts(home)
    if population is None:
        raise WrongUse(
            "There is no population to join the supplies to.",
            fix="Import one first: linkwell custodian population FOLDER",
        )
    inputs = _inputs(population, supplies, _base_digest(home, base))
    done = read_facts(home, label)
    if done is not None:
        if done.inputs == inputs:
            return done
        raise RefusedByRule(
            f"A refresh called {label} exists and was built from other inputs.",
            why="A refresh never changes once it is built.",
            fix="Choose a new label.",
        )
    folder = refresh_folder(home, label)
    home.zone(ZoneName.RESEARCH).folder("refreshes", label)
    (folder / "facts.json").unlink(missing_ok=True)
    gate = _gate(home, supplies)
    with database.building(folder / "refresh.duckdb", gate.database) as connection:
        left = _fill(connection, home, supplies, refresh_keys(home, base or label), tick, alone=bool(base))
        facts = replace(_facts(connection, label, inputs, supplies, left, home, base), base=base)
    told = json.dumps(asdict(facts), indent=1, sort_keys=True).encode()
    gate.text(told, "facts")
    write_whole(folder / "facts.json", told)
    tick(len(TABLES), len(TABLES))
    return facts


def _gate(home: Home, supplies: Sequence[SupplyForRefresh]) -> Gate:
    """What is looked for in a load of these supplies; their tables of service details are searched first."""
    gate = Gate.of(
        home, [s.supply_id for s in supplies], [word for s in supplies for word in said_by(s.specification)]
    )
    for supply in supplies:
        for file in sorted(supply.content.glob("*.csv")):
            gate.supplied_table(file)
    return gate


def _base_digest(home: Home, base: str) -> str:
    facts = read_facts(home, base) if base else None
    if base and (facts is None or facts.base):
        raise WrongUse("There is no such refresh to load beside.", where=base)
    return facts.digest if facts else ""


def _inputs(population: PopulationFacts, supplies: Sequence[SupplyForRefresh], base: str) -> str:
    names = [supply.supply_id for supply in supplies]
    if len(set(names)) != len(names):
        raise WrongUse("The same supply is named twice for one refresh.")
    parts = {"population": population.digest} | {f"supply {s.supply_id}": s.digest for s in supplies}
    return combined(parts | ({"base": base} if base else {}))


def _fill(
    connection: duckdb.DuckDBPyConnection,
    home: Home,
    supplies: Sequence[SupplyForRefresh],
    keys: RefreshKeys,
    tick: Tick,
    *,
    alone: bool,
) -> tuple[str, ...]:
    sources = home.zone(ZoneName.RESEARCH) / "sources"
    if not alone:
        fill_population(connection, sources, keys, lambda step: tick(step, len(TABLES)))
    left = tuple(
        f"{supply.supply_id}:{name}" for supply in supplies for name in load_supply(connection, supply, keys)
    )
    _content(connection)
    tick(len(TABLES) - 1, len(TABLES))
    return left


def _content(connection: duckdb.DuckDBPyConnection) -> None:
    for table, columns in EMPTY_CONTENT.items():
        connection.execute(
            f"CREATE TEMP TABLE IF NOT EXISTS {table}_in (snz_uid BIGINT, snz_record_uid BIGINT, "
            "snz_client_uid BIGINT, snz_spine_ind BOOLEAN, link_band_code VARCHAR, "
            f"link_decision_code VARCHAR, organisation_code VARCHAR, {columns})"
        )
        # A supply without a start date or an ethnicity has no such column; it is there, and empty.
        for column in columns.split(", "):
            connection.execute(f"ALTER TABLE {table}_in ADD COLUMN IF NOT EXISTS {column}")
    # A client is a linked person, or, while nobody was found, the provider's own client: the unit of counts.
    connection.execute(f"""
        CREATE TEMP TABLE client_person AS
        SELECT organisation_code, snz_client_uid, max(snz_uid) AS person FROM (
            SELECT organisation_code, snz_client_uid, snz_uid FROM enrolment_in
            UNION ALL SELECT organisation_code, snz_client_uid, snz_uid FROM service_event_in)
        WHERE snz_uid <> {ids.UNLINKED} GROUP BY ALL""")
    for table in EMPTY_CONTENT:
        connection.execute(f"""
            CREATE TABLE {table} AS
            SELECT CASE WHEN t.snz_uid <> {ids.UNLINKED} THEN t.snz_uid
                        ELSE coalesce(c.person, t.snz_client_uid) END AS snz_unit_uid, t.*
            FROM {table}_in t LEFT JOIN client_person c
              ON c.organisation_code = t.organisation_code AND c.snz_client_uid = t.snz_client_uid
            ORDER BY ALL""")
    connection.execute("""
        CREATE TABLE variant AS
        SELECT organisation_code, initiative_code, variant_code, min(start_date) AS first_start_date,
               max(start_date) AS last_start_date
        FROM enrolment_in GROUP BY ALL ORDER BY ALL""")
    connection.execute("""
        CREATE TABLE supply_quality AS
        WITH client AS (
            SELECT organisation_code, snz_client_uid, max(snz_spine_ind::INT) AS linked,
                   max((link_decision_code = 'review')::INT) AS review,
                   max((start_date IS NOT NULL)::INT) AS dated, max(ethnicity_code) AS ethnicity
            FROM enrolment_in GROUP BY ALL),
        trait AS (
            SELECT *, 'all' AS trait_code, 'all' AS level_code FROM client
            UNION ALL
            SELECT client.*, 'ethnicity', left(trim(level), 1)
            FROM client, unnest(string_split(coalesce(ethnicity, '9'), ';')) AS t(level))
        SELECT organisation_code, trait_code, level_code, count(DISTINCT snz_client_uid) AS clients_nbr,
               count(DISTINCT CASE WHEN linked = 1 THEN snz_client_uid END) AS linked_nbr,
               count(DISTINCT CASE WHEN review = 1 AND linked = 0 THEN snz_client_uid END) AS review_nbr,
               count(DISTINCT CASE WHEN dated = 1 THEN snz_client_uid END) AS dated_nbr
        FROM trait GROUP BY ALL ORDER BY ALL""")


def _facts(
    connection: duckdb.DuckDBPyConnection,
    label: str,
    inputs: str,
    supplies: Sequence[SupplyForRefresh],
    left: tuple[str, ...],
    home: Home,
    base: str,
) -> RefreshFacts:
    rows, digests = describe_tables(connection, CONTENT_TABLES if base else TABLES)
    clients, linked = connection.execute(
        "SELECT coalesce(sum(clients_nbr), 0)::BIGINT, coalesce(sum(linked_nbr), 0)::BIGINT "
        "FROM supply_quality WHERE trait_code = 'all'"
    ).fetchall()[0]
    listed = tuple(
        {
            "supply_id": supply.supply_id,
            "organisation_code": supply.organisation_code,
            "content": supply.content.resolve().relative_to(home.path.resolve()).as_posix(),
        }
        for supply in supplies
    )
    sensitive = tuple(sorted({s.organisation_code for s in supplies if s.sensitive}))
    notes = tuple(note for supply in supplies for note in notes_of(supply))
    return RefreshFacts(
        label, rows, int(clients), int(linked), inputs, combined(digests), listed, left, digests,
        sensitive=sensitive, notes=notes,
    )  # fmt: skip


def describe_tables(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[str]
) -> tuple[dict[str, int], dict[str, str]]:
    """Rows and content digest of each table."""
    rows, digests = {}, {}
    for table in tables:
        (rows[table],) = connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0]
        reader = connection.sql(f"SELECT * FROM {table}").to_arrow_reader(BATCH_ROWS)
        digests[table] = table_digest(reader, reader.schema)
    return rows, digests
