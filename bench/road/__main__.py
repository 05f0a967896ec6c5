"""Walk the whole road over many invented worlds: seconds, memory, does the printed interval hold the truth?

python -m bench.road --seeds 20 --out road.csv
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from linkwell.synthetic.score import true_effects
from linkwell.synthetic.truth import DAYS_AFTER_START

OUTCOMES = {"benefit": "main_benefit", "wages": "wages", "ed": "ed_visit"}  # the report's name -> the world's


def main() -> None:
    """Walk each seed in a process of its own and print one line a seed, then the shares."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--people", type=int, default=200_000)
    parser.add_argument("--participants", type=int, default=1500)
    parser.add_argument("--interactions", type=int, default=20_000)
    parser.add_argument("--out", type=Path, default=Path("road.csv"))
    asked = parser.parse_args()
    rows = [row for seed in range(asked.first, asked.first + asked.seeds) for row in walked(seed, asked)]
    with asked.out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    for outcome in OUTCOMES:
        mine = [row for row in rows if row["outcome"] == outcome]
        given = [row for row in mine if row["covered"] != ""]
        covered = sum(row["covered"] is True for row in given)
        refused = len(mine) - len(given)
        print(f"{outcome}: {covered} of {len(given)} printed intervals hold the truth; {refused} refused")


def walked(seed: int, asked: argparse.Namespace) -> list[dict[str, object]]:
    """One row per outcome of one walk."""
    home = Path(tempfile.mkdtemp(prefix="road-")) / "home"
    sizes = (
        "--people",
        asked.people,
        "--participants",
        asked.participants,
        "--interactions",
        asked.interactions,
    )
    run = [sys.executable, "-c", "from linkwell.cli.main import main; main()"]
    command = [*run, *("demo", "--no-serve", "--json", "--home", str(home), "--seed", str(seed))]
    started = time.monotonic()
    process = subprocess.Popen([*command, *map(str, sizes)], stdout=subprocess.PIPE, text=True)
    said = process.stdout.read() if process.stdout else ""
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.monotonic() - started
    if status:
        raise SystemExit(f"seed {seed} ended with {os.waitstatus_to_exitcode(status)}: {said}")
    summary = json.loads(said.strip().splitlines()[-1])
    rows = list(_against_truth(home, summary, seed))
    about = {
        "seed": seed,
        "seconds": round(seconds, 1),
        "peak_mb": round(_peak(used) / 1024),
        "link_rate": round(summary["link_rate"], 4),
        "precision": round(summary["linkage_against_truth"]["precision"], 5),
        "recall": round(summary["linkage_against_truth"]["recall"], 5),
    }
    shutil.rmtree(home.parent)
    for row in rows:
        print({**about, **row}, flush=True)
    return [{**about, **row} for row in rows]


def _peak(used: resource.struct_rusage) -> int:
    return used.ru_maxrss  # KiB on Linux, the largest single process


def _against_truth(home: Path, summary: dict[str, str], seed: int) -> list[dict[str, object]]:
    truth = true_effects(home / "synthetic", window=DAYS_AFTER_START)
    with (Path(summary["insights_report"]).parent / "effects.csv").open(encoding="utf-8", newline="") as file:
        released = {row["name"]: row for row in csv.DictReader(file)}
    rows = []
    for name, outcome in OUTCOMES.items():
        row, true = released.get(name), truth[outcome].effect
        if row is None or not row["lower"]:
            rows.append(
                {"outcome": name, "estimate": "", "lower": "", "upper": "", "truth": true, "covered": ""}
            )
            continue
        lower, upper = float(row["lower"]), float(row["upper"])
        rows.append({"outcome": name, "estimate": float(row["estimate"]), "lower": lower, "upper": upper,
                     "truth": round(true, 3), "covered": lower <= true <= upper})  # fmt: skip
    return rows


if __name__ == "__main__":
    main()
