"""Open what a researcher submits: files and folders into sheets, and what cannot be read said plainly."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from linkwell.confidentiality.output_check.cells import (
    Cell,
    Sheet,
    cells_of,
    position,
    read_number,
    read_text,
)
from linkwell.errors import LinkwellError, RefusedByRule, WrongUse
from linkwell.reading.containers import refuse_bomb
from linkwell.reading.delimited import decode, find_delimiter
from linkwell.reading.limits import DEFAULT_LIMITS
from linkwell.standards.dates import excel_day
from linkwell.vault.zones import data_home_of

WORKBOOKS = {".xlsx", ".xlsm"}
TABLES = {".csv", ".tsv", ".tab"}
TEXTS = {".txt", ".log", ".md", ".r", ".rmd", ".py", ".sas", ".sql", ".do", ".lst", ".out", ".tex", ".json"}
MARKED_TEXTS = {".md", ".rmd", ".txt"}
RECORDS = {
    ".dta", ".sav", ".por", ".sas7bdat", ".xpt", ".rds", ".rda", ".rdata", ".parquet", ".feather", ".arrow",
    ".pkl", ".pickle", ".db", ".sqlite", ".duckdb", ".mdb", ".accdb", ".npy", ".npz", ".h5", ".hdf5",
}  # fmt: skip
_SAVE_AS = (
    "Its hidden places cannot all be looked into. Open it, choose Save As, “Excel Workbook (.xlsx)” (in "
    "LibreOffice “Excel 2007–365”), and give the new file."
)
OTHER_BOOKS = dict.fromkeys((".xls", ".xlsb", ".ods", ".fods", ".numbers"), _SAVE_AS)
"""Workbooks of other kinds, and what to do: readers of these give values, but not what lies beside them."""
UNREADABLE = {*OTHER_BOOKS, ".zip", ".7z", ".gz", ".rar", ".tar"}
ACRO = "results.json"
_MOST_BYTES = 200 << 20


@dataclass(frozen=True)
class Opened:
    """One file.

    Attributes:
        name: relative to the folder that was given. sheets: its tables' cells. book: the parts of a workbook.
        text: of a text file. fault: why it could not be opened ("" if it could).
    """

    name: str
    sha256: str
    size: int
    sheets: tuple[Sheet, ...] = ()
    book: dict[str, Any] = field(default_factory=dict, repr=False)
    text: str = field(default="", repr=False)
    fault: str = ""

    @property
    def suffix(self) -> str:
        """Its ending in small letters."""
        return Path(self.name).suffix.lower()


def find_files(given: Sequence[Path]) -> list[tuple[str, Path]]:
    """Every file of what was given, by the name it is called in findings.

    Raises:
        WrongUse: nothing there, or two files of one name. RefusedByRule: a path lies in a data home.
    """
    found: dict[str, Path] = {}
    for path in given:
        if data_home_of(path) is not None:
            raise RefusedByRule(
                "This path lies inside a data home.",
                where=path.name,
                why="Numbers leave a data home through its own release desk, and requests are checked there.",
                fix="Ask for release in the portal: the same check runs on every request.",
            )
        if not path.exists():
            raise WrongUse("There is no such file or folder.", where=str(path), fix="Check the name.")
        for name, each in _inside(path):
            if name in found and found[name].resolve() != each.resolve():
                raise WrongUse(
                    "Two files have one name.", where=name, fix="Put both into one folder and give that."
                )
            found[name] = each
    if not found:
        raise WrongUse(
            "There is no file here.",
            where=", ".join(path.name for path in given),
            fix="Name the output files, or the folder they lie in.",
        )
    return sorted(found.items())


def _inside(path: Path) -> Iterable[tuple[str, Path]]:
    if path.is_file():
        return [(path.name, path)]
    return [
        (each.relative_to(path).as_posix(), each)
        for each in sorted(path.rglob("*"))
        if each.is_file() and not each.name.startswith((".", "~$"))
    ]


def open_file(name: str, path: Path) -> Opened:
    """Read one file as far as it can be read.

    Raises:
        WrongUse: the system would not open it.
    """
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= _MOST_BYTES else b""
    except OSError as problem:
        raise WrongUse(
            "The file cannot be opened.", where=name, fix="Check that you may read it."
        ) from problem
    facts: dict[str, Any] = {"name": name, "sha256": hashlib.sha256(data).hexdigest(), "size": size}
    if size > _MOST_BYTES:
        return Opened(**facts, fault="It is far larger than an output.")
    suffix = Path(name).suffix.lower()
    if suffix in RECORDS | UNREADABLE:
        return Opened(**facts)
    if data.startswith(b"PK\x03\x04") and suffix in WORKBOOKS:
        return _workbook(path, facts)
    if suffix in WORKBOOKS:
        return Opened(**facts, fault="It is not a workbook, or is protected by a password.")
    if suffix in TABLES | TEXTS:
        return _text(data, suffix, facts)
    return Opened(**facts)


def _text(data: bytes, suffix: str, facts: dict[str, Any]) -> Opened:
    try:
        text = decode(data, facts["name"])[0]
    except LinkwellError as error:
        return Opened(**facts, fault=error.what)
    if suffix in MARKED_TEXTS and (piped := _piped(text)):
        return Opened(**facts, text=text, sheets=(Sheet(facts["name"], "", cells_of(piped)),))
    if suffix in TEXTS and not _is_table(text, suffix):
        return Opened(**facts, text=text)
    first = 1
    if text[:4].lower() == "sep=":
        text, first = text.partition("\n")[2], 2
    delimiter = "\t" if suffix in (".tsv", ".tab") else find_delimiter(text)
    try:
        rows = list(enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=first))
    except csv.Error:
        return Opened(**facts, fault="It is no well-formed CSV file.")
    return Opened(**facts, sheets=(Sheet(facts["name"], "", cells_of(rows)),))


def _piped(text: str) -> list[tuple[int, list[str]]]:
    """The tables of a text that draws them with upright strokes (Markdown), by the number of their line."""
    lines = [(at, line.strip()) for at, line in enumerate(text.splitlines(), start=1)]
    rows = [(at, [cell.strip() for cell in line.strip("|").split("|")]) for at, line in lines
            if line.count("|") >= 2 or (line.startswith("|") and line.endswith("|"))]  # fmt: skip
    return [(at, cells) for at, cells in rows if not all(re.fullmatch(r":?-*:?", cell) for cell in cells)]


def _is_table(text: str, suffix: str) -> bool:
    """Whether a .txt file is a table after all: most lines split into equally many cells.

    At least three cells a line, or two that a tab parts, which seldom stands in prose.
    """
    lines = [line for line in text.splitlines() if line.strip()][:60]
    if suffix != ".txt" or len(lines) < 3:
        return False
    delimiter = find_delimiter(text)
    widths = [line.count(delimiter) for line in lines]
    common = max(set(widths), key=widths.count)
    return common >= (1 if delimiter == "\t" else 2) and widths.count(common) * 5 >= len(widths) * 4


def _workbook(path: Path, facts: dict[str, Any]) -> Opened:
    try:
        with zipfile.ZipFile(path) as archive:
            refuse_bomb(facts["name"], archive.infolist(), DEFAULT_LIMITS)
    except LinkwellError as error:
        return Opened(**facts, fault=error.what)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, OSError):
        return Opened(**facts, fault="The workbook is damaged.")
    book = _taken_apart(path)
    if "fault" in book:
        return Opened(**facts, fault="The workbook is damaged, or needs more memory than an output should.")
    return of_parts(Opened(**facts), book)


def of_parts(file: Opened, book: dict[str, Any]) -> Opened:
    """A workbook from what `workbook_parts.read_parts` found in it."""
    return replace(file, book=book, sheets=tuple(_sheet(file.name, each) for each in book["sheets"]))


def _taken_apart(path: Path) -> dict[str, Any]:
    order = {
        "path": str(path.resolve()), "memory_bytes": DEFAULT_LIMITS.memory_bytes,
        "cpu_seconds": DEFAULT_LIMITS.cpu_seconds,
    }  # fmt: skip
    # -P keeps the current folder off the module path: a stray json.py beside the workbook must not be run.
    command = [sys.executable, "-P", "-m", "linkwell.confidentiality.output_check.workbook_child"]
    try:
        ended = subprocess.run(
            command, input=json.dumps(order).encode() + b"\n", capture_output=True,
            timeout=DEFAULT_LIMITS.deadline_seconds, check=False,
        )  # fmt: skip
        found: dict[str, Any] = json.loads(ended.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        return {"fault": "stopped"}
    return found


def _sheet(file: str, found: dict[str, Any]) -> Sheet:
    rows = set(found["hidden_rows"])
    columns = {at for first, last in found["hidden_columns"] for at in range(first, min(last, 16_384) + 1)}
    merged = tuple(
        (*position(first), *position(last or first))
        for first, _, last in (each.partition(":") for each in found["merged"])
    )
    cells: dict[tuple[int, int], Cell] = {}
    for at, kind, value, percent, formula, masked, date in found["cells"]:
        row, column = position(at)
        hidden = ("sheet" if found["state"] != "visible" else "row" if row in rows
                  else "column" if column in columns
                  else "format" if masked or _covered(row, column, merged) else "")  # fmt: skip
        cells[row, column] = _cell(row, column, kind, value, percent, date, formula, hidden)
    return Sheet(file, found["name"], cells, merged, found["state"])


def _covered(row: int, column: int, merged: tuple[tuple[int, int, int, int], ...]) -> bool:
    """Whether a cell lies under merged cells, of which only the first is shown."""
    return any(
        top <= row <= bottom and left <= column <= right and (row, column) != (top, left)
        for top, left, bottom, right in merged
    )


def _cell(
    row: int, column: int, kind: str, value: str, percent: bool, date: bool, formula: str, hidden: str
) -> Cell:
    made = Cell(row, column, value)
    if kind == "n" and date:
        day = excel_day(value)
        made = Cell(row, column, day.isoformat() if day else value)
    elif kind == "n" and value:
        try:
            made = read_number(row, column, value, percent=percent)
        except ValueError:
            made = Cell(row, column, value)
    elif kind == "t":
        made = read_text(row, column, value)
    return Cell(row, column, made.text, made.number, made.decimals, made.percent, made.mark, made.aside,
                formula, hidden)  # fmt: skip
