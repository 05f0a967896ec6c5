"""Beside the last refresh: which records are newly linked, lost their link, or changed person, by group."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

KINDS = ("kept", "changed", "new", "lost", "never")


@dataclass(frozen=True)
class Change:
    """Records of one group in both runs: `kept` the same person, `changed` person, `new`ly linked, `lost`
    their link, `never` linked."""

    kind: str
    name: str
    kept: int
    changed: int
    new: int
    lost: int
    never: int

    def as_dict(self) -> dict[str, Any]:
        """For report.json."""
        return asdict(self)


def compare(before: pa.Table, after: pa.Table, groups: pa.Table | None = None) -> list[Change]:
    """Compare two link tables by record key.

    Args:
        before, after: links (record, person, decision). groups: record and one column a kind of group
            (`LinkResult.groups`); without it only the whole is compared.

    Returns:
        The whole first, then a row a group. Records in only one of the runs are left out: a list that grew is
        not a change of links.
    """
    place = pc.index_in(after["record"], value_set=before["record"].combine_chunks())
    both = pc.is_valid(place)
    rows = place.filter(both)
    was, now = _person(before.take(rows)), _person(after.filter(both))
    same = np.array([a is not None and a == b for a, b in zip(was, now, strict=True)], dtype=bool)
    had = np.array([a is not None for a in was], dtype=bool)
    has = np.array([b is not None for b in now], dtype=bool)
    kinds = {
        "kept": same,
        "changed": had & has & ~same,
        "new": has & ~had,
        "lost": had & ~has,
        "never": ~had & ~has,
    }
    whole = Change("all", "all records", *(int(kinds[name].sum()) for name in KINDS))
    if groups is None:
        return [whole]
    spot = pc.index_in(after["record"].filter(both), value_set=groups["record"].combine_chunks())
    own = groups.take(spot)
    changes = [whole]
    for column in groups.column_names[1:]:
        names = np.array(own[column].to_pylist(), dtype=object)
        for name in sorted(set(names)):
            here = names == name
            changes.append(Change(column, name, *(int((kinds[k] & here).sum()) for k in KINDS)))
    return changes


def _person(links: pa.Table) -> list[Any]:
    decided = zip(links["person"].to_pylist(), links["decision"].to_pylist(), strict=True)
    return [person if decision == "link" else None for person, decision in decided]
