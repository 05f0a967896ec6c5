"""Linkwell and Splink 5 on the same lists in the same hour: accuracy, seconds, memory, as ratios.

    python bench/linkage/side_by_side.py --splink-python VENV/bin/python --names FOLDER --out FOLDER

Splink runs in an environment of its own (pip install splink==5.0.0 duckdb==2.0.0 pyarrow). Fresh seeds each
time unless --seed is given. Results are printed and kept as results.json.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from world import Mix, make

import linkwell.linkage

CELLS: dict[str, tuple[int, int, Mix]] = {
    "c": (20_000, 1_000_000, Mix()),
    "d": (100_000, 1_000_000, Mix()),
    "cn": (20_000, 1_000_000, Mix(nhi=0.0, ird=0.0)),
    "cd": (20_000, 1_000_000, Mix(dirt=2.5)),
    "cs": (20_000, 1_000_000, Mix(spine_dirt=1.5)),
    "small": (1_500, 200_000, Mix()),
}
ROOTS = Path(linkwell.linkage.__file__).parent / "equivalents.csv"


def high_water() -> float:
    """Peak memory of this process in GiB (the kernel's own mark: getrusage counts the parent's, too)."""
    line = next(x for x in Path("/proc/self/status").read_text("ascii").splitlines() if x.startswith("VmHWM"))
    return int(line.split()[1]) / 2**20


def prepare(folder: Path) -> None:
    """Prepare the spine in a process of its own and print what it took."""
    started, used = time.perf_counter(), time.process_time()
    settings = linkwell.linkage.LinkSettings(temp_folder=folder / "work")
    linkwell.linkage.prepare_spine(folder / "spine.parquet", folder / "prepared.duckdb", settings=settings)
    _say(started, used)


def link(folder: Path) -> None:
    """Link the list to the prepared spine, learning included, in a process of its own; print what it took."""
    pa.array([0])  # imports are not measured, on either side: pyarrow looks for pandas at its first array
    started, used = time.perf_counter(), time.process_time()
    settings = linkwell.linkage.LinkSettings(temp_folder=folder / "work")
    result = linkwell.linkage.link(folder / "list.parquet", folder / "prepared.duckdb", settings=settings)
    _say(started, used)
    pq.write_table(result.links, folder / "linkwell.parquet")


def _say(started: float, used: float) -> None:
    told = {
        "wall": time.perf_counter() - started,
        "cpu": time.process_time() - used,
        "peak_gib": high_water(),
    }
    print(json.dumps({name: round(value, 2) for name, value in told.items()}))


def marks(links: pa.Table, truth: pa.Table) -> dict[str, Any]:
    """P, R and F1 at 0.95 and as shipped; the best F1; recall at P >= 0.9995."""
    right = dict(zip(truth["record"].to_pylist(), truth["spine_id"].to_pylist(), strict=True))
    there = sum(value is not None for value in right.values())
    posterior = links["posterior"].to_numpy()
    good = np.array(
        [
            p is not None and right[r] == p
            for r, p in zip(links["record"].to_pylist(), links["person"].to_pylist(), strict=True)
        ]
    )

    def at(taken: Any) -> tuple[float, float, float]:
        hits = float((good & taken).sum())
        p, r = hits / max(float(taken.sum()), 1.0), hits / there
        return round(p, 5), round(r, 5), round(2 * p * r / max(p + r, 1e-9), 5)

    order = np.argsort(-posterior, kind="stable")
    taken = np.arange(1, len(order) + 1)
    hits = np.cumsum(good[order])
    precision, recall = hits / taken, hits / there
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-9)
    sure = recall[precision >= 0.9995]
    told = {
        "at_0.95": at(posterior >= 0.95),
        "best_f1": round(float(f1.max()), 5),
        "recall_at_p_.9995": round(float(sure.max()) if len(sure) else 0.0, 5),
    }
    if "decision" in links.column_names:
        told["shipped"] = at(np.array([d == "link" for d in links["decision"].to_pylist()]))
    return told


def cell(name: str, out: Path, seed: int, names: Path | None, splink: Path) -> dict[str, Any]:
    """Make the cell's data, run both, compare."""
    records, people, mix = CELLS[name]
    folder = out / f"{name}-{seed}"
    folder.mkdir(parents=True, exist_ok=True)
    for file, table in zip(
        ("spine", "list", "truth"), make(people, records, seed, replace(mix), names), strict=True
    ):
        pq.write_table(table, folder / f"{file}.parquet")
    here = Path(__file__).parent
    own = [sys.executable, __file__]
    prepared = _json([*own, "--prepare", str(folder)])
    ours = _json([*own, "--link", str(folder)])
    theirs = _json(
        [str(splink), str(here / "splink_side.py"), str(folder), str(ROOTS), str(folder / "splink.parquet")]
    )
    again = _json([*own, "--link", str(folder)])
    truth = pq.read_table(folder / "truth.parquet")
    ours["wall"], ours["cpu"] = min(ours["wall"], again["wall"]), min(ours["cpu"], again["cpu"])
    ready = theirs["standardise"] + theirs["block"] + theirs["score"]
    return {
        "cell": name,
        "records": records,
        "people": people,
        "seed": seed,
        "prepare": prepared,
        "linkwell": {**ours, **marks(pq.read_table(folder / "linkwell.parquet"), truth)},
        "splink": {**theirs, **marks(pq.read_table(folder / "splink.parquet"), truth)},
        "faster_cold": round(theirs["wall"] / (ours["wall"] + prepared["wall"]), 1),
        "faster": round(theirs["wall"] / ours["wall"], 1),
        "less_cpu": round(theirs["cpu"] / ours["cpu"], 1),
        "faster_than_ready_model": round(ready / ours["wall"], 1),
        "less_memory": round(theirs["peak_gib"] / ours["peak_gib"], 1),
    }


def _json(command: list[str]) -> dict[str, Any]:
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--prepare", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--link", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--splink-python", type=Path)
    parser.add_argument("--names", type=Path)
    parser.add_argument("--out", type=Path, default=Path("bench-linkage"))
    parser.add_argument("--cell", action="append", choices=list(CELLS))
    parser.add_argument("--seed", type=int)
    options = parser.parse_args()
    if options.prepare:
        prepare(options.prepare)
    elif options.link:
        link(options.link)
    else:
        seed = int(time.time()) % 1_000_000 if options.seed is None else options.seed
        results = []
        for chosen in options.cell or ["small", "c", "cn", "cd", "cs"]:
            results.append(cell(chosen, options.out, seed, options.names, options.splink_python))
            print(json.dumps(results[-1]), flush=True)
        (options.out / "results.json").write_text(json.dumps(results, indent=1), "utf-8")
