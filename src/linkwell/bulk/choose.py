"""Which engine checks a file: the fast one where it is installed and the file large, else the plain one."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from importlib.util import find_spec
from pathlib import Path

from linkwell.checking.check import check as plain_check
from linkwell.checking.notices import NoticeCover
from linkwell.checking.objections import Objections
from linkwell.checking.verdict import Verdict
from linkwell.reading import Table
from linkwell.reading import read_tables as plain_read
from linkwell.reading.limits import DEFAULT_LIMITS, Limits
from linkwell.specification.model import Specification

LARGE = 50_000  # rows: below, the plain engine is done before the fast one is loaded
LARGE_BYTES = 4_000_000  # about as many rows as text
_NEEDS = ("duckdb", "numpy", "pyarrow")
PLAIN, FAST = "plain", "fast"


def engine_for(rows: int) -> str:
    """The name of the engine that will check this many rows on this computer: "fast" or "plain"."""
    return FAST if rows >= LARGE and installed() else PLAIN


def installed() -> bool:
    """Whether the parts of the fast engine are there."""
    return all(find_spec(name) is not None for name in _NEEDS)


def check(
    spec: Specification,
    tables: Sequence[Table],
    *,
    as_of: date | None = None,
    notices: NoticeCover | None = None,
    objections: Objections | None = None,
    engine: str = "",
) -> Verdict:
    """`checking.check.check` by whichever engine suits the files; the verdict is the same.

    Args:
        engine: "fast" or "plain" instead of the one that suits.

    Raises:
        WrongUse: a file fits no part of the specification.
    """
    with _collector_at_rest():
        if (engine or engine_for(sum(map(len, tables)))) == FAST:
            from linkwell.bulk.engine import NotForBulkError
            from linkwell.bulk.engine import check as fast_check

            with suppress(NotForBulkError):  # text that Arrow cannot hold; the plain engine takes any
                return fast_check(spec, tables, as_of=as_of, notices=notices, objections=objections)
        return plain_check(spec, tables, as_of=as_of, notices=notices, objections=objections)


def read_tables(path: Path, *, sheet: str | None = None, limits: Limits = DEFAULT_LIMITS) -> list[Table]:
    """`reading.read_tables`, faster for large and regular CSV; what it gives is the same."""
    path = Path(path)
    with _collector_at_rest():
        if sheet is None and path.is_file() and path.stat().st_size >= LARGE_BYTES and installed():
            from linkwell.bulk.delimited import read_regular

            table = read_regular(path, limits)
            if table is not None:
                return [table]
        return plain_read(path, sheet=sheet, limits=limits)


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Without the search for rubbish that points in circles: rows are millions of things and none does."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
