"""The process that parses a workbook: limited in memory and time, so a hostile file harms nothing but itself.

Run as `python -P -m linkwell.reading.workbook_child` with one JSON line of orders on standard input; writes
JSON lines to standard output. It never writes anything else anywhere.
"""

from __future__ import annotations

import json
import struct
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_BATCH = 2000


def main() -> None:
    """Obey one order: {"path", "kind", "sheet", "rows", "cell_characters", "memory_bytes", "cpu_seconds"}."""
    order = json.loads(sys.stdin.readline())
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    limited = limit_process(order["memory_bytes"], order["cpu_seconds"])
    try:
        for message in _read(order):
            _say(message)
        _say({"end": True, "limited": limited})
    except MemoryError:
        _say({"fault": "memory"})
    except Exception as error:  # noqa: BLE001  whatever a hostile file provokes, the parent hears a plain word
        _say({"fault": _fault_of(error)})


def limit_process(memory_bytes: int, cpu_seconds: int) -> bool:
    """Hold this process to its limits; False where there are none (Windows), where the deadline remains."""
    try:
        import resource
    except ImportError:
        return False
    for what, most in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(what, (most, most))
        except (ValueError, OSError):
            return False
    return True


def _read(order: dict[str, Any]) -> Iterator[dict[str, Any]]:
    import python_calamine as calamine

    path = Path(order["path"])
    with calamine.CalamineWorkbook.from_path(path) as book:
        sheets = [
            (meta.name, str(meta.visible).rpartition(".")[2], str(meta.typ).rpartition(".")[2])
            for meta in book.sheets_metadata
        ]
        yield {"sheets": sheets}
        wanted = [name for name, visible, kind in sheets if kind == "WorkSheet" and visible == "Visible"]
        if order["sheet"] is not None:
            wanted = [order["sheet"]] if order["sheet"] in book.sheet_names else []
        marks = _marks(path, order["kind"])
        for name in wanted:
            sheet = book.get_sheet_by_name(name)
            yield {"sheet": name, "marks": marks.get(name, {}), "first": (sheet.start or (0, 0))[0]}
            yield from _rows(sheet, order["rows"], order["cell_characters"])


def _rows(sheet: Any, most_rows: int, most_characters: int) -> Iterator[dict[str, Any]]:
    from linkwell.reading.cells import cell_text, is_error

    numbers: list[int] = []
    rows: list[list[str]] = []
    kept = failed = 0
    for number, row in enumerate(sheet.iter_rows(), start=1):
        cells = [cell_text(cell) for cell in row]
        failed += sum(map(is_error, row))
        if not any(cells):
            continue
        if "\0" in "".join(cells):
            raise _NulError
        if max(map(len, cells)) > most_characters:
            raise _TooLongError(number)
        kept += 1
        if kept > most_rows:
            raise _TooManyError
        numbers.append(number)
        rows.append(cells)
        if len(rows) == _BATCH:
            yield {"numbers": numbers, "rows": rows}
            numbers, rows = [], []
    yield {"numbers": numbers, "rows": rows, "failed": failed}


class _TooManyError(Exception):
    pass


class _NulError(Exception):
    pass


class _TooLongError(Exception):
    pass


def _marks(path: Path, kind: str) -> dict[str, dict[str, int]]:
    from linkwell.reading.biff import failed_cells
    from linkwell.reading.sheet_xml import scan

    try:
        if kind == "xls":
            return {name: {"error_cells": count} for name, count in failed_cells(path).items()}
        return scan(path) if kind == "xlsx" else {}
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, struct.error, IndexError):
        return {}


def _fault_of(error: Exception) -> Any:
    if isinstance(error, _TooManyError):
        return "rows"
    if isinstance(error, _NulError):
        return "nul"
    if isinstance(error, _TooLongError):
        return ["cell", error.args[0]]
    return "password" if "password" in type(error).__name__.lower() else "damaged"


def _say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message, ensure_ascii=False, separators=(",", ":")) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
