"""What is asked of the standardised list once its candidates are found; then it makes room for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from linkwell.linkage.quality import AGE_BANDS, GENDERS, NO_DATE, NO_GENDER
from linkwell.linkage.settings import ModelFiles
from linkwell.linkage.standardise import extra_columns
from linkwell.linkage.weights import Floats


@dataclass(frozen=True)
class Listed:
    """The list in a few columns, by row number.

    Attributes:
        records: their keys. unseen: the chance that a record's person is on the spine and no pass brings it
            up. groups: gender, age and, where the list has it, area in words.
        filled: share of records with something to compare, by field, as the linking copy has it.
        unread: share with something written as birth date that is no date, or says that there is none.
        short_years: whether birth years are written in two figures.
    """

    records: pa.ChunkedArray
    unseen: Floats
    groups: pa.Table
    filled: Mapping[str, float]
    unread: float
    short_years: bool


def listed(
    con: duckdb.DuckDBPyConnection, model: ModelFiles, records: pa.ChunkedArray, *, newest: int
) -> Listed:
    """Read temp tables `list` and `dates` for the last time, and drop them; ages are those of the year
    `newest`."""
    table = con.sql(
        f"SELECT {_bare(model)} AS bare, {_groups(con, newest)} FROM list ORDER BY r"
    ).to_arrow_table()
    prior, bare = model.model["prior"], table["bare"].to_numpy(zero_copy_only=False).astype(bool)
    unseen = np.where(bare, float(prior["unseen_undated"]), float(prior["unseen"]))
    filled, unread = _filled(con)
    told = Listed(records, unseen, table.drop_columns(["bare"]), filled, unread, _short_years(con))
    for name in ("list", "dates"):
        con.execute(f"DROP TABLE {name}")
    return told


def _groups(con: duckdb.DuckDBPyConnection, newest: int) -> str:
    """SQL of gender, age and, where the list has it, area in words."""
    bands = " ".join(
        f"WHEN greatest({newest} - yy, 0) >= {start} THEN '{name}'" for start, name in reversed(AGE_BANDS)
    )
    genders = " ".join(f"WHEN {code} THEN '{name}'" for code, name in GENDERS.items())
    ages = ", ".join(f"'{name}'" for _, name in AGE_BANDS)
    placed = con.execute("SELECT count(area) FROM list").fetchall()[0][0]
    area = ", coalesce(area[1:2], 'not recorded') AS area" if placed else ""
    return f"""
        CAST(CASE sex {genders} ELSE '{NO_GENDER}' END AS ENUM ('male', 'female', '{NO_GENDER}')) AS gender,
        CAST(coalesce(CASE {bands} END, '{NO_DATE}') AS ENUM ({ages}, '{NO_DATE}')) AS age{area}"""


def _bare(model: ModelFiles) -> str:
    """SQL that is true where a record has neither a birth date nor a number or address to be found by."""
    reached = [name for name in ("home", "phone", "email") if name in extra_columns(model)]
    numbered = [*(f"{i}_ok" for i in model.id_names), *(f"{x} IS NOT NULL" for x in reached), "false"]
    return f"d8 IS NULL AND NOT ({' OR '.join(numbered)})"


def _filled(con: duckdb.DuckDBPyConnection) -> tuple[dict[str, float], float]:
    """Share of records with something to compare, by field, as the linking copy has it; share with something
    written as birth date that is no date, or says that there is none."""
    there = {str(row[0]) for row in con.execute("DESCRIBE list").fetchall()}
    fields = {"given name": "k_g1", "surname": "k_fs", "birth date": "yy", "gender": "sex", "area": "area"}
    fields |= {i.removesuffix("_ok"): i.replace("_ok", "_k") for i in sorted(there) if i.endswith("_ok")}
    counts = ", ".join(f"count({column}) / greatest(count(*), 1)" for column in fields.values())
    *shares, unread = con.execute(
        f"SELECT {counts}, count(*) FILTER (unread) / greatest(count(*), 1) FROM list"
    ).fetchall()[0]
    return {name: round(float(x), 4) for name, x in zip(fields, shares, strict=True)}, round(float(unread), 4)


def _short_years(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether some year was read that does not stand in the text in four figures (nor as a count of days)."""
    text = "trim(CAST(text AS VARCHAR))"
    query = f"""SELECT count(*) FROM dates WHERE strpos({text}, CAST(yy AS VARCHAR)) = 0
        AND NOT regexp_full_match({text}, '[1-5][0-9]{{4}}([.][0-9]+)?')"""
    return bool(con.execute(query).fetchall()[0][0])
