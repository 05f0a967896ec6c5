"""Files that are refused, each with its own plain sentence and never a traceback."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.reading.workbooks import ole_file, raw_xlsx, save_ods, save_xlsx, text_cell

from linkwell.errors import LinkwellError, TryAgain, WrongUse
from linkwell.reading import Table, read_tables
from linkwell.reading.limits import DEFAULT_LIMITS

HEAD = f'<sheetData><row r="1">{text_cell("A1", "Name")}{text_cell("B1", "DOB")}</row></sheetData>'
MANIFEST = b"<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def zipped(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def bomb(path: Path) -> Path:
    return raw_xlsx(path, HEAD, {"xl/media/x.bin": bytes(30_000_000)})


def encrypted_zip(path: Path) -> Path:
    data = bytearray(save_xlsx(path, {"S": [["a", "b"], ["c", "d"]]}).read_bytes())
    at = data.find(b"PK\x01\x02")
    data[at + 8] |= 1
    return written(path, bytes(data))


ODD: list[tuple[str, Callable[[Path], Path], str]] = [
    ("missing file", lambda p: p / "none.xlsx", "no such file"),
    ("a folder", lambda p: p, "folder, not a file"),
    ("an empty file", lambda p: written(p / "a.csv", b""), "file is empty"),
    ("an empty workbook", lambda p: save_xlsx(p / "a.xlsx", {"S": []}), "no rows of data"),
    ("headings only", lambda p: raw_xlsx(p / "a.xlsx", HEAD), "no rows of data"),
    ("blank lines only", lambda p: written(p / "a.csv", b"\n,,\n \n"), "no rows of data"),
    ("a PDF", lambda p: written(p / "a.xlsx", b"%PDF-1.7 ..."), "looks like a PDF"),
    ("a picture", lambda p: written(p / "a.csv", b"\x89PNG\r\n\x1a\n"), "looks like a picture"),
    ("a web page named xls", lambda p: written(p / "a.xls", b"<html><table>"), "web page"),
    ("a Word document", lambda p: zipped(p / "a.xlsx", **{"word/document.xml": b"<w/>"}), "Word document"),
    ("a zip archive", lambda p: zipped(p / "a.xlsx", **{"a.txt": b"x"}), "zip archive"),
    ("bytes named xlsx", lambda p: written(p / "a.xlsx", b"Name,\x00DOB\n"), "damaged"),
    ("a cut-off workbook",
     lambda p: written(p / "a.xlsx", raw_xlsx(p / "b", HEAD).read_bytes()[:300]),
     "damaged"),
    ("broken XML", lambda p: raw_xlsx(p / "a.xlsx", '<sheetData><row r="1"><c r="A1"><</row>'), "damaged"),
    ("an XML entity", lambda p: raw_xlsx(p / "a.xlsx", HEAD.replace("Name", "&boom;")), "damaged"),
    ("a zip bomb", lambda p: bomb(p / "a.xlsx"), "times its size"),
    ("too many parts",
     lambda p: raw_xlsx(p / "a.xlsx", HEAD, {f"x{n}": b"" for n in range(5001)}),
     "parts inside"),
    ("an encrypted xlsx", lambda p: ole_file(p / "a.xlsx", "EncryptionInfo", "EncryptedPackage"), "password"),
    ("an encrypted zip", lambda p: encrypted_zip(p / "a.xlsx"), "password"),
    ("an encrypted ods",
     lambda p: save_ods(p / "a.ods", [["a"]], {"META-INF/manifest.xml": MANIFEST}),
     "password"),
    ("macros", lambda p: raw_xlsx(p / "a.xlsm", HEAD, {"xl/vbaProject.bin": b"x"}), "macros"),
    ("macros in an old workbook",
     lambda p: ole_file(p / "a.xls", "Workbook", "_VBA_PROJECT_CUR", "_VBA_PROJECT"),
     "macros"),
    ("macros in an ods",
     lambda p: save_ods(p / "a.ods", [["a"]], {"Basic/Standard/Module1.xml": b"x"}),
     "macros"),
    ("the binary format", lambda p: raw_xlsx(p / "a.xlsb", HEAD, {"xl/workbook.bin": b"x"}), "binary format"),
    ("external links",
     lambda p: raw_xlsx(p / "a.xlsx", HEAD, {"xl/externalLinks/e1.xml": b"x"}),
     "links to other files"),
    ("embedded objects",
     lambda p: raw_xlsx(p / "a.xlsx", HEAD, {"xl/embeddings/o.bin": b"x"}),
     "embedded objects"),
    ("a damaged old workbook", lambda p: ole_file(p / "a.xls", "Workbook"), "damaged"),
    ("NUL bytes", lambda p: written(p / "a.csv", b"Name,DOB\nMa\0ia,x\n"), "NUL bytes"),
    ("control characters", lambda p: written(p / "a.csv", b"Name,DOB\nMa\x01ia,x\n"), "not a spreadsheet"),
    ("a 10 MB cell",
     lambda p: written(p / "a.csv", b"Name,DOB\n" + b"x" * 10_000_000 + b",y\n"),
     "more than 100,000"),
    ("a long cell",
     lambda p: written(p / "a.csv", b"Name,DOB\n" + b"x" * 110_000 + b",y\n"),
     "more than 100,000"),
    ("an open quotation mark", lambda p: written(p / "a.csv", b'Name,DOB\nA,"x\nB,y\n'), "never closed"),
    ("a cell in the farthest corner", lambda p: raw_xlsx(p / "a.xlsx",
        f'<sheetData><row r="1">{text_cell("A1", "N")}</row>'
        f'<row r="1048576">{text_cell("XFD1048576", "z")}</row></sheetData>'),
     "larger than we read safely"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "sentence"), [odd[1:] for odd in ODD], ids=[odd[0] for odd in ODD])
def test_an_odd_file_gets_its_own_plain_sentence(
    tmp_path: Path, make: Callable[[Path], Path], sentence: str
) -> None:
    with pytest.raises(WrongUse, match=sentence) as refusal:
        read_tables(make(tmp_path))
    assert refusal.value.where
    assert refusal.value.fix


def test_a_wrong_sheet_name_lists_the_sheets_there_are(tmp_path: Path) -> None:
    path = save_xlsx(tmp_path / "a.xlsx", {"Clients": [["a"], ["b"]], "Visits": [["a"], ["b"]]})
    with pytest.raises(WrongUse, match="no sheet called 'People'") as refusal:
        read_tables(path, sheet="People")
    assert "'Clients', 'Visits'" in refusal.value.fix
    (tmp_path / "a.csv").write_text("a\nb\n", "utf-8")
    with pytest.raises(WrongUse, match="no sheets"):
        read_tables(tmp_path / "a.csv", sheet="People")


def test_too_many_rows_are_refused(tmp_path: Path) -> None:
    few = replace(DEFAULT_LIMITS, rows=3)
    rows = [["a", "b"], *[["c", "d"]] * 5]
    (tmp_path / "a.csv").write_text("\n".join(",".join(row) for row in rows), "utf-8")
    for path in (save_xlsx(tmp_path / "a.xlsx", {"S": rows}), tmp_path / "a.csv"):
        with pytest.raises(WrongUse, match="more than 3 rows"):
            read_tables(path, limits=few)


def test_too_long_a_cell_in_a_workbook_is_refused(tmp_path: Path) -> None:
    path = save_xlsx(tmp_path / "a.xlsx", {"S": [["a", "b"], ["c", "d" * 50]]})
    with pytest.raises(WrongUse, match="more than 20 characters") as refusal:
        read_tables(path, limits=replace(DEFAULT_LIMITS, cell_characters=20))
    assert refusal.value.where == "a.xlsx, row 2"


def test_a_file_too_big_is_refused_unread(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"a,b\n" * 100)
    with pytest.raises(WrongUse, match="larger than we read"):
        read_tables(tmp_path / "a.csv", limits=replace(DEFAULT_LIMITS, file_bytes=100))


def test_reading_past_the_deadline_is_stopped(tmp_path: Path) -> None:
    path = save_xlsx(tmp_path / "a.xlsx", {"S": [["a"], ["b"]]})
    with pytest.raises(TryAgain, match="took too long"):
        read_tables(path, limits=replace(DEFAULT_LIMITS, deadline_seconds=0))


@pytest.mark.only_on("linux", "darwin")  # Python's resource limits are Unix's
def test_a_workbook_that_needs_too_much_memory_is_refused(tmp_path: Path) -> None:
    path = save_xlsx(tmp_path / "a.xlsx", {"S": [["a", "b"], *[[f"c{n}", "d"] for n in range(4000)]]})
    with pytest.raises(LinkwellError):
        read_tables(path, limits=replace(DEFAULT_LIMITS, memory_bytes=20_000_000))


def tables_or_plain_words(path: Path) -> list[Table]:
    """Read a file; anything but tables or a refusal with advice escapes and fails the test."""
    try:
        return read_tables(path)
    except LinkwellError as refusal:
        advice = refusal.fix
    assert advice
    return []


_quiet = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
_magic = [
    b"",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"sep=;\n",
]


@_quiet
@given(
    st.sampled_from(_magic),
    st.binary(max_size=400),
    st.sampled_from(["xlsx", "xls", "ods", "csv", "txt", "xlsm"]),
)
@example(b"\xff\xfe", b"\x00", "csv")
@example(b"", b"\r\r\n\x0b", "csv")
def test_random_bytes_under_any_ending_give_tables_or_plain_words(
    tmp_path: Path, magic: bytes, data: bytes, ending: str
) -> None:
    path = written(tmp_path / f"a.{ending}", magic + data)
    for table in tables_or_plain_words(path):
        assert all(len(row) == len(table.columns) for row in table.rows)


@_quiet
@given(
    st.sampled_from(["xlsx", "ods"]),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=4),
)
def test_a_workbook_with_bytes_changed_gives_tables_or_plain_words(
    tmp_path: Path, ending: str, changes: list[tuple[float, int]]
) -> None:
    rows = [["Name", "DOB"], ["Māia", "x"], ["Tama", "y"]]
    whole = save_xlsx(tmp_path / "w", {"S": rows}) if ending == "xlsx" else save_ods(tmp_path / "w", rows)
    data = bytearray(whole.read_bytes())
    for at, byte in changes:
        data[int(at * len(data))] = byte
    tables_or_plain_words(written(tmp_path / f"a.{ending}", bytes(data)))
