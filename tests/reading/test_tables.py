"""Where the table lies on a sheet, what its columns are called, and what is said about the rest."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment
from tests.reading.workbooks import raw_xlsx, save_ods, save_xlsx, text_cell

from linkwell.errors import WrongUse
from linkwell.reading import Table, read_table, read_tables

PEOPLE = [
    ["First name", "Surname", "DOB"],
    ["Māia", "Rangi", date(2001, 2, 3)],
    ["Tama", "Ngata", date(1999, 12, 31)],
]


def codes(table: Table) -> set[str]:
    return {notice.code for notice in table.notices}


def test_headings_are_found_on_row_three_beneath_a_banner(tmp_path: Path) -> None:
    rows = [["Kaitoro Trust register"], ["printed 1 June", None, None], *PEOPLE]
    table = read_table(save_xlsx(tmp_path / "a.xlsx", {"People": rows}))
    assert table.columns == ("First name", "Surname", "DOB")
    assert (table.origin.file, table.origin.sheet, table.origin.header_row) == ("a.xlsx", "People", 3)
    assert table.rows[0] == ("Māia", "Rangi", "2001-02-03")
    assert table.row_numbers == [4, 5]
    assert codes(table) == {"banner"}


def test_group_titles_over_the_headings_are_not_the_headings(tmp_path: Path) -> None:
    rows = [["Person", None, None, None, "Service"], ["Name", "DOB", "NHI", "Gender", "Type", "Start"],
            ["A", "2001-01-01", "x", "F", "visit", "2020-01-01"]]  # fmt: skip
    table = read_table(save_xlsx(tmp_path / "a.xlsx", {"S": rows}))
    assert table.columns[0] == "Name"


def test_blank_rows_are_passed_over_and_row_numbers_stay_those_of_the_sheet(tmp_path: Path) -> None:
    rows = [PEOPLE[0], [], PEOPLE[1], [], [], PEOPLE[2]]
    assert read_table(save_xlsx(tmp_path / "a.xlsx", {"S": rows})).row_numbers == [3, 6]


def test_a_table_that_starts_in_another_corner_keeps_its_row_numbers(tmp_path: Path) -> None:
    rows = [[], [], [], *[[None, None, *row] for row in PEOPLE]]
    table = read_table(save_xlsx(tmp_path / "a.xlsx", {"S": rows}))
    assert table.origin.header_row == 4
    assert table.row_numbers == [5, 6]
    assert table.column("Surname") == ["Rangi", "Ngata"]


def test_doubled_and_blank_headings_become_different(tmp_path: Path) -> None:
    rows = [["Name", "name", None, "Name (2)", "Start\n date"], ["a", "b", "c", "d", "e"]]
    table = read_table(save_xlsx(tmp_path / "a.xlsx", {"S": rows}))
    assert table.columns == ("Name", "name (3)", "column 3", "Name (2)", "Start date")


def test_totals_and_repeated_headings_are_left_out_and_said(tmp_path: Path) -> None:
    rows = [
        ["Name", "Visits", "DOB"],
        ["A", 3, "x"],
        ["Name", "Visits", "DOB"],
        ["B", 4, "y"],
        ["Total", 7, None],
    ]
    table = read_table(save_xlsx(tmp_path / "a.xlsx", {"S": rows}))
    assert table.column("Name") == ["A", "B"]
    assert codes(table) == {"totals_row", "repeated_headings"}


def test_a_person_called_total_is_not_a_totals_row(tmp_path: Path) -> None:
    rows = [["Name", "Visits", "DOB"], ["A", 3, "x"], ["Total", 7, "z"]]
    assert read_table(save_xlsx(tmp_path / "a.xlsx", {"S": rows})).column("Name") == ["A", "Total"]


def test_a_sheet_without_headings_gets_numbered_columns_and_loses_no_row(tmp_path: Path) -> None:
    table = read_table(
        save_xlsx(tmp_path / "a.xlsx", {"S": [["A", "2001-01-01", 5], ["B", "2001-01-02", 6]]})
    )
    assert table.columns == ("column 1", "column 2", "column 3")
    assert len(table) == 2
    assert codes(table) == {"no_headings"}


def test_a_first_row_of_data_with_mostly_words_is_not_taken_for_headings(tmp_path: Path) -> None:
    rows = [["Māia", "Rangi", "F", "2001-02-03"], ["Tama", "Ngata", "M", "1999-12-31"]]
    rows.append(["Hine", "Moana", "F", "2003-01-01"])
    assert len(read_table(save_xlsx(tmp_path / "a.xlsx", {"S": rows}))) == 3


def test_dates_as_headings_of_an_attendance_sheet_are_headings(tmp_path: Path) -> None:
    rows = [["Name", "1/3/2024", "8/3/2024", "15/3/2024"], ["Māia", "Y", "", "Y"], ["Tama", "", "Y", "N"]]
    table = read_table(save_xlsx(tmp_path / "a.xlsx", {"S": rows}))
    assert table.columns == ("Name", "1/3/2024", "8/3/2024", "15/3/2024")


def test_cells_beyond_the_headings_are_kept_in_columns_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Name,Note\nA,said x, then y\nB,ok\n", "utf-8")
    table = read_table(tmp_path / "a.csv")
    assert table.columns == ("Name", "Note", "column 3")
    assert table.rows == [("A", "said x", "then y"), ("B", "ok", "")]
    assert codes(table) == {"uneven_rows"}


def test_numbers_and_dates_become_plain_text(tmp_path: Path) -> None:
    rows = [["Id", "When", "Flag", "Money"], [7654321.0, datetime(2020, 3, 4, 9, 15), True, 1.5]]
    table = read_table(save_xlsx(tmp_path / "a.xlsx", {"S": rows}))
    assert table.rows == [("7654321", "2020-03-04T09:15:00", "true", "1.5")]


def test_what_a_sheet_hides_is_said(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in [["Name", "N", "DOB"], *[[f"P{n}", n, "x"] for n in range(6)]]:
        sheet.append(row)
    sheet.row_dimensions[3].hidden = True
    sheet.row_dimensions[4].hidden = True
    sheet.column_dimensions["B"].hidden = True
    sheet["A2"].comment = Comment("rang her mother", "me")
    sheet["B7"] = "=1+1"
    sheet.merge_cells("A6:A7")
    book.create_sheet("Old").sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    table = read_table(tmp_path / "a.xlsx")
    said = {notice.code: notice.message for notice in table.notices}
    assert said["hidden_rows"].startswith("2 hidden rows")
    assert said["hidden_columns"].startswith("1 hidden column ")
    assert said["comments"].startswith("1 comment ")
    assert said["formulas"].startswith("1 cell ")
    assert "merged_cells" in said
    assert said["hidden_sheets"] == "Hidden and not read: Old"
    assert "mother" not in str(table.notices)
    assert len(table) == 6


def test_an_error_cell_is_read_as_empty_and_said(tmp_path: Path) -> None:
    xml = (f'<sheetData><row r="1">{text_cell("A1", "Name")}{text_cell("B1", "Age")}</row><row r="2">'
           f'{text_cell("A2", "A")}<c r="B2" t="e"><v>#N/A</v></c></row></sheetData>')  # fmt: skip
    table = read_table(raw_xlsx(tmp_path / "a.xlsx", xml))
    assert table.rows == [("A", "")]
    assert codes(table) == {"error_cells"}


def test_a_hidden_sheet_is_read_only_when_named(tmp_path: Path) -> None:
    path = save_xlsx(tmp_path / "a.xlsx", {"Now": PEOPLE, "Old": PEOPLE})
    book = openpyxl.load_workbook(path)
    book["Old"].sheet_state = "hidden"
    book.save(path)
    assert [table.origin.sheet for table in read_tables(path)] == ["Now"]
    assert read_table(path, sheet="Old").origin.sheet == "Old"


def test_several_tables_are_all_given_or_one_must_be_named(tmp_path: Path) -> None:
    path = save_xlsx(
        tmp_path / "a.xlsx", {"People": PEOPLE, "Empty": [], "Visits": PEOPLE, "Note": [["see me"]]}
    )
    assert [table.origin.sheet for table in read_tables(path)] == ["People", "Visits"]
    with pytest.raises(WrongUse, match="More than one sheet") as refusal:
        read_table(path)
    assert "'People', 'Visits'" in refusal.value.fix


def test_an_opendocument_sheet_is_read(tmp_path: Path) -> None:
    table = read_table(save_ods(tmp_path / "a.ods", [["Name", "DOB"], ["Māia", "3/4/2001"]]))
    assert table.rows == [("Māia", "3/4/2001")]


def test_an_old_excel_workbook_is_read() -> None:
    """The fixture has a banner, real dates, whole numbers, booleans and a hidden sheet."""
    table = read_table(Path(__file__).parent / "data" / "people.xls")
    assert table.columns == ("Name", "DOB", "Client no", "Active")
    assert table.rows[0] == ("Māia", "2001-02-03", "7654321", "true")
    assert codes(table) == {"banner", "hidden_sheets"}


def test_the_content_of_a_file_decides_not_its_name(tmp_path: Path) -> None:
    path = save_xlsx(tmp_path / "a.xlsx", {"S": PEOPLE})
    path.rename(tmp_path / "a.csv")
    assert read_table(tmp_path / "a.csv").origin.sheet == "S"
    (tmp_path / "b.xls").write_text("Name\tDOB\nA\tx\n", "utf-8")
    assert codes(read_table(tmp_path / "b.xls")) == {"text_named_workbook"}


def test_a_stray_module_beside_the_workbook_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit(1)", "utf-8")
    monkeypatch.chdir(tmp_path)
    assert len(read_table(save_xlsx(tmp_path / "a.xlsx", {"S": PEOPLE}))) == 2


BLOCKED = """
import sys
UNIX_ONLY = {"resource", "fcntl", "pwd", "grp", "termios", "tty", "pty", "syslog", "crypt", "readline"}
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name in UNIX_ONLY:
            raise ModuleNotFoundError(name=name)
for name in UNIX_ONLY:
    sys.modules.pop(name, None)
sys.meta_path.insert(0, Absent())
"""


def test_reading_works_where_the_system_has_no_unix_modules(tmp_path: Path) -> None:
    """As on Windows: the child finds no `resource`; the deadline and the checks before it are left."""
    path = save_xlsx(tmp_path / "a.xlsx", {"S": PEOPLE})
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(BLOCKED, "utf-8")
    script = "import sys; from pathlib import Path; import linkwell.primer\n"
    script += "from linkwell.reading import read_table\n"
    script += "assert 'resource' not in sys.modules\nprint(len(read_table(Path(sys.argv[1]))))"
    ran = subprocess.run(
        [sys.executable, "-c", script, str(path)],
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.stdout.strip(), ran.stderr) == ("2", "")


def test_error_words_in_text_are_read_as_empty_and_said(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Name,Start\nA,#N/A\nB,#REF!\nC,2024-01-01\n", encoding="utf-8")
    table = read_table(path)
    assert table.column("Start") == ["", "", "2024-01-01"]
    assert [(n.code, n.message[:7]) for n in table.notices] == [("error_cells", "2 cells")]


def test_error_words_in_an_ods_sheet_are_said(tmp_path: Path) -> None:
    table = read_table(save_ods(tmp_path / "a.ods", [["Name", "Start"], ["A", "#N/A"], ["B", "2024-01-01"]]))
    assert table.column("Start") == ["", "2024-01-01"]
    assert codes(table) == {"error_cells"}


def test_error_cells_of_an_old_workbook_are_said(tmp_path: Path) -> None:
    """A text cell (record 00FD) of the old format becomes a failed formula (record 0205, #N/A)."""
    data = bytearray((Path(__file__).parent / "data" / "people.xls").read_bytes())
    before = read_table(Path(__file__).parent / "data" / "people.xls")
    assert "error_cells" not in codes(before)
    at = [found.start() for found in re.finditer(re.escape(b"\xfd\x00\x0a\x00"), data)][4]
    data[at : at + 2] = b"\x05\x02"
    data[at + 10 : at + 12] = b"\x2a\x01"
    (tmp_path / "people.xls").write_bytes(data)
    table = read_table(tmp_path / "people.xls")
    assert "error_cells" in codes(table)


def test_text_named_as_a_workbook_is_read_and_said(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes("Name,DOB\nTāne,1990-01-02\n".encode())
    table = read_table(tmp_path / "a.xlsx")
    assert (table.rows, codes(table)) == ([("Tāne", "1990-01-02")], {"text_named_workbook"})


def test_marks_one_cannot_see_are_no_part_of_a_cell_or_a_heading(tmp_path: Path) -> None:
    text = "\ufeff\ufeffName,First\u200b name,DOB\nLee,\u200eAna\u200f,\u202a14/03/1991\u202c\n"
    (tmp_path / "a.csv").write_bytes(text.encode())
    table = read_table(tmp_path / "a.csv")
    assert (table.columns, table.rows) == (("Name", "First name", "DOB"), [("Lee", "Ana", "14/03/1991")])


def test_an_apostrophe_before_every_cell_goes_and_one_of_a_name_stays(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"Key,Name,NHI\n'C1,'Ana,'ZAC5361\n'C2,'Lee,'ZZZ0016\n")
    table = read_table(tmp_path / "a.csv")
    assert (table.rows[0], codes(table)) == (("C1", "Ana", "ZAC5361"), {"apostrophes"})
    (tmp_path / "b.csv").write_bytes(b"Key,Name,NHI\nC1,'Ana,ZAC5361\nC2,'Ofa,ZZZ0016\n")
    assert read_table(tmp_path / "b.csv").rows[0][1] == "'Ana"


def test_headings_of_which_half_are_missing_are_still_headings(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"Key,,Surname,DOB,,NHI,,\nC1,Ana,Lee,1990-01-02,F,ZAC5361,x,y\n" * 1)
    assert read_table(tmp_path / "a.csv").columns[:4] == ("Key", "column 2", "Surname", "DOB")


def test_rows_on_hidden_sheets_alone_are_not_read_and_the_sheet_is_named(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    made.active.append(["Name", "DOB"])
    made.active.append(["Lee", "1990-01-02"])
    made.active.title, made.active.sheet_state = "Old clients", "hidden"
    made.create_sheet("Cover").append(["Hello"])
    made.save(tmp_path / "a.xlsx")
    with pytest.raises(WrongUse, match="hidden and not read: 'Old clients'"):
        read_table(tmp_path / "a.xlsx")


_LIST = b"Key,Name,DOB,NHI\nC1,Ana Lee,14/03/1991,ZAC5361\nC2,Tom Ngata,15/03/1990,ZZZ0016\n"


def test_words_under_the_table_are_no_person(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(_LIST + b"\n* estimated where unknown,,,\nsee the form,,,\n")
    table = read_table(tmp_path / "a.csv")
    assert (len(table), codes(table)) == (2, {"footnotes"})
    (tmp_path / "b.csv").write_bytes(_LIST + b"C3,,,\n")
    assert len(read_table(tmp_path / "b.csv")) == 3, "a row of the table that holds one cell is a row"


def test_a_row_that_says_how_to_write_dates_is_no_person(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(_LIST.replace(b"C1,", b"text,text,dd/mm/yyyy,AAA9999\nC1,", 1))
    table = read_table(tmp_path / "a.csv")
    assert (len(table), codes(table)) == (2, {"hint_row"})


def test_a_second_table_under_the_first_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(
        _LIST + b"\nVISITS,,,\nKey,Visit date,Visit type,\nC1,14/03/2024,Group,\n"
    )
    assert "row 6" in next(
        n.where for n in read_table(tmp_path / "a.csv").notices if n.code == "second_table"
    )
    (tmp_path / "b.csv").write_bytes(_LIST + b"\nC4,Key,16/03/1990,\n")
    assert "second_table" not in codes(read_table(tmp_path / "b.csv"))


def test_the_title_over_each_heading_reaches_as_far_as_the_next(tmp_path: Path) -> None:
    lines = b"Child,,Caregiver,\nName,DOB,Name,Cell\nAna,14/03/1991,Eru,021\n"
    (tmp_path / "a.csv").write_bytes(lines)
    assert read_table(tmp_path / "a.csv").groups == ("Child", "Child", "Caregiver", "Caregiver")
    (tmp_path / "b.csv").write_bytes(b"Our register,,,\n" + lines.split(b"\n", 1)[1])
    assert read_table(tmp_path / "b.csv").groups == ()
