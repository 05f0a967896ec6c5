"""A column as numbers for its different cells: what the fast engine works on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias, overload

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linkwell.checking.verdict import KeptTable
from linkwell.reading.table import Table

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Engine: TypeAlias = "duckdb.DuckDBPyConnection"
_TOGETHER = 10_000  # rows made at a time


class NotForBulkError(Exception):
    """The files hold something this engine cannot; the plain one can."""


@dataclass(frozen=True)
class Coded:
    """A column; `values` holds each different cell once, `codes` the place of each row's cell in it."""

    codes: Ints
    values: list[str]

    @classmethod
    def of(cls, cells: Sequence[str]) -> Coded:
        """Number the cells of a column."""
        try:
            return cls.of_arrow(pa.chunked_array([pa.array(cells, pa.large_string())]))
        except UnicodeEncodeError:
            raise NotForBulkError from None

    @classmethod
    def of_arrow(cls, column: pa.ChunkedArray) -> Coded:
        """Number a column of text without missing cells."""
        if not column.num_chunks:
            return cls(np.zeros(0, np.int64), [])
        coded = column.dictionary_encode()  # its chunks share one dictionary
        codes = np.concatenate([chunk.indices.to_numpy() for chunk in coded.chunks])
        return cls(codes.astype(np.int64), coded.chunk(0).dictionary.to_pylist())

    def __len__(self) -> int:
        return len(self.codes)

    @cached_property
    def filled(self) -> Bools:
        """Whether each row's cell holds something."""
        filled: Bools = self.codes != self.code_of("")
        return filled

    @cached_property
    def places(self) -> dict[str, int]:
        """The number of every different cell; worth making only for many questions."""
        return {value: at for at, value in enumerate(self.values)}

    def code_of(self, value: str) -> int:
        """The number of a cell; -1 when no row has it."""
        try:
            return self.values.index(value)
        except ValueError:
            return -1

    def counts(self) -> dict[str, int]:
        """How often each different cell comes, in the order they first come."""
        times = np.bincount(self.codes, minlength=len(self.values)).tolist()
        return dict(zip(self.values, times, strict=True))

    def map(self, change: Callable[[str], str]) -> Coded:
        """The column with every cell changed; cells that become alike share a number."""
        places: dict[str, int] = {}
        moved = [places.setdefault(change(value), len(places)) for value in self.values]
        return Coded(np.array(moved, np.int64)[self.codes], list(places))

    def per_value(self, says: Callable[[str], int]) -> Ints:
        """A number for each row, worked out once for each different cell."""
        return np.array([says(value) for value in self.values] or [0], np.int64)[self.codes]

    def among(self, values: set[str]) -> Bools:
        """Whether each row's cell is one of `values`."""
        return np.array([value in values for value in self.values] or [False])[self.codes]

    def with_value(self, at: Bools | Ints, value: str) -> Coded:
        """The column with some rows' cells replaced."""
        code = self.code_of(value)
        values = self.values if code >= 0 else [*self.values, value]
        codes = self.codes.copy()
        codes[at] = code if code >= 0 else len(self.values)
        return Coded(codes, values)

    def values_at(self, rows: Bools | Ints) -> set[str]:
        """The different cells of some rows."""
        there = np.zeros(len(self.values), bool)
        there[self.codes[rows]] = True
        return {self.values[at] for at in np.flatnonzero(there).tolist()}

    def take(self, at: Ints) -> Coded:
        """The column of some rows only."""
        return Coded(self.codes[at], self.values)

    def joined(self) -> memoryview:
        """The cells as UTF-8, one after another with a NUL between them."""
        values = pa.array([value + "\0" for value in self.values], pa.large_string())
        text = values.take(pa.array(self.codes)).buffers()[2]
        return memoryview(text)[:-1] if text is not None else memoryview(b"")

    def cells(self) -> list[str]:
        """The cells as text, one a row."""
        return list(map(self.values.__getitem__, self.codes.tolist()))


class CodedRows(Sequence[tuple[str, ...]]):
    """The rows of numbered columns, made only when somebody asks for them."""

    def __init__(self, columns: Sequence[Coded]) -> None:
        self._columns = columns

    def __len__(self) -> int:
        return len(self._columns[0])

    @overload
    def __getitem__(self, at: int) -> tuple[str, ...]: ...
    @overload
    def __getitem__(self, at: slice) -> list[tuple[str, ...]]: ...
    def __getitem__(self, at: int | slice) -> tuple[str, ...] | list[tuple[str, ...]]:
        if isinstance(at, slice):
            return list(zip(*(Coded(c.codes[at], c.values).cells() for c in self._columns), strict=True))
        return tuple([column.values[column.codes[at]] for column in self._columns])

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        for start in range(0, len(self), _TOGETHER):
            yield from self[start : start + _TOGETHER]


@dataclass(frozen=True)
class CodedTable(Table):
    """A table whose columns are numbered already."""

    coded: tuple[Coded, ...] = ()

    def column_at(self, at: int) -> list[str]:
        """All cells of the column at a place, in row order."""
        return self.coded[at].cells()


@dataclass(frozen=True)
class CodedKept(KeptTable):
    """A kept table whose columns are numbered; its rows are made only when somebody asks for them."""

    coded: tuple[Coded, ...] = ()

    def joined(self, at: int) -> bytes | memoryview:
        """As the plain table's, from Arrow's own memory."""
        return self.coded[at].joined()


def packed(columns: Sequence[Coded | Ints]) -> list[Ints]:
    """As few whole numbers a row as tell rows apart exactly as the columns do."""
    keys: list[Ints] = []
    room = 0
    for column in columns:
        codes, kinds = (
            (column.codes, len(column.values) + 1)
            if isinstance(column, Coded)
            else (column, int(column.max(initial=0)) + 2)
        )
        if keys and room * kinds < 2**62:
            keys[-1] = keys[-1] * kinds + codes
            room *= kinds
        else:
            keys.append(codes.astype(np.int64))
            room = kinds
    return keys


def asked(engine: Engine, sql: str, numbered: pa.Table) -> dict[str, Ints]:
    """The columns of a query over one table of whole numbers, which it calls `numbered`."""
    engine.register("numbered", numbered)
    try:
        return dict(engine.execute(sql).fetchnumpy())
    finally:
        engine.unregister("numbered")


def first_alike(columns: Sequence[Coded | Ints], among: Bools) -> Ints:
    """For each row of `among`, the first of them that is equal in every column; -1 for the others."""
    at = np.flatnonzero(among)
    found = np.full(len(among), -1, np.int64)
    codes, kinds = numbered([key[at] for key in packed(columns)] or [np.zeros(len(at), np.int64)])
    first = np.zeros(kinds, np.int64)
    first[codes[::-1]] = at[::-1]  # the earliest row is written last and stays
    found[at] = first[codes]
    return found


def numbered(keys: Sequence[Ints]) -> tuple[Ints, int]:
    """A number a row, below the count of different rows, that two rows share when all `keys` are equal."""
    codes, kinds = _numbered(keys[0])
    for key in keys[1:]:
        more, others = _numbered(key)
        codes, kinds = _numbered(codes * others + more)
    return codes, kinds


def _numbered(key: Ints) -> tuple[Ints, int]:
    coded = pa.array(key).dictionary_encode()
    return coded.indices.to_numpy().astype(np.int64), len(coded.dictionary)
