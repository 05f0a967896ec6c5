"""A workbook that shows every fault at its cell: a list of findings, then each sheet as it was submitted.

It holds the submitted numbers, raw ones too: it is for the researcher and the checkers, and never leaves.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from linkwell.confidentiality.output_check.cells import Sheet, position
from linkwell.confidentiality.output_check.check import Checked
from linkwell.confidentiality.output_check.findings import ORDER, Finding, Verdict
from linkwell.documents.sheets import lay_out, new_book, set_height
from linkwell.vault.zones import written_whole

COLOURS = {
    Verdict.FAIL: "#F4C7C3",
    Verdict.REVIEW: "#FFF2B3",
    Verdict.NOTE: "#D6E6F2",
    Verdict.PASS: "#E2EFDA",
}
WORDS = {
    Verdict.FAIL: "Not to be released", Verdict.REVIEW: "A person decides", Verdict.NOTE: "Good to know",
    Verdict.PASS: "Nothing found",
}  # fmt: skip
_WIDTHS = (("", 18), ("File", 26), ("Sheet", 16), ("Cells", 22), ("Column", 22), ("What", 44),
           ("Why it matters", 40), ("What to do", 40))  # fmt: skip
_SUBJECT = "Marked by linkwell output check; stays inside"
_MOST_ROWS, _MOST_COLUMNS = 20_000, 200


def write_annotated(checked: Checked, path: Path) -> None:
    """Write the workbook; cells stand where they stood, so that "B7" is B7."""
    with written_whole(path) as part:
        part.touch(mode=0o600)  # it holds raw numbers; the writer keeps the file's mode
        with new_book(part) as book:
            book.set_properties({"subject": _SUBJECT})
            _Book(book).fill(checked)


def is_annotated(path: Path) -> bool:
    """Whether a file is a workbook this module wrote."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _SUBJECT.encode() in archive.read("docProps/core.xml")
    except (zipfile.BadZipFile, KeyError, OSError):
        return False


class _Book:
    def __init__(self, book: Any) -> None:
        self.book = book
        self.formats = {each: book.add_format({"bg_color": colour, "valign": "top", "text_wrap": True})
                        for each, colour in COLOURS.items()}  # fmt: skip
        self.bold = book.add_format({"bold": True, "bg_color": "#DCE9EB", "valign": "top", "text_wrap": True})
        self.wrap = book.add_format({"text_wrap": True, "valign": "top"})
        self.shown = book.add_format({"valign": "top"})
        self.taken = {"findings", "columns"}

    def fill(self, checked: Checked) -> None:
        self._findings(checked)
        self._columns(checked)
        for file in checked.opened:
            for sheet in file.sheets:
                own = [
                    f for f in checked.findings if (f.file, f.sheet) == (sheet.file, sheet.name) and f.cells
                ]
                self._sheet(sheet, own)

    def _findings(self, checked: Checked) -> None:
        sheet = self.book.add_worksheet("Findings")
        lay_out(sheet)
        for at, (heading, width) in enumerate((("What it means", 18), *_WIDTHS[1:])):
            sheet.set_column(at, at, width, self.wrap)
            sheet.write_string(0, at, heading, self.bold)
        ordered = sorted(checked.findings, key=lambda finding: -ORDER.index(finding.verdict))
        for row, finding in enumerate(ordered, start=1):
            rule = finding.words
            what = f"{rule.what} {finding.detail}".strip()
            cells = ", ".join(finding.cells[:40]) + (" …" if len(finding.cells) > 40 else "")
            texts = (finding.file, finding.sheet, cells, finding.column, what, rule.why, rule.fix)
            sheet.write_string(row, 0, WORDS[finding.verdict], self.formats[finding.verdict])
            for at, text in enumerate(texts, start=1):
                sheet.write_string(row, at, text, self.wrap)
            set_height(sheet, row, zip(texts, (width for _, width in _WIDTHS[1:]), strict=True))
        if not ordered:
            sheet.write_string(1, 0, WORDS[Verdict.PASS], self.formats[Verdict.PASS])
        sheet.freeze_panes(1, 0)

    def _columns(self, checked: Checked) -> None:
        sheet = self.book.add_worksheet("Columns")
        lay_out(sheet)
        headings = (
            ("Came out", 18),
            ("File", 26),
            ("Sheet", 16),
            ("Column", 9),
            ("Heading", 30),
            ("Leaves", 10),
            ("Taken as", 14),
            ("Tested for", 60),
            ("Cells", 30),
        )
        for at, (heading, width) in enumerate(headings):
            sheet.set_column(at, at, width, self.wrap)
            sheet.write_string(0, at, heading, self.bold)
        for row, each in enumerate(checked.columns, start=1):
            tested = ", ".join(name.replace("_", " ") for name in each.tested)
            sheet.write_string(row, 0, WORDS[each.verdict], self.formats[each.verdict])
            texts = (each.file, each.sheet, each.column, each.heading, each.role, each.kind, tested,
                     ", ".join(each.cells[:40]))  # fmt: skip
            for at, text in enumerate(texts, start=1):
                sheet.write_string(row, at, text, self.wrap)
        sheet.freeze_panes(1, 0)

    def _sheet(self, source: Sheet, findings: Sequence[Finding]) -> None:
        sheet = self.book.add_worksheet(self._name(source))
        lay_out(sheet)
        marks = _marks(findings)
        widths: dict[int, int] = {}
        for (row, column), cell in source.cells.items():
            if row > _MOST_ROWS or column > _MOST_COLUMNS:
                continue
            own = marks.pop((row, column), [])
            style = self.formats[_gravest(own)] if own else self.shown
            if cell.number is not None and not cell.mark and cell.aside is None and not cell.percent:
                sheet.write_number(row - 1, column - 1, cell.number, style)
            else:
                text = cell.text + ("%" if cell.percent and "%" not in cell.text else "")
                sheet.write_string(row - 1, column - 1, text, style)
            if own:
                self._note(sheet, row, column, own)
            widths[column] = max(widths.get(column, 9), min(len(cell.text) + 2, 34))
        for (row, column), own in marks.items():
            if row and column and row <= _MOST_ROWS and column <= _MOST_COLUMNS:
                sheet.write_blank(row - 1, column - 1, None, self.formats[_gravest(own)])
                self._note(sheet, row, column, own)
        for column, width in widths.items():
            sheet.set_column(column - 1, column - 1, width)

    def _note(self, sheet: Any, row: int, column: int, findings: Sequence[Finding]) -> None:
        lines = dict.fromkeys(f"{WORDS[f.verdict]}: {f.words.what} {f.detail}".strip() for f in findings)
        text = "\n".join(lines)[:1500]
        sheet.write_comment(row - 1, column - 1, text, {"x_scale": 2.4, "y_scale": 1 + len(text) / 160})

    def _name(self, source: Sheet) -> str:
        base = re.sub(r"[\[\]:*?/\\']", " ", source.name or Path(source.file).stem)[:26].strip() or "Sheet"
        name, at = base, 1
        while name.casefold() in self.taken:
            at += 1
            name = f"{base} {at}"
        self.taken.add(name.casefold())
        return name


def _marks(findings: Sequence[Finding]) -> dict[tuple[int, int], list[Finding]]:
    marks: dict[tuple[int, int], list[Finding]] = {}
    for finding in findings:
        for at in finding.cells:
            marks.setdefault(position(at.partition(":")[0]), []).append(finding)
    return marks


def _gravest(findings: Sequence[Finding]) -> Verdict:
    return max((finding.verdict for finding in findings), key=ORDER.index)
