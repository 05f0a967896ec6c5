"""A copy of a provider's table with the cells and rows of each finding marked, and a sheet that lists them.

Every cell is written as text: a long identifier keeps all its digits and nothing becomes a formula. The copy
holds personal information and stays on the provider's own computer.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from linkwell.checking.report import HEADINGS
from linkwell.checking.verdict import Finding, Severity, Verdict
from linkwell.documents.sheets import lay_out, new_book, set_height
from linkwell.reading.table import Table
from linkwell.vault.zones import written_whole

MOST_ROWS = 50_000  # a larger table has only its marked rows copied
_COLOURS = {
    Severity.BLOCK: "#F4C7C3", Severity.REFUSE_ROW: "#FBD9B5", Severity.DROP_CELL: "#FFF2B3",
    Severity.WARN: "#D6E6F2", Severity.NOTE: "#FFFFFF",
}  # fmt: skip
_Marks = dict[int, list[Finding]]


def write_marked(tables: Sequence[Table], verdict: Verdict, path: Path) -> None:
    """Write one workbook: a findings sheet, then each table with marks; row numbers are those of the source.

    Args:
        tables: the tables of one file.
    """
    with written_whole(path) as part:
        part.touch(mode=0o600)  # it holds personal information; the writer keeps the file's mode
        _write(tables, verdict, part)


def write_marked_copies(
    tables: Sequence[Table], verdict: Verdict, folder: Path, tick: Callable[[int, int], None]
) -> list[Path]:
    """Write a marked copy of each file into `folder`, named after it, and return them."""
    by_file: dict[str, list[Table]] = {}
    for table in tables:
        by_file.setdefault(table.origin.file, []).append(table)
    stems = Counter(Path(name).stem for name in by_file)
    copies = []
    for at, (name, found) in enumerate(by_file.items()):
        tick(at, len(by_file))
        stem = Path(name).stem if stems[Path(name).stem] == 1 else name.replace(".", "-")
        copies.append(folder / f"{stem}-marked.xlsx")
        write_marked(found, verdict, copies[-1])
    return copies


def _write(tables: Sequence[Table], verdict: Verdict, part: Path) -> None:
    with new_book(part) as book:
        top = {"valign": "top", "text_wrap": True}
        formats = {
            severity: book.add_format({"bg_color": colour, **top}) for severity, colour in _COLOURS.items()
        }
        bold = book.add_format({"bold": True, "bg_color": "#DCE9EB", **top})
        labels = {_place(table) for table in tables}
        mine = [finding for finding in verdict.findings if finding.file in labels or not finding.file]
        _findings_sheet(book, mine, formats, bold)
        taken = {"findings"}
        for table in tables:
            marks = _marks(mine, _place(table))
            sheet = book.add_worksheet(_sheet_name(table, taken))
            _table_sheet(sheet, table, marks, formats, bold, book.add_format(top))


def _place(table: Table) -> str:
    return table.origin.file + (f", sheet {table.origin.sheet}" if table.origin.sheet else "")


def _sheet_name(table: Table, taken: set[str]) -> str:
    base = re.sub(r"[\[\]:*?/\\']", " ", table.origin.sheet or Path(table.origin.file).stem)[:28].strip()
    name, at = base or "Sheet", 1
    while name.casefold() in taken:
        at += 1
        name = f"{base} {at}"
    taken.add(name.casefold())
    return name


def _findings_sheet(book: Any, findings: list[Finding], formats: dict[Severity, Any], bold: Any) -> None:
    sheet = book.add_worksheet("Findings")
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    headings = ("What it means", "Column", "How many", "What", "Why it matters", "What to do", "Rows")
    widths = (22, 18, 10, 50, 40, 40, 40)
    lay_out(sheet, widths=widths, names=2)
    for at, (heading, width) in enumerate(zip(headings, widths, strict=True)):
        sheet.set_column(at, at, width, wrap)
        sheet.write_string(0, at, heading, bold)
    for row, finding in enumerate(findings, start=1):
        rows = ", ".join(map(str, finding.rows[:200])) + (" …" if len(finding.rows) > 200 else "")
        sheet.write_string(row, 0, HEADINGS[finding.severity][0], formats[finding.severity])
        sheet.write_string(row, 1, finding.column)
        sheet.write_number(row, 2, finding.count)
        texts = (finding.what, finding.why, finding.fix, rows)
        set_height(sheet, row, [(finding.column, 18), *zip(texts, widths[3:], strict=True)])
        for at, text in enumerate(texts, start=3):
            sheet.write_string(row, at, text)
    sheet.freeze_panes(1, 0)


def _marks(findings: list[Finding], place: str) -> _Marks:
    marks: _Marks = {}
    for finding in findings:
        if finding.file == place and finding.severity is not Severity.NOTE:
            for number in finding.rows:
                marks.setdefault(number, []).append(finding)
    return marks


def _table_sheet(
    sheet: Any, table: Table, marks: _Marks, formats: dict[Severity, Any], bold: Any, plain: Any
) -> None:
    headings = ("Row in your file", "What was found", *table.columns)
    for at, heading in enumerate(headings):
        sheet.write_string(0, at, heading, bold)
    lay_out(sheet, widths=[10, 50] + [16] * len(table.columns), names=2)
    set_height(sheet, 0, [(heading, 16) for heading in headings] + [(headings[0], 10)])
    sheet.set_column(0, 0, 10)
    sheet.set_column(1, 1, 50)
    sheet.set_column(2, len(headings) - 1, 16)
    sheet.freeze_panes(1, 2)
    rows = zip(table.row_numbers, table.rows, strict=True)
    chosen = rows if len(table) <= MOST_ROWS else (each for each in rows if each[0] in marks)
    for line, (number, cells) in enumerate(chosen, start=1):
        found = marks.get(number, [])
        sheet.write_number(line, 0, number)
        if found:
            said = "\n".join(f"{HEADINGS[f.severity][0]}: {f.what}" for f in found)
            sheet.write_string(line, 1, said, plain)
            set_height(sheet, line, [(said, 50)])
        whole = next((f.severity for f in found if f.severity is Severity.REFUSE_ROW), None)
        by_column = {finding.column: finding.severity for finding in reversed(found) if finding.column}
        for at, cell in enumerate(cells):
            severity = by_column.get(table.columns[at], whole)
            if cell or severity:
                sheet.write_string(line, at + 2, cell, formats[severity] if severity else None)
