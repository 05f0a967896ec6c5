"""A project's own database: the approved columns of one refresh, under ids that hold in this project alone.

What is not approved is not in the file. While it is built, the release desk's person index is written too:
the only place where a project's ids and the persistent person index stand side by side.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkwell.confidentiality.person_index import write_person_index
from linkwell.errors import RefusedByRule, WrongUse
from linkwell.integration import database, ids
from linkwell.integration.digest import combined
from linkwell.integration.gate import Gate
from linkwell.integration.notes import Note, notes_for_project
from linkwell.integration.population import Tick
from linkwell.integration.refresh import (
    RefreshFacts,
    describe_tables,
    read_facts,
    refresh_folder,
    refresh_keys,
)
from linkwell.vault.secrets import keep_secret
from linkwell.vault.zones import Home, ZoneName, write_whole

BY_ORGANISATION = ("enrolment", "service_event", "variant", "supply_quality")
"""Tables cut down to the approved organisations' rows."""

LEADING = ("snz_uid", "snz_unit_uid", "snz_record_uid")
"""Ids that come first in a project's table, in this order; its rows are sorted by them."""

PERSON_IDS = ("snz_uid", "snz_unit_uid", "snz_client_uid")
"""Columns that name a person (or a client nobody was found for): one id space within a project."""


@dataclass(frozen=True)
class ProjectFacts:
    """What a project database holds: rows per table, the refresh it was cut from, digests, and what
    is known to be missing or wrong with its variables."""

    project: str
    refresh: str
    rows: dict[str, int]
    inputs: str
    digest: str
    tables: dict[str, str] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()


def project_folder(home: Home, project: str) -> Path:
    """`projects/<project>`.

    Raises:
        WrongUse: the name is not a plain word.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,60}", project):
        raise WrongUse("The name of a project is letters, digits and hyphens.", where=project)
    return home.zone(ZoneName.PROJECTS) / project


def build_project(
    home: Home,
    *,
    refresh: str,
    project: str,
    columns: Mapping[str, Sequence[str]],
    where_supplied: Mapping[str, Sequence[str]] | None = None,
    organisations: Sequence[str] | None = None,
    progress: Tick | None = None,
) -> ProjectFacts:
    """Build `projects/<project>/project.duckdb` and the release desk's index of its people.

    Args:
        columns: approved columns per table; ids (`*_uid`) are replaced by the project's own.
        where_supplied: columns approved too, left out where the refresh does not have them.
        organisations: codes whose enrolments and service events the project may see; None is all of them but
            those of which it must not be known that they supplied: these are seen only where they are named.
        refresh: or an ad hoc load; what it does not hold itself comes from the refresh it was loaded beside.

    Raises:
        WrongUse: no such refresh, table or column.
        RefusedByRule: a supplied table has no record key.
    """
    tick = progress or (lambda done, total: None)
    source = read_facts(home, refresh)
    if source is None:
        raise WrongUse("There is no such refresh.", where=refresh, fix="Build it: linkwell custodian load")
    further = where_supplied or {}
    inputs = combined(
        {"refresh": source.digest, "label": refresh,
         "columns": json.dumps(columns, sort_keys=True, default=list),
         "organisations": json.dumps(None if organisations is None else sorted(organisations)),
         **({"where supplied": json.dumps(further, sort_keys=True, default=list)} if further else {}),
         **({"sensitive": json.dumps(source.sensitive)} if source.sensitive else {})}
    )  # fmt: skip
    folder = project_folder(home, project)
    done = read_project_facts(home, project)
    if done is not None and done.inputs == inputs:
        return done
    home.zone(ZoneName.PROJECTS).folder(project)
    (folder / "facts.json").unlink(missing_ok=True)
    key = ids.derive(keep_secret(home.zone(ZoneName.KEYS) / f"project-{project}.secret",
    demo_seed=home.demo_seed),
                     f"project ids of {refresh}")  # fmt: skip
    gate = Gate.of(home)
    with database.building(folder / "project.duckdb", gate.database) as connection:
        attached = _attach(connection, home, source)
        for step, (table, approved) in enumerate(sorted(columns.items()), start=1):
            supplied = set(further.get(table, ())) & set(_place(connection, table)[1])
            _copy(connection, table, [*approved, *supplied], _rows_of(organisations, source.sensitive), key)
            tick(step, len(columns) + 1)
        rows, digests = describe_tables(connection, sorted(columns))
        for name in attached:
            connection.execute(f"DETACH {name}")
    _write_index(home, source, project, key)
    hidden = source.sensitive if organisations is None else ()
    notes = tuple(notes_for_project(source.notes, columns, organisations, hidden))
    facts = ProjectFacts(project, refresh, rows, inputs, combined(digests), digests, notes)
    told = json.dumps(asdict(facts), indent=1, sort_keys=True).encode()
    gate.text(told, "facts")
    write_whole(folder / "facts.json", told)
    tick(len(columns) + 1, len(columns) + 1)
    return facts


def read_project_facts(home: Home, project: str) -> ProjectFacts | None:
    """The facts of a finished project database, or None."""
    folder = project_folder(home, project)
    if not (folder / "facts.json").exists() or not (folder / "project.duckdb").exists():
        return None
    stored = json.loads((folder / "facts.json").read_text("utf-8"))
    return ProjectFacts(**stored | {"notes": tuple(stored.get("notes", ()))})


def _attach(connection: duckdb.DuckDBPyConnection, home: Home, source: RefreshFacts) -> list[str]:
    """Attach the refresh as `refresh` and, for an ad hoc load, the one it was loaded beside as `base`."""
    labels = {"refresh": source.label} | ({"base": source.base} if source.base else {})
    for name, label in labels.items():
        file = refresh_folder(home, label) / "refresh.duckdb"
        connection.execute(f"ATTACH {database.quoted(file)} AS {name} (READ_ONLY)")
    return list(labels)


def _rows_of(organisations: Sequence[str] | None, sensitive: Sequence[str]) -> str:
    """SQL for whose rows a project holds; who else supplied stays hidden from it."""
    listed, verb = (organisations, "IN") if organisations is not None else (sensitive, "NOT IN")
    if organisations is None and not sensitive:
        return "true"
    names = ", ".join("'" + code.replace("'", "''") + "'" for code in listed)
    return f"organisation_code {verb} ({names or 'NULL'})"


def _place(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[str, list[str]]:
    """Which attached database a table is read from, and its columns in order."""
    rows = connection.execute(
        "SELECT database_name, column_name FROM duckdb_columns() WHERE table_name = ? "
        "AND database_name IN ('refresh', 'base') ORDER BY database_name DESC, column_index",
        [table],
    ).fetchall()
    found = rows[0][0] if rows else "refresh"
    return found, [name for database_name, name in rows if database_name == found]


def _copy(
    connection: duckdb.DuckDBPyConnection, table: str, approved: Sequence[str], whose: str, key: bytes
) -> None:
    place, present = _place(connection, table)
    unknown = sorted(set(approved) - set(present))
    if unknown:
        raise WrongUse("The refresh has no such column.", where=f"{table}: {', '.join(unknown)}")
    where = whose if table in BY_ORGANISATION else "true"
    select, joins = [], []
    for name in (column for column in present if column in approved):
        if name.endswith("_uid"):
            _map_ids(connection, f"{place}.{table}", name, where, key)
            joins.append(f"LEFT JOIN map_{name} ON map_{name}.id = t.{name}")
            select.append(f"map_{name}.uid AS {name}")
        else:
            select.append(f"t.{name}")
    first = [name for name in LEADING if name in approved]
    # Sorted by the project's own ids first: the order of the refresh must not show through.
    selected = sorted(
        select, key=lambda part: next((n for n, f in enumerate(first) if part.endswith(f" {f}")), 9)
    )
    connection.execute(
        f"CREATE TABLE main.{table} AS SELECT {', '.join(selected)} FROM {place}.{table} t "
        f"{' '.join(joins)} WHERE {where} ORDER BY ALL"
    )


def _map_ids(connection: duckdb.DuckDBPyConnection, table: str, column: str, where: str, key: bytes) -> None:
    """Temp table `map_<column>`: the refresh's id and the project's, for every id of the column.

    Args:
        table: with the name of its attached database.
    """
    found = database.arrow(
        connection,
        f"SELECT DISTINCT {column} AS id FROM {table} t WHERE {where} AND {column} IS NOT NULL ORDER BY id",
    ).column("id")
    old = found.to_numpy()
    purpose = "person" if column in PERSON_IDS else column
    new = ids.pseudonyms(ids.derive(key, purpose), old)
    connection.register("map_arrow", pa.table({"id": old, "uid": np.ascontiguousarray(new)}))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE map_{column} AS SELECT * FROM map_arrow")
    connection.unregister("map_arrow")


def _write_index(home: Home, refresh: RefreshFacts, project: str, key: bytes) -> None:
    """The release desk's index: everyone on the spine, and every client nobody was found for."""
    keys = refresh_keys(home, refresh.base or refresh.label)
    disclosure = home.zone(ZoneName.DISCLOSURE)
    secret = keep_secret(disclosure / "person-index.secret", demo_seed=home.demo_seed)
    person_key, client_key = ids.derive(secret, "person"), ids.derive(secret, "client without a link")
    project_key = ids.derive(key, "person")
    sources = home.zone(ZoneName.RESEARCH) / "sources"
    with database.in_memory() as connection:
        person = database.quoted(sources / "person.parquet")
        people = database.arrow(connection, f"SELECT person FROM {person}").column("person").to_numpy()
        parts = [
            (
                ids.pseudonyms(project_key, ids.pseudonyms(keys.person, people)),
                ids.pseudonyms(person_key, people),
            )
        ]
        for supply in refresh.supplies:
            clients = _clients(connection, home.path / supply["content"])
            units = ids.pseudonyms(project_key, ids.text_pseudonyms(keys.text, clients))
            # The provider's own keyed client stays the same over its supplies, so its index does too.
            named = [f"{supply['organisation_code']}|{client}" for client in clients]
            parts.append((units, ids.text_pseudonyms(client_key, named)))
    project_ids, persons = (np.concatenate([part[n] for part in parts]) for n in (0, 1))
    project_ids, first = np.unique(project_ids, return_index=True)
    write_person_index(disclosure, project, project_ids, persons[first])


def _clients(connection: duckdb.DuckDBPyConnection, content: Path) -> list[str]:
    found: set[str] = set()
    for file in sorted(content.glob("*.csv")):
        table = (
            f"read_csv({database.quoted(file)}, all_varchar = true, header = true, delim = ',', quote = '\"')"
        )
        present = [name for name, *_ in connection.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()]
        client = "client_ref" if "client_ref" in present else "record_key"
        if client not in present:
            raise RefusedByRule("A supplied table has no record key.", where=file.name)
        rows = database.arrow(
            connection, f"SELECT DISTINCT trim({client}) AS id FROM {table} WHERE {client} <> ''"
        )
        found |= set(pc.drop_null(rows.column("id")).to_pylist())
    return sorted(found)
