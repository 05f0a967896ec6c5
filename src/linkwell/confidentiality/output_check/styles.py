"""Which cell styles of a workbook show something else than the cell holds; and reading XML by tag alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

_PERCENT_FORMATS = (9, 10)
_TINY = 2.0
_NEAR = 36
_PALETTE = ("000000", "FFFFFF", "FF0000", "00FF00", "0000FF", "FFFF00", "FF00FF", "00FFFF")
_BLACK, _WHITE = "000000", "FFFFFF"


@dataclass(frozen=True)
class Look:
    """How letters look: colour ("" for the usual black) and height in points (0 for the usual one)."""

    colour: str = ""
    size: float = 0.0


class Styles:
    """Which cell styles show something else than the cell holds."""

    def __init__(self, tree: ElementTree.Element | None) -> None:
        self.formats: dict[int, str] = {}
        self.cells: list[tuple[int, int, int]] = []
        self.fonts: list[Look] = []
        self.fills: list[str] = []
        self.masking_rules: set[int] = set()
        if tree is None:
            return
        self.formats = {int(e.get("numFmtId", "0")): e.get("formatCode", "") for e in every(tree, "numFmt")}
        top = {tag_of(each): each for each in tree}
        self.fonts = [look_of(e) for e in top.get("fonts", ())]
        self.fills = [_ground(e) for e in top.get("fills", ())]
        self.cells = [
            (int(e.get("numFmtId", "0")), int(e.get("fontId", "0")), int(e.get("fillId", "0")))
            for e in top.get("cellXfs", ())
        ]
        for at, each in enumerate(top.get("dxfs", ())):
            masked = any(_masking(e.get("formatCode", "")) for e in every(each, "numFmt"))
            font = next((_colour(e, "color") for e in each if tag_of(e) == "font"), "")
            fill = next((_colour(e, "bgColor") for e in every(each, "patternFill")), "")
            if masked or (font and _alike(font, fill or _WHITE)):
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

    def masks(self, style: int, number: str | None, looks: tuple[Look, ...] = ()) -> bool:
        """Whether a cell shows something else than it holds.

        Args:
            number: its number, None for words. looks: of pieces of its words that have one of their own.
        """
        if style >= len(self.cells):
            return False
        _, font, fill = self.cells[style]
        own = self.fonts[font] if font < len(self.fonts) else Look()
        ground = (self.fills[fill] if fill < len(self.fills) else "") or _WHITE
        return (number is not None and _masking(self.code(style))) or any(
            _alike(each.colour or _BLACK, ground) or 0 < each.size <= _TINY for each in (own, *looks)
        )


def look_of(font: ElementTree.Element) -> Look:
    """The look a font, or the look of a piece of words, gives to letters."""
    size = next((each.get("val", "") for each in every(font, "sz")), "")
    return Look(_colour(font, "color"), float(size) if re.fullmatch(r"\d+(\.\d+)?", size) else 0.0)


def _masking(code: str) -> bool:
    """Whether a number format shows words, nothing or other digits instead of the number.

    A third section that shows zeros as blank or a dash hides nothing, nor does a section for words.
    """
    conditional = re.search(r"\[[<>=]", code) is not None
    for at, section in enumerate(code.split(";")[:3] if code else ()):
        bare = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.', "", section)
        shown = re.search(r"[0#?@]|general|[ymdhs]", bare, re.IGNORECASE)
        if shown:
            if re.search(r"\d", "".join(re.findall(r'"[^"]*"|\\\d', section))):
                return True
        elif at != 2 or conditional:
            return True
    return False


def _alike(letters: str, ground: str) -> bool:
    """Whether nobody can tell letters from their ground: one colour, or nearly."""
    if not (re.fullmatch(r"[0-9A-F]{6}", letters) and re.fullmatch(r"[0-9A-F]{6}", ground)):
        return letters == ground
    pairs = zip(bytes.fromhex(letters), bytes.fromhex(ground), strict=True)
    return sum(abs(one - other) for one, other in pairs) <= _NEAR


def _ground(fill: ElementTree.Element) -> str:
    """The colour behind the letters; "" for none."""
    filled = any(each.get("patternType") not in ("none", "gray125") for each in every(fill, "patternFill"))
    return _colour(fill, "fgColor") if filled else ""


def _colour(element: ElementTree.Element, tag: str) -> str:
    """A colour by its six digits, or by its place in a theme; "" for the usual one."""
    for each in every(element, tag):
        if (rgb := each.get("rgb", "")) != "":
            return rgb[-6:].upper()
        if (theme := each.get("theme")) is not None:
            tint = each.get("tint", "0")
            return {"0 0": _WHITE, "1 0": _BLACK}.get(f"{theme} {tint}", f"theme {theme} {tint}")
        if (indexed := each.get("indexed")) is not None:
            at = int(indexed)
            return _PALETTE[at % 8] if at < 16 else ("" if at == 64 else f"indexed {indexed}")
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
