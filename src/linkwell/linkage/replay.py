"""Make a run again from what its report says, and hold every decision against what was decided then.

A run is told by the fingerprints of list, spine, configuration, judgements and the map of secondary numbers,
and by the versions of Linkwell and the engine. Where one differs the run is not repeated: its answer would be
another run's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from linkwell.errors import RefusedByRule, WrongUse
from linkwell.linkage.answer import run_facts
from linkwell.linkage.engine import Source
from linkwell.linkage.run import Tick, link
from linkwell.linkage.settings import LinkSettings
from linkwell.linkage.spine import PreparedSpine

DECIDED = ("record", "person", "posterior", "margin", "decision", "pass", "weight", "near_exact", "conflict")
SAME_INPUTS = {
    "linkwell": "the version of Linkwell",
    "engine": "the version of the engine",
    "configuration": "the model files",
    "list": "the list",
    "labels": "the judgements",
    "nhi_map": "the map of secondary numbers",
    "spine": "the spine",
}


@dataclass(frozen=True)
class Replay:
    """How a run's decisions came out the second time: `records` in all, `same` in every column of DECIDED."""

    records: int
    same: int

    @property
    def holds(self) -> bool:
        """Whether every decision is the same."""
        return self.same == self.records


def replay(
    extract: Source,
    spine: PreparedSpine | Source,
    folder: Path,
    *,
    settings: LinkSettings | None = None,
    progress: Tick | None = None,
) -> Replay:
    """Link again as `folder`'s report says and compare with its links.parquet.

    Args:
        folder: what `linkwell link --out` wrote. settings: memory, threads, folders, judgements and the map
            of numbers; thresholds and columns are taken from the report.

    Raises:
        WrongUse: the folder holds no run. RefusedByRule: list, spine, configuration or version is another.
    """
    told, before = _read(folder)
    chosen = replace(
        settings or LinkSettings(),
        **{**told["run"]["settings"], "also": tuple(told["run"]["settings"]["also"])},
    )
    now = run_facts(extract, chosen) | {"configuration": chosen.model.digest}
    _refuse_others(told, {**now, "engine": duckdb.__version__})
    result = link(extract, spine, settings=chosen, progress=progress)
    _refuse_others(told, {"spine": result.model["spine"]})
    was, is_now = (
        table.select(list(DECIDED)).sort_by("record").to_pylist() for table in (before, result.links)
    )
    same = sum(a == b for a, b in zip(was, is_now, strict=False))
    return Replay(max(len(was), len(is_now)), same)


def _read(folder: Path) -> tuple[dict[str, Any], pa.Table]:
    report, links = folder / "report.json", folder / "links.parquet"
    told = json.loads(report.read_text("utf-8"))["model"] if report.exists() else {}
    if "run" not in told or not links.exists():
        raise WrongUse(
            "This folder holds no run that can be made again.",
            where=folder.name,
            fix="Name the folder that `linkwell link --out` wrote, with its report.json and links.parquet.",
        )
    return told, pq.read_table(links)


def _refuse_others(told: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    then = {**told, **told["run"]}
    other = [words for name, words in SAME_INPUTS.items() if name in now and now[name] != then.get(name)]
    if other:
        raise RefusedByRule(
            "This is not the run that was made.",
            where=f"not the same: {', '.join(other)}",
            why="A decision can only be repeated from the configuration and inputs it was made with.",
            fix="Use the same files and version; the report's last table has their fingerprints.",
        )
