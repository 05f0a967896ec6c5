"""The passes that settle a record by themselves: a verified number whose owner agrees, and a unique exact
agreement.

Most records agree with exactly one person in everything, numbers included: one join settles and compares them
at once (table `same`), and only the rest go through the passes one by one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import duckdb

from linkwell.linkage.compare import Comparison, compare_sql, plain_sql
from linkwell.linkage.engine import Source, register
from linkwell.linkage.settings import ModelFiles
from linkwell.linkage.standardise import CODED, rest_sql

_NAMES = re.compile(rf"\b([ls])\.({'|'.join(CODED)})\b")
_LISTED = re.compile(r"\bl\.(\w+)")
_SETTLED = "once"  # the column of `same` that says so


def coded(text: str) -> str:
    """Names are joined by code; the comparison that follows looks at the texts."""
    return _NAMES.sub(r"\1.k_\2", text)


def of_the_list(text: str) -> set[str]:
    """The columns of the list that a test looks at."""
    return set(_LISTED.findall(coded(text)))


def _looked_by(con: duckdb.DuckDBPyConnection, model: ModelFiles) -> list[str]:
    """The columns of `rest` that passes look for candidates by."""
    tests = [
        test.replace("{id}", name)
        for row in model.passes
        if row["stage"].startswith(("look", "enough"))
        for test in (*row["on"], row.get("where") or "")
        for name in model.id_names or ("{id}",)
    ]
    wanted = {"r", "d8"}.union(*(of_the_list(test) for test in tests))
    return sorted(wanted & {str(row[0]) for row in con.execute("DESCRIBE rest").fetchall()})


def numbers_used(con: duckdb.DuckDBPyConnection, model: ModelFiles) -> list[str]:
    """The kinds of number that some record of the list has."""
    if not model.id_names:
        return []
    counts = con.execute(f"SELECT {', '.join(f'count({x}_k)' for x in model.id_names)} FROM list").fetchall()[
        0
    ]
    return [x for x, n in zip(model.id_names, counts, strict=True) if n]


def settle(
    con: duckdb.DuckDBPyConnection,
    model: ModelFiles,
    compared: Sequence[Comparison],
    used: Sequence[str],
    names: list[str],
    *,
    labels: Source | None = None,
    keep_open: bool = False,
) -> None:
    """Fill temp tables `same` (settled and compared at once) and `pairs`; `rest` has the records not settled
    at once, and `open_list` those that nothing settled.

    Args:
        used: the kinds of number that some record has. names: the passes by number.
        labels: pairs that people judged. keep_open: nothing is settled (one list against itself); then, as
            with labels, no record is settled at once.
    """
    _same(con, model, compared, used, names, at_once=labels is None and not keep_open)
    rest = rest_sql(model, f"ANTI JOIN (SELECT r FROM same WHERE {_SETTLED}) USING (r)")
    con.execute(f"CREATE TEMP TABLE rest AS {rest}")
    con.unregister("coded")
    _by_number(con, model, used, names)
    _exact(con, names)
    if labels is not None:
        _judged(con, labels, names)
    if keep_open:
        con.execute("UPDATE pairs SET settled = false")
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE open_list AS SELECT {', '.join(_looked_by(con, model))} FROM rest "
        "ANTI JOIN (SELECT r FROM pairs WHERE settled) USING (r)"
    )


def _same(
    con: duckdb.DuckDBPyConnection,
    model: ModelFiles,
    compared: Sequence[Comparison],
    used: Sequence[str],
    names: list[str],
    *,
    at_once: bool,
) -> None:
    """Temp table `same`: pairs that agree as the pass `exact` asks, of records with one such person.

    `once` is true where codes say that everything agrees and every verified number of the record is that
    person's and nobody else's: number and exact pass could only come to the same. Those are compared here.
    """
    by_name = {str(row["name"]): row for row in model.passes}
    on = coded(" AND ".join(by_name["exact"]["on"]))

    def given(text: str) -> str:  # what the join asks need not be looked at again
        for test in by_name["exact"]["on"]:
            text = re.sub(rf"\b{re.escape(coded(test))}\b", "true", text)
        return text

    alike = given(plain_sql(model))
    clash = " OR ".join(f"(l.{x}_ok AND l.{x}_k <> s.{x}_k)" for x in used) or "false"
    numbered = " OR ".join(f"(l.{x}_ok AND l.{x}_k = s.{x}_k)" for x in used) or "false"
    sole = " AND ".join(f"(NOT l.{x}_ok OR (l.{x}_k = s.{x}_k AND s.{x}_sole))" for x in used) or "true"
    sure = f"({alike}) AND coalesce({sole}, false)"
    at_once = at_once and _implied(con, given(coded(by_name["id"]["agree"])))
    found = f"CASE WHEN {numbered} THEN {names.index('id')} ELSE {names.index('exact')} END"
    carry = [
        ("l.r", "r"),
        ("s.pid", "pid"),
        (f"CAST({found} AS TINYINT)", "pass"),
        (sure if at_once else "false", _SETTLED),
        (f"coalesce({numbered}, false)", "by_number"),
        ("s.rowid", "i"),
        (alike, "plain"),
        (f"coalesce({clash}, false)", "clash"),
    ]
    found_by = f"JOIN spine s ON {on} AND {coded(by_name['exact']['where'])}"

    def query(listed: str) -> str:
        return compare_sql(model, compared, f"{listed} l {found_by}", carry, plain=True)

    there = {str(row[0]) for row in con.execute("DESCRIBE list").fetchall()}
    narrow = set(_LISTED.findall(query("list"))) <= there  # edited tables may ask for more
    listed = "list" if narrow else f"({rest_sql(model)})"
    con.execute(f"CREATE TEMP TABLE same AS {query(listed)}")
    con.execute("DELETE FROM same WHERE r IN (SELECT r FROM same GROUP BY r HAVING count(*) > 1)")


def _implied(con: duckdb.DuckDBPyConnection, test: str) -> bool:
    """Whether the test holds whatever the columns left in it are; not where it asks what is missing."""
    bare = re.sub(r"\b[ls]\.\w+\b", "NULL", test)
    if re.search(r"\bNOT\b", bare):
        return False
    bare = re.sub(r"\bNULL IS NULL\b", "false", bare)
    return bool(con.execute(f"SELECT coalesce({bare}, false)").fetchall()[0][0])


def _by_number(
    con: duckdb.DuckDBPyConnection, model: ModelFiles, used: Sequence[str], names: list[str]
) -> None:
    """Verified numbers: settle where exactly one person holds the record's numbers and the rest agrees (or
    is absent), and nobody else agrees exactly: a twin's number on the form is weighed, not believed."""
    by_name = {str(row["name"]): row for row in model.passes}
    joins = [
        f"SELECT l.r, s.rowid AS i FROM rest l JOIN spine s ON l.{x}_k = s.{x}_k WHERE l.{x}_ok" for x in used
    ]
    con.execute("CREATE OR REPLACE TEMP TABLE owners (r INTEGER, i BIGINT)")
    if joins:
        con.execute(f"INSERT INTO owners {' UNION '.join(joins)}")
    con.execute(f"""INSERT INTO pairs
        SELECT r, i, CASE WHEN agrees THEN {names.index("id")}
                            WHEN alone THEN {names.index("id_alone")} ELSE {names.index("number")} END,
               (agrees OR alone) AND sole, true, plain
        FROM (SELECT o.r, o.i, {plain_sql(model)} AS plain,
                     coalesce({coded(by_name["id"]["agree"])}, false) AS agrees,
                     coalesce({coded(by_name["id_alone"]["agree"])}, false) AS alone,
                     o.r NOT IN (SELECT r FROM owners GROUP BY r HAVING count(*) > 1 UNION ALL
                         SELECT o.r FROM owners o JOIN same e ON e.r = o.r AND e.i <> o.i) AS sole
              FROM owners o JOIN rest l ON l.r = o.r JOIN spine s ON s.rowid = o.i)""")


def _exact(con: duckdb.DuckDBPyConnection, names: list[str]) -> None:
    """Unique exact agreement, for records whose numbers lead nowhere and contradict nothing."""
    con.execute(f"""INSERT INTO pairs
        SELECT r, i, {names.index("exact")}, true, false, plain FROM same
        WHERE NOT {_SETTLED} AND NOT clash AND r NOT IN (SELECT r FROM owners)""")


def _judged(con: duckdb.DuckDBPyConnection, labels: Source, names: list[str]) -> None:
    """Pairs that people judged: the same settles its record, unless two are; different is taken out."""
    register(con, "labels_in", labels)
    con.execute("""CREATE OR REPLACE TEMP TABLE judged AS SELECT l.r, s.rowid AS i, any_value(label) AS label
        FROM labels_in j JOIN numbered l ON l.known = CAST(j.record AS VARCHAR)
        JOIN spine s ON CAST(s.pid AS VARCHAR) = CAST(j.person AS VARCHAR)
        WHERE label IN ('same', 'different') GROUP BY l.r, s.rowid HAVING count(DISTINCT label) = 1""")
    con.execute("""DELETE FROM pairs WHERE r IN (SELECT r FROM judged WHERE label = 'same')
        OR (r, i) IN (SELECT (r, i) FROM judged)""")
    con.execute(f"""INSERT INTO pairs SELECT r, i, {names.index("judged")}, true, false, false FROM judged
        WHERE label = 'same' QUALIFY count(*) OVER (PARTITION BY r) = 1""")
