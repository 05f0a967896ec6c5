"""Sorted rows, of which only a few lie in memory: more than that wait on disk, in a file without a name.

Such a file belongs to this process alone and is gone with it, however it ends.
"""

from __future__ import annotations

import csv
import heapq
import io
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, overload

Row = tuple[str, ...]
MOST_IN_MEMORY = 50_000
_BLOCK = 1 << 20
_TOGETHER = 2_000  # rows written at a time


def in_order(rows: Iterable[Row], folder: Path | None = None) -> Sequence[Row]:
    """The rows sorted.

    Args:
        folder: a private one, for the rows that do not stay in memory; None is the system's own place.
    """
    left = iter(rows)
    first, second = (sorted(islice(left, MOST_IN_MEMORY)) for _ in range(2))
    if not second:
        return first
    runs = [OnDisk(first, folder), OnDisk(second, folder)]
    del first, second
    while run := sorted(islice(left, MOST_IN_MEMORY)):
        runs.append(OnDisk(run, folder))
    return OnDisk(heapq.merge(*runs), folder)


def laid_down(rows: Iterable[Row], folder: Path | None = None) -> Sequence[Row]:
    """Rows that are in order already, on disk where there are many."""
    left = iter(rows)
    first = list(islice(left, MOST_IN_MEMORY + 1))
    if len(first) <= MOST_IN_MEMORY:
        return first
    return OnDisk(_after(first, left), folder)


def _after(first: list[Row], left: Iterator[Row]) -> Iterator[Row]:
    yield from first
    first.clear()
    yield from left


class OnDisk(Sequence[Row]):
    """Rows to be read from the first to the last, as often as needed; `size` bytes of canonical CSV."""

    def __init__(self, rows: Iterable[Row], folder: Path | None = None) -> None:
        if folder is not None:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  read as long as the rows
        weakref.finalize(self, self._file.close)
        self._count = 0
        for data in csv_blocks(rows, self._counted):
            self._file.write(data)
        self.size = self._file.tell()

    def _counted(self, rows: int) -> None:
        self._count += rows

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Row]:
        text = io.TextIOWrapper(io.BufferedReader(_Reader(self), _BLOCK >> 4), "utf-8", newline="")
        for row in csv.reader(text, strict=True):
            yield tuple(row)

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> list[Row]: ...
    def __getitem__(self, at: int | slice) -> Row | list[Row]:
        if isinstance(at, slice):
            return list(self)[at]
        number = range(self._count)[at]
        return next(islice(self, number, None))

    def blocks(self) -> Iterator[bytes]:
        """The rows as they lie there: canonical CSV without a heading."""
        for at in range(0, self.size, _BLOCK):
            yield self.read_at(at, _BLOCK)

    def read_at(self, at: int, size: int) -> bytes:
        """Bytes from a place on; readers do not move each other's place."""
        self._file.seek(at)
        return self._file.read(size)


class _Reader(io.RawIOBase):
    """One pass over rows on disk."""

    def __init__(self, rows: OnDisk) -> None:
        self._rows, self._at = rows, 0

    def readable(self) -> bool:
        return True

    def readinto(self, into: memoryview) -> int:  # type: ignore[override]
        data = self._rows.read_at(self._at, len(into))
        into[: len(data)] = data
        self._at += len(data)
        return len(data)


def csv_blocks(rows: Iterable[Row], counted: Callable[[int], None] | None = None) -> Iterator[bytes]:
    """Canonical CSV: UTF-8, comma, "\n", minimal quoting, "" for missing; a few thousand rows at a time."""
    left = iter(rows)
    while some := list(islice(left, _TOGETHER)):
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_MINIMAL).writerows(some)
        if counted:
            counted(len(some))
        written = text.getvalue()
        if (
            "\r" in written
        ):  # which the writer of some versions leaves bare, and every reader takes for an end
            written = "".join(",".join(map(_quoted, row)) + "\n" for row in some)
        yield written.encode()


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(each in cell for each in ',"\n\r') else cell
