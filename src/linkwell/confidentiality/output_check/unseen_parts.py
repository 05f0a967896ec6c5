"""Words and numbers of a workbook that no cell shows: lists, filters, messages, readings, remarks, leftovers.

Each is told as [kind, sheet, cell, text]; `unseen.py` judges what of it stands in a cell as well. Run in the
limited child process, with `workbook_parts.py`.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from linkwell.confidentiality.output_check.styles import every, tag_of, words_of

Whisper = list[str]
_LONGEST = 2000
_MOST = 2000
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')
_GAP = 1024
_MESSAGES = ("promptTitle", "prompt", "errorTitle", "error")
_NAMED = ("comment", "description", "help", "statusBar")
# Where a workbook keeps who worked on it: (element, attribute).
_PEOPLE = (("fileSharing", "userName"), ("customWorkbookView", "name"), ("person", "displayName"),
           ("pivotCacheDefinition", "refreshedBy"), ("userInfo", "name"))  # fmt: skip
_USUAL_RANGE = re.compile(r"Range\d*", re.IGNORECASE)


def in_sheet(tree: ElementTree.Element, sheet: str) -> Iterator[Whisper]:
    """Of one sheet: allowed values, messages, rules, filters, words under the pointer."""
    for each in every(tree, "dataValidation"):
        at = _first(each)
        texts = [text for tag in ("formula1", "formula2") for f in every(each, tag) for text in _constants(f)]
        texts += [each.get(name, "") for name in _MESSAGES]
        yield from (["validation", sheet, at, text[:_LONGEST]] for text in texts if text.strip())
    for each in every(tree, "conditionalFormatting"):
        for rule in every(each, "cfRule"):
            quoted = [text for f in every(rule, "formula") for text in _QUOTED.findall(words_of(f))]
            for text in dict.fromkeys([rule.get("text", ""), *quoted]):
                if text.strip():
                    yield ["rule", sheet, _first(each), text[:_LONGEST]]
    yield from in_table(tree, sheet)
    for each in every(tree, "protectedRange"):
        if not _USUAL_RANGE.fullmatch(each.get("name", "")):
            yield ["range", sheet, _first(each), each.get("name", "")[:_LONGEST]]
    for each in every(tree, "hyperlink"):
        for text in (each.get("tooltip", ""), each.get("display", "")):
            if text.strip():
                yield ["pointer", sheet, each.get("ref", "").partition(":")[0], text[:_LONGEST]]


def in_table(tree: ElementTree.Element, sheet: str) -> Iterator[Whisper]:
    """Of a table, or a sheet's own filter: what it filters or sorts by, its remark, its columns' names."""
    for tag, name in (("filter", "val"), ("customFilter", "val"), ("sortCondition", "customList")):
        for each in every(tree, tag):
            for text in each.get(name, "").split(","):
                if text.strip(" *?"):
                    yield ["filter", sheet, "", text.strip(" *?")[:_LONGEST]]
    if tag_of(tree) == "table":
        named = [each.get("name", "") for each in every(tree, "tableColumn")]
        for text in (tree.get("comment", ""), *named):
            if text.strip() and not re.fullmatch(r"Column\d+", text):
                yield ["table", sheet, "", re.sub(r"_x000[aAdD]_", " ", text)[:_LONGEST]]


def in_book(book: ElementTree.Element) -> Iterator[Whisper]:
    """Remarks on names."""
    for each in every(book, "definedName"):
        for text in (each.get(name, "") for name in _NAMED):
            if text.strip():
                yield ["name", "", "", text[:_LONGEST]]


def in_archive(archive: zipfile.ZipFile, trees: dict[str, ElementTree.Element]) -> Iterator[Whisper]:
    """Of parts beside the sheets: old drawings, diagrams, data types, remarks between the marks."""
    for name, tree in trees.items():
        if re.match(r"xl/diagrams/[^/]*\.xml$", name):
            yield from (["diagram", "", "", text] for each in every(tree, "t") if (text := _text(each)))
        if re.match(r"xl/richData/rdrichvalue\d*\.xml$", name) and not _only_errors(trees):
            yield from (["data type", "", "", text] for each in every(tree, "v") if (text := _text(each)))
    for name in archive.namelist():
        data = archive.read(name) if name.endswith((".xml", ".vml", ".rels")) else b""
        for remark in re.findall(rb"<!--(.*?)-->", data, re.DOTALL):
            if remark.strip():
                yield ["remark", "", "", remark.decode("utf-8", "replace")[:_LONGEST]]


def in_old_drawing(data: bytes, sheet: str) -> Iterator[Whisper]:
    """Words of a drawing of the old kind (VML), which holds comments' boxes, buttons and heading pictures."""
    text = data.decode("utf-8", "replace")
    for box in re.findall(r"<v:textbox\b[^>]*>(.*?)</v:textbox>", text, re.DOTALL):
        words = re.sub(r"<[^>]*>", " ", box).replace("&nbsp;", " ").strip()
        if words:
            yield ["drawing", sheet, "", words[:_LONGEST]]
    for said in re.findall(r'\b(?:alt|o:title|string)="([^"]+)"', text):
        yield ["description", sheet, "", said[:_LONGEST]]


def people_in(trees: dict[str, ElementTree.Element]) -> list[str]:
    """Who worked on it: authors of comments, users, views; names of programs stay in."""
    found = [each.get(name, "") for tree in trees.values() for tag, name in _PEOPLE
             for each in every(tree, tag)]  # fmt: skip
    for name, tree in trees.items():
        if re.match(r"xl/comments", name):
            found += [_text(each) for each in every(tree, "author")]
    return sorted({each.strip() for each in found if each.strip() and not each.startswith("tc={")})[:_MOST]


def titles_in(app: ElementTree.Element) -> list[str]:
    """The sheets and names the properties list, those of an earlier state too."""
    return [_text(text) for each in every(app, "TitlesOfParts") for text in every(each, "lpstr")]


def traces_in(trees: dict[str, ElementTree.Element]) -> list[Whisper]:
    """[part, text] of every attribute and text, wherever it is, that may be an address, number or path."""
    may_be = re.compile(r"@|(?<![A-Za-z0-9])[A-Za-z]{3}\s?\d{2}|\\\\|[A-Za-z]:\\|\d{2,3}[ -]\d{3}[ -]\d{3}")
    found = []
    for name, tree in trees.items():
        for each in tree.iter() if not name.startswith("docProps/") else ():
            for text in (*each.attrib.values(), each.text or ""):
                if may_be.search(text) and len(text) < _LONGEST and not text.startswith("{"):
                    found.append([name, text])
    return found[:_MOST]


def places_in(settings: bytes) -> Iterator[str]:
    """Paths and printers' names in a printer's settings, which are no text."""
    for found in re.findall(rb"(?:(?:\\\x00){2}|[A-Za-z]\x00:\x00\\\x00)(?:[\x20-\x7e]\x00){3,}", settings):
        yield found.decode("utf-16-le")[:_LONGEST]


def oddities_of(archive: zipfile.ZipFile) -> dict[str, Any]:
    """What is odd about the archive: a remark, two parts of one name, bytes that belong to no part."""
    names = archive.namelist()
    parts = sorted(archive.infolist(), key=lambda each: each.header_offset)
    ends = [each.header_offset + 30 + len(each.orig_filename) + each.compress_size for each in parts]
    starts = [*(each.header_offset for each in parts[1:]), archive.start_dir]
    loose = any(start - end > _GAP for end, start in zip(ends, starts, strict=True))
    loose = loose or bool(parts and parts[0].header_offset > 0) or _bytes_behind(archive)
    return {"remark": bool(archive.comment), "twice": len(names) != len(set(names)), "loose": loose}


def _bytes_behind(archive: zipfile.ZipFile) -> bool:
    file = archive.fp
    if file is None:
        return False
    size = file.seek(0, 2)
    file.seek(max(0, size - (1 << 16) - 22))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    said = int.from_bytes(tail[at + 20 : at + 22], "little")
    return at + 22 + said < len(tail)


def _constants(formula: ElementTree.Element) -> Iterator[str]:
    """Words and numbers written into a formula: "=" or a range alone has none."""
    text = words_of(formula)
    for quoted in _QUOTED.findall(text):
        yield from (each for each in quoted.split(",") if each.strip())
    if re.fullmatch(r"\s*-?[\d.]+\s*", text):
        yield text


def _first(holder: ElementTree.Element) -> str:
    """The first cell a rule is about."""
    where = holder.get("sqref") or next((_text(each) for each in every(holder, "sqref")), "")
    return where.split(" ")[0].partition(":")[0].replace("$", "")


def _only_errors(trees: dict[str, ElementTree.Element]) -> bool:
    """Whether the data types are no more than what Excel keeps for errors and pictures in cells."""
    kinds = [each.get("t", "") for name, tree in trees.items() if "rdrichvaluestructure" in name.lower()
             for each in every(tree, "s")]  # fmt: skip
    return bool(kinds) and set(kinds) <= {"_error", "_localImage"}


def _text(element: ElementTree.Element) -> str:
    return "".join(element.itertext()).strip()[:_LONGEST]
