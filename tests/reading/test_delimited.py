"""CSV in the encodings and delimiters people really send."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwell.reading.delimited import find_delimiter, read_delimited
from linkwell.reading.limits import DEFAULT_LIMITS
from linkwell.reading.read import read_table

TEXT = "Name,DOB\nMāia Rangi,3/4/2001\nTāne,5/6/2002\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_macrons_survive_every_unicode_encoding(tmp_path: Path, encoding: str) -> None:
    text = TEXT if encoding in ("utf-8", "utf-8-sig", "utf-16") else TEXT.replace("ā", "a")
    (tmp_path / "a.csv").write_bytes(text.encode(encoding))
    table = read_table(tmp_path / "a.csv")
    assert table.columns == ("Name", "DOB")
    assert table.rows[0] == tuple(text.splitlines()[1].split(","))
    assert table.notices == ()


def test_windows_1252_is_read_and_the_lines_to_look_at_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("Name,DOB\nA,1\nRené,2\nB,3\nZoë,4\n".encode("cp1252"))
    table = read_table(tmp_path / "a.csv")
    assert table.column("Name") == ["A", "René", "B", "Zoë"]
    (notice,) = table.notices
    assert (notice.code, notice.where) == ("encoding_assumed", "lines 3, 5")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_even_when_others_stand_in_the_cells(delimiter: str) -> None:
    rows = [["Name", "Note, etc", "When"], ["a; b", "1,5", "x"], ["c", "2,5 | y", "z"], ["d", "e", "f"]]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    assert find_delimiter(text.getvalue()) == delimiter
    table = read_delimited(text.getvalue().encode(), "a.csv", DEFAULT_LIMITS)
    assert [table.columns, *table.rows] == [tuple(row) for row in rows]


def test_a_single_column_is_a_table_too() -> None:
    assert read_delimited(b"NHI\nZAC5361\nZZZ0016\n", "a.csv", DEFAULT_LIMITS).rows == [
        ("ZAC5361",),
        ("ZZZ0016",),
    ]


def test_excels_sep_line_is_obeyed_and_counted_as_a_row() -> None:
    table = read_delimited(b"sep=;\r\nName;Cost\r\nA;1,5\r\n", "a.csv", DEFAULT_LIMITS)
    assert (table.columns, table.row_numbers) == (("Name", "Cost"), [3])


def test_line_breaks_inside_quotes_stay_in_their_cell() -> None:
    table = read_delimited(b'Name,Note\nA,"one\ntwo"\n\nB,x\n', "a.csv", DEFAULT_LIMITS)
    assert table.rows == [("A", "one\ntwo"), ("B", "x")]
    assert table.row_numbers == [2, 4]


def test_an_undoubled_quotation_mark_is_said_and_keeps_row_numbers() -> None:
    table = read_delimited(b'Name,Note\nA,x\nB,"O"Brien"\nC,y\n', "a.csv", DEFAULT_LIMITS)
    assert [notice.code for notice in table.notices] == ["odd_quotes"]
    assert table.row_numbers == [2, 3, 4]


def test_a_banner_above_a_csv_is_passed_over() -> None:
    table = read_delimited(b"Report for June,,\n\nName,DOB,NHI\nA,x,y\n", "a.csv", DEFAULT_LIMITS)
    assert (table.columns, table.origin.header_row) == (("Name", "DOB", "NHI"), 3)


_cell = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=8)


@given(st.lists(st.tuples(_cell, _cell), max_size=20))
def test_what_is_written_as_csv_is_read_back_in_normal_form(rows: list[tuple[str, str]]) -> None:
    from linkwell.reading import cell_text

    text = io.StringIO()
    csv.writer(text).writerows([("first", "second", "mark"), *[(*row, "x") for row in rows], ("z", "z", "z")])
    table = read_delimited(text.getvalue().encode(), "a.csv", DEFAULT_LIMITS)
    assert table.rows == [*[(cell_text(a), cell_text(b), "x") for a, b in rows], ("z", "z", "z")]
