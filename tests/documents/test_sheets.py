"""Our workbooks on paper: across, headings on each page, and rows as high as their words."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from linkwell.documents.sheets import lay_out, new_book, set_height


def written(path: Path, *rows: str, widths: tuple[int, ...] = (), names: int = 0) -> str:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("One")
        lay_out(sheet, widths=widths, names=names)
        for at, words in enumerate(rows):
            sheet.write_string(at, 0, words)
            set_height(sheet, at, [(words, 20)])
    with zipfile.ZipFile(path) as made:
        return made.read("xl/worksheets/sheet1.xml").decode() + made.read("xl/workbook.xml").decode()


def test_a_row_is_as_high_as_its_words_and_no_higher_than_a_spreadsheet_allows(tmp_path: Path) -> None:
    made = written(tmp_path / "a.xlsx", "short", "a" * 50, "one\ntwo", "b" * 5000)
    heights = dict(re.findall(r'<row r="(\d+)"[^>]*? ht="([\d.]+)"', made))
    assert heights == {"2": "45", "3": "30", "4": "399.75"}


def test_a_narrow_sheet_prints_upright_and_a_wide_one_across_on_pages_that_can_be_read(
    tmp_path: Path,
) -> None:
    narrow = written(tmp_path / "a.xlsx", "short", widths=(20, 60))
    assert 'orientation="portrait"' in narrow
    assert 'orientation="landscape"' in written(tmp_path / "b.xlsx", "short", widths=(20, 100))
    wide = written(tmp_path / "c.xlsx", "short", widths=(18, 18) + (20,) * 20, names=2)
    assert re.search(r'<pageSetup paperSize="9"[^>]*fitToWidth="4"[^>]*orientation="landscape"', wide)
    assert "One!$A:$B,One!$1:$1" in wide, "names and headings stand on every page"
    assert 'gridLines="1"' in narrow
    assert "Page &amp;P of &amp;N" in narrow


def test_what_the_system_refuses_is_the_systems_own_error_and_ends_in_words(tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("")
    with pytest.raises(NotADirectoryError), new_book(tmp_path / "a file" / "b.xlsx") as book:
        book.add_worksheet("One")
