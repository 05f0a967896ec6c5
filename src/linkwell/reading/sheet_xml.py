"""Notice what a workbook hides: hidden rows and columns, comments, formulas, merged cells.

The reader itself does not tell, and hidden rows come through as data. The sheet's XML is scanned as bytes,
never parsed, so its depth and entities do not matter.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

_CHUNK = 4 << 20
_OVERLAP = 2048
_MARKS = re.compile(
    rb"<(?:\w+:)?(?:(row)\s[^<>]*?\bhidden=\"(?:1|true)\"|(col)\s[^<>]*?\bhidden=\"(?:1|true)\"|(f)[\s/>]|(mergeCell)\s)"
)
_ATTRIBUTE = re.compile(rb"([\w:]+)\s*=\s*\"([^\"]*)\"")
_NAMES = ("hidden_rows", "hidden_columns", "formulas", "merged_cells")


def scan(path: Path) -> dict[str, dict[str, int]]:
    """Count marks by sheet name in an xlsx file; sheets whose part cannot be found are left out."""
    with zipfile.ZipFile(path) as archive:
        return {name: _scan_sheet(archive, part) for name, part in _sheet_parts(archive).items()}


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    targets = {
        attributes.get(b"Id", b""): attributes.get(b"Target", b"").decode("utf-8", "replace")
        for attributes in _elements(_read(archive, "xl/_rels/workbook.xml.rels"), b"Relationship")
    }
    parts = {}
    for attributes in _elements(_read(archive, "xl/workbook.xml"), b"sheet"):
        target = targets.get(attributes.get(b"r:id", b""), "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if part in archive.NameToInfo:
            parts[_unescape(attributes.get(b"name", b""))] = part
    return parts


def _scan_sheet(archive: zipfile.ZipFile, part: str) -> dict[str, int]:
    counts = dict.fromkeys((*_NAMES, "comments", "error_cells"), 0)
    for chunk in _chunks(archive, part):
        counts["error_cells"] += chunk.count(b' t="e"')
        for match in _MARKS.finditer(chunk):
            counts[_NAMES[(match.lastindex or 1) - 1]] += 1
    rels = PurePosixPath(part).parent / "_rels" / f"{PurePosixPath(part).name}.rels"
    for attributes in _elements(_read(archive, str(rels)), b"Relationship"):
        if attributes.get(b"Type", b"").endswith(b"/comments"):
            target = attributes.get(b"Target", b"").decode("utf-8", "replace").rpartition("/")[2]
            for comments in (f"xl/{target}", f"xl/comments/{target}"):
                counts["comments"] += len(re.findall(rb"<(?:\w+:)?comment\s", _read(archive, comments)))
    return counts


def _chunks(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """Yield the part in pieces cut between tags, so that no mark is counted twice or missed."""
    with archive.open(part) as file:
        kept = b""
        while chunk := file.read(_CHUNK):
            chunk = kept + chunk
            cut = chunk.rfind(b"<")
            if cut <= 0 or len(chunk) - cut > _OVERLAP:
                cut = len(chunk)
            yield chunk[:cut]
            kept = chunk[cut:]
        yield kept


def _read(archive: zipfile.ZipFile, member: str) -> bytes:
    if member not in archive.NameToInfo:
        return b""
    with archive.open(member) as file:
        return file.read(4 << 20)


def _elements(xml: bytes, name: bytes) -> Iterator[dict[bytes, bytes]]:
    for match in re.finditer(rb"<(?:\w+:)?" + name + rb"\s([^<>]*)>", xml):
        yield dict(_ATTRIBUTE.findall(match[1]))


def _unescape(name: bytes) -> str:
    text = name.decode("utf-8", "replace")
    for escaped, plain in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(escaped, plain)
    return text
