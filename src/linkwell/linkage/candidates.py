"""The passes of passes.toml, run in order: records an agreement settles leave the list; the rest get
candidates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from linkwell.linkage.compare import Comparison
from linkwell.linkage.engine import Source
from linkwell.linkage.settings import ModelFiles
from linkwell.linkage.settle import coded, numbers_used, of_the_list, settle

_AT_ONCE = 5  # passes in one query; each holds the open records once


def find_pairs(
    con: duckdb.DuckDBPyConnection,
    model: ModelFiles,
    compared: Sequence[Comparison],
    *,
    keep_open: bool = False,
    labels: Source | None = None,
) -> list[str]:
    """Fill temp tables `same` and `pairs` from temp table `list` and `spine`.

    `same` where `once`: pairs settled and compared already (`settle`). `pairs` (r, i, pass, settled,
    by_number, plain): `r` is the record's row number, `i` the spine's row id, `pass` the number of the first
    pass that found the pair, `settled` true where that pass settles the record by itself, `by_number` where a
    verified number is the same, `plain` where codes alone say how it compares (`plain_sql`).

    Returns:
        Names of the passes by number.
    """
    names = [str(row["name"]) for row in model.passes]
    con.execute(
        "CREATE OR REPLACE TEMP TABLE pairs "
        "(r INTEGER, i BIGINT, pass TINYINT, settled BOOLEAN, by_number BOOLEAN, plain BOOLEAN)"
    )
    used = numbers_used(con, model)
    settle(con, model, compared, used, names, labels=labels, keep_open=keep_open)
    if con.execute("SELECT count(*) FROM open_list").fetchall()[0][0]:
        _look(con, model, used, names, whole=keep_open or labels is not None)
        if labels is not None:
            con.execute("""DELETE FROM seen
                WHERE (r, i) IN (SELECT (r, i) FROM judged WHERE label = 'different')""")
        con.execute("""INSERT INTO pairs
            SELECT v.r, v.i, min(v.pass), false, false, false FROM seen v
            ANTI JOIN pairs p ON p.r = v.r AND p.i = v.i GROUP BY v.r, v.i""")
    return names


def find_pairs_within(
    con: duckdb.DuckDBPyConnection, model: ModelFiles, compared: Sequence[Comparison]
) -> list[str]:
    """The same for one list that is its own spine: no pass settles anything, and nobody meets themselves."""
    names = find_pairs(con, model, compared, keep_open=True)
    con.execute("""DELETE FROM pairs USING numbered l, spine s
        WHERE l.r = pairs.r AND s.rowid = pairs.i AND l.known = CAST(s.pid AS VARCHAR)""")
    return names


def _look(
    con: duckdb.DuckDBPyConnection,
    model: ModelFiles,
    used: Sequence[str],
    names: list[str],
    *,
    whole: bool,
) -> None:
    """Candidates of the open records into temp table `seen`; unless `whole`, a record that has enough looks
    no further."""
    con.execute("CREATE OR REPLACE TEMP TABLE seen (r INTEGER, i BIGINT, pass TINYINT)")
    held, waiting = _held(con, model), []
    for row in model.passes:
        if row["stage"] in ("look", "enough") and not _fields(row["on"]) <= held:
            continue
        if row["stage"] == "look":
            waiting.append(row)
        if row["stage"] == "enough" and not whole:
            _bring_up(con, waiting, names)
            waiting = []
            sure = {**row, "where": f"({row.get('where') or 'true'}) AND {_no_clash(used)}"}
            con.execute(f"DELETE FROM open_list WHERE r IN (SELECT r FROM ({_look_sql([sure], names)}))")
    _bring_up(con, waiting, names)
    numbered = [row for row in model.passes if row["stage"] == "look_number"]
    _insert(con, [_look_sql([row], names).replace("{id}", x) for row in numbered for x in used])


def _no_clash(used: Sequence[str]) -> str:
    """SQL that is true where no number of the record differs from the person's."""
    tests = (f"coalesce(l.{x}_k = s.{x}_k, true)" for x in used)
    return " AND ".join(tests) or "true"


def _bring_up(con: duckdb.DuckDBPyConnection, looks: Sequence[Mapping[str, Any]], names: list[str]) -> None:
    _insert(con, [_look_sql(rows, names) for rows in _together(con, looks)])


def _insert(con: duckdb.DuckDBPyConnection, looks: Sequence[str]) -> None:
    """Fill `seen`, a few passes at a time: while one begins or ends another keeps the processors busy."""
    for start in range(0, len(looks), _AT_ONCE):
        con.execute(f"INSERT INTO seen {' UNION ALL '.join(looks[start : start + _AT_ONCE])}")


def _fields(on: Sequence[str]) -> set[str]:
    """The list's columns that a pass joins on."""
    return {name for test in on for name in of_the_list(test)}


def _held(con: duckdb.DuckDBPyConnection, model: ModelFiles) -> set[str]:
    """The columns that passes join on and some open record has a value in: the others bring nobody up."""
    looks = [row for row in model.passes if row["stage"] in ("look", "enough")]
    wanted = {name for row in looks for name in _fields(row["on"])}
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
        return coded(
            f"SELECT l.r, s.rowid, {names.index(row['name'])} FROM open_list l JOIN spine s ON {on} "
            f"WHERE {where}"
        )
    tests = [" AND ".join([*row["on"][1:], row.get("where") or "true"]) for row in rows]
    whens = " ".join(
        f"WHEN {test} THEN {names.index(row['name'])}" for row, test in zip(rows, tests, strict=True)
    )
    return coded(
        f"SELECT r, i, pass FROM (SELECT l.r, s.rowid AS i, CASE {whens} END AS pass "
        f"FROM open_list l JOIN spine s ON {rows[0]['on'][0]}) WHERE pass IS NOT NULL"
    )
