"""Drift against the last supply: what a file of the same kind looks like now, and what it looked like then.

A profile holds counts only, and only labels that at least six rows share; it stays on the provider's
computer.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from linkwell.checking.verdict import Verdict
from linkwell.errors import WrongUse
from linkwell.specification.model import FieldType, Specification
from linkwell.vault.zones import write_whole

LEAST = 6  # a label fewer rows share is not kept
FALL, JUMP = 0.10, 2.0  # a share that moves by ten points, or rows that halve or double, are worth a look
_LABELS = {FieldType.CATEGORY, FieldType.CODE}


@dataclass(frozen=True)
class Drift:
    """One difference worth a look."""

    table: str
    field: str
    what: str


def profile(spec: Specification, verdict: Verdict) -> dict[str, Any]:
    """Rows, filled shares and label shares of what would leave, table by table; JSON-able."""
    tables: dict[str, Any] = {}
    for table in spec.tables:
        kept = verdict.table(table.name)
        rows = kept.rows if kept else []
        fields: dict[str, Any] = {}
        for at, field in enumerate(table.fields):
            cells = Counter(row[at] for row in rows if row[at])
            fields[field.name] = {"filled": cells.total() / len(rows) if rows else 0.0}
            if field.type in _LABELS:
                labels = {label: count for label, count in sorted(cells.items()) if count >= LEAST}
                fields[field.name]["labels"] = {k: v / cells.total() for k, v in labels.items()}
        tables[table.name] = {"rows": len(rows), "fields": fields}
    return {"specification": spec.digest, "people": verdict.people, "tables": tables}


def drift(before: dict[str, Any], after: dict[str, Any]) -> tuple[Drift, ...]:
    """What moved between two profiles, table by table."""
    return tuple(_drift(before, after))


def _drift(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Drift]:
    for name, now in after["tables"].items():
        then = before["tables"].get(name)
        if then is None:
            continue
        if then["rows"] and not 1 / JUMP < now["rows"] / then["rows"] < JUMP:
            yield Drift(name, "", f"{now['rows']:,} rows now, {then['rows']:,} last time.")
        for field, facts in now["fields"].items():
            if old := then["fields"].get(field):
                yield from _field(name, field, old, facts)


def _field(table: str, field: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Drift]:
    if abs(new["filled"] - old["filled"]) >= FALL:
        what = f"Filled in {new['filled']:.0%} of rows now, {old['filled']:.0%} last time."
        yield Drift(table, field, what)
    labels, former = new.get("labels", {}), old.get("labels", {})
    for label in labels.keys() - former.keys():
        if labels[label] >= FALL / 2:
            yield Drift(table, field, f"“{label}” is new ({labels[label]:.0%} of rows).")
    for label in sorted(former.keys() - labels.keys()):
        if former[label] >= FALL / 2:
            yield Drift(table, field, f"“{label}” is gone ({former[label]:.0%} of rows last time).")
    for label in sorted(labels.keys() & former.keys()):
        if abs(labels[label] - former[label]) >= FALL:
            what = f"“{label}”: {labels[label]:.0%} of rows now, {former[label]:.0%} last time."
            yield Drift(table, field, what)


def save_profile(facts: dict[str, Any], path: Path) -> None:
    """Write a profile whole."""
    write_whole(path, json.dumps(facts, ensure_ascii=False, indent=1).encode())


def load_profile(path: Path) -> dict[str, Any]:
    """Read a profile.

    Raises:
        WrongUse: there is none, or it is not one.
    """
    try:
        facts = json.loads(path.read_text("utf-8"))
        tables = facts["tables"]
        assert all("rows" in table and "fields" in table for table in tables.values())
    except FileNotFoundError:
        raise WrongUse("There is no profile of an earlier supply there.", where=str(path)) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, AssertionError, RecursionError):
        raise WrongUse("This is not the profile of an earlier supply.", where=path.name) from None
    found: dict[str, Any] = facts
    return found
