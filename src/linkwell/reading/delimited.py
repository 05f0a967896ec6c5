"""Read CSV and its cousins: which encoding, which delimiter, and nothing repaired without saying so."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain

from linkwell.reading import faults
from linkwell.reading.cells import cell_text, is_error
from linkwell.reading.headings import Numbered, build_table
from linkwell.reading.limits import Limits
from linkwell.reading.table import Notice, Table

_DELIMITERS = (",", ";", "\t", "|")
_CONTROLS = [chr(code) for code in (*range(1, 9), *range(14, 32), 127)]
_PIECE = 1 << 20  # characters handed on at a time: a whole file again, four bytes a letter, is too much
_MOST_KNOWN = 500_000  # different cells remembered while a file is read
_SEP_LINE = re.compile(r"\s*\"?sep=(.)\"?\r?\n", re.IGNORECASE)


def read_delimited(data: bytes, name: str, limits: Limits, notices: tuple[Notice, ...] = ()) -> Table:
    """Read delimited text.

    Raises:
        WrongUse: empty, not text, NUL bytes, an open quotation mark, a giant cell or too many rows.
    """
    text, said = decode(data, name)
    text = text.rstrip("\x1a")
    if any(control in text for control in _CONTROLS):
        raise faults.not_a_spreadsheet(name)
    if not text.strip():
        raise faults.empty_workbook(name)
    stated = _stated_delimiter(text)
    if stated:
        text = text.partition("\n")[2]
    delimiter, first = (stated, 2) if stated else (find_delimiter(text), 1)
    rows, odd = _records(text, delimiter, name, limits, first)
    failed = _failed_cells(text, delimiter)
    rows, marked = _without_apostrophes(rows)
    table = build_table(name, None, rows, (*notices, *said, *odd, *failed, *marked)) if rows else None
    if table is None or not table.rows:
        raise faults.empty_workbook(name)
    return table


def _without_apostrophes(rows: list[Numbered]) -> tuple[list[Numbered], list[Notice]]:
    """Rows without the apostrophe that some exports put before every cell, as Excel's mark for text.

    One in front of some names only is a letter of theirs ('Ofa), and stays.
    """
    if not rows or not any(cell.startswith("'") for cell in rows[-1][1]):
        return rows, []
    body = [cells for _, cells in rows[1:]]
    width = max(map(len, body), default=0)
    columns = [[cells[at] for cells in body if at < len(cells) and cells[at]] for at in range(width)]
    marked = {
        at for at, cells in enumerate(columns) if len(cells) > 1 and all(cell[0] == "'" for cell in cells)
    }
    if len(marked) * 2 < sum(map(bool, columns)):
        return rows, []  # a column or two of names alone may all begin so
    bare: list[Numbered] = [
        (number, [cell.removeprefix("'") if at in marked else cell for at, cell in enumerate(cells)])
        for number, cells in rows
    ]
    return bare, [
        Notice("apostrophes", "Every cell began with an apostrophe, Excel's mark for text: read without")
    ]


def decode(data: bytes, name: str) -> tuple[str, list[Notice]]:
    """Turn bytes into text by rule, not by guess: byte-order mark, then strict UTF-8, then Windows-1252.

    Detectors misname short European text, so none is used; falling back to Windows-1252 is said, with the
    lines that hold letters outside ASCII, for a person to look at.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return _decoded(data, encoding, name), []
    if b"\0" in data[:4096]:
        return _decoded(data, _unmarked_utf16(data, name), name), []
    if b"\0" in data:
        raise faults.nul_bytes(name)
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError:
        text = _decoded(data, "cp1252", name)
    return text, [_assumed_1252(text)]


def _decoded(data: bytes, encoding: str, name: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise faults.not_a_spreadsheet(name) from None
    if "\0" in text:
        raise faults.nul_bytes(name)
    return text


def _unmarked_utf16(data: bytes, name: str) -> str:
    sample = data[:4096]
    for offset, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros = sample[offset::2].count(0)
        if zeros * 5 >= len(sample[offset::2]) * 4 and sample[1 - offset :: 2].count(0) == 0:
            return encoding
    raise faults.nul_bytes(name)


def _assumed_1252(text: str) -> Notice:
    lines = [number for number, line in enumerate(text.splitlines(), start=1) if not line.isascii()]
    shown = ", ".join(str(number) for number in lines[:8]) + (" and more" if len(lines) > 8 else "")
    return Notice(
        "encoding_assumed",
        "Not UTF-8, so it was read as Windows-1252, which has no macrons. Check the letters on these lines, "
        "or better, export again as CSV UTF-8",
        f"line{'' if len(lines) == 1 else 's'} {shown}",
    )


def _stated_delimiter(text: str) -> str:
    found = _SEP_LINE.match(text[:40])
    return found[1] if found else ""


def find_delimiter(text: str) -> str:
    """The delimiter that splits the first rows into the most evenly many cells; a comma when none does."""
    sample = text[:65_536]
    if len(text) > len(sample):
        sample = sample.rpartition("\n")[0] or sample
    best, best_score = ",", 0.0
    for delimiter in _DELIMITERS:
        widths = [width for width in _widths(sample, delimiter) if width]
        common, times = Counter(widths).most_common(1)[0] if widths else (1, 0)
        score = times / len(widths) * min(common, 50) ** 0.5 if common > 1 else 0.0
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _widths(sample: str, delimiter: str) -> list[int]:
    widths = []
    try:
        for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            widths.append(len(row))
            if len(widths) == 60:
                break
    except csv.Error:
        return widths
    return widths


def _records(
    text: str, delimiter: str, name: str, limits: Limits, first: int
) -> tuple[list[Numbered], list[Notice]]:
    """Read strictly; where only a quotation mark is out of place, read again leniently and say so."""
    at = [first]
    try:
        return _collect(text, delimiter, name, limits, first, at, strict=True), []
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise faults.open_quote(name) from None
        if "field larger" in str(error):
            raise faults.long_cell(name, at[0], limits.cell_characters) from None
    where = f"from row {at[0]}"
    said = Notice(
        "odd_quotes", "A quotation mark inside a cell is not doubled; look whether the cells are right", where
    )
    try:
        return _collect(text, delimiter, name, limits, first, at, strict=False), [said]
    except csv.Error:
        raise faults.long_cell(name, at[0], limits.cell_characters) from None


def _failed_cells(text: str, delimiter: str) -> list[Notice]:
    """Say how many cells hold a failed formula's words; they are read as empty like a workbook's."""
    if "#" not in text:
        return []
    reader = csv.reader(_lines(text), delimiter=delimiter)
    count = sum(is_error(cell) for row in reader for cell in row)
    cells = "1 cell" if count == 1 else f"{count:,} cells"
    return [Notice("error_cells", f"{cells} with an error such as #N/A: read as empty")] if count else []


def _collect(
    text: str, delimiter: str, name: str, limits: Limits, first: int, at: list[int], *, strict: bool
) -> list[Numbered]:
    kept: list[Numbered] = []
    normal = _NormalForm(limits.cell_characters)
    known = normal.__getitem__
    for number, row in enumerate(csv.reader(_lines(text), delimiter=delimiter, strict=strict), start=first):
        at[0] = number + 1
        try:
            cells = tuple(map(known, row))
        except _TooLongError:
            raise faults.long_cell(name, number, limits.cell_characters) from None
        if not any(cells):
            continue
        kept.append((number, cells))
        if len(kept) > limits.rows:
            raise faults.too_large(name, f"more than {limits.rows:,} rows")
        if len(normal) > _MOST_KNOWN:
            normal.clear()
    return kept


class _TooLongError(Exception):
    pass


class _NormalForm(dict[str, str]):
    """Cells as written to their normal form, each different one worked out once and kept once."""

    def __init__(self, longest: int) -> None:
        super().__init__()
        self._longest = longest

    def __missing__(self, cell: str) -> str:
        text = cell_text(cell)
        if len(text) > self._longest:
            raise _TooLongError
        self[cell] = text
        return text


def _lines(text: str) -> Iterator[str]:
    """The lines of a text with their ends as written, without a second copy of all of it at once."""
    return chain.from_iterable(io.StringIO(piece, newline="") for piece in _pieces(text))


def _pieces(text: str) -> Iterator[str]:
    start = 0
    while start < len(text):
        end = text.find("\n", start + _PIECE) + 1 or len(text)
        yield text[start:end]
        start = end
