"""How much a file may hold before it is refused: enough for real supplies, not too much for a laptop."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds for one file.

    Attributes:
        file_bytes: the file as it lies on disk.
        rows: rows of one table, blank ones not counted.
        cell_characters: the longest cell.
        members: parts inside a workbook (it is a zip archive).
        expanded_bytes: all parts unpacked.
        ratio: unpacked size over packed size, looked at once `ratio_from_bytes` are unpacked.
        memory_bytes, cpu_seconds: what the reading child may use, where the system can hold it to that.
        deadline_seconds: wall-clock time for the reading child, everywhere.
    """

    file_bytes: int = 1 << 30
    rows: int = 2_000_000
    cell_characters: int = 100_000
    members: int = 5_000
    expanded_bytes: int = 3 << 29
    ratio: int = 150
    ratio_from_bytes: int = 20_000_000
    memory_bytes: int = 2 << 30
    cpu_seconds: int = 120
    deadline_seconds: int = 240


DEFAULT_LIMITS = Limits()
