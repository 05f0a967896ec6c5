"""Handing out to an environment that exists already, and taking in links that were made elsewhere.

An accepted supply leaves as two parts for two different receivers: its service details, and its link map.
Each is tables with a dictionary and checksums. Links from outside are checked against supply and spine.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from linkwell.errors import WrongUse
from linkwell.integration import database, model
from linkwell.integration.digest import file_digest
from linkwell.integration.supplies import SupplyForRefresh
from linkwell.vault.zones import data_home_of, write_whole

FORMS = ("parquet", "csv")
DICTIONARY = ("table", "column", "label", "type", "meaning", "purpose", "codes", "missing", "known gaps")
LINK_MAP = (
    ("record_key", "Record key", "key", "The random key that joins the link map and the service details."),
    ("spine_person", "Spine person", "whole_number", "The person on the spine; -1 where nobody was found."),
    ("decision", "Decision", "code", "link, review (somebody should look) or none."),
    ("pass", "Pass", "code", "By which pass of the linking the pair was found."),
    ("link_band", "Link band", "code", "How sure the link is: A, B or C; empty without a link."),
)


@dataclass(frozen=True)
class Handed:
    """What was written: rows a table, and SHA-384 by file name."""

    rows: dict[str, int]
    files: dict[str, str]


def hand_out_content(supply: SupplyForRefresh, out: Path, *, form: str = "parquet") -> Handed:
    """Write the agreed content tables of an accepted supply, with dictionary and checksums.

    Raises:
        WrongUse: the folder is not new, lies in a data home, or the form is not known.
    """
    _new_folder(out, form)
    entries, rows = [], {}
    with database.in_memory() as connection:
        for file in sorted(supply.content.glob("*.csv")):
            source = _canonical(file)
            present = [n for n, *_ in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]
            agreed = {field.name: field for field in supply.fields(file.stem)}
            kept = [name for name in present if name in agreed or name in model.KEYS]
            columns = ", ".join(f'"{name}"' for name in kept)
            rows[file.stem] = _write(connection, f"SELECT {columns} FROM {source}", out / file.stem, form)
            entries += [_entry(file.stem, name, agreed.get(name), supply.specification) for name in kept]
    return _finish(out, rows, entries, {"supply": supply.supply_id, "holds": "service details"})


def hand_out_links(supply: SupplyForRefresh, out: Path, *, form: str = "parquet") -> Handed:
    """Write the link map of a linked supply, with dictionary and checksums; for whoever keeps the spine.

    Raises:
        WrongUse: as `hand_out_content`, or the supply is not linked.
    """
    _new_folder(out, form)
    if not supply.links.exists():
        raise WrongUse("This supply is not linked yet.", where=supply.supply_id, fix="Link it first.")
    source = database.quoted(supply.links)
    with database.in_memory() as connection:
        present = {n for n, *_ in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
        found_by = '"pass"::VARCHAR' if "pass" in present else "NULL::VARCHAR"
        linked = "decision = 'link' AND person IS NOT NULL"
        query = f"""
            SELECT record::VARCHAR AS record_key, CASE WHEN {linked} THEN person::BIGINT ELSE -1 END
                   AS spine_person, decision::VARCHAR AS decision, {found_by} AS pass,
                   CASE WHEN {linked} THEN {model.band_sql("posterior")} END AS link_band
            FROM {source} ORDER BY record_key"""
        rows = {"link_map": _write(connection, query, out / "link_map", form)}
    entries = [["link_map", name, label, kind, meaning, "Joins service details to people.", "", "", ""]
               for name, label, kind, meaning in LINK_MAP]  # fmt: skip
    return _finish(out, rows, entries, {"supply": supply.supply_id, "holds": "link map"})


def _canonical(file: Path) -> str:
    """A CSV of a sealed file's compartment as a table expression."""
    return f"read_csv({database.quoted(file)}, all_varchar = true, header = true, delim = ',', quote = '\"')"


def _new_folder(out: Path, form: str) -> None:
    if form not in FORMS:
        raise WrongUse("This form is not known.", where=form, fix=f"Choose one of: {', '.join(FORMS)}")
    if data_home_of(out) is not None:
        raise WrongUse("A handover lies outside the data home.", where=out.name, fix="Choose another folder.")
    if out.exists() and any(out.iterdir()):
        raise WrongUse("This folder already holds something.", where=out.name, fix="Choose a new folder.")
    out.mkdir(mode=0o700, parents=True, exist_ok=True)


def _write(connection: duckdb.DuckDBPyConnection, query: str, path: Path, form: str) -> int:
    if form == "parquet":
        database.write_parquet(connection, query, path.with_suffix(".parquet"))
    else:
        table = database.arrow(connection, query)
        write_whole(path.with_suffix(".csv"), _csv(table.column_names, zip(*table.to_pydict().values(),
                                                                            strict=True)))  # fmt: skip
    (rows,) = connection.execute(f"SELECT count(*) FROM ({query})").fetchall()[0]
    return int(rows)


def _csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO(newline="")
    out = csv.writer(text, lineterminator="\n")
    out.writerow(head)
    out.writerows(rows)
    return text.getvalue().encode()


def _entry(table: str, name: str, field: Any, specification: Any) -> list[str]:
    if field is None:
        return [
            table,
            name,
            "Keyed value",
            "key",
            "Joins rows; means nothing outside this supply.",
            "",
            "",
            "",
            "",
        ]
    listed = specification.code_list(field.codes) if field.codes else None
    codes = "; ".join(f"{code} = {label}" for code, label in listed.codes) if listed else ""
    return [table, name, field.label, str(field.type), field.meaning, field.purpose, codes, field.missing,
            field.gaps]  # fmt: skip


def _finish(out: Path, rows: dict[str, int], entries: list[list[str]], about: dict[str, str]) -> Handed:
    write_whole(out / "dictionary.csv", _csv(DICTIONARY, entries))
    manifest = {**about, "tables": rows, "made_by": "linkwell"}
    write_whole(out / "manifest.json", (json.dumps(manifest, indent=1, ensure_ascii=False) + "\n").encode())
    files = {file.name: file_digest(file) for file in sorted(out.iterdir()) if file.is_file()}
    lines = "".join(f"{digest}  {name}\n" for name, digest in files.items())
    write_whole(out / "SHA384SUMS", lines.encode())  # as `sha384sum --check` reads it
    return Handed(rows, files)


_RECORD = ("record_key", "record", "rec_id")
_PERSON = ("spine_person", "spine_id", "person", "snz_uid")


def read_outside_links(file: Path, identity: Path, spine: Path) -> pa.Table:
    """Links made elsewhere, as a supply's link table: record, person, posterior, decision, pass.

    Args:
        file: CSV or Parquet with a record key and a spine person (empty or −1: nobody), and perhaps a
            decision and a posterior. Records it leaves out are linked to nobody.
        identity: the supply's identity table. spine: the spine in this home.

    Raises:
        WrongUse: a column is missing, a record is unknown or repeats, a person is not on the spine, or a
            number is not what it should be; counted, never quoted.
    """
    if not file.is_file():
        raise WrongUse("This file does not exist.", where=file.name, fix="Check the path.")
    source = (
        f"read_parquet({database.quoted(file)})"
        if file.suffix.lower() == ".parquet"
        else f"read_csv({database.quoted(file)}, all_varchar = true, header = true)"
    )
    with database.in_memory() as connection:
        try:
            theirs = [n for n, *_ in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]
        except duckdb.Error:
            raise WrongUse(
                "The link map cannot be read.", where=file.name, fix="Save it as CSV (UTF-8) or Parquet."
            ) from None
        record, person = _named(theirs, _RECORD, file), _named(theirs, _PERSON, file)
        decision = "lower(trim(decision::VARCHAR))" if "decision" in theirs else "NULL::VARCHAR"
        posterior = "trim(posterior::VARCHAR)" if "posterior" in theirs else "NULL::VARCHAR"
        connection.execute(f"""
            CREATE TEMP TABLE given AS
            SELECT trim("{record}"::VARCHAR) AS record,
                   nullif(nullif(trim("{person}"::VARCHAR), ''), '-1') AS said_person,
                   try_cast(nullif(trim("{person}"::VARCHAR), '-1') AS BIGINT) AS person,
                   {decision} AS decision, nullif({posterior}, '') AS said,
                   try_cast({posterior} AS DOUBLE) AS posterior
            FROM {source}""")
        connection.execute(
            f"CREATE TEMP TABLE supplied AS SELECT trim(record_key) AS record FROM {_canonical(identity)}"
        )
        _refuse(connection, file, spine)
        return database.arrow(
            connection,
            """SELECT s.record, CASE WHEN coalesce(g.decision, 'link') <> 'none' THEN g.person END AS person,
                      CASE WHEN g.person IS NULL THEN 0.0 ELSE coalesce(g.posterior, 1.0) END AS posterior,
                      CASE WHEN g.person IS NULL THEN 'none' ELSE coalesce(g.decision, 'link') END
                      AS decision, 'outside' AS pass
               FROM supplied s LEFT JOIN given g USING (record) ORDER BY s.record""",
        )


def _named(theirs: Sequence[str], names: Sequence[str], file: Path) -> str:
    found = next((name for name in names if name in theirs), None)
    if found is None:
        raise WrongUse(
            f"The link map has no column {names[0]}.",
            where=file.name,
            fix=f"Name one {' or '.join(names)}. Its columns are: {', '.join(theirs)}",
        )
    return found


def _refuse(connection: duckdb.DuckDBPyConnection, file: Path, spine: Path) -> None:
    checks = {
        "rows without a record key": "record IS NULL OR record = ''",
        "rows repeat a record key": (
            "record IN (SELECT record FROM given GROUP BY record HAVING count(*) > 1)"
        ),
        "record keys are not in this supply": "record NOT IN (SELECT record FROM supplied)",
        "spine persons are not whole numbers": "said_person IS NOT NULL AND person IS NULL",
        "spine persons are not on the spine here": (
            f"person IS NOT NULL AND person NOT IN (SELECT spine_id FROM {database.quoted(spine)})"
        ),
        "decisions are not link, review or none": "decision NOT IN ('link', 'review', 'none')",
        "links have no person": "decision = 'link' AND person IS NULL",
        "posteriors are not numbers from 0 to 1": (
            "said IS NOT NULL AND (posterior IS NULL OR posterior < 0 OR posterior > 1)"
        ),
    }
    found = []
    for what, where in checks.items():
        (rows,) = connection.execute(f"SELECT count(*) FROM given WHERE {where}").fetchall()[0]
        found += [f"{rows:,} {what}"] if rows else []
    if found:
        raise WrongUse(
            "The link map does not fit. Nothing was taken in.",
            where=f"{file.name}: {'; '.join(found)}",
            why="A link that fits nobody, or two people, would be counted wrong in every refresh.",
            fix="Make the map from this supply's record keys and this home's spine, one row a record.",
        )
