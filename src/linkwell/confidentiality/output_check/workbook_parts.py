"""What lies in an Excel workbook, the hidden places too, read from its parts by themselves.

The usual readers give values only. This one reports cells with formula, number format and visibility, and
every part of the archive that can carry a number or a name. Run in a limited child process.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from linkwell.confidentiality.output_check import unseen_parts
from linkwell.confidentiality.output_check.drawing_parts import read_drawing
from linkwell.confidentiality.output_check.shared_strings import Written, strings_of, written
from linkwell.confidentiality.output_check.styles import Styles, attribute, every, tag_of, words_of

_PART = 256 << 20
_MOST_CELLS = 1_000_000
_TEXT = 300
_THIN = 0.5
_LEADS = re.compile(
    r"xl/(worksheets|chartsheets|dialogsheets|charts|drawings|tables|comments|threadedComments)[^_]*\.xml$"
)
_NOT_BESIDE = re.compile(r"xl/(worksheets/|sharedStrings\.xml|theme/|calcChain|pivotCache/pivotCacheRecords)")
Found = dict[str, Any]


def read_parts(path: Path) -> Found:
    """Everything in a workbook, as plain data for JSON.

    Returns:
        {"sheets": [{"name", "state", "cells": [[address, kind, text, percent, formula, hidden]], "merged",
        "comments", ...}], "hidden": [[rule, sheet, cell, detail]], "charts": [...]}.

    Raises:
        zipfile.BadZipFile, ElementTree.ParseError, KeyError, ValueError: it is damaged.
    """
    with zipfile.ZipFile(path) as archive:
        return _Book(archive).read()


class _Book:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.names = set(archive.namelist())
        self.whispers: list[unseen_parts.Whisper] = []

    def read(self) -> Found:
        start = next(
            (to for kind, to in self.rels("").values() if kind == "officeDocument"), "xl/workbook.xml"
        )
        book = self.tree(start)
        rels = self.rels(start)
        kept = next((to for kind, to in rels.values() if kind == "sharedStrings"), "xl/sharedStrings.xml")
        self.strings = strings_of(self.tree(kept) if kept in self.names else None)
        self.styles = Styles(self.tree("xl/styles.xml") if "xl/styles.xml" in self.names else None)
        sheets, charts = [], []
        for each in every(book, "sheet"):
            part = rels.get(attribute(each, "id"), ("", ""))[1]
            name, state = each.get("name", ""), each.get("state", "visible")
            if part not in self.names:
                continue
            found, drawn = self._sheet(part, name, state)
            sheets.append(found)
            charts += drawn
        names = [
            {
                "name": each.get("name", ""),
                "text": (each.text or "")[:_TEXT],
                "hidden": each.get("hidden", ""),
            }
            for each in every(book, "definedName")
        ]
        path = next((each.get("url", "") for each in every(book, "absPath")), "")
        return {
            "sheets": sheets, "charts": charts, "names": names, "path": path, **self._unseen(book),
            "properties": self._properties(), "parts": sorted(self.names),
            "caches": [self._cache(name) for name in sorted(self.names)
                       if re.fullmatch(r"xl/pivotCache/pivotCache\w+\.xml", name)],
        }  # fmt: skip

    def tree(self, name: str) -> ElementTree.Element:
        with self.archive.open(name) as file:
            data = file.read(_PART + 1)
        if len(data) > _PART:
            raise ValueError("a part of the workbook is too large")
        return ElementTree.fromstring(data)  # noqa: S314  expat limits entities, the child is limited too

    def rels(self, part: str) -> dict[str, tuple[str, str]]:
        """Relationship id -> (last word of its type, the part or address it leads to)."""
        folder, _, name = part.rpartition("/")
        rels = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
        if rels not in self.names:
            return {}
        found = {}
        for each in every(self.tree(rels), "Relationship"):
            target = each.get("Target", "")
            if each.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/" + folder, target)).lstrip("/")
            found[each.get("Id", "")] = (each.get("Type", "").rpartition("/")[2], target)
        return found

    def _sheet(self, part: str, name: str, state: str) -> tuple[Found, list[Found]]:
        tree = self.tree(part)
        columns = [
            (int(each.get("min", "1")), int(each.get("max", "1")))
            for each in every(tree, "col")
            if each.get("hidden") in ("1", "true") or _thin(each.get("width"))
        ]
        rules = [
            (each.get("sqref", ""), int(rule.get("dxfId", "-1")))
            for each in every(tree, "conditionalFormatting")
            for rule in every(each, "cfRule")
        ]
        bars_alone = [
            each.get("sqref", "")
            for each in every(tree, "conditionalFormatting")
            if any(
                bar.get("showValue") in ("0", "false")
                for tag in ("dataBar", "iconSet")
                for bar in every(each, tag)
            )
        ]
        found: Found = {
            "name": name,
            "state": state,
            "hidden_columns": columns,
            "hidden_rows": [int(row.get("r", "0")) for row in every(tree, "row") if _is_hidden(row)],
            "cells": list(self._cells(tree, name)),
            "masking_rules": bars_alone
            + [where for where, style in rules if style in self.styles.masking_rules],
            "merged": [each.get("ref", "") for each in every(tree, "mergeCell")],
            "texts": [
                words_of(each)
                for tag in (
                    "oddHeader",
                    "oddFooter",
                    "evenHeader",
                    "evenFooter",
                    "firstHeader",
                    "firstFooter",
                )
                for each in every(tree, tag)
                if each.text
            ],
            "scenarios": [cell.get("r", "") for cell in every(tree, "inputCells")],
        }
        self.whispers += unseen_parts.in_sheet(tree, name)
        charts: list[Found] = []
        rels = self.rels(part)
        found["links"] = [
            [each.get("ref", ""), rels.get(attribute(each, "id"), ("", ""))[1][:_TEXT]]
            for each in every(tree, "hyperlink")
        ]
        found["comments"], found["drawn"] = [], []
        for kind, target in rels.values():
            if kind in ("comments", "threadedComment") and target in self.names:
                found["comments"] += [
                    [each.get("ref", ""), words_of(each)[:2000]]
                    for tag in ("comment", "threadedComment")
                    for each in every(self.tree(target), tag)
                ]
            elif kind == "drawing" and target in self.names:
                charts += read_drawing(self, target, name, found["drawn"])
            elif kind == "table" and target in self.names:
                self.whispers += unseen_parts.in_table(self.tree(target), name)
            elif kind == "vmlDrawing" and target in self.names:
                self.whispers += unseen_parts.in_old_drawing(self.archive.read(target), name)
        return found, charts

    def _cells(self, tree: ElementTree.Element, sheet: str) -> Iterator[list[Any]]:
        count = 0
        shared: dict[str, str] = {}
        for cell in every(tree, "c"):
            kind, style = cell.get("t", "n"), int(cell.get("s", "0"))
            value = next((each.text or "" for each in cell if tag_of(each) == "v"), "")
            formula = next((each for each in cell if tag_of(each) == "f"), None)
            text = "" if formula is None else (formula.text or shared.get(formula.get("si", ""), "formula"))
            if formula is not None and formula.get("t") == "shared" and formula.text:
                shared[formula.get("si", "")] = formula.text
            words = Written(value)
            if kind == "s" and value:
                words = self.strings.use(int(value))
            elif kind == "inlineStr":
                words = written(cell)
            if words.reading:
                self.whispers.append(["reading", sheet, cell.get("r", ""), words.reading[:_TEXT]])
            value = words.words
            if kind == "b":
                value = "true" if value == "1" else "false"
            if not value and not text:
                continue
            count += 1
            if count > _MOST_CELLS:
                raise ValueError("more cells than an output has")
            number = kind == "n"
            yield [
                cell.get("r", ""),
                "n" if number else "t",
                value,
                self.styles.percent(style) and number,
                text,
                self.styles.masks(style, value if number else None, words.looks),
                self.styles.date(style) and number,
            ]

    def _unseen(self, book: ElementTree.Element) -> Found:
        """What lies beside the sheets; read last, when it is known which words the cells use."""
        trees = {name: self.tree(name) for name in sorted(self.names) if _beside(name)}
        whispers = [
            *self.whispers, *unseen_parts.in_book(book), *unseen_parts.in_archive(self.archive, trees),
            *(["left over", "", "", text[:_TEXT]] for text in self.strings.left_over()),
        ]  # fmt: skip
        traces = [
            *unseen_parts.traces_in(trees),
            *([name, found] for name in sorted(self.names) if "printerSettings/" in name
              for found in unseen_parts.places_in(self.archive.read(name))),
        ]  # fmt: skip
        app = trees.get("docProps/app.xml")
        return {
            "whispers": whispers, "traces": traces, "people": unseen_parts.people_in(trees),
            "titles": [] if app is None else unseen_parts.titles_in(app),
            "odd": unseen_parts.oddities_of(self.archive), "loose": self._loose(),
        }  # fmt: skip

    def _loose(self) -> list[str]:
        """Sheets, charts and comments that nothing leads to, and that hold something."""
        reached: set[str] = set()
        waiting = [""]
        while waiting:
            part = waiting.pop()
            new = {to for _, to in self.rels(part).values()} & self.names - reached
            reached |= new
            waiting += sorted(new)
        lost = sorted(name for name in self.names - reached if _LEADS.match(name))
        return [name for name in lost if "".join(self.tree(name).itertext()).strip()]

    def _cache(self, part: str) -> Found:
        sources = every(self.tree(part), "worksheetSource")
        where = next((f"{each.get('sheet', '')}!{each.get('ref', '')}" for each in sources), "")
        return {"part": part, "where": where}

    def _properties(self) -> Found:
        found: Found = {"core": {}, "app": {}, "custom": []}
        for part, name in (("docProps/core.xml", "core"), ("docProps/app.xml", "app")):
            if part in self.names:
                found[name] = {
                    tag_of(each): (each.text or "")[:_TEXT] for each in self.tree(part) if each.text
                }
        if "docProps/custom.xml" in self.names:
            found["custom"] = [[each.get("name", ""), words_of(each)[:_TEXT]]
                               for each in every(self.tree("docProps/custom.xml"), "property")]  # fmt: skip
        return found


def _beside(name: str) -> bool:
    """Whether it is a part of the workbook beside the cells themselves."""
    return name.endswith(".xml") and not _NOT_BESIDE.match(name)


def _is_hidden(row: ElementTree.Element) -> bool:
    return row.get("hidden") in ("1", "true") or _thin(row.get("ht"))


def _thin(size: str | None) -> bool:
    """So narrow or low that nobody sees what is in it; widths are in characters, heights in points."""
    try:
        return size is not None and float(size) < _THIN
    except ValueError:
        return False
