"""Pairs that do not fit into memory at once are compared a part of the list at a time, to the same answer."""

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow as pa
import pytest

from linkwell.linkage.compared import _in_parts


class Small:
    """A connection for which an answer of more than so many rows is too large."""

    def __init__(self, rows: int) -> None:
        self.con = duckdb.connect()
        self.con.execute(
            "CREATE TABLE pairs AS SELECT i // 3 AS r, i * 7 % 3 AS pid FROM range(3000) t(i)"
            " ORDER BY hash(i)"
        )
        self.rows = rows

    def sql(self, query: str) -> Any:
        found = self.con.sql(query)
        if len(found) > self.rows:
            raise duckdb.OutOfMemoryException(f"{len(found)} rows")
        return found


def query(some: str) -> str:
    return f"SELECT r, pid FROM pairs WHERE {some} ORDER BY r, pid"


def answer(rows: int, records: int = 1000) -> pa.Table:
    return _in_parts(Small(rows), query, records)  # type: ignore[arg-type]


@pytest.mark.parametrize("rows", [2999, 750, 749, 13])
def test_parts_come_to_the_same_as_the_whole(rows: int) -> None:
    assert answer(rows).to_pydict() == answer(3000).to_pydict()
    assert answer(3000).num_rows == 3000


def test_where_not_even_parts_fit_it_says_so() -> None:
    with pytest.raises(duckdb.OutOfMemoryException):
        answer(2)
