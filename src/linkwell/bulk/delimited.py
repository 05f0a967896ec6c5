"""Read a large and regular CSV file with Arrow; anything odd is left to the plain reader, which names it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv

from linkwell.bulk.coded import Coded, CodedRows, CodedTable
from linkwell.bulk.quotes import quotes_are_regular
from linkwell.errors import LinkwellError
from linkwell.reading.cells import ERRORS, cell_text, plain_letters
from linkwell.reading.containers import Kind, find_kind
from linkwell.reading.delimited import find_delimiter, read_delimited
from linkwell.reading.limits import Limits
from linkwell.reading.table import Table

_LOOK_AT = 65_536  # bytes whose reading by the plain reader tells headings and notices
_MARK = b"\xef\xbb\xbf"
NAMED_WORKBOOK = (
    ".xls",
    ".xlsx",
    ".xlsm",
    ".xlsb",
    ".ods",
)  # text so named is read, and said, by the plain reader
_ODD = bytes((*range(9), 11, 12, *range(14, 32), 127))


def read_regular(path: Path, limits: Limits) -> Table | None:
    """The file's table exactly as the plain reader gives it, or None where that is not certain.

    Regular is: UTF-8, quotation marks only around cells or doubled inside them, no line's end within a cell,
    no control character, no blank line, no failed formula, headings in the first line, every line as wide as
    the headings, and a last line that is no total.
    """
    try:
        if path.suffix.lower() in NAMED_WORKBOOK or find_kind(path, limits) is not Kind.TEXT:
            return None
    except LinkwellError:
        return None  # the plain reader finds the words for it
    data = path.read_bytes().removeprefix(_MARK)
    if not _plain_bytes(data):
        return None
    try:
        first, *last = (read_delimited(part, path.name, limits) for part in _parts(data))
    except LinkwellError:
        return None
    if any(table.notices for table in (first, *last)) or first.origin.header_row != 1:
        return None
    delimiter = find_delimiter(data[: 5 * _LOOK_AT].decode(errors="ignore"))
    return _table(data, delimiter, first, limits) if quotes_are_regular(data, delimiter) else None


def _parts(data: bytes) -> tuple[bytes, ...]:
    """The beginning, and the end under the headings and first row: totals are told by both."""
    if len(data) <= _LOOK_AT:
        return (data,)
    start = data[: data.find(b"\n", data.find(b"\n") + 1) + 1]
    tail = data[data.rfind(b"\n", 0, len(data) - _LOOK_AT) + 1 :]
    return data[: data.rfind(b"\n", 0, _LOOK_AT) + 1], start + tail


def _plain_bytes(data: bytes) -> bool:
    if len(data.translate(None, _ODD)) != len(data):
        return False
    blank = b"\n\n" in data or b"\n\r" in data
    return not blank and data.count(b"\r") in (0, data.count(b"\r\n"))


def _table(data: bytes, delimiter: str, first: Table, limits: Limits) -> Table | None:
    names = [f"c{at}" for at in range(len(first.columns))]
    kinds = dict.fromkeys(names, pa.string())
    try:
        found = csv.read_csv(
            pa.BufferReader(data),
            read_options=csv.ReadOptions(column_names=names, skip_rows=1, block_size=1 << 20),
            parse_options=csv.ParseOptions(delimiter=delimiter, escape_char=False, ignore_empty_lines=False),
            convert_options=csv.ConvertOptions(column_types=kinds, strings_can_be_null=False, null_values=[]),
        )
    except pa.ArrowInvalid:
        return None
    if found.num_rows > limits.rows:
        return None
    with ThreadPoolExecutor(2) as pool:  # Arrow numbers one column beside Python's look at another
        read = list(pool.map(lambda column: _normal(Coded.of_arrow(column), limits), found.columns))
    del found
    columns = tuple(column for column in read if column is not None)
    if len(columns) < len(read):
        return None
    size = len(columns[0])
    if not np.logical_or.reduce([column.filled for column in columns]).all():
        return None
    if _headings_again(columns, first):
        return None
    rows: Any = CodedRows(columns)
    return CodedTable(first.origin, first.columns, rows, list(range(2, size + 2)), coded=columns)


def _normal(column: Coded, limits: Limits) -> Coded | None:
    """The column in normal form; None where a cell is too long or holds a failed formula's words."""
    if max(map(len, column.values), default=0) > limits.cell_characters:
        return None
    stripped = list(map(str.strip, column.values))
    if not ERRORS.isdisjoint(stripped):
        return None
    if stripped == column.values and plain_letters("\n".join(stripped)):
        return column  # as nearly every column is; asking `cell_text` of each cell would say the same
    return column.map(cell_text)


def _headings_again(columns: tuple[Coded, ...], first: Table) -> bool:
    """Whether some row may repeat the headings; the plain reader leaves such rows out."""
    codes = [column.code_of(name) for column, name in zip(columns, first.columns, strict=True)]
    return all(code >= 0 for code in codes)
