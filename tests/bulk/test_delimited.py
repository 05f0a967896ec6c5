"""A large regular CSV read by Arrow is the very table the plain reader gives; anything odd is left to it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkwell.bulk import choose, read_tables
from linkwell.bulk.delimited import read_regular
from linkwell.errors import LinkwellError
from linkwell.reading import read_tables as plain_read
from linkwell.reading.limits import DEFAULT_LIMITS

CELLS = (
    "",
    "Ana",
    " Ana ",
    "Māori",
    "Ma\u0304ori",
    "1",
    "12/03/2020",
    "#N/A",
    "Total",
    'a"b',
    '"Bo"',
    '"Ka, Bo"',
    '"Ka; Bo"',
    '"a ""b"" c"',
    '"',
    '""',
    '""""',
    '"a,"',
    'a""b',
    '"a"b',
    'a"',
    "a;b",
    "x\ty",
    "\x1a",
)
LINES = st.lists(st.lists(st.sampled_from(CELLS), min_size=1, max_size=4).map(tuple), max_size=8)


def read_both(path: Path) -> None:
    fast = read_regular(path, DEFAULT_LIMITS)
    if fast is None:
        return
    (plain,) = plain_read(path)
    assert (fast.origin, fast.columns, list(fast.rows)) == (plain.origin, plain.columns, plain.rows)
    assert (fast.row_numbers, fast.notices) == (plain.row_numbers, plain.notices)


@settings(max_examples=400)
@given(
    LINES,
    st.sampled_from(",;\t|"),
    st.sampled_from(("\n", "\r\n", "\r")),
    st.booleans(),
    st.sampled_from(("utf-8", "utf-8-sig", "cp1252")),
)
def test_whatever_arrow_reads_the_plain_reader_reads_alike(
    tmp_path_factory: pytest.TempPathFactory,
    lines: list[tuple[str, ...]],
    delimiter: str,
    end: str,
    last: bool,
    encoding: str,
) -> None:
    path = tmp_path_factory.mktemp("read") / "people.csv"
    told = [("Client ID", "Name", "Start"), ("C1", "Bo", "2020-01-01"), *lines]
    text = end.join(map(delimiter.join, told)) + (end if last else "")
    path.write_bytes(text.encode(encoding, "replace"))
    read_both(path)


def test_an_ordinary_file_is_read_by_arrow(tmp_path: Path) -> None:
    rows = "".join(
        f"C{number}, Tāmati {number % 7} ,2020-01-{1 + number % 28:02}\r\n" for number in range(5_000)
    )
    path = tmp_path / "people.csv"
    path.write_text(f"Client ID,Name,Start\r\n{rows}", "utf-8", newline="")
    found = read_regular(path, DEFAULT_LIMITS)
    assert found is not None
    assert len(found) == 5_000
    assert found.rows[6] == ("C6", "Tāmati 6", "2020-01-07")
    assert found.column("Name") == plain_read(path)[0].column("Name")
    read_both(path)


def test_what_excel_and_databases_export_is_read_by_arrow_too(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    rows = "".join(f'"C{number}";"Ka; ""Bo"" {number % 7}";""\r\n' for number in range(5_000))
    path.write_text(f"Client ID;Name;Start\r\n{rows}", "utf-8-sig", newline="")
    found = read_regular(path, DEFAULT_LIMITS)
    assert found is not None
    assert found.rows[8] == ("C8", 'Ka; "Bo" 1', "")
    read_both(path)


@pytest.mark.parametrize(
    "more",
    [
        "Total,5000,\n",
        "C1,Bo\n",
        'C1,"Bo"x,2020-01-01\n',
        'C1,"Bo\nKa",2020-01-01\n',
        ",,\n",
        "C1,#REF!,\n",
        "Client ID,Name,Start\n",
    ],
)
def test_a_file_with_anything_odd_in_it_is_left_to_the_plain_reader(more: str, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("Client ID,Name,Start\n" + "C1,Bo,2020-01-01\n" * 3_000 + more, "utf-8")
    assert read_regular(path, DEFAULT_LIMITS) is None
    assert read_tables(path) == plain_read(path)


def test_an_odd_large_file_gets_the_plain_readers_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choose, "LARGE_BYTES", 10)
    path = tmp_path / "people.csv"
    path.write_bytes(b"Client ID,Name\n" + b"C1,Bo\n" * 100 + b"C2,\0\n")
    with pytest.raises(LinkwellError, match="NUL bytes"):
        read_tables(path)
    with pytest.raises(LinkwellError, match="no such file"):
        read_tables(tmp_path / "none.csv")
