"""Find the records of one list that are the same person, by the machinery that links a list to a spine.

The list is its own spine. A pair stands alone (three records may be one person), and records are brought
together where pairs are sure enough.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkwell.errors import WrongUse
from linkwell.linkage.candidates import find_pairs_within
from linkwell.linkage.columns import recognise
from linkwell.linkage.compare import comparisons
from linkwell.linkage.compared import compared_pairs, sampled, worth_comparing
from linkwell.linkage.engine import (
    FILE_FAULTS,
    Source,
    attach_scratch,
    engine,
    is_large,
    register,
    unreadable,
)
from linkwell.linkage.learning import learned
from linkwell.linkage.listed import listed
from linkwell.linkage.reading import standardise_list
from linkwell.linkage.settings import LinkSettings
from linkwell.linkage.spine import prepare_here
from linkwell.linkage.weights import (
    Pairs,
    measured_rates,
    others,
    posteriors,
    starting_model,
    weights,
)

Tick = Callable[[int, int], None]
_STEPS = 4
_KEY = "linkwell_record"


@dataclass(frozen=True)
class DedupeResult:
    """What came of it; it holds record keys only, and levels of agreement.

    Attributes:
        clusters: record (str), cluster (the first record of the person), size, sureness (of the
            surest pair that holds the record in its cluster; null where the record stands alone).
        pairs: record, other, posterior, weight, decision (link | review), pass; each pair once.
        records, people: how many records, and how many clusters they make.
        repeats: records beyond the first of their person. false_pairs: wrong ones expected among the links.
    """

    clusters: pa.Table
    pairs: pa.Table
    records: int
    people: int
    repeats: int
    review: int
    false_pairs: float


def dedupe(
    extract: Source, *, settings: LinkSettings | None = None, progress: Tick | None = None
) -> DedupeResult:
    """Bring the records of one list that are the same person into clusters.

    Args:
        extract: Parquet/CSV file or Arrow table, one row a record; columns as for `link`.
        progress: called with (steps done, steps).

    Raises:
        WrongUse: unreadable file, unknown columns, a record key that repeats or is missing.
        TryAgain: memory or disk ran out.
    """
    chosen = settings or LinkSettings()
    tick = progress or (lambda done, total: None)
    with engine(chosen) as con:
        attach_scratch(con, large=is_large(extract))
        table = _keyed(con, extract, chosen)
        rest = {theirs: ours for theirs, ours in chosen.extract_columns.items() if ours != "record"}
        inside = replace(
            chosen,
            extract_columns={**rest, _KEY: "record"},
            spine_columns={**rest, _KEY: "spine_id"},
        )
        spine = prepare_here(con, table, inside)
        tick(1, _STEPS)
        facts = dict(con.execute("SELECT name, value FROM facts").fetchall())
        unchecked, fields = facts["unchecked"].split(","), json.loads(facts["fields"])
        read = standardise_list(con, table, inside, unchecked, fields)
        files = read.model
        compared = worth_comparing(con, comparisons(files))
        passes = find_pairs_within(con, files, compared)
        tick(2, _STEPS)
        told = listed(con, files, read.records, newest=inside.newest)
        found, pairs = compared_pairs(con, files, compared, told.unseen)
        sharing = json.loads(facts["sharing"])
        del (
            sharing["twins"],
            sharing["names_once"],
        )  # repeats of one person would be counted as twins, namesakes
        numbers = measured_rates(files.model, sharing)
        prior = {**files.model["prior"], "on_spine": files.model["prior"]["repeated"]}
        start = starting_model(compared, sampled(con), spine.rows, {**numbers, "prior": prior})
        log_u = others(pairs, start)
        model = learned(pairs, replace(start, rivals=False), log_u)
        tick(3, _STEPS)
        weight = weights(pairs, model, log_u)
        posterior, _ = posteriors(pairs, weight, model)
    result = _result(told.records.combine_chunks(), found, pairs, weight, posterior, passes, inside)
    tick(4, _STEPS)
    return result


def _keyed(con: duckdb.DuckDBPyConnection, extract: Source, settings: LinkSettings) -> pa.Table:
    """The list in memory with one text key a row, under a name of our own."""
    try:
        kinds = register(con, "whole", extract)
        found = recognise(kinds, settings.model.columns, "record", settings.extract_columns)
        con.execute("SET preserve_insertion_order = true")
        table = con.sql("SELECT * FROM whole").to_arrow_table()
        con.execute("SET preserve_insertion_order = false")
    except FILE_FAULTS as error:
        raise unreadable(extract, error) from None
    if "record" not in found:
        return table.append_column(_KEY, pa.array([str(n + 1) for n in range(table.num_rows)], pa.string()))
    key = pc.cast(table[found["record"]], pa.string())
    if key.null_count or len(pc.unique(key)) != len(key):
        raise WrongUse(
            "Every row of the list needs its own record key.",
            why="Records are brought together by key; one that repeats could not be told apart.",
            fix="Name the right column with --map THEIRS=record, or leave the key out and rows are numbered.",
        )
    return table.drop_columns([found["record"]]).append_column(_KEY, key)


def _result(
    records: pa.Array,
    found: pa.Table,
    pairs: Pairs,
    weight: Any,
    posterior: Any,
    passes: list[str],
    settings: LinkSettings,
) -> DedupeResult:
    other = pc.index_in(pc.cast(found["pid"], pa.string()), value_set=records).to_numpy().astype(np.int64)
    low, high = np.minimum(pairs.record, other), np.maximum(pairs.record, other)
    order = np.lexsort((-posterior, high, low))  # a pair seen from both sides counts once, at its surest
    first = np.ones(len(order), dtype=bool)
    first[1:] = (low[order][1:] != low[order][:-1]) | (high[order][1:] != high[order][:-1])
    kept = order[first]
    kept = kept[posterior[kept] >= settings.threshold("review_at")]
    sure = posterior[kept] >= settings.threshold("link_at")
    linked = kept[sure]
    cluster, sureness = _clusters(len(records), low[linked], high[linked], posterior[linked])
    sizes = np.bincount(cluster, minlength=len(records))
    names = found["pass"].to_numpy().astype(np.int64)[kept]
    table = pa.table(
        {
            "record": records.take(pa.array(low[kept])),
            "other": records.take(pa.array(high[kept])),
            "posterior": np.round(posterior[kept], 6),
            "weight": weight[kept],
            "decision": pa.array(np.where(sure, "link", "review").astype(object), pa.string()),
            "pass": pa.array(passes).take(pa.array(names)),
        }
    )
    clusters = pa.table(
        {
            "record": records,
            "cluster": records.take(pa.array(cluster)),
            "size": sizes[cluster],
            "sureness": pa.array(np.round(sureness, 6), mask=sizes[cluster] == 1),
        }
    )
    people = int((sizes > 0).sum())
    return DedupeResult(
        clusters,
        table,
        len(records),
        people,
        len(records) - people,
        int((~sure).sum()),
        round(float(np.sum(1.0 - posterior[linked])), 2),
    )


def _clusters(records: int, low: Any, high: Any, posterior: Any) -> tuple[Any, Any]:
    """The first record of each record's cluster, and its surest pair inside it.

    Every record takes the smallest number among its neighbours until nothing changes.
    """
    cluster, sureness = np.arange(records), np.zeros(records)
    np.maximum.at(sureness, low, posterior)
    np.maximum.at(sureness, high, posterior)
    while True:
        least = np.minimum(cluster[low], cluster[high])
        moved = cluster.copy()
        np.minimum.at(moved, low, least)
        np.minimum.at(moved, high, least)
        moved = moved[moved]
        if np.array_equal(moved, cluster):
            return cluster, sureness
        cluster = moved
