"""Link a list of people to a spine: standardise, run the passes, learn the weights, decide."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from linkwell.errors import TryAgain
from linkwell.linkage.answer import LinkResult, alone, described, links_table, review_table, run_facts
from linkwell.linkage.candidates import find_pairs
from linkwell.linkage.compare import comparisons
from linkwell.linkage.compared import compared_pairs, sampled, worth_comparing
from linkwell.linkage.decide import decide, near_exact
from linkwell.linkage.engine import Source, attach_scratch, engine, is_large, rows_about
from linkwell.linkage.explain import Evidence
from linkwell.linkage.learning import learned
from linkwell.linkage.listed import Listed, listed
from linkwell.linkage.quality import group_labels, measure
from linkwell.linkage.reading import standardise_list
from linkwell.linkage.settings import LinkSettings
from linkwell.linkage.spine import PreparedSpine, load_names, prepare_here
from linkwell.linkage.weights import (
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

    def brought(memory: str) -> _Met:
        with engine(chosen, memory=memory) as con:
            ready = _attached(con, spine, chosen)
            load_names(con, chosen.model)
            return _met(con, extract, ready, chosen, tick)

    *tried, most = _memory(extract, spine, chosen)
    for memory in tried:
        with suppress(TryAgain):
            found = brought(memory)
            break
    else:
        found = brought(most)
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
