"""A list's texts as numbers: each different text is standardised once, and rows are joined by number."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Test = Callable[[pa.Array], pa.Array]
NAMES = ("first", "middle", "last", "prior", "prior2")
_AT_A_TIME = 1 << 15  # rows
_POOL = pa.system_memory_pool()  # gives back what is freed: all of this is short-lived


def number_texts(con: duckdb.DuckDBPyConnection, source: str, coded: str, tests: Mapping[str, Test]) -> None:
    """Read `source` (as `raw` is) into table `coded`, its texts as numbers, with what the tests say.

    Args:
        tests: column -> a test of its values, which becomes column `<column>_ok`.

    The texts are in `name_texts`, `date_texts` and `gender_texts`: `raw`, the number, and `text`.
    """
    threads = con.execute("SELECT current_setting('threads')").fetchall()[0][0]
    reader = con.sql(f"SELECT * FROM {source}").to_arrow_reader(_AT_A_TIME)
    none = pa.RecordBatch.from_pylist([], schema=reader.schema)
    with ThreadPoolExecutor(threads) as pool:
        batches = list(pool.map(partial(_encoded, tests), itertools.chain([none], reader)))
        whole = pa.Table.from_batches(batches)
        numbered = [*NAMES, "d", "gender"]
        columns = dict(zip(numbered, pool.map(partial(_unified, whole), numbered), strict=True))
    for kind, names in (("name", NAMES), ("date", ("d",)), ("gender", ("gender",))):
        texts, numbers = _together([columns[name].chunk(0).dictionary for name in names])
        for name, number in zip(names, numbers, strict=True):
            parts = [pc.take(number, part.indices, memory_pool=_POOL) for part in columns[name].chunks]
            whole = whole.set_column(whole.schema.get_field_index(name), name, pa.chunked_array(parts))
        number = pa.array(np.arange(len(texts), dtype=np.int32))
        con.register(f"{kind}_texts", pa.table({"raw": number, "text": texts}))
    con.register(coded, whole)


def _encoded(tests: Mapping[str, Test], batch: pa.RecordBatch) -> pa.RecordBatch:
    columns = {
        name: pc.dictionary_encode(column, memory_pool=_POOL) if name in (*NAMES, "d", "gender") else column
        for name, column in zip(batch.schema.names, batch.columns, strict=True)
    }
    columns |= {f"{name}_ok": test(columns[name]) for name, test in tests.items()}
    return pa.RecordBatch.from_pydict(columns)


def _unified(table: pa.Table, name: str) -> pa.ChunkedArray:
    return table[name].unify_dictionaries(memory_pool=_POOL)


def _together(texts: list[pa.Array]) -> tuple[pa.Array, list[Any]]:
    """The different texts of some columns, and per column the number of each of its own."""
    whole = pc.dictionary_encode(pa.concat_arrays(texts, memory_pool=_POOL), memory_pool=_POOL)
    ends = itertools.accumulate((len(few) for few in texts), initial=0)
    return whole.dictionary, [whole.indices[a:b] for a, b in itertools.pairwise(ends)]
