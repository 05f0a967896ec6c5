"""A table a script made: how it comes out of a process nobody trusts, and how it lies beside its database.

Numbers one after the other and nothing else: no format that could say what to do with them. One row a person.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkwell.lab.refusals import Refusal
from linkwell.lab.sources import is_id
from linkwell.lab.statements import plain_name
from linkwell.vault.zones import write_whole

KINDS: dict[str, np.dtype[Any]] = {
    "BOOLEAN": np.dtype("<i1"), "BIGINT": np.dtype("<i8"), "DOUBLE": np.dtype("<f8"),
    "VARCHAR": np.dtype("<i4"),
}  # fmt: skip
"""What a column may be; texts are places in a list of labels. What is missing: -1 of yes and no and of texts,
`NO_NUMBER`, and NaN."""

NUMBERS, NO_NUMBER = ("BIGINT", "DOUBLE"), np.iinfo(np.int64).min
_MISSING = {"BOOLEAN": -1, "BIGINT": NO_NUMBER, "DOUBLE": np.nan, "VARCHAR": -1}
_WHOLE = 2.0**53

MOST_TABLES, MOST_COLUMNS, MOST_LABELS, LONGEST_LABEL = 10, 100, 2000, 200
_UNITS = np.dtype("<i8")

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Column:
    """A column beside the person: its kind (of `KINDS`), a value a person, the labels of texts."""

    kind: str
    values: NDArray[Any]
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Derived:
    """A table with one row a person.

    Attributes:
        units: who, shape (n,), rising, each once. columns: name -> column of n values.
    """

    name: str
    units: Ints
    columns: Mapping[str, Column]

    @property
    def shape(self) -> tuple[tuple[str, str], ...]:
        """Names and kinds of all columns, the person first."""
        return (("snz_uid", "BIGINT"), *((name, each.kind) for name, each in self.columns.items()))

    def of(self, units: Ints) -> Derived:
        """The rows of these people."""
        keep = np.isin(self.units, units)
        cut = {name: replace(each, values=each.values[keep]) for name, each in self.columns.items()}
        return Derived(self.name, self.units[keep], cut)

    def under(self, names: Ints) -> Derived:
        """The same, where person `n` is called `names[n - 1]`."""
        called = names[self.units - 1]
        order = np.argsort(called, kind="stable")
        cut = {name: replace(each, values=each.values[order]) for name, each in self.columns.items()}
        return Derived(self.name, called[order], cut)

    def same_as(self, other: Derived) -> bool:
        """Whether both say the same of the same people, to the last bit."""
        return (
            self.columns.keys() == other.columns.keys()
            and np.array_equal(self.units, other.units)
            and all(_same(mine, other.columns[name]) for name, mine in self.columns.items())
        )

    def made(self, shape: Sequence[tuple[str, str]]) -> Derived | None:
        """The same with numbers of these kinds: whether some are missing decides how they come. None if it
        has other columns.
        """
        kinds = dict(shape[1:])
        if list(kinds) != list(self.columns):
            return None
        found = {name: _as(each, kinds[name]) for name, each in self.columns.items()}
        if any(each.kind != kinds[name] for name, each in found.items()):
            return None
        return replace(self, columns=found)


def _as(column: Column, kind: str) -> Column:
    """A column of numbers as the other kind of numbers, one with nothing in it as any kind, where nothing is
    lost; as it is else."""
    if not len(column.values) or (column.kind == "VARCHAR" and not column.labels):
        return Column(kind, np.full(len(column.values), _MISSING[kind], dtype=KINDS[kind]))
    if {column.kind, kind} != set(NUMBERS):
        return column
    if kind == "DOUBLE":
        missing = column.values == NO_NUMBER
        if np.abs(column.values[~missing]).max(initial=0) > _WHOLE:
            return column
        return Column(kind, np.where(missing, np.nan, column.values.astype(np.float64)))
    missing = np.isnan(column.values)
    there = column.values[~missing]
    if bool(np.any((there != np.trunc(there)) | (np.abs(there) > _WHOLE))):
        return column
    values = np.full(len(missing), NO_NUMBER, dtype=np.int64)
    values[~missing] = there.astype(np.int64)
    return Column(kind, values)


def _same(one: Column, two: Column) -> bool:
    two = _as(two, one.kind)
    if one.kind != two.kind:
        return False
    if one.kind != "VARCHAR":
        return one.values.tobytes() == two.values.tobytes()
    place = {label: number for number, label in enumerate(one.labels)}
    codes = np.array([*(place.get(label, -2) for label in two.labels), -1], dtype=np.int64)
    return np.array_equal(one.values, codes[two.values])


def received(head: Any, parts: Sequence[bytes], people: int) -> list[Derived]:
    """Tables as a script's process sent them, over people 1..`people`.

    Raises:
        Refusal: anything about them is not as it must be.
    """
    left = list(parts)
    try:
        tables = [_table(each, left, people) for each in head]
    except (LookupError, TypeError, ValueError, OverflowError, AttributeError):
        raise Refusal("made") from None
    if left or not 1 <= len(tables) <= MOST_TABLES or len({each.name for each in tables}) != len(tables):
        raise Refusal("made")
    return tables


def _table(head: Any, left: list[bytes], people: int) -> Derived:
    name, columns = head["name"], head["columns"]
    if type(name) is not str or not plain_name(name) or is_id(name) or not 1 <= len(columns) <= MOST_COLUMNS:
        raise Refusal("made")
    units = np.frombuffer(left.pop(0), dtype=_UNITS).astype(np.int64)
    if len(units) > people or (len(units) and (units.min() < 1 or units.max() > people)):
        raise Refusal("made")
    order = np.argsort(units, kind="stable")
    units = units[order]
    if len(units) > 1 and bool(np.any(units[1:] == units[:-1])):
        raise Refusal("made")
    found: dict[str, Column] = {}
    for each in columns:
        called = each["name"]
        if type(called) is not str or not plain_name(called) or is_id(called) or called in found:
            raise Refusal("made")
        found[called] = _column(each, left.pop(0), order)
    return Derived(name, units, found)


def _column(head: Any, data: bytes, order: NDArray[np.intp]) -> Column:
    values = np.frombuffer(data, dtype=KINDS[head["kind"]])
    if len(values) != len(order):
        raise Refusal("made")
    labels = tuple(head.get("labels", ()))
    wrong = any(
        type(each) is not str or len(each) > LONGEST_LABEL or not each.isprintable() for each in labels
    )
    if wrong or len(labels) > MOST_LABELS or len(set(labels)) != len(labels):
        raise Refusal("made")
    low, high = {"VARCHAR": (-1, len(labels) - 1), "BOOLEAN": (-1, 1)}.get(head["kind"], (None, None))
    if low is not None and len(values) and (values.min() < low or values.max() > high):
        raise Refusal("made")
    values = values[order]
    if head["kind"] == "DOUBLE":  # no number is no number, and nought is nought, however either is written
        values = np.where(np.isnan(values), np.nan, values + 0.0)
    return Column(head["kind"], values, labels)


def sent(tables: Sequence[Derived]) -> tuple[list[dict[str, Any]], list[bytes]]:
    """A head and parts that `received` takes."""
    head, parts = [], []
    for table in tables:
        parts += [table.units.astype(_UNITS).tobytes()]
        parts += [each.values.astype(KINDS[each.kind]).tobytes() for each in table.columns.values()]
        columns = [{"name": name, "kind": each.kind, "labels": each.labels}
                   for name, each in table.columns.items()]  # fmt: skip
        head.append({"name": table.name, "columns": columns})
    return head, parts


def keep(path: Path, tables: Sequence[Derived]) -> None:
    """Write tables beside their database; whole or not at all."""
    head, parts = sent(tables)
    line = json.dumps({"tables": head, "parts": [len(part) for part in parts]}).encode() + b"\n"
    write_whole(path, b"".join([line, *parts]))


def kept(path: Path, name: str) -> Derived:
    """One of the tables in a file that `keep` wrote.

    Raises:
        Refusal: there is none.
    """
    try:
        with path.open("rb") as file:
            line = json.loads(file.readline())
            for head in line["tables"]:
                sizes = [line["parts"].pop(0) for _ in range(1 + len(head["columns"]))]
                if head["name"] == name:
                    return _stored(head, [file.read(size) for size in sizes])
                file.seek(sum(sizes), 1)
    except OSError:
        raise Refusal("engine") from None
    raise Refusal("engine")


def _stored(head: dict[str, Any], parts: list[bytes]) -> Derived:
    units = np.frombuffer(parts[0], dtype=_UNITS).astype(np.int64)
    columns = {
        each["name"]: Column(
            each["kind"], np.frombuffer(part, dtype=KINDS[each["kind"]]), tuple(each["labels"])
        )
        for each, part in zip(head["columns"], parts[1:], strict=True)
    }
    return Derived(head["name"], units, columns)
