"""Put a delivery that is not full onto the supply it follows, one half at a time.

Of every person it names as replaced the earlier rows are taken out, then its own rows are put in; what comes
out is a full supply's tables, sorted as always.
"""

from __future__ import annotations

import csv
import heapq
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from linkwell.errors import RefusedByRule
from linkwell.supply.ordered import csv_blocks

Row = list[str]


@dataclass(frozen=True)
class Applied:
    """People of one half by what happened to them (client references are counted, never shown)."""

    new: int
    changed: int
    gone: int


def apply(tables: Mapping[str, Path], earlier: Mapping[str, Path], replaces: Path, *, named: bool) -> Applied:
    """Replace each file of `tables` by what it and the earlier one come to; columns must be the same.

    Args:
        tables, earlier: the same names; canonical CSV.
        replaces: whose earlier rows are taken out (record_key, client_ref).
        named: whether this is the half with everybody in it (identity); a person may have no service details.

    Raises:
        RefusedByRule: it replaces somebody who is not there, or sends somebody anew who is.
    """
    gone = set(_refs(replaces))
    sent = {ref for file in tables.values() for ref in _refs(file)}
    if "" in sent | gone:
        raise _refused("a row in it belongs to nobody", "It has no client reference")
    there = set()  # of those who go; everybody else who was there is only passed by
    for ref in (ref for file in earlier.values() for ref in _refs(file)):
        if ref in gone:
            there.add(ref)
        elif ref in sent:
            raise _refused("people in it are there already", "They would be counted twice")
    if named and len(there) < len(gone):
        raise _refused("it replaces people who are not there", "They are not in the supply it follows")
    for name, file in tables.items():
        _merge(earlier[name], file, gone)
    return Applied(len(sent - gone), len(sent & gone), len(gone - sent))


def _refs(file: Path) -> Iterator[str]:
    for row in _rows(file):
        yield row[1]


def _rows(file: Path) -> Iterator[Row]:
    with file.open(newline="", encoding="utf-8") as text:
        rows = csv.reader(text, strict=True)
        next(rows)
        yield from rows


def _heading(file: Path) -> Row:
    with file.open(newline="", encoding="utf-8") as text:
        return next(csv.reader(text, strict=True))


def _merge(earlier: Path, file: Path, gone: set[str]) -> None:
    heading = _heading(file)
    if heading != _heading(earlier):
        raise _refused("its columns are others than before", "The agreed specification has changed since")
    part = file.with_name(f".{file.name}.merged")
    part.touch(mode=0o600)
    staying = (row for row in _rows(earlier) if row[1] not in gone)
    with part.open("wb") as out:
        merged = heapq.merge(staying, _rows(file))
        out.writelines(csv_blocks(map(tuple, chain([heading], merged))))
        out.flush()
        os.fsync(out.fileno())
    part.replace(file)


def _refused(what: str, why: str) -> RefusedByRule:
    return RefusedByRule(
        f"This sealed file does not fit the supply it follows: {what}.",
        why=f"{why}, so both sides would no longer hold the same.",
        fix="Fetch your receipts, compare again and seal again; or send a full supply.",
    )
