"""The passes of passes.toml, run in order: records an agreement settles leave the list; the rest get
candidates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb

from linkwell.linkage.settings import ModelFiles


def find_pairs(con: duckdb.DuckDBPyConnection, model: ModelFiles) -> list[str]:
    """Fill temp table `pairs` (r, i, pass, settled, by_number) from temp table `list` and `spine`.

    `r` is the record's row number, `i` the spine's row id, `pass` the number of the first pass that found
    the pair, `settled` true where that pass settles the record by itself, `by_number` where a verified
    number is the same.

    Returns:
        Names of the passes by number.
    """
    names = [str(row["name"]) for row in model.passes]
    con.execute(
        "CREATE OR REPLACE TEMP TABLE pairs "
        "(r INTEGER, i BIGINT, pass TINYINT, settled BOOLEAN, by_number BOOLEAN)"
    )
    _by_number(con, model, names)
    _exact(con, model, names)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE open_list AS SELECT * FROM list "
        "WHERE r NOT IN (SELECT r FROM pairs WHERE settled)"
    )
    if con.execute("SELECT count(*) FROM open_list").fetchall()[0][0]:
        _look(con, model, names)
    return names


def _by_number(con: duckdb.DuckDBPyConnection, model: ModelFiles, names: list[str]) -> None:
    """Verified numbers: settle where exactly one person holds the record's numbers and the rest agrees (or
    is absent)."""
    by_name = {str(row["name"]): row for row in model.passes}
    joins = [
        f"SELECT l.r, s.rowid AS i FROM list l JOIN spine s ON l.{x} = s.{x} WHERE l.{x}_ok AND s.{x}_ok"
        for x in _used(con, model)
    ]
    con.execute("CREATE OR REPLACE TEMP TABLE owners (r INTEGER, i BIGINT)")
    if joins:
        con.execute(f"INSERT INTO owners {' UNION '.join(joins)}")
    con.execute(f"""INSERT INTO pairs
        SELECT r, i, CASE WHEN agrees THEN {names.index("id")}
                            WHEN alone THEN {names.index("id_alone")} ELSE {names.index("number")} END,
               (agrees OR alone) AND sole, true
        FROM (SELECT o.r, o.i, coalesce({by_name["id"]["agree"]}, false) AS agrees,
                     coalesce({by_name["id_alone"]["agree"]}, false) AS alone,
                     count(*) OVER (PARTITION BY o.r) = 1 AS sole
              FROM owners o JOIN list l ON l.r = o.r JOIN spine s ON s.rowid = o.i)""")


def _used(con: duckdb.DuckDBPyConnection, model: ModelFiles) -> list[str]:
    counts = con.execute(f"SELECT {', '.join(f'count({x})' for x in model.id_names)} FROM list").fetchall()[0]
    return [x for x, n in zip(model.id_names, counts, strict=True) if n]


def _exact(con: duckdb.DuckDBPyConnection, model: ModelFiles, names: list[str]) -> None:
    """Unique exact agreement, for records whose numbers lead nowhere and contradict nothing."""
    row = next(row for row in model.passes if row["name"] == "exact")
    clash = " OR ".join(f"(l.{x}_ok AND s.{x}_ok AND l.{x} <> s.{x})" for x in model.id_names)
    con.execute(f"""INSERT INTO pairs
        SELECT r, i, {names.index("exact")}, true, false FROM (
            SELECT l.r, s.rowid AS i, coalesce({clash}, false) AS clashes, count(*) OVER (PARTITION BY l.r)
            AS n FROM list l JOIN spine s ON {" AND ".join(row["on"])} WHERE {row["where"]} AND l.r NOT IN
            (SELECT r FROM owners))
        WHERE n = 1 AND NOT clashes""")


def _look(con: duckdb.DuckDBPyConnection, model: ModelFiles, names: list[str]) -> None:
    con.execute("CREATE OR REPLACE TEMP TABLE seen (r INTEGER, i BIGINT, pass TINYINT)")
    for row in model.passes:
        if row["stage"] == "look":
            con.execute(f"INSERT INTO seen {_look_sql(row, names)}")
        if row["stage"] == "look_number":
            for name in _used(con, model):
                con.execute(f"INSERT INTO seen {_look_sql(row, names).replace('{id}', name)}")
    con.execute("""INSERT INTO pairs
        SELECT v.r, v.i, min(v.pass), false, false FROM seen v
        ANTI JOIN pairs p ON p.r = v.r AND p.i = v.i GROUP BY v.r, v.i""")


def _look_sql(row: Mapping[str, Any], names: list[str]) -> str:
    where = f"WHERE {row['where']}" if row.get("where") else ""
    number = names.index(row["name"])
    return f"SELECT l.r, s.rowid, {number} FROM open_list l JOIN spine s ON {' AND '.join(row['on'])} {where}"
