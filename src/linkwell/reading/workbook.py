"""Read a workbook through a limited child process and turn what it says into tables or plain refusals."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from linkwell.errors import LinkwellError
from linkwell.reading import faults
from linkwell.reading.containers import Kind
from linkwell.reading.headings import Numbered, build_table
from linkwell.reading.limits import Limits
from linkwell.reading.table import Notice, Table

_MARK_WORDS = {
    "hidden_rows": "hidden {rows} will be read like any other",
    "hidden_columns": "hidden {columns} will be read like any other",
    "formulas": "{cells} with a formula: the last saved result is read",
    "comments": "{comments} on cells: comments are not read and never leave",
    "error_cells": "{cells} with an error such as #N/A: read as empty",
    "merged_cells": "merged {cells}: only the first cell of each holds a value",
}


@dataclass
class _Sheet:
    name: str
    marks: dict[str, int]
    rows: list[Numbered] = field(default_factory=list)


def read_workbook(path: Path, kind: Kind, sheet: str | None, limits: Limits) -> list[Table]:
    """Read the visible sheets of a workbook that hold rows, or just the named sheet, hidden or not.

    Raises:
        WrongUse: no such sheet, no data, password, damage, or beyond the limits.
        TryAgain: the deadline passed.
    """
    names: list[str] = []
    hidden: list[str] = []
    sheets: list[_Sheet] = []
    for message in _messages(path, kind, sheet, limits):
        if "sheets" in message:
            names = [name for name, _, type_ in message["sheets"] if type_ == "WorkSheet"]
            hidden = [
                name
                for name, visible, type_ in message["sheets"]
                if visible != "Visible" and type_ == "WorkSheet"
            ]
        elif "sheet" in message:
            sheets.append(_Sheet(message["sheet"], message["marks"]))
        elif "rows" in message:
            sheets[-1].rows.extend(zip(message["numbers"], message["rows"], strict=True))
            marks = sheets[-1].marks  # what the reader itself saw and what the scan of the file found agree
            marks["error_cells"] = max(marks.get("error_cells", 0), message.get("failed", 0))
    if sheet is not None and not sheets:
        raise faults.no_such_sheet(path.name, sheet, names)
    filled = [each for each in sheets if each.rows]
    hidden = hidden if sheet is None else []
    tables = [build_table(path.name, each.name, each.rows, _notices(each, hidden)) for each in filled]
    # A sheet with a title or headings only is not a table as long as another sheet is one.
    if not (with_rows := [table for table in tables if table.rows]):
        raise faults.only_hidden(path.name, hidden) if hidden else faults.empty_workbook(path.name, sheet)
    return with_rows


def read_raw(path: Path, kind: Kind, limits: Limits) -> dict[str, list[list[str]]]:
    """Every filled row of every visible sheet by its name, cells in normal form, nothing left out or moved.

    For workbooks of our own making that come back edited; a provider's files are read with `read_workbook`.

    Raises:
        WrongUse: password, damage, or beyond the limits.
        TryAgain: the deadline passed.
    """
    sheets: dict[str, list[list[str]]] = {}
    name = ""
    for message in _messages(path, kind, None, limits):
        if "sheet" in message:
            name = message["sheet"]
            sheets[name] = []
        elif "rows" in message:
            sheets[name] += message["rows"]
    return sheets


def _notices(sheet: _Sheet, hidden: list[str]) -> list[Notice]:
    said = [
        Notice(code, _plural(count, _MARK_WORDS[code]), f"sheet '{sheet.name}'")
        for code, count in sheet.marks.items()
        if count and code in _MARK_WORDS
    ]
    if hidden:
        said.append(Notice("hidden_sheets", f"Hidden and not read: {', '.join(hidden)}"))
    return said


def _plural(count: int, words: str) -> str:
    for noun in ("rows", "columns", "cells", "comments"):
        words = words.replace(f"{{{noun}}}", noun if count != 1 else noun[:-1])
    return f"{count:,} {words}"


def _messages(path: Path, kind: Kind, sheet: str | None, limits: Limits) -> Iterator[dict[str, Any]]:
    """Start the child, pass on what it says, and end it whatever happens."""
    # -P keeps the current folder off the module path: a stray json.py beside the workbook must not be run.
    command = [sys.executable, "-P", "-m", "linkwell.reading.workbook_child"]
    child = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    late = threading.Event()

    def stop() -> None:
        late.set()
        child.kill()

    timer = threading.Timer(limits.deadline_seconds, stop)
    timer.daemon = True
    timer.start()
    ended = False
    try:
        assert child.stdin is not None
        assert child.stdout is not None
        _order(child, path, kind, sheet, limits)
        for line in child.stdout:
            message = _parsed(line)
            if message is None:
                break
            if "fault" in message:
                raise _fault(message["fault"], path.name, limits)
            ended = ended or bool(message.get("end"))
            yield message
    finally:
        timer.cancel()
        child.kill()
        child.communicate()
    if late.is_set():
        raise faults.too_slow(path.name)
    if not ended:
        # A child that ends without a word was stopped at its memory or processor limit.
        raise faults.too_large(path.name, "it needs more memory or time than a workbook should")


def _order(child: subprocess.Popen[bytes], path: Path, kind: Kind, sheet: str | None, limits: Limits) -> None:
    order = {
        "path": str(path.resolve()), "kind": kind.value, "sheet": sheet, "rows": limits.rows,
        "cell_characters": limits.cell_characters, "memory_bytes": limits.memory_bytes, "cpu_seconds":
        limits.cpu_seconds,
    }  # fmt: skip
    assert child.stdin is not None
    try:
        child.stdin.write(json.dumps(order).encode() + b"\n")
        child.stdin.flush()
    except BrokenPipeError:
        return


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        message = json.loads(line)
    except ValueError:  # cut off in the middle of a line
        return None
    return message if isinstance(message, dict) else None


def _fault(fault: Any, name: str, limits: Limits) -> LinkwellError:
    if isinstance(fault, list):
        return faults.long_cell(name, int(fault[1]), limits.cell_characters)
    if fault == "rows":
        return faults.too_large(name, f"more than {limits.rows:,} rows")
    if fault == "nul":
        return faults.nul_bytes(name)
    if fault == "memory":
        return faults.too_large(name, "it needs more memory than a workbook should")
    return faults.password(name) if fault == "password" else faults.damaged(name)
