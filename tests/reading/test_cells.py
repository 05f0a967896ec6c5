"""One normal form of a cell, whichever reader found it."""

from __future__ import annotations

import csv
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkwell.reading import cell_text, read_table


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""), ("  Māia\u00a0", "Māia"), ("Ma\u0304ia", "Māia"), (7654321.0, "7654321"), (0.5, "0.5"),
        (-0.0, "0"), ("#N/A", ""),
        (True, "true"), (False, "false"), (12, "12"), (1e21, "1000000000000000000000"), (float("nan"), ""),
        (date(2020, 3, 4), "2020-03-04"), (datetime(2020, 3, 4), "2020-03-04"),
        (datetime(2020, 3, 4, 9, 14, 59, 999_999), "2020-03-04T09:15:00"), (time(14, 30), "14:30:00"),
        (timedelta(hours=26), "26:00:00"), (timedelta(seconds=-90), "-00:01:30"),
        (datetime.max, "9999-12-31T23:59:59"),
    ],
)  # fmt: skip
def test_each_kind_of_value_has_one_text(value: object, text: str) -> None:
    assert cell_text(value) == text


@given(st.text(max_size=50))
def test_the_normal_form_of_a_text_is_its_own_normal_form(text: str) -> None:
    assert cell_text(cell_text(text)) == cell_text(text)


def without_fraction(moment: Any) -> Any:
    return moment.replace(microsecond=0)


# What a sheet can hold: XML has no control characters, and workbooks keep dates from March 1900 on.
_texts = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Co", "Zl", "Zp"]), max_size=12
).filter(lambda text: not text.startswith("="))
_values = st.one_of(
    st.none(), _texts, st.booleans(), st.integers(-(10**12), 10**12), st.floats(-1e6, 1e6, width=32),
    st.dates(date(1900, 3, 1), date(2100, 1, 1)),
    st.datetimes(datetime(1900, 3, 1), datetime(2100, 1, 1)).map(without_fraction),
    st.times().map(without_fraction),
)  # fmt: skip


@settings(max_examples=12, deadline=None)
@given(st.lists(st.tuples(_values, _values, _values), min_size=1, max_size=12))
def test_calamine_openpyxl_and_csv_give_the_same_table(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[object, ...]]
) -> None:
    folder: Path = tmp_path_factory.mktemp("agree")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["first", "second", "third", "mark"])
    for row in rows:
        sheet.append([*row, "x"])
    book.save(folder / "a.xlsx")

    by_calamine = read_table(folder / "a.xlsx")
    loaded = openpyxl.load_workbook(folder / "a.xlsx").active
    by_openpyxl = [
        tuple(cell_text(cell) for cell in row) for row in loaded.iter_rows(min_row=2, values_only=True)
    ]
    with (folder / "a.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([by_calamine.columns, *by_openpyxl])

    assert by_calamine.rows == by_openpyxl
    assert read_table(folder / "a.csv").rows == by_openpyxl
