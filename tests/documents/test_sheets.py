"""Our workbooks on paper: across, headings on each page, and rows as high as their words."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import xlsxwriter

from linkwell.documents.sheets import lay_out, set_height


def written(path: Path, *rows: str) -> str:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("One")
        lay_out(sheet, pages_across=2)
        for at, words in enumerate(rows):
            sheet.write_string(at, 0, words)
            set_height(sheet, at, [(words, 20)])
    with zipfile.ZipFile(path) as made:
        return made.read("xl/worksheets/sheet1.xml").decode() + made.read("xl/workbook.xml").decode()


def test_a_row_is_as_high_as_its_words_and_no_higher_than_a_spreadsheet_allows(tmp_path: Path) -> None:
    made = written(tmp_path / "a.xlsx", "short", "a" * 50, "one\ntwo", "b" * 5000)
    heights = dict(re.findall(r'<row r="(\d+)"[^>]*? ht="([\d.]+)"', made))
    assert heights == {"2": "45", "3": "30", "4": "399.75"}


def test_a_sheet_prints_across_on_a4_with_its_headings_on_each_page(tmp_path: Path) -> None:
    made = written(tmp_path / "a.xlsx", "short")
    assert re.search(r'<pageSetup paperSize="9"[^>]*fitToWidth="2"[^>]*orientation="landscape"', made)
    assert "_xlnm.Print_Titles" in made
