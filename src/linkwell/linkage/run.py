"""Link a list of people to a spine: standardise, run the passes, learn the weights, decide."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from linkwell.errors import WrongUse
from linkwell.linkage.answer import LinkResult, alone, described, links_table, review_table
from linkwell.linkage.candidates import find_pairs
from linkwell.linkage.columns import recognise
from linkwell.linkage.compare import Comparison, compare_sql, comparisons
from linkwell.linkage.decide import decide, near_exact
from linkwell.linkage.engine import FILE_FAULTS, Source, engine, quoted, register, unreadable, working_folder
from linkwell.linkage.quality import measure
from linkwell.linkage.settings import LinkSettings
from linkwell.linkage.spine import PreparedSpine, load_names, prepare_spine
from linkwell.linkage.standardise import month_first, standardise_sql, with_sounds_sql
from linkwell.linkage.weights import Floats, Model, Pairs, learned, posteriors, starting_model, weights

Tick = Callable[[int, int], None]
_STEPS = 5


def link(
    extract: Source,
    spine: PreparedSpine | Source,
    *,
    settings: LinkSettings | None = None,
    progress: Tick | None = None,
) -> LinkResult:
    """Link `extract` to `spine`.

    Args:
        extract: Parquet/CSV file or Arrow table; one row a record; columns as in columns.toml or settings'
            map.
        spine: a prepared spine (also as a `.duckdb` path), or a file or table that is prepared for this run
            only.
        progress: called with (steps done, steps).

    Raises:
        WrongUse: unreadable file, unknown columns, a record key that repeats or is missing.
        TryAgain: memory or disk ran out.
    """
    chosen = settings or LinkSettings()
    tick = progress or (lambda done, total: None)
    if isinstance(spine, Path) and spine.suffix == ".duckdb":
        spine = PreparedSpine.open(spine)
    if isinstance(spine, PreparedSpine):
        return _link(extract, spine, chosen, tick)
    if chosen.temp_folder is not None:
        chosen.temp_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with working_folder(chosen.temp_folder) as folder:
        inside = chosen if chosen.temp_folder else replace(chosen, temp_folder=folder)
        prepared = prepare_spine(spine, folder, settings=inside)
        return _link(extract, prepared, inside, tick)


def _link(extract: Source, spine: PreparedSpine, settings: LinkSettings, tick: Tick) -> LinkResult:
    model_files = settings.model
    compared = comparisons(model_files)
    if settings.temp_folder is None:  # what spills stays in the spine's own zone
        settings = replace(settings, temp_folder=spine.path.parent)
    with engine(settings) as con:
        path = str(spine.path).replace("'", "''")
        con.execute(f"ATTACH '{path}' AS prepared (READ_ONLY)")
        con.execute("USE prepared")
        load_names(con, model_files)
        found = _standardise_list(con, extract, settings)
        compared = _worth_comparing(con, compared)
        tick(1, _STEPS)
        passes = find_pairs(con, model_files)
        tick(2, _STEPS)
        table, pairs = _compared_pairs(con, settings, compared)
        tick(3, _STEPS)
        model = starting_model(compared, _sampled(con), spine.rows, model_files.model)
        if settings.learn:
            model = learned(pairs, model)
        tick(4, _STEPS)
        result = _result(con, settings, pairs, table, model, passes, spine, found)
    tick(5, _STEPS)
    return result


def _standardise_list(
    con: duckdb.DuckDBPyConnection, extract: Source, settings: LinkSettings
) -> dict[str, str]:
    model = settings.model
    try:
        kinds = register(con, "extract", extract)
        found = recognise(kinds, model.columns, "record", settings.extract_columns)
        key = (
            f"CAST({quoted(found['record'])} AS VARCHAR)"
            if "record" in found
            else "CAST(row_number() OVER () AS VARCHAR)"
        )
        american = "dob" in found and month_first(con, "extract", found["dob"], kinds[found["dob"]])
        unchecked = (
            con.execute("SELECT value FROM facts WHERE name = 'unchecked'").fetchall()[0][0].split(",")
        )
        chosen = standardise_sql(
            "extract", found, kinds, model, key=f"{key} AS record", american=american, unchecked=unchecked
        )
        con.execute(f"CREATE TEMP TABLE plain_list AS {chosen}")
    except FILE_FAULTS as error:
        raise unreadable(extract, error) from None
    con.execute(f"""CREATE TEMP TABLE list AS SELECT CAST(row_number() OVER (ORDER BY record) - 1 AS
    INTEGER) AS r, *
        FROM ({with_sounds_sql("plain_list")})""")
    rows, keys, distinct = con.execute(
        "SELECT count(*), count(record), count(DISTINCT record) FROM list"
    ).fetchall()[0]
    if rows != keys or keys != distinct:
        raise WrongUse(
            "Every row of the list needs its own record key.",
            where=f"{rows - keys} rows without a key, {keys - distinct} rows repeating one",
            why="A link is reported by record key; one that repeats could not be told apart.",
            fix="Name the right column with --map THEIRS=record, or leave the key out and rows are numbered.",
        )
    return found


def _worth_comparing(
    con: duckdb.DuckDBPyConnection, compared: tuple[Comparison, ...]
) -> tuple[Comparison, ...]:
    """Leave out numbers and areas that no record of the list has: nothing would ever be compared."""
    optional = [c.name for c in compared if c.identifier or c.name == "area"]
    counts = con.execute(f"SELECT {', '.join(f'count({name})' for name in optional)} FROM list").fetchall()[0]
    empty = {name for name, n in zip(optional, counts, strict=True) if not n}
    return tuple(c for c in compared if c.name not in empty)


def _compared_pairs(
    con: duckdb.DuckDBPyConnection, settings: LinkSettings, compared: tuple[Comparison, ...]
) -> tuple[pa.Table, Pairs]:
    carry = [
        ("p.r", "r"),
        ("s.pid", "pid"),
        ("p.pass", "pass"),
        ("p.settled", "settled"),
        ("p.by_number", "by_number"),
    ]
    query = compare_sql(
        settings.model, compared, "pairs", "list", "spine", ("l.r = p.r", "s.rowid = p.i"), carry
    )
    table = con.sql(f"SELECT * FROM ({query}) ORDER BY r, pid").to_arrow_table()
    records = con.execute("SELECT count(*) FROM list").fetchall()[0][0]

    def ints(name: str) -> Any:
        return table[name].to_numpy().astype(np.int64)

    codes = {c.name: ints(f"lv_{c.name}") for c in compared}
    seen = {c.name: ints(f"n_{c.name}") for c in compared}
    unseen = _unseen(con, settings)
    settled = table["settled"].to_numpy(zero_copy_only=False).astype(bool)
    return table, Pairs(ints("r"), codes, seen, ints("pair_seen"), settled, records, unseen)


def _unseen(con: duckdb.DuckDBPyConnection, settings: LinkSettings) -> Floats:
    """Per record, the chance that its person is on the spine and no pass brings it up."""
    prior = settings.model.model["prior"]
    numbered = " OR ".join(f"{name}_ok" for name in settings.model.id_names)
    query = f"SELECT d8 IS NULL AND NOT ({numbered}) AS bare FROM list ORDER BY r"
    bare = con.sql(query).to_arrow_table()["bare"].to_numpy(zero_copy_only=False).astype(bool)
    return np.where(bare, float(prior["unseen_undated"]), float(prior["unseen"]))


def _sampled(con: duckdb.DuckDBPyConnection) -> dict[str, dict[int, int]]:
    counts: dict[str, dict[int, int]] = {}
    for name, code, n in con.execute("SELECT comparison, code, n FROM sampled ORDER BY ALL").fetchall():
        counts.setdefault(name, {})[code] = n
    return counts


def _result(
    con: duckdb.DuckDBPyConnection,
    settings: LinkSettings,
    pairs: Pairs,
    table: pa.Table,
    model: Model,
    passes: list[str],
    spine: PreparedSpine,
    found: Mapping[str, str],
) -> LinkResult:
    weight = weights(pairs, model)
    posterior, nobody = posteriors(pairs, weight, model)
    pass_number = table["pass"].to_numpy().astype(np.int64)
    posterior = np.where(
        pass_number == passes.index("id_alone"), alone(table, posterior, settings), posterior
    )
    by_number = table["by_number"].to_numpy(zero_copy_only=False).astype(bool)
    chosen = decide(pairs, model, posterior, by_number, settings)
    alike = near_exact(pairs, model)
    links = links_table(con, table, pairs, model, passes, chosen, weight, alike)
    quality = measure(con, links, chosen, nobody, settings, spine.rows, sorted(found))
    review = review_table(links, table, pairs, model, chosen, weight, posterior)
    return LinkResult(links, review, quality, described(model, settings, spine))
