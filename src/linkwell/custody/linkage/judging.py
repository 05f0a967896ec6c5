"""Pairs that linkers judge: which comes next, what they answered, and what their judgements say.

All of it lies beside the links in the linkers' zone: the drawn sample (clerical.write), one line an answer,
and every judgement so far. Which sample an answer is about stands in its line, so that a new sample never
inherits the answers of another.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkwell.errors import WrongUse
from linkwell.vault.zones import write_whole

if TYPE_CHECKING:
    import pyarrow as pa

    from linkwell.linkage import LinkResult
    from linkwell.linkage.clerical import Estimate

ANSWERS = ("same", "different", "unsure")
SHEET, KEY, SAID, JUDGED = "sample-sheet.csv", "sample-key.json", "answers.jsonl", "judged.parquet"
SAMPLE = 300
"""Links drawn for people to judge; fewer where there are fewer that are not near-exact."""


@dataclass(frozen=True)
class Pair:
    """One pair to judge: `fields` are (name, as the list has it, as the spine has it)."""

    number: int
    done: int
    of: int
    fields: tuple[tuple[str, str, str], ...]


def drawn(folder: Path) -> int:
    """How many pairs there are to judge; 0 without a sample."""
    return len(_sheet(folder)) if (folder / SHEET).exists() else 0


def answered(folder: Path) -> dict[int, str]:
    """The last answer to each number of the sample that lies there now."""
    path, sample = folder / SAID, _sample_of(folder)
    if sample is None or not path.exists():
        return {}
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.endswith("}")]
    return {int(line["number"]): str(line["answer"]) for line in lines if line["sample"] == sample}


def next_pair(folder: Path) -> Pair | None:
    """The first pair without an answer, or None when all have one."""
    said, rows = answered(folder), _sheet(folder) if (folder / SHEET).exists() else []
    for row in rows:
        if int(row["number"]) not in said:
            names = [name.removeprefix("list_") for name in row if name.startswith("list_")]
            names += [n for name in row if name.startswith("spine_") and (n := name[6:]) not in names]
            fields = tuple((n, row.get(f"list_{n}") or "", row.get(f"spine_{n}") or "") for n in names)
            return Pair(int(row["number"]), len(said), len(rows), tuple(f for f in fields if f[1] or f[2]))
    return None


def keep(folder: Path, number: int, answer: str) -> None:
    """Keep one answer; a later answer to the same number takes its place.

    Raises:
        WrongUse: not an answer, or no such number in this sample.
    """
    if answer not in ANSWERS or number not in {int(row["number"]) for row in _sheet(folder)}:
        raise WrongUse(
            "This answer belongs to no pair.",
            where=f"number {number}",
            why="The pairs may have been drawn again meanwhile.",
            fix="Open the page of pairs again and judge the one it shows.",
        )
    line = json.dumps({"sample": _sample_of(folder), "number": number, "answer": answer})
    handle = os.open(folder / SAID, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, f"{line}\n".encode())  # one write: whole, or not there
        os.fsync(handle)
    finally:
        os.close(handle)


def judgements(folder: Path) -> tuple[pa.Table | None, Estimate | None]:
    """Every judgement so far (record, person, label), and what the present sample says of the links there."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from linkwell.linkage import clerical

    earlier = pq.read_table(folder / JUDGED) if (folder / JUDGED).exists() else None
    said = answered(folder)
    if not said:
        return earlier, None
    told = json.loads((folder / KEY).read_text("utf-8"))
    sheet = pa.table({"number": list(said), "judgement": list(said.values())})
    labels = clerical.judgements(sheet, pa.Table.from_pylist(told["pairs"]))
    strata = {name: (int(links), int(count)) for name, (links, count) in told["strata"].items()}
    estimate = clerical.estimate(labels, strata, pq.read_table(folder / "links.parquet"))
    plain = labels.select(["record", "person", "label"])
    if earlier is not None:
        again = set(zip(plain["record"].to_pylist(), plain["person"].to_pylist(), strict=True))
        rows = [row for row in earlier.to_pylist() if (row["record"], row["person"]) not in again]
        plain = pa.concat_tables([pa.Table.from_pylist(rows, plain.schema), plain])
    return plain, estimate


def keep_judged(folder: Path, labels: pa.Table | None) -> None:
    """Keep every judgement so far for the runs to come."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if labels is not None:
        sink = pa.BufferOutputStream()
        pq.write_table(labels, sink)
        write_whole(folder / JUDGED, sink.getvalue().to_pybytes())


def draw(folder: Path, result: LinkResult, extract: Path, spine: Path, *, seed: str) -> None:
    """Draw pairs to judge from a run's links and lay them beside the links."""
    from linkwell.linkage import clerical

    clerical.write(clerical.sample(result, extract, spine, size=SAMPLE, seed=seed), folder)


def _sheet(folder: Path) -> list[dict[str, Any]]:
    with (folder / SHEET).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _sample_of(folder: Path) -> str | None:
    path = folder / KEY
    return hashlib.sha384(path.read_bytes()).hexdigest()[:24] if path.exists() else None
