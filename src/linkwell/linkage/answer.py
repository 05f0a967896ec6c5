"""The answer of a run as tables: links, candidates for review, and what the list taught the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from linkwell.linkage.compare import STRATUM, Comparison
from linkwell.linkage.decide import NONE, REVIEW, WORDS, Bools, Decisions
from linkwell.linkage.engine import Source
from linkwell.linkage.explain import Evidence, explain
from linkwell.linkage.quality import Quality
from linkwell.linkage.settings import LinkSettings
from linkwell.linkage.spine import PreparedSpine, source_digest
from linkwell.linkage.weights import Floats, Ints, Model, Pairs


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
        model: what was learned, for the report. evidence: what was weighed, for `explain`.
        groups: record, and its gender, age band, pass and area in words, for comparing runs.
    """

    links: pa.Table
    review: pa.Table
    quality: Quality
    model: Mapping[str, Any]
    evidence: Evidence
    groups: pa.Table

    def explain(self, record: str) -> list[str]:
        """Why a record was linked or not, in lines for a person to read; no names or numbers in them.

        Raises:
            WrongUse: no such record.
        """
        return explain(self.evidence, record)[1]


def alone(table: pa.Table, posterior: Floats, settings: LinkSettings) -> Floats:
    """A checked number with nothing beside it has its own prior, unless two people hold it."""
    settled = table["settled"].to_numpy(zero_copy_only=False).astype(bool)
    return np.asarray(np.where(settled, float(settings.model.model["prior"]["id_alone"]), posterior))


def links_table(
    records: pa.ChunkedArray,
    table: pa.Table,
    pairs: Pairs,
    model: Model,
    passes: list[str],
    chosen: Decisions,
    weight: Floats,
    alike: Bools,
    threads: int,
) -> pa.Table:
    has = (chosen.best >= 0) & (chosen.decision != NONE)
    rows = pa.array(np.where(has, chosen.best, 0), mask=~has)
    number = table["pass"].to_numpy().astype(np.int64)
    found = np.where(has, number[chosen.best], 0) if len(number) else np.zeros(pairs.records, dtype=np.int64)
    pass_names = pa.DictionaryArray.from_arrays(pa.array(found, pa.int32(), mask=~has), passes)
    best = np.where(has, chosen.best, 0)
    columns: dict[str, Callable[[], Any]] = {
        "record": lambda: records,
        "person": lambda: table["pid"].take(rows),
        "posterior": lambda: np.round(chosen.posterior, 6),
        "margin": lambda: np.round(chosen.margin, 6),
        "decision": lambda: pa.array(WORDS).take(pa.array(chosen.decision)),
        "pass": lambda: pass_names,
        "weight": lambda: pa.array(weight).take(rows),
        "near_exact": lambda: pa.array(alike).take(rows),
        "conflict": lambda: chosen.conflict,
    }
    for c in model.compared:
        columns[f"level_{c.name}"] = partial(_level_names, c, pairs, best, ~has)
    with ThreadPoolExecutor(threads) as pool:
        made = pool.map(lambda make: make(), columns.values())
        return pa.table(dict(zip(columns, made, strict=True)))


def _level_names(c: Comparison, pairs: Pairs, rows: Ints, absent: Bools | None = None) -> pa.Array:
    names = ["", *(level.name for level in c.levels)]
    code = pairs.codes[c.name]
    number = (code[rows] % STRATUM if len(code) else np.zeros(len(rows))).astype(np.int8)
    return pa.DictionaryArray.from_arrays(pa.array(number, mask=absent), names)


def review_table(
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
        columns[f"level_{c.name}"] = _level_names(c, pairs, order)
    return pa.table(columns)


def described(model: Model, settings: LinkSettings, spine: PreparedSpine) -> dict[str, Any]:
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


def run_facts(extract: Source, settings: LinkSettings) -> dict[str, Any]:
    """What a report must say so that the run can be made again."""
    return {
        "linkwell": version("linkwell"),
        "list": source_digest(extract),
        "labels": _digest_or_none(settings.labels),
        "nhi_map": _digest_or_none(settings.nhi_map),
        "settings": {
            "link_at": settings.link_at,
            "review_at": settings.review_at,
            "margin_at": settings.margin_at,
            "learn": settings.learn,
            "extract_columns": dict(settings.extract_columns),
            "spine_columns": dict(settings.spine_columns),
            "newest_birth_year": settings.newest,
            "also": list(settings.also),
        },
    }


def _digest_or_none(source: Source | None) -> str | None:
    return None if source is None else source_digest(source)
