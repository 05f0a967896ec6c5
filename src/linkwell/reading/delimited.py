"""Read CSV and its cousins: which encoding, which delimiter, and nothing repaired without saying so."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter

from linkwell.reading import faults
from linkwell.reading.cells import cell_text, is_error
from linkwell.reading.headings import Numbered, build_table
from linkwell.reading.limits import Limits
from linkwell.reading.table import Notice, Table

_DELIMITERS = (",", ";", "\t", "|")
_CONTROL = re.compile(r"[\x01-\x08\x0e-\x1f\x7f]")
_SEP_LINE = re.compile(r"\s*\"?sep=(.)\"?\r?\n", re.IGNORECASE)


def read_delimited(data: bytes, name: str, limits: Limits, notices: tuple[Notice, ...] = ()) -> Table:
    """Read delimited text.

    Raises:
        WrongUse: empty, not text, NUL bytes, an open quotation mark, a giant cell or too many rows.
    """
    text, said = decode(data, name)
    text = text.rstrip("\x1a")
    if _CONTROL.search(text):
        raise faults.not_a_spreadsheet(name)
    if not text.strip():
        raise faults.empty_workbook(name)
    stated = _stated_delimiter(text)
    if stated:
        text = text.partition("\n")[2]
    delimiter, first = (stated, 2) if stated else (find_delimiter(text), 1)
    rows, odd = _records(text, delimiter, name, limits, first)
    failed = _failed_cells(text, delimiter)
    table = build_table(name, None, rows, (*notices, *said, *odd, *failed)) if rows else None
    if table is None or not table.rows:
        raise faults.empty_workbook(name)
    return table


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
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    count = sum(is_error(cell) for row in reader for cell in row)
    cells = "1 cell" if count == 1 else f"{count:,} cells"
    return [Notice("error_cells", f"{cells} with an error such as #N/A: read as empty")] if count else []


def _collect(
    text: str, delimiter: str, name: str, limits: Limits, first: int, at: list[int], *, strict: bool
) -> list[Numbered]:
    kept: list[Numbered] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)
    for number, row in enumerate(reader, start=first):
        at[0] = number + 1
        cells = [cell_text(cell) for cell in row]
        if not any(cells):
            continue
        if max(map(len, cells)) > limits.cell_characters:
            raise faults.long_cell(name, number, limits.cell_characters)
        kept.append((number, cells))
        if len(kept) > limits.rows:
            raise faults.too_large(name, f"more than {limits.rows:,} rows")
    return kept
