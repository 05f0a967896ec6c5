"""Link a list of people to a spine: standardise, run the passes, learn the weights, decide."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkwell.errors import TryAgain, WrongUse
from linkwell.linkage.answer import LinkResult, alone, described, links_table, review_table, run_facts
from linkwell.linkage.candidates import find_pairs
from linkwell.linkage.columns import recognise
from linkwell.linkage.compare import Comparison, compare_sql, comparisons
from linkwell.linkage.decide import decide, near_exact
from linkwell.linkage.engine import (
    FILE_FAULTS,
    Source,
    attach_scratch,
    engine,
    is_large,
    quoted,
    register,
    rows_about,
    unreadable,
    with_places,
)
from linkwell.linkage.explain import Evidence
from linkwell.linkage.learning import learned
from linkwell.linkage.listed import Listed, listed
from linkwell.linkage.quality import group_labels, measure
from linkwell.linkage.settings import LinkSettings, ModelFiles
from linkwell.linkage.spine import PreparedSpine, load_names, prepare_here
from linkwell.linkage.standardise import read_rows, turned_names
from linkwell.linkage.weights import (
    Floats,
    Model,
    Pairs,
    measured_rates,
    others,
    posteriors,
    starting_model,
    weights,
)

Tick = Callable[[int, int], None]
_STEPS = 5
_MOST_PARTS = 256
_MOST = 500  # MB for the engine, linking to a prepared spine


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
    if chosen.temp_folder is None and isinstance(spine, PreparedSpine) and spine.path is not None:
        chosen = replace(chosen, temp_folder=spine.path.parent)  # what spills stays in the spine's own zone

    def met(memory: str) -> _Met:
        with engine(chosen, memory=memory) as con:
            ready = _attached(con, spine, chosen)
            load_names(con, chosen.model)
            return _met(con, extract, ready, chosen, tick)

    *tried, most = _memory(extract, spine, chosen)
    for memory in tried:
        with suppress(TryAgain):
            found = met(memory)
            break
    else:
        found = met(most)
    result = _result(found, chosen, tick)  # the engine is closed by now: its memory is free for the weighing
    return replace(result, model={**result.model, "run": run_facts(extract, chosen)})


def _memory(extract: Source, spine: PreparedSpine | Source, settings: LinkSettings) -> list[str]:
    """The limits to try in turn: what such a list and spine were seen to need, then the most.

    The engine fills what it is given with parts of the spine that it will not read again.
    """
    if settings.memory_limit:
        return [settings.memory_limit]
    if not isinstance(spine, PreparedSpine):
        return ["1500MB"]
    needed = 180 + (1000 * rows_about(extract) + 20 * spine.rows) // 1_000_000
    return [*([f"{needed}MB"] if needed < _MOST else []), f"{_MOST}MB"]


def _attached(
    con: duckdb.DuckDBPyConnection, spine: PreparedSpine | Source, settings: LinkSettings
) -> PreparedSpine:
    if isinstance(spine, PreparedSpine):
        path = str(spine.path).replace("'", "''")
        con.execute(f"ATTACH '{path}' AS prepared (READ_ONLY)")
        con.execute("USE prepared")
        return spine
    attach_scratch(con, large=is_large(spine))
    return prepare_here(con, spine, settings)


@dataclass(frozen=True)
class _Met:
    """What the engine hands over: the list, its pairs as a table and as arrays, the names of the passes, the
    model to start from, the fields found, and whether the list's names had to be turned round."""

    listed: Listed
    table: pa.Table
    pairs: Pairs
    passes: list[str]
    start: Model
    spine: PreparedSpine
    fields: Collection[str]
    turned: bool


def _met(
    con: duckdb.DuckDBPyConnection,
    extract: Source,
    spine: PreparedSpine,
    settings: LinkSettings,
    tick: Tick,
) -> _Met:
    facts = dict(con.execute("SELECT name, value FROM facts").fetchall())
    unchecked = facts["unchecked"].split(",")
    read = standardise_list(con, extract, settings, unchecked, json.loads(facts["fields"]))
    model_files = read.model
    compared = worth_comparing(con, comparisons(model_files))
    tick(1, _STEPS)
    passes = find_pairs(con, model_files, compared, labels=settings.labels)
    tick(2, _STEPS)
    told = listed(con, model_files, read.records, newest=settings.newest)
    table, pairs = compared_pairs(con, model_files, compared, told.unseen)
    tick(3, _STEPS)
    numbers = measured_rates(model_files.model, json.loads(facts["sharing"]))
    start = starting_model(compared, sampled(con), spine.rows, numbers)
    return _Met(told, table, pairs, passes, start, spine, read.fields, read.turned)


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


def _result(met: _Met, settings: LinkSettings, tick: Tick) -> LinkResult:
    table, pairs, passes, model = met.table, met.pairs, met.passes, met.start
    log_u = others(pairs, model, settings.threads)
    if settings.learn:
        model = learned(pairs, model, log_u, settings.threads)
    weight = weights(pairs, model, log_u)
    tick(4, _STEPS)
    posterior, nobody = posteriors(pairs, weight, model, settings.threads)
    pass_number = table["pass"].to_numpy()
    posterior = np.where(
        pass_number == passes.index("id_alone"), alone(table, posterior, settings), posterior
    )
    judged = float(settings.model.model["prior"]["judged"])
    posterior = np.where(pass_number == passes.index("judged"), judged, posterior)
    by_number = table["by_number"].to_numpy(zero_copy_only=False).astype(bool)
    bare = pairs.unseen > float(settings.model.model["prior"]["unseen"])
    chosen = decide(pairs, model, posterior, by_number, bare, settings)
    alike = near_exact(pairs, model)
    links = links_table(
        met.listed.records, table, pairs, model, passes, chosen, weight, alike, settings.threads
    )
    groups = group_labels(met.listed.groups, links)
    quality = measure(groups, links, chosen, nobody, settings, met.spine.rows, sorted(met.fields))
    review = review_table(links, table, pairs, model, chosen, weight, posterior)
    evidence = Evidence(
        links["record"],
        table["pid"],
        pairs,
        model,
        pa.DictionaryArray.from_arrays(pass_number, passes),
        posterior,
        nobody,
        chosen.decision,
        {str(row["name"]): str(row["label"]) for row in settings.model.passes},
    )
    about = {
        "names_turned": met.turned,
        "filled": met.listed.filled,
        "dates_unread": met.listed.unread,
        "years_short": met.listed.short_years,
    }
    told = described(model, settings, met.spine) | about
    tick(5, _STEPS)
    return LinkResult(links, review, quality, told, evidence, groups)
