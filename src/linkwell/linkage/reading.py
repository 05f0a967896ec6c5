"""Read a list for linking: which columns it has, the number of each record, and its rows standardised."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkwell.errors import WrongUse
from linkwell.linkage.columns import recognise
from linkwell.linkage.engine import FILE_FAULTS, Source, quoted, register, unreadable, with_places
from linkwell.linkage.settings import LinkSettings, ModelFiles
from linkwell.linkage.standardise import read_rows, turned_names


@dataclass(frozen=True)
class ReadList:
    """What became of reading the list: the keys of its records in the order of their numbers, the fields
    found, the model with the numbers and further fields that both sides have, and whether given names and
    surnames had to be turned round."""

    records: pa.ChunkedArray
    fields: Collection[str]
    model: ModelFiles
    turned: bool


def standardise_list(
    con: duckdb.DuckDBPyConnection,
    extract: Source,
    settings: LinkSettings,
    unchecked: Sequence[str],
    on_spine: Collection[str],
) -> ReadList:
    """Make temp table `list`, and `numbered`: the key (known) and number (r) of every record."""
    try:
        kinds = register(con, "extract", extract)
        found = recognise(kinds, settings.model.columns, "record", settings.extract_columns)
        _refuse_undeclared(settings.model, set(found) & set(on_spine))
        model = settings.model.with_kinds(set(found) & set(on_spine))
        key = f"CAST({quoted(found['record'])} AS VARCHAR)" if "record" in found else "linkwell_row"
        view = "extract" if "record" in found else _with_row_numbers(con)
        records = _in_order(con, key) if view == "extract" else None
        if records is None or not with_places(con, view, extract):
            records = _number_records(
                con, key, view, by="length(known), known" if view == "keyed" else "known"
            )
            place = {
                "key": f"{key} AS record",
                "number": "n.r",
                "joins": "JOIN numbered n ON n.known = r.record",
            }
        else:
            place = {"key": "linkwell_place AS r"}

        def read(*, turned: bool) -> None:
            read_rows(
                con, view, found, kinds, model, nhi_map=settings.nhi_map, turned=turned,
                unchecked=unchecked, newest=settings.newest, **place,
            )  # fmt: skip

        read(turned=False)
        turned = turned_names(con)
        if turned:
            read(turned=True)
    except FILE_FAULTS as error:
        raise unreadable(extract, error) from None
    con.execute("ALTER TABLE rows RENAME TO list")
    for name in ("numbered", "keyed"):
        con.execute(f"DROP TABLE IF EXISTS {name}")
    con.register(
        "numbered", pa.table({"known": records, "r": pa.array(np.arange(len(records), dtype=np.int32))})
    )
    return ReadList(records, found, model, turned)


def _refuse_undeclared(model: ModelFiles, both: Collection[str]) -> None:
    """A column declared with `also` that cannot be compared is said, not left out in silence."""
    declared = [extra for extra in model.extras if str(extra["name"]).startswith("also_")]
    lacking = [str(extra["label"]) for extra in declared if extra["name"] not in both]
    if lacking:
        raise WrongUse(
            "A declared column cannot be compared.",
            where=", ".join(lacking),
            why="It is not in both files, or is compared already as a field Linkwell knows.",
            fix="Give it one name in both files, and prepare the spine with the same --also.",
        )


def _with_row_numbers(con: duckdb.DuckDBPyConnection) -> str:
    """A list without keys, numbered as its rows stand; returns the table's name."""
    con.execute("SET preserve_insertion_order = true")
    number = "CAST(row_number() OVER () AS VARCHAR) AS linkwell_row"
    con.execute(f"CREATE TEMP TABLE keyed AS SELECT {number}, * FROM extract")
    con.execute("SET preserve_insertion_order = false")
    return "keyed"


def _in_order(con: duckdb.DuckDBPyConnection, key: str) -> pa.ChunkedArray | None:
    """The keys of the records where these stand in their order, each with its own: then they are numbered."""
    con.execute("SET preserve_insertion_order = true")
    keys = con.sql(f"SELECT {key} AS known FROM extract").to_arrow_table()["known"]
    con.execute("SET preserve_insertion_order = false")
    whole = keys.combine_chunks()
    return None if keys.null_count or not pc.all(pc.greater(whole[1:], whole[:-1])).as_py() else keys


def _number_records(con: duckdb.DuckDBPyConnection, key: str, view: str, by: str) -> pa.ChunkedArray:
    """Number the records in the order `by` of their keys, whatever order they come in, into temp table
    `numbered`; return the keys so. Refuse keys that repeat or are missing."""
    con.execute(f"""CREATE TEMP TABLE numbered AS SELECT known,
        CAST(row_number() OVER keys - 1 AS INTEGER) AS r, known = lag(known) OVER keys AS again
        FROM (SELECT {key} AS known FROM {view}) WINDOW keys AS (ORDER BY {by})""")
    rows, keys, again = con.execute(
        "SELECT count(*), count(known), count(*) FILTER (again) FROM numbered"
    ).fetchall()[0]
    if rows != keys or again:
        raise WrongUse(
            "Every row of the list needs its own record key.",
            where=f"{rows - keys} rows without a key, {again} rows repeating one",
            why="A link is reported by record key; one that repeats could not be told apart.",
            fix="Name the right column with --map THEIRS=record, or leave the key out and rows are numbered.",
        )
    return con.sql("SELECT known FROM numbered ORDER BY r").to_arrow_table()["known"]
