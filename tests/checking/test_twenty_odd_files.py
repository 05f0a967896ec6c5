"""Twenty deliberately odd files; each gives exactly its named plain finding and no other."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from linkwell.checking.check import check
from linkwell.checking.verdict import Severity
from linkwell.errors import LinkwellError
from linkwell.reading import read_tables
from linkwell.specification.kit import as_supplied, cases, starter

AS_OF = date(2026, 6, 1)
SPEC = as_supplied(files=("participants",))
PLAIN = dict(next(case for case in cases() if case.name == "plain").files)["participants"]
Rows = list[list[str]]
AT = {field: at for at, field in enumerate(starter()["participants"])}


def rows() -> Rows:
    return [list(row) for row in PLAIN]


def as_csv(lines: Rows) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue().encode()


def csv_with(change: Callable[[Rows], object]) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        lines = rows()
        change(lines)
        (folder / "people.csv").write_bytes(as_csv(lines))
        return folder / "people.csv"

    return make


def cell(row: int, field: str, value: str) -> Callable[[Path], Path]:
    return csv_with(lambda lines: lines[row].__setitem__(AT[field], value))


def raw(data: bytes, name: str = "people.csv") -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(data)
        return folder / name

    return make


def book(change: Callable[[openpyxl.Workbook], object]) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        made = openpyxl.Workbook()
        for line in rows():
            made.active.append(line)
        change(made)
        made.save(folder / "people.xlsx")
        return folder / "people.xlsx"

    return make


def zipped(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return made.getvalue()


def hide_a_row(made: openpyxl.Workbook) -> None:
    made.active.row_dimensions[3].hidden = True


def put_a_formula(made: openpyxl.Workbook) -> None:
    made.active.cell(2, AT["variant"] + 1, '="No"&"rth"')


def add_notes(lines: Rows) -> None:
    for at, line in enumerate(lines):
        line.append("Notes" if at == 0 else f"spoke {at}")


WINDOWS = as_csv(rows()).decode().replace("Tāmati", "Renée").replace("Māori", "Samoan").encode("cp1252")
ODD: dict[str, tuple[Callable[[Path], Path], str]] = {
    "1 bytes of Windows": (raw(WINDOWS), "Not UTF-8"),
    "2 failed formulas": (cell(2, "household_key", "#N/A"), "1 cell with an error such as #N/A"),
    "3 a totals row": (csv_with(lambda lines: lines.append(["Total", "4", *[""] * 16])), "Looks like totals"),
    "4 a banner": (csv_with(lambda lines: lines.insert(0, ["Our people", *[""] * 17])), "above the headings"),
    "5 headings again": (csv_with(lambda lines: lines.insert(3, lines[0])), "The headings come again"),
    "6 a hidden row": (book(hide_a_row), "1 hidden row will be read"),
    "7 a formula": (book(put_a_formula), "1 cell with a formula"),
    "8 Excel's number for a day": (cell(1, "end_date", "45250"), "date_excel_serial"),
    "9 a year of two digits": (cell(1, "date_of_birth", "14/03/91"), "date_two_digit_year"),
    "10 a stand-in date": (cell(1, "start_date", "1900-01-01"), "date_placeholder"),
    "11 a start in the future": (cell(2, "start_date", "2031-06-01"), "date_in_future"),
    "12 somebody of 140": (cell(1, "date_of_birth", "1886-03-14"), "age_impossible"),
    "13 letters that were lost": (cell(1, "last_name", "T?mati"), "name_letters_lost"),
    "14 a phone number beside a name": (cell(2, "last_name", "Smith 021 555 0000"), "name_with_digits"),
    "15 a word for nobody": (cell(1, "last_name", "unknown"), "name_placeholder"),
    "16 a gender nobody knows": (cell(2, "gender", "xyz"), "value_not_in_list"),
    "17 one number for two people": (cell(2, "nhi", "ZZZ0016"), "identifier_shared"),
    "18 a start before birth": (cell(1, "start_date", "1990-05-15"), "start_before_birth"),
    "19 a column of notes": (csv_with(add_notes), "unknown_column"),
    "20 an end that contradicts": (cell(1, "end_status", "current"), "end_and_current"),
}  # fmt: skip
REFUSED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "an empty file": (raw(b""), "The file is empty"),
    "headings only": (raw(as_csv(rows()[:1])), "no rows of data"),
    "a picture": (raw(b"\xff\xd8\xff\xe0" + bytes(900), "people.xlsx"), "not a spreadsheet"),
    "a web page": (raw(b"<html><table><tr><td>1", "people.xls"), "not a spreadsheet"),
    "an open quotation mark": (raw(as_csv(rows()) + b'C9,"Ana,Lee\n'), "quotation mark opens"),
    "NUL bytes": (raw(as_csv(rows()) * 20 + b"C9,\0Ana\n"), "NUL bytes"),
    "macros": (raw(zipped("xl/workbook.xml", "xl/vbaProject.bin"), "people.xlsm"), "holds macros"),
    "links to other files": (
        raw(zipped("xl/workbook.xml", "xl/externalLinks/a.xml"), "p.xlsx"),
        "links to other",
    ),
    "half a workbook": (raw(zipped("xl/workbook.xml")[:60], "people.xlsx"), "damaged"),
    "another list": (raw(b"Plant,Height\nfern,2\nrimu,9\n"), "none of the agreed columns"),
}


def said(path: Path) -> set[str]:
    """Codes of everything found, and the words of what the reader noticed."""
    findings = check(SPEC, read_tables(path), as_of=AS_OF).findings
    loud = [each for each in findings if each.severity is not Severity.NOTE or each.code == "unknown_column"]
    return {each.code for each in loud} | {each.what for each in findings if each.code == "reader_notice"}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_file_gives_exactly_its_finding(name: str, tmp_path: Path) -> None:
    make, expected = ODD[name]
    (tmp_path / "plain").mkdir()
    plain = said(csv_with(lambda lines: None)(tmp_path / "plain"))
    found = said(make(tmp_path)) - plain
    assert len(found) == 1, found
    assert expected in found.pop()


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_no_list_of_people_is_refused_in_words(name: str, tmp_path: Path) -> None:
    make, expected = REFUSED[name]
    with pytest.raises(LinkwellError) as refusal:
        check(SPEC, read_tables(make(tmp_path)), as_of=AS_OF)
    assert expected in refusal.value.what
    assert refusal.value.fix
