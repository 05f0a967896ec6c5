"""A list in a Parquet file links as the same list in memory does, however the file holds its texts."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from tests.linkage.conftest import as_list

from linkwell.errors import WrongUse
from linkwell.linkage import LinkSettings, PreparedSpine, link

Rows = list[dict[str, Any]]
NAMES = ("first_name", "middle_name", "last_name", "dob", "gender")


def with_names(table: pa.Table, change: Callable[[pa.ChunkedArray], Any]) -> pa.Table:
    for name in NAMES:
        table = table.set_column(table.schema.get_field_index(name), name, change(table[name]))
    return table


def unused(column: pa.ChunkedArray) -> pa.Array:
    """Categories with one that nobody has, which as a date would say that the month comes first."""
    numbered = column.combine_chunks().dictionary_encode()
    names = pa.concat_arrays([pa.array(["03/17/1990"]), numbered.dictionary])
    return pa.DictionaryArray.from_arrays(pc.add(numbered.indices, 1), names)


def in_small_groups(table: pa.Table, path: Path) -> None:
    pq.write_table(table, path, row_group_size=7)


def without_numbers(table: pa.Table, path: Path) -> None:
    pq.write_table(table, path, use_dictionary=False)


def mostly_without_numbers(table: pa.Table, path: Path) -> None:
    pq.write_table(table, path, dictionary_pagesize_limit=64, data_page_size=256, write_batch_size=8)


def as_categories(table: pa.Table, path: Path) -> None:
    pq.write_table(with_names(table, lambda column: column.dictionary_encode()), path)


def as_categories_some_unused(table: pa.Table, path: Path) -> None:
    pq.write_table(with_names(table, unused), path)


def as_large_strings(table: pa.Table, path: Path) -> None:
    pq.write_table(with_names(table, lambda column: column.cast(pa.large_string())), path)


WAYS = [
    in_small_groups, without_numbers, mostly_without_numbers, as_categories, as_categories_some_unused,
    as_large_strings,
]  # fmt: skip


@pytest.fixture
def messy(ordinary: Rows) -> pa.Table:
    """Some of everything, days before months, keys in order; some cells empty, some blank."""
    rows: Rows = []
    for n, row in enumerate(ordinary):
        born = row["dob"]
        slashed = f"{born.day}/{born.month}/{born.year}" if isinstance(born, date) else None
        gone: dict[str, Any] = {NAMES[n % 5]: None if n % 2 else " "} if n % 4 == 0 else {}
        rows.append({**row, "dob": slashed, **gone})
    return as_list([*rows, *random.Random(1).sample(rows, 20)])


@pytest.mark.parametrize("write", WAYS, ids=lambda way: way.__name__)
def test_a_file_links_as_the_table_does(
    write: Callable[[pa.Table, Path], None],
    messy: pa.Table,
    prepared: PreparedSpine,
    settings: LinkSettings,
    folder: Path,
) -> None:
    write(messy, folder / "list.parquet")
    from_file = link(folder / "list.parquet", prepared, settings=settings)
    from_table = link(messy, prepared, settings=settings)
    assert from_file.links.equals(from_table.links)
    assert from_file.groups.equals(from_table.groups)
    assert from_file.model["filled"] == from_table.model["filled"]
    assert pc.sum(pc.equal(from_table.links["decision"], "link")).as_py() > 100


def test_names_in_each_others_place_and_secondary_numbers_are_told_of_a_file_too(
    messy: pa.Table, prepared: PreparedSpine, settings: LinkSettings, folder: Path
) -> None:
    turned = messy.rename_columns(
        [{"first_name": "last_name", "last_name": "first_name"}.get(n, n) for n in messy.column_names]
    )
    pq.write_table(turned, folder / "list.parquet")
    pairs = pa.table({"old": ["ZZZ0032", "ZZZ0059"], "new": ["ZAC5361", "ZZZ0016"]})
    chosen = replace(settings, nhi_map=pairs)
    from_file = link(folder / "list.parquet", prepared, settings=chosen)
    assert from_file.model["names_turned"]
    assert from_file.links.equals(link(turned, prepared, settings=chosen).links)


def test_rows_in_any_order_keep_their_own_names(
    messy: pa.Table, prepared: PreparedSpine, settings: LinkSettings, folder: Path
) -> None:
    order = np.random.default_rng(5).permutation(len(messy))
    pq.write_table(messy.take(order), folder / "list.parquet", row_group_size=9)
    from_file = link(folder / "list.parquet", prepared, settings=replace(settings, threads=2))
    assert from_file.links.equals(link(messy, prepared, settings=settings).links)


def test_texts_that_are_none_are_refused_in_words(
    messy: pa.Table, prepared: PreparedSpine, settings: LinkSettings, folder: Path
) -> None:
    path = folder / "list.parquet"
    broken = messy["last_name"].combine_chunks().cast(pa.binary())
    broken = pa.concat_arrays([pa.array([b"P\xf2tae"]), broken.slice(1)])
    at = messy.schema.get_field_index("last_name")
    table = messy.set_column(
        at, "last_name", pa.Array.from_buffers(pa.string(), len(broken), broken.buffers())
    )
    pq.write_table(table, path)
    with pytest.raises(WrongUse, match="could not be read"):
        link(path, prepared, settings=settings)


def test_a_file_that_is_no_parquet_is_refused_in_words(
    prepared: PreparedSpine, settings: LinkSettings, folder: Path
) -> None:
    (folder / "list.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(WrongUse, match="could not be read"):
        link(folder / "list.parquet", prepared, settings=settings)
