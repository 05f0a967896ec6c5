"""Count failed formulas in an old .xls workbook, which its reader gives as empty cells without a word.

Only the record headers are walked; nothing is interpreted beyond the two records that can hold an error.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

_FREE = 0xFFFFFFFF
_BOUNDSHEET, _FORMULA, _BOOLERR = 0x0085, 0x0006, 0x0205
_DIRECTORY_ENTRY = 128


def failed_cells(path: Path) -> dict[str, int]:
    """Cells with an error such as #N/A by sheet name.

    Raises:
        ValueError, struct.error, IndexError: the file is not whole.
    """
    stream = _workbook_stream(path.read_bytes())
    starts = sorted(_sheets(stream))
    ends = [start for start, _ in starts[1:]] + [len(stream)]
    return {
        name: sum(map(_is_error, _records(stream, start, end)))
        for (start, name), end in zip(starts, ends, strict=True)
    }


def _records(stream: bytes, at: int, end: int) -> Iterator[tuple[int, bytes]]:
    while at + 4 <= end:
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _is_error(record: tuple[int, bytes]) -> bool:
    kind, data = record
    if kind == _BOOLERR:
        return len(data) >= 8 and data[7] == 1
    # a formula's result is a number, unless its last two bytes are FFFF; then the first says 2 for an error
    return kind == _FORMULA and len(data) >= 14 and data[12:14] == b"\xff\xff" and data[6] == 2


def _sheets(stream: bytes) -> Iterator[tuple[int, str]]:
    for kind, data in _records(stream, 0, len(stream)):
        if kind == _BOUNDSHEET:
            (start,) = struct.unpack_from("<I", data)
            wide = data[7] & 1
            text = data[8 : 8 + data[6] * (2 if wide else 1)]
            yield start, text.decode("utf-16-le" if wide else "latin-1", "replace")


def _workbook_stream(data: bytes) -> bytes:
    """The stream called Workbook (or Book) of an OLE file."""
    sector = 1 << struct.unpack_from("<H", data, 30)[0]
    first_directory, cutoff = struct.unpack_from("<I", data, 48)[0], struct.unpack_from("<I", data, 56)[0]
    table = _allocation(data, sector)
    directory = _chain(data, sector, table, first_directory)
    for at in range(0, len(directory) - _DIRECTORY_ENTRY + 1, _DIRECTORY_ENTRY):
        entry = directory[at : at + _DIRECTORY_ENTRY]
        name = entry[: max(struct.unpack_from("<H", entry, 64)[0] - 2, 0)].decode("utf-16-le", "replace")
        start, size = struct.unpack_from("<II", entry, 116)
        if name in ("Workbook", "Book") and size >= cutoff:  # Excel pads its workbooks past this
            return _chain(data, sector, table, start)[:size]
    raise ValueError("no workbook stream of usual size")


def _allocation(data: bytes, sector: int) -> list[int]:
    """The file allocation table: for each sector, the one after it."""
    listed = list(struct.unpack_from("<109I", data, 76))
    more, count = struct.unpack_from("<II", data, 68)
    for _ in range(min(count, len(data) // sector)):
        numbers = struct.unpack_from(f"<{sector // 4}I", data, (more + 1) * sector)
        listed += numbers[:-1]
        more = numbers[-1]
    found: list[int] = []
    for number in listed:
        if number != _FREE and (number + 2) * sector <= len(data) + sector:
            found += struct.unpack_from(f"<{sector // 4}I", data, (number + 1) * sector)
    return found


def _chain(data: bytes, sector: int, table: list[int], start: int) -> bytes:
    parts: list[bytes] = []
    while start < len(table) and len(parts) <= len(table):
        parts.append(data[(start + 1) * sector : (start + 2) * sector])
        start = table[start]
    return b"".join(parts)
