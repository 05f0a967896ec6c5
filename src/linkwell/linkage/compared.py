"""Compare the pairs that the passes found: from the engine's tables to arrays that can be weighed."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import duckdb
import pyarrow as pa

from linkwell.linkage.compare import Comparison, compare_sql
from linkwell.linkage.settings import ModelFiles
from linkwell.linkage.weights import Floats, Pairs

_MOST_PARTS = 256


def worth_comparing(
    con: duckdb.DuckDBPyConnection, compared: tuple[Comparison, ...]
) -> tuple[Comparison, ...]:
    """Leave out further fields, numbers and areas that no record has: nothing would be compared."""
    held = {row[0] for row in con.execute("DESCRIBE list").fetchall()}
    places = [name for name in ("street", "locality") if name in held]
    columns = {c.name: [f"{c.name}_k" if c.identifier else c.name] for c in compared} | {"address": places}
    texts = {c.name: columns[c.name] for c in compared if held.issuperset(columns[c.name])}
    if not texts:
        return compared
    sums = ", ".join(" + ".join(f"count({name})" for name in names) for names in texts.values())
    counts = con.execute(f"SELECT {sums} FROM list").fetchall()[0]
    empty = {name for name, n in zip(texts, counts, strict=True) if not n}
    return tuple(c for c in compared if c.name not in empty)


def _in_parts(con: duckdb.DuckDBPyConnection, query: Callable[[str], str], records: int) -> pa.Table:
    """The answer to a query in the order of the records, about all of them or, where memory does not allow
    that, about as many at once as it does.

    Raises:
        duckdb.OutOfMemoryException: not even one in `_MOST_PARTS` of them.
    """
    parts = 1
    while True:
        cuts = [records * place // parts for place in range(parts + 1)]
        try:
            tables = [con.sql(query(f"r >= {a} AND r < {b}")).to_arrow_table() for a, b in pairwise(cuts)]
            return pa.concat_tables(tables)
        except duckdb.OutOfMemoryException:
            parts *= 4
            if parts > _MOST_PARTS:
                raise


def compared_pairs(
    con: duckdb.DuckDBPyConnection,
    model: ModelFiles,
    compared: tuple[Comparison, ...],
    unseen: Floats,
) -> tuple[pa.Table, Pairs]:
    """The pairs with their levels, as a table of what they carry and as arrays; `unseen` is per record."""
    carry = [("p.r", "r"), ("s.pid", "pid"), ("p.pass", "pass"), ("p.settled", "settled")]
    carry.append(("p.by_number", "by_number"))
    columns = [alias for _, alias in carry] + ["pair_seen", "era", *(f"lv_{c.name}" for c in compared)]
    columns += [f"n_{c.name}" for c in compared if c.same_for_all is None]
    words = {"l": "words", "s": "spelling"}
    met = "JOIN spine s ON s.rowid = p.i JOIN rest l ON l.r = p.r"

    def query(some: str) -> str:
        sources = {plain: f"(FROM pairs WHERE plain = {plain} AND {some}) p {met}" for plain in (False, True)}
        both = " UNION ALL ".join(
            compare_sql(model, compared, source, carry, words=words, plain=plain)
            for plain, source in sources.items()
        )
        return f"SELECT {', '.join(columns)} FROM ({both}) ORDER BY r, pid"

    once = con.sql(
        f"SELECT {', '.join(columns)} FROM (SELECT *, true AS settled FROM same WHERE once)"
    ).to_arrow_table()
    for name in ("same", "owners", "open_list", "seen"):
        con.execute(f"DROP TABLE IF EXISTS {name}")
    table = _in_parts(con, query, len(unseen))
    for name in ("rest", "pairs", "words"):
        con.execute(f"DROP TABLE {name}")
    table = pa.concat_tables([once, table])

    def ints(name: str) -> Any:  # as narrow as the engine gave them: there may be millions
        return table[name].to_numpy()

    codes = {c.name: ints(f"lv_{c.name}") for c in compared}
    seen = {c.name: ints(f"n_{c.name}") for c in compared if c.same_for_all is None}
    settled = table["settled"].to_numpy(zero_copy_only=False).astype(bool)
    pairs = Pairs(ints("r"), codes, seen, ints("pair_seen"), ints("era"), settled, len(unseen), unseen)
    return table.select([alias for _, alias in carry]), pairs


def sampled(con: duckdb.DuckDBPyConnection) -> dict[str, dict[int, int]]:
    counts: dict[str, dict[int, int]] = {}
    for name, code, n in con.execute("SELECT comparison, code, n FROM sampled ORDER BY ALL").fetchall():
        counts.setdefault(name, {})[code] = n
    return counts
