"""Look at a file's outside before anything parses it: what it is, and whether it is safe to open."""

from __future__ import annotations

import zipfile
from enum import StrEnum
from pathlib import Path

from linkwell.reading import faults
from linkwell.reading.limits import Limits

_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHERS = (
    (b"%PDF", "a PDF"), (b"\x89PNG", "a picture"), (b"\xff\xd8\xff", "a picture"), (b"GIF8", "a picture"),
    (b"PAR1", "a Parquet file"), (b"\x1f\x8b", "a compressed file"), (b"7z\xbc\xaf", "a compressed file"),
    (b"Rar!", "a compressed file"), (b"SQLite format 3", "a database"), (b"{\\rtf", "a text document"),
)  # fmt: skip


class Kind(StrEnum):
    """How a file is read."""

    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"
    TEXT = "text"


def find_kind(path: Path, limits: Limits) -> Kind:
    """Say what a file is by its content, whatever its name ends in, and refuse what is not safe or not a
    table.

    Raises:
        WrongUse: missing, empty, too big, another kind of file, protected, active content or a zip bomb.
        TryAgain: the system would not open it.
    """
    if not path.exists():
        raise faults.missing_file(path)
    if path.is_dir():
        raise faults.not_a_file(path)
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise faults.cannot_open(path, error) from None
    if size == 0:
        raise faults.empty_file(path.name)
    if size > limits.file_bytes:
        raise faults.too_large(path.name, f"{size // 1_000_000:,} MB")
    return _kind_of(path, head, limits)


def _kind_of(path: Path, head: bytes, limits: Limits) -> Kind:
    if head.startswith((_ZIP, _EMPTY_ZIP)):
        return _zip_kind(path, limits)
    if head.startswith(_OLE):
        return _ole_kind(path)
    for magic, what in _OTHERS:
        if head.startswith(magic):
            raise faults.not_a_spreadsheet(path.name, what)
    bare = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if bare.startswith((b"<!doctype", b"<html", b"<table", b"<?xml")):
        raise faults.not_a_spreadsheet(path.name, "a web page or XML saved under a spreadsheet's name")
    named_workbook = path.suffix.lower() in (".xls", ".xlsx", ".xlsm", ".xlsb", ".ods")
    if named_workbook and any(control in head for control in (*range(9), *range(14, 26))):
        raise faults.damaged(path.name)
    return Kind.TEXT


def _zip_kind(path: Path, limits: Limits) -> Kind:
    name = path.name
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            refuse_bomb(name, members, limits)
            names = {member.filename for member in members}
            if any(member.flag_bits & 1 for member in members):
                raise faults.password(name)
            if "content.xml" in names and _small(archive, "mimetype").startswith(
                b"application/vnd.oasis.opendocument.spreadsheet"
            ):
                _refuse_active_ods(name, names, _small(archive, "META-INF/manifest.xml"))
                return Kind.ODS
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, OverflowError):
        raise faults.damaged(name) from None
    except OSError as error:
        raise faults.cannot_open(path, error) from None
    return _xlsx_kind(name, names)


def _xlsx_kind(name: str, names: set[str]) -> Kind:
    lower = {each.lower() for each in names}
    if any(each.startswith("word/") for each in lower):
        raise faults.not_a_spreadsheet(name, "a Word document")
    if any("vbaproject" in each or each.startswith("xl/macrosheets/") for each in lower):
        raise faults.active_content(name, "macros")
    if any(each.startswith("xl/externallinks/") for each in lower):
        raise faults.active_content(name, "links to other files")
    if any(each.startswith(("xl/embeddings/", "xl/activex/")) for each in lower):
        raise faults.active_content(name, "embedded objects")
    if "xl/workbook.bin" in lower:
        raise faults.active_content(name, "Excel's binary format (.xlsb)")
    if "xl/workbook.xml" not in lower:
        raise faults.not_a_spreadsheet(name, "a zip archive")
    return Kind.XLSX


def refuse_bomb(name: str, members: list[zipfile.ZipInfo], limits: Limits) -> None:
    """Refuse an archive that would unpack to far more than it is.

    Raises:
        WrongUse: too many parts, too large unpacked, or packed too tightly.
    """
    packed = sum(member.compress_size for member in members)
    unpacked = sum(member.file_size for member in members)
    if len(members) > limits.members:
        raise faults.zip_bomb(name, f"it has more than {limits.members:,} parts inside")
    if unpacked > limits.expanded_bytes:
        raise faults.zip_bomb(name, f"it would unpack to {unpacked // 1_000_000:,} MB")
    if unpacked > limits.ratio_from_bytes and unpacked > packed * limits.ratio:
        raise faults.zip_bomb(name, f"it would unpack to {unpacked // max(packed, 1):,} times its size")


def _refuse_active_ods(name: str, names: set[str], manifest: bytes) -> None:
    if b"encryption-data" in manifest:
        raise faults.password(name)
    if any(
        each.startswith(("Basic/", "Scripts/")) and not each.endswith(("/", "-lc.xml", "-lb.xml"))
        for each in names
    ):
        raise faults.active_content(name, "macros")
    if any(each.startswith("Object ") for each in names):
        raise faults.active_content(name, "embedded objects")


def _small(archive: zipfile.ZipFile, member: str) -> bytes:
    try:
        with archive.open(member) as file:
            return file.read(1_000_000)
    except (KeyError, RuntimeError, zipfile.BadZipFile):
        return b""


def _ole_kind(path: Path) -> Kind:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise faults.cannot_open(path, error) from None
    if _entry(data, "EncryptedPackage") or _entry(data, "EncryptionInfo"):
        raise faults.password(path.name)
    if _entry(data, "_VBA_PROJECT"):
        raise faults.active_content(path.name, "macros")
    if _entry(data, "WordDocument"):
        raise faults.not_a_spreadsheet(path.name, "a Word document")
    if not (_entry(data, "Workbook") or _entry(data, "Book")):
        raise faults.not_a_spreadsheet(path.name)
    return Kind.XLS


def _entry(data: bytes, name: str) -> bool:
    # Directory entries of an OLE file start with their name in UTF-16, ended by a zero.
    return f"{name}\0".encode("utf-16-le") in data
