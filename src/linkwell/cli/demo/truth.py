"""Set the demonstration's links beside the truth of its invented world; no step of the road reads this."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from linkwell.checking.check import check
from linkwell.reading import read_tables
from linkwell.specification.file import load
from linkwell.supply.split import keep_split_secrets, record_key
from linkwell.synthetic.score import score_links, spine_person_of_row
from linkwell.vault.zones import Home


def score(home: Path, links: Path, files: list[str], specification: str) -> tuple[dict[str, Any], str]:
    """Precision and recall of the links, and a fingerprint of who was linked to whom.

    Record keys say nothing about rows, so the rows are split again with the provider's own secrets.
    """
    spec = load(Path(specification))
    tables = [table for file in files for table in read_tables(Path(file))]
    verdict = check(spec, tables)
    secrets = keep_split_secrets(home / "provider", verdict, demo_seed=Home.open(home).demo_seed)
    identity = verdict.kept[0]
    person_of_row = spine_person_of_row(home / "synthetic")
    truth = {
        record_key(secrets.supply, ordinal): person_of_row.get(row)
        for ordinal, row in zip(identity.records, identity.row_numbers, strict=True)
    }
    table = pq.read_table(links)
    result = score_links(table, truth)
    made = sorted(zip(*(table[name].to_pylist() for name in ("record", "person", "decision")), strict=True))
    return (
        {
            "records": result.records, "linked": result.linked, "right": result.right,
            "precision": result.precision or 0.0, "recall": result.recall or 0.0,
        },
        hashlib.sha384(repr(made).encode()).hexdigest(),
    )  # fmt: skip
