"""The passes of passes.toml, run in order: records an agreement settles leave the list; the rest get
candidates."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from linkwell.linkage.compare import plain_sql
from linkwell.linkage.engine import Source, register
from linkwell.linkage.settings import ModelFiles
from linkwell.linkage.standardise import CODED

_LISTED = re.compile(r"\bl\.(\w+)")
_NAMES = re.compile(rf"\b([ls])\.({'|'.join(CODED)})\b")


def find_pairs(
    con: duckdb.DuckDBPyConnection, model: ModelFiles, *, settle: bool = True, labels: Source | None = None
) -> list[str]:
    """Fill temp table `pairs` (r, i, pass, settled, by_number, plain) from temp table `list` and `spine`.

    `r` is the record's row number, `i` the spine's row id, `pass` the number of the first pass that found
    the pair, `settled` true where that pass settles the record by itself, `by_number` where a verified
    number is the same, `plain` where codes alone say how it compares (`plain_sql`).

    Returns:
        Names of the passes by number.
    """
    names = [str(row["name"]) for row in model.passes]
    con.execute(
        "CREATE OR REPLACE TEMP TABLE pairs "
        "(r INTEGER, i BIGINT, pass TINYINT, settled BOOLEAN, by_number BOOLEAN, plain BOOLEAN)"
    )
    _by_number(con, model, names)
    _exact(con, model, names)
    if labels is not None:
        _judged(con, labels, names)
    if not settle:
        con.execute("UPDATE pairs SET settled = false")
    con.execute(
        "CREATE OR REPLACE TEMP TABLE open_list AS FROM list "
        "ANTI JOIN (SELECT r FROM pairs WHERE settled) USING (r)"
    )
    if con.execute("SELECT count(*) FROM open_list").fetchall()[0][0]:
        _look(con, model, names)
    return names


def _by_number(con: duckdb.DuckDBPyConnection, model: ModelFiles, names: list[str]) -> None:
    """Verified numbers: settle where exactly one person holds the record's numbers and the rest agrees (or
    is absent)."""
    by_name = {str(row["name"]): row for row in model.passes}
    joins = [
        f"SELECT l.r, s.rowid AS i FROM list l JOIN spine s ON l.{x}_k = s.{x}_k WHERE l.{x}_ok"
        for x in _used(con, model)
    ]
    con.execute("CREATE OR REPLACE TEMP TABLE owners (r INTEGER, i BIGINT)")
    if joins:
        con.execute(f"INSERT INTO owners {' UNION '.join(joins)}")
    con.execute(f"""INSERT INTO pairs
        SELECT r, i, CASE WHEN agrees THEN {names.index("id")}
                            WHEN alone THEN {names.index("id_alone")} ELSE {names.index("number")} END,
               (agrees OR alone) AND sole, true, plain
        FROM (SELECT o.r, o.i, {plain_sql(model)} AS plain,
                     coalesce({_coded(by_name["id"]["agree"])}, false) AS agrees,
                     coalesce({_coded(by_name["id_alone"]["agree"])}, false) AS alone,
                     count(*) OVER (PARTITION BY o.r) = 1 AS sole
              FROM owners o JOIN list l ON l.r = o.r JOIN spine s ON s.rowid = o.i)""")


def _used(con: duckdb.DuckDBPyConnection, model: ModelFiles) -> list[str]:
    if not model.id_names:
        return []
    counts = con.execute(f"SELECT {', '.join(f'count({x})' for x in model.id_names)} FROM list").fetchall()[0]
    return [x for x, n in zip(model.id_names, counts, strict=True) if n]


def _exact(con: duckdb.DuckDBPyConnection, model: ModelFiles, names: list[str]) -> None:
    """Unique exact agreement, for records whose numbers lead nowhere and contradict nothing."""
    row = next(row for row in model.passes if row["name"] == "exact")
    clash = " OR ".join(f"(l.{x}_ok AND l.{x}_k <> s.{x}_k)" for x in _used(con, model)) or "false"
    con.execute(f"""INSERT INTO pairs
        SELECT r, i, {names.index("exact")}, true, false, plain FROM (
            SELECT l.r, s.rowid AS i, {plain_sql(model)} AS plain,
            coalesce({clash}, false) AS clashes, count(*) OVER (PARTITION BY l.r) AS n
            FROM list l JOIN spine s ON {_coded(" AND ".join(row["on"]))}
            WHERE {_coded(row["where"])} AND l.r NOT IN (SELECT r FROM owners))
        WHERE n = 1 AND NOT clashes""")


def _judged(con: duckdb.DuckDBPyConnection, labels: Source, names: list[str]) -> None:
    """Pairs that people judged: the same settles its record, unless two are; different is taken out."""
    register(con, "labels_in", labels)
    con.execute("""CREATE OR REPLACE TEMP TABLE judged AS SELECT l.r, s.rowid AS i, any_value(label) AS label
        FROM labels_in j JOIN list l ON l.record = CAST(j.record AS VARCHAR)
        JOIN spine s ON CAST(s.pid AS VARCHAR) = CAST(j.person AS VARCHAR)
        WHERE label IN ('same', 'different') GROUP BY l.r, s.rowid HAVING count(DISTINCT label) = 1""")
    con.execute("""DELETE FROM pairs WHERE r IN (SELECT r FROM judged WHERE label = 'same')
        OR (r, i) IN (SELECT (r, i) FROM judged)""")
    con.execute(f"""INSERT INTO pairs SELECT r, i, {names.index("judged")}, true, false, false FROM judged
        WHERE label = 'same' QUALIFY count(*) OVER (PARTITION BY r) = 1""")


def find_pairs_within(con: duckdb.DuckDBPyConnection, model: ModelFiles) -> list[str]:
    """The same for one list that is its own spine: no pass settles anything, and nobody meets themselves."""
    names = find_pairs(con, model, settle=False)
    con.execute("""DELETE FROM pairs USING list l, spine s
        WHERE l.r = pairs.r AND s.rowid = pairs.i AND l.record = CAST(s.pid AS VARCHAR)""")
    return names


def _look(con: duckdb.DuckDBPyConnection, model: ModelFiles, names: list[str]) -> None:
    con.execute("CREATE OR REPLACE TEMP TABLE seen (r INTEGER, i BIGINT, pass TINYINT)")
    held = _held(con, model)
    looks = [row for row in model.passes if row["stage"] == "look" and _fields(row["on"]) <= held]
    for rows in _together(con, looks):
        con.execute(f"INSERT INTO seen {_look_sql(rows, names)}")
    for row in model.passes:
        if row["stage"] == "look_number":
            for name in _used(con, model):
                con.execute(f"INSERT INTO seen {_look_sql([row], names).replace('{id}', name)}")
    if con.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'judged'").fetchall()[0][0]:
        con.execute("DELETE FROM seen WHERE (r, i) IN (SELECT (r, i) FROM judged WHERE label = 'different')")
    con.execute("""INSERT INTO pairs
        SELECT v.r, v.i, min(v.pass), false, false, false FROM seen v
        ANTI JOIN pairs p ON p.r = v.r AND p.i = v.i GROUP BY v.r, v.i""")


def _fields(on: Sequence[str]) -> set[str]:
    """The list's columns that a pass joins on."""
    return {found[1] for test in on for found in _LISTED.finditer(_coded(test))}


def _held(con: duckdb.DuckDBPyConnection, model: ModelFiles) -> set[str]:
    """The columns that passes join on and some open record has a value in: the others bring nobody up."""
    wanted = {name for row in model.passes if row["stage"] == "look" for name in _fields(row["on"])}
    there = {str(row[0]) for row in con.execute("DESCRIBE open_list").fetchall()}
    names = sorted(wanted & there)
    sums = ", ".join(f"count({name})" for name in names)
    counts = con.execute(f"SELECT {sums} FROM open_list").fetchall()[0]
    return {name for name, n in zip(names, counts, strict=True) if n}


def _together(
    con: duckdb.DuckDBPyConnection, looks: Sequence[Mapping[str, Any]]
) -> list[list[Mapping[str, Any]]]:
    """The looking passes; those that begin with the birth date go in one join while the list is short.

    The pairs are the same either way: one join reads a large spine once, ten make fewer pairs to throw away.
    """
    records, dates = con.execute("SELECT count(d8), count(DISTINCT d8) FROM open_list").fetchall()[0]
    if records > 3 * dates:
        return [[row] for row in looks]
    dated = [row for row in looks if row["on"][0] == "l.d8 = s.d8"]
    return [*([dated] if dated else []), *([row] for row in looks if row not in dated)]


def _look_sql(rows: Sequence[Mapping[str, Any]], names: list[str]) -> str:
    """Pairs of one pass, or of several that share their first equality: each under the first that fits."""
    if len(rows) == 1:
        row = rows[0]
        on, where = " AND ".join(row["on"]), row.get("where") or "true"
        return _coded(
            f"SELECT l.r, s.rowid, {names.index(row['name'])} FROM open_list l JOIN spine s ON {on} "
            f"WHERE {where}"
        )
    tests = [" AND ".join([*row["on"][1:], row.get("where") or "true"]) for row in rows]
    whens = " ".join(
        f"WHEN {test} THEN {names.index(row['name'])}" for row, test in zip(rows, tests, strict=True)
    )
    return _coded(
        f"SELECT r, i, pass FROM (SELECT l.r, s.rowid AS i, CASE {whens} END AS pass "
        f"FROM open_list l JOIN spine s ON {rows[0]['on'][0]}) WHERE pass IS NOT NULL"
    )


def _coded(text: str) -> str:
    """Names are joined by code; the comparison that follows looks at the texts."""
    return _NAMES.sub(r"\1.k_\2", text)
