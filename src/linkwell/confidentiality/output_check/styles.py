"""Which cell styles of a workbook show something else than the cell holds; and reading XML by tag alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

_PERCENT_FORMATS = (9, 10)


class Styles:
    """Which cell styles show something else than the cell holds."""

    def __init__(self, tree: ElementTree.Element | None) -> None:
        self.formats: dict[int, str] = {}
        self.cells: list[tuple[int, int, int]] = []
        self.fonts: list[str] = []
        self.fills: list[str] = []
        self.masking_rules: set[int] = set()
        if tree is None:
            return
        self.formats = {int(e.get("numFmtId", "0")): e.get("formatCode", "") for e in every(tree, "numFmt")}
        top = {tag_of(each): each for each in tree}
        self.fonts = [_colour(e, "color") for e in top.get("fonts", ())]
        self.fills = [_colour(e, "fgColor") for e in top.get("fills", ())]
        self.cells = [
            (int(e.get("numFmtId", "0")), int(e.get("fontId", "0")), int(e.get("fillId", "0")))
            for e in top.get("cellXfs", ())
        ]
        for at, each in enumerate(top.get("dxfs", ())):
            masked = any(_masking(e.get("formatCode", "")) for e in every(each, "numFmt"))
            font = next((_colour(e, "color") for e in each if tag_of(e) == "font"), "")
            fill = next((_colour(e, "bgColor") for e in every(each, "patternFill")), "")
            if masked or (font and font == (fill or "white")):
                self.masking_rules.add(at)

    def code(self, style: int) -> str:
        return self.formats.get(self.cells[style][0], "") if style < len(self.cells) else ""

    def percent(self, style: int) -> bool:
        built_in = style < len(self.cells) and self.cells[style][0] in _PERCENT_FORMATS
        return built_in or "%" in re.sub(r'"[^"]*"|\\.', "", self.code(style))

    def date(self, style: int) -> bool:
        if style < len(self.cells) and 14 <= self.cells[style][0] <= 22:
            return True
        bare = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", self.code(style)).lower()
        return bool(re.search(r"y|d{1,4}", bare)) and "general" not in bare

    def masks(self, style: int, number: str | None) -> bool:
        if style >= len(self.cells):
            return False
        _, font, fill = self.cells[style]
        letters = self.fonts[font] if font < len(self.fonts) else ""
        ground = (self.fills[fill] if fill < len(self.fills) else "") or "white"
        return (number is not None and _masking(self.code(style))) or (letters != "" and letters == ground)


def _masking(code: str) -> bool:
    """Whether a number format shows words or nothing instead of the number.

    A third section that shows zeros as blank or a dash hides nothing, nor does a section for words.
    """
    conditional = re.search(r"\[[<>=]", code) is not None
    for at, section in enumerate(code.split(";")[:3] if code else ()):
        bare = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.', "", section)
        if re.search(r"[0#?@]|general|[ymdhs]", bare, re.IGNORECASE) or (at == 2 and not conditional):
            continue
        return True
    return False


def _colour(element: ElementTree.Element, tag: str) -> str:
    """A colour by name or number; "" for the usual one."""
    for each in every(element, tag):
        if (rgb := each.get("rgb", "")) != "":
            return "white" if rgb[-6:].upper() == "FFFFFF" else rgb[-6:].upper()
        if (theme := each.get("theme")) is not None:
            return "white" if theme == "0" and each.get("tint") in (None, "0") else f"theme {theme}"
        if (indexed := each.get("indexed")) is not None:
            return "white" if indexed in ("1", "9") else ("" if indexed == "64" else f"indexed {indexed}")
    return ""


def tag_of(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def every(tree: ElementTree.Element, tag: str) -> Iterator[ElementTree.Element]:
    return (each for each in tree.iter() if each.tag.rpartition("}")[2] == tag)


def attribute(element: ElementTree.Element, name: str) -> str:
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def words_of(element: ElementTree.Element) -> str:
    """The text of an element; readings (rPh) are left out."""
    skipped = {id(each) for holder in every(element, "rPh") for each in holder.iter()}
    return "".join(each.text or "" for each in element.iter() if id(each) not in skipped).strip()
