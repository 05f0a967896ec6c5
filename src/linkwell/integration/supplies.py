"""One accepted supply becomes rows of a refresh: keys replaced, links applied, unlinked ones kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkwell.errors import WrongUse
from linkwell.integration import database, ids, model
from linkwell.integration.digest import arrow_digest, combined, file_digest


@dataclass(frozen=True)
class SupplyForRefresh:
    """An accepted and linked supply.

    Attributes:
        organisation_code: the provider's code in the integrated data.
        specification: the agreed specification (its content tables decide what may enter).
        links: `links.parquet` of the linkage (record, person, decision, posterior).
        content: the folder with `<table>.csv` of the content compartment.
    """

    supply_id: str
    organisation_code: str
    specification: Any
    links: Path
    content: Path

    @property
    def digest(self) -> str:
        """What the supply says, independent of file formats and times."""
        parts = {"links": arrow_digest(read_links(self.links)), "organisation": self.organisation_code}
        parts |= {file.name: file_digest(file) for file in sorted(self.content.glob("*.csv"))}
        parts["specification"] = str(getattr(self.specification, "digest", ""))
        return combined(parts)

    @property
    def sensitive(self) -> bool:
        """Whether being on a list of it is itself the secret: then nobody is told that it supplied."""
        return bool(self.specification is not None and self.specification.sensitive)

    def fields(self, table: str) -> tuple[model.FieldLike, ...]:
        """The specification's fields of one content table."""
        found = self.specification.table(table) if self.specification is not None else None
        return tuple(found.fields) if found is not None else ()


def read_links(path: Path) -> pa.Table:
    """record, person (−1 unless decided to be a link), decision, posterior; sorted by record.

    Raises:
        WrongUse: the file is not there or lacks a column.
    """
    query = f"""
        SELECT record::VARCHAR AS record, decision::VARCHAR AS decision, posterior::DOUBLE AS posterior,
               CASE WHEN decision = 'link' AND person IS NOT NULL THEN person::BIGINT ELSE -1 END AS person
        FROM {database.quoted(path)} ORDER BY record"""
    try:
        with database.in_memory() as connection:
            return database.arrow(connection, query)
    except (duckdb.IOException, duckdb.BinderException):
        raise WrongUse(
            "The links of a supply cannot be read.",
            where=path.name,
            fix="Link the supply again: linkwell custodian link",
        ) from None


def said_by(specification: Any) -> list[str]:
    """Words a specification says itself, so that a service named after somebody is no sighting of them."""
    if specification is None:
        return []
    coded = (text for found in specification.code_lists for pair in found.codes for text in pair)
    return [*specification.initiatives, *coded]


@dataclass(frozen=True)
class RefreshKeys:
    """The keys of one refresh: `person` for people, `text` for record keys, client refs and households."""

    population: bytes
    person: bytes
    text: bytes


def load_supply(
    connection: duckdb.DuckDBPyConnection, supply: SupplyForRefresh, keys: RefreshKeys
) -> list[str]:
    """Append one supply to staging tables `enrolment_in` and `service_event_in`.

    Returns:
        Names of supplied columns that did not enter, as "table.column".
    """
    _register_links(connection, supply, keys)
    left: list[str] = []
    for target in model.targets():
        file = supply.content / f"{target.source}.csv"
        if not file.exists():
            continue
        _read_csv(connection, file)
        present = [name for name, *_ in connection.execute("DESCRIBE supplied").fetchall()]
        load, leave = model.plan(target, present, supply.fields(target.source))
        left += [f"{target.source}.{name}" for name in leave]
        _check_codes(connection, target, load)
        has_client = "client_ref" in present
        _register_texts(connection, [*model.KEYS[: 1 + has_client], *(c.source for c in load if c.kind ==
        "uid")],
                        keys.text)  # fmt: skip
        _append(connection, target, load, supply, has_client=has_client)
    return left


def _register_links(
    connection: duckdb.DuckDBPyConnection, supply: SupplyForRefresh, keys: RefreshKeys
) -> None:
    links = read_links(supply.links)
    spine = links.column("person").to_numpy()
    research = ids.pseudonyms(keys.person, ids.pseudonyms(keys.population, spine))
    table = links.append_column("uid", pa.array(np.ascontiguousarray(research)))
    connection.register("links_arrow", table)
    connection.execute("CREATE OR REPLACE TEMP TABLE links AS SELECT * FROM links_arrow")
    connection.unregister("links_arrow")


def _read_csv(connection: duckdb.DuckDBPyConnection, file: Path) -> None:
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE supplied AS SELECT * FROM read_csv({database.quoted(file)}, "
        "all_varchar = true, header = true, delim = ',', quote = '\"', escape = '\"')"
    )


def _check_codes(
    connection: duckdb.DuckDBPyConnection, target: model.Target, load: Iterable[model.Column]
) -> None:
    for column in load:
        if column.kind == "code":
            rows = connection.execute(
                f'SELECT DISTINCT trim("{column.source}") FROM supplied WHERE trim("{column.source}") <> \'\''
            ).fetchall()
            model.check_codes([value for (value,) in rows], table=target.source, column=column.source)
        elif column.kind == "number":
            (largest,) = connection.execute(
                f'SELECT max(abs(try_cast(trim("{column.source}") AS HUGEINT))) FROM supplied'
            ).fetchall()[0]
            model.check_numbers(largest, table=target.source, column=column.source)


def _register_texts(connection: duckdb.DuckDBPyConnection, columns: Iterable[str], key: bytes) -> None:
    """`text_map`: every distinct key text of the supplied table with its keyed id."""
    union = " UNION ".join(
        f'SELECT trim("{c}") AS id FROM supplied WHERE trim("{c}") <> \'\'' for c in columns
    )
    texts = database.arrow(connection, f"SELECT id FROM ({union}) ORDER BY id").column("id")
    table = pa.table({"id": texts, "uid": ids.text_pseudonyms(key, pc.fill_null(texts, "").to_pylist())})
    connection.register("text_arrow", table)
    connection.execute("CREATE OR REPLACE TEMP TABLE text_map AS SELECT * FROM text_arrow")
    connection.unregister("text_arrow")


def _append(
    connection: duckdb.DuckDBPyConnection,
    target: model.Target,
    load: list[model.Column],
    supply: SupplyForRefresh,
    *,
    has_client: bool,
) -> None:
    client = "client_ref" if has_client else "record_key"  # without a client key every row is its own client
    columns = "".join(f", {column.sql}" for column in load)
    query = f"""
        SELECT coalesce(l.uid, {ids.UNLINKED}) AS snz_uid, r.uid AS snz_record_uid, c.uid AS snz_client_uid,
               coalesce(l.uid, {ids.UNLINKED}) <> {ids.UNLINKED} AS snz_spine_ind,
               CASE WHEN coalesce(l.uid, {ids.UNLINKED}) <> {ids.UNLINKED}
                    THEN {model.band_sql("l.posterior")} END AS link_band_code,
               coalesce(l.decision, 'none') AS link_decision_code,
               ?::VARCHAR AS organisation_code{columns}
        FROM supplied s JOIN text_map r ON r.id = trim(s.record_key)
        JOIN text_map c ON c.id = trim(s.{client}) LEFT JOIN links l ON l.record = trim(s.record_key)"""
    staging = f"{target.name}_in"
    exists = connection.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE table_name = ?", [staging]
    ).fetchall()
    if exists[0][0]:
        query = f"SELECT * FROM {staging} UNION ALL BY NAME ({query})"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {staging} AS {query}", [supply.organisation_code])
