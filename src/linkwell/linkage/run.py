"""Link a list of people to a spine: standardise, run the passes, learn the weights, decide."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from linkwell.errors import WrongUse
from linkwell.linkage.candidates import find_pairs
from linkwell.linkage.columns import recognise
from linkwell.linkage.compare import STRATUM, Comparison, compare_sql, comparisons
from linkwell.linkage.decide import NONE, REVIEW, Bools, Decisions, decide, near_exact
from linkwell.linkage.engine import FILE_FAULTS, Source, engine, quoted, register, unreadable
from linkwell.linkage.quality import Quality, measure
from linkwell.linkage.settings import LinkSettings
from linkwell.linkage.spine import PreparedSpine, load_names, prepare_spine
from linkwell.linkage.standardise import month_first, standardise_sql, with_sounds_sql
from linkwell.linkage.weights import Floats, Model, Pairs, learned, posteriors, starting_model, weights

Tick = Callable[[int, int], None]
_STEPS = 5


@dataclass(frozen=True)
class LinkResult:
    """What came of a run; for the linkers' zone only.

    Attributes:
        links: one row a record: record (str), person (the spine's id; null where decision is none),
            posterior, margin,
            decision (link | review | none), pass, then weight (bits), near_exact, conflict and the level
            names.
        review: the candidates a person should look at, best first: record, rank, person, posterior, weight,
            levels.
        quality: link rate, estimated errors, by group; numbers about the list, no names.
        model: what was learned, for the report.
    """

    links: pa.Table
    review: pa.Table
    quality: Quality
    model: Mapping[str, Any]


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
    with tempfile.TemporaryDirectory(prefix=".spine-", dir=chosen.temp_folder) as folder:
        inside = chosen if chosen.temp_folder else replace(chosen, temp_folder=Path(folder))
        prepared = prepare_spine(spine, Path(folder), settings=inside)
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
        passes = [*find_pairs(con, model_files), "number"]
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
    settled = table["settled"].to_numpy(zero_copy_only=False).astype(bool)
    return table, Pairs(ints("r"), codes, seen, ints("pair_seen"), settled, records)


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
        pass_number == passes.index("id_alone"), _alone(table, posterior, settings), posterior
    )
    by_number = table["by_number"].to_numpy(zero_copy_only=False).astype(bool)
    chosen = decide(pairs, model, posterior, by_number, settings)
    alike = near_exact(pairs, model)
    links = _links(con, table, pairs, model, passes, chosen, weight, alike)
    quality = measure(con, links, chosen, nobody, settings, spine.rows, sorted(found))
    review = _review(links, table, pairs, model, chosen, weight, posterior)
    return LinkResult(links, review, quality, _described(model, settings, spine))


def _alone(table: pa.Table, posterior: Floats, settings: LinkSettings) -> Floats:
    """A checked number with nothing beside it has its own prior, unless two people hold it."""
    settled = table["settled"].to_numpy(zero_copy_only=False).astype(bool)
    return np.asarray(np.where(settled, float(settings.model.model["prior"]["id_alone"]), posterior))


def _links(
    con: duckdb.DuckDBPyConnection,
    table: pa.Table,
    pairs: Pairs,
    model: Model,
    passes: list[str],
    chosen: Decisions,
    weight: Floats,
    alike: Bools,
) -> pa.Table:
    record = con.sql("SELECT record FROM list ORDER BY r").to_arrow_table()["record"]
    has = (chosen.best >= 0) & (chosen.decision != NONE)
    rows = pa.array(np.where(has, chosen.best, 0), mask=~has)
    number = table["pass"].to_numpy().astype(np.int64)
    pass_names = pa.array([*passes]).take(
        pa.array(
            np.where(has, number[chosen.best], 0) if len(number) else np.zeros(pairs.records, dtype=np.int64),
            mask=~has,
        )
    )
    columns: dict[str, Any] = {
        "record": record,
        "person": table["pid"].take(rows),
        "posterior": np.round(chosen.posterior, 6),
        "margin": np.round(chosen.margin, 6),
        "decision": pa.array(chosen.decision.astype(object), pa.string()),
        "pass": pass_names,
        "weight": pa.array(weight).take(rows),
        "near_exact": pa.array(alike).take(rows),
        "conflict": chosen.conflict,
    }
    for c in model.compared:
        columns[f"level_{c.name}"] = _level_names(c, pairs, rows)
    return pa.table(columns)


def _level_names(c: Comparison, pairs: Pairs, rows: pa.Array) -> pa.Array:
    names = pa.array(["", *(level.name for level in c.levels)]).dictionary_encode()
    return pa.array(names.to_pylist()).take(pa.array(pairs.codes[c.name] % STRATUM).take(rows))


def _review(
    links: pa.Table,
    table: pa.Table,
    pairs: Pairs,
    model: Model,
    chosen: Decisions,
    weight: Floats,
    posterior: Floats,
) -> pa.Table:
    """Up to five candidates of every record that goes to a person, best first."""
    wanted = np.flatnonzero((chosen.decision == REVIEW)[pairs.record])
    order = wanted[np.lexsort((wanted, -posterior[wanted], pairs.record[wanted]))]
    record = pairs.record[order]
    starts = (
        np.concatenate(([0], np.flatnonzero(record[1:] != record[:-1]) + 1))
        if len(order)
        else np.zeros(0, int)
    )
    rank = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order)))) + 1
    kept = (rank <= 5) & ((rank == 1) | (posterior[order] >= 0.001))
    order, rank = order[kept], rank[kept]
    columns: dict[str, Any] = {
        "record": links["record"].take(pa.array(pairs.record[order])),
        "rank": pa.array(rank, pa.int32()),
        "person": table["pid"].take(pa.array(order)),
        "posterior": np.round(posterior[order], 6),
        "weight": weight[order],
    }
    for c in model.compared:
        columns[f"level_{c.name}"] = _level_names(c, pairs, pa.array(order))
    return pa.table(columns)


def _described(model: Model, settings: LinkSettings, spine: PreparedSpine) -> dict[str, Any]:
    """What the run learned and ran with: enough to replay it."""
    levels = [
        {
            "comparison": c.name,
            "label": c.label,
            "stratum": stratum,
            "level": level.label,
            "m": round(float(model.m[c.name][s * STRATUM + n]), 6),
            "u": float(f"{model.u[c.name][s * STRATUM + n]:.3g}"),
        }
        for c in model.compared
        for s, (stratum, _) in enumerate(c.strata)
        for n, level in enumerate(c.levels, 1)
    ]
    return {
        "on_spine": round(model.on_spine, 6),
        "rounds": model.rounds,
        "levels": levels,
        "people": spine.rows,
        "configuration": settings.model.digest,
        "spine": spine.source_digest,
        "engine": duckdb.__version__,
        "thresholds": {name: settings.threshold(name) for name in ("link_at", "review_at", "margin_at")},
    }
