"""Charts, boxes and pictures of a workbook, with the numbers and words they keep; run in the child."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Protocol
from xml.etree import ElementTree

from linkwell.confidentiality.output_check.cells import address
from linkwell.confidentiality.output_check.styles import attribute, every, tag_of

Found = dict[str, Any]
_LONGEST = 2000
_USUAL_NAME = re.compile(
    r"(?i)(chart|picture|text ?box|rectangle|shape|group|oval|arrow|image|graphic\w*|object|line|connector|"
    r"straight\b.*|diagram|table|slicer|comment|logo)?\W*\d*"
)


class Parts(Protocol):
    """The parts of a workbook, and what leads from one to another."""

    names: set[str]

    def tree(self, name: str) -> ElementTree.Element:
        """One part, read."""

    def rels(self, part: str) -> dict[str, tuple[str, str]]:
        """Relationship id -> (kind, target)."""


def read_drawing(book: Parts, part: str, sheet: str, drawn: list[list[str]]) -> Iterator[Found]:
    """The charts of a drawing; boxes, pictures and descriptions go to `drawn`: [kind, cell, words]."""
    rels = book.rels(part)
    for anchor in book.tree(part):
        place, over = _place(anchor, "from"), _place(anchor, "to")
        for chart in every(anchor, "chart"):
            target = rels.get(attribute(chart, "id"), ("", ""))[1]
            if target in book.names:
                yield {"sheet": sheet, "at": place, **_chart(book, target, place, drawn)}
        words = " ".join(each.text or "" for each in every(anchor, "t")).strip()
        if words:
            drawn.append(["text", place, words[:_LONGEST]])
        elif any(True for _ in every(anchor, "sp")):
            drawn.append(["shape", place, f"{place}:{over or place}"])
        if any(True for _ in every(anchor, "pic")):
            drawn.append(["picture", place, ""])
        drawn.extend(["description", place, text[:_LONGEST]] for text in _described(anchor))


def _described(anchor: ElementTree.Element) -> Iterator[str]:
    """What is said of a drawing to those who cannot see it, and a name somebody gave it."""
    for each in every(anchor, "cNvPr"):
        yield from (text for name in ("descr", "title") if (text := each.get(name, "").strip()))
        if not _USUAL_NAME.fullmatch(each.get("name", "")):
            yield each.get("name", "")


def _place(anchor: ElementTree.Element, corner: str) -> str:
    at = next(iter(every(anchor, corner)), None)
    if at is None:
        return ""
    spot = {tag_of(each): int(each.text or "0") for each in at}
    return address(spot.get("row", 0) + 1, spot.get("col", 0) + 1)


def _chart(book: Parts, part: str, place: str, drawn: list[list[str]]) -> Found:
    tree = book.tree(part)
    rels = list(book.rels(part).values())
    for kind, target in rels:
        if kind == "chartUserShapes" and target in book.names:
            words = " ".join(each.text or "" for each in every(book.tree(target), "t")).strip()
            drawn.append(["text", place, words[:_LONGEST]])
    away = [target for kind, target in rels if kind in ("oleObject", "package", "externalLinkPath")]
    return {
        "part": part,
        "series": list(_series(tree)),
        "words": [each.text for each in every(tree, "t") if each.text],
        "packages": [each for each in away if each in book.names],
        "linked": [each for each in away if each not in book.names],
    }


def _series(tree: ElementTree.Element) -> Iterator[Found]:
    """What a chart keeps of the cells it was drawn from, what its filter took out and its labels too."""
    for tag, numbers in (("numRef", True), ("strRef", False), ("multiLvlStrRef", False), ("numLit", True),
                         ("strLit", False), ("datalabelsRange", False), ("numDim", True),
                         ("strDim", False)):  # fmt: skip
        for holder in every(tree, tag):
            where = next((each.text or "" for name in ("f", "sqref") for each in every(holder, name)), "")
            yield {"where": where, "points": [_point(each) for each in every(holder, "pt")],
                   "numbers": numbers}  # fmt: skip


def _point(point: ElementTree.Element) -> str:
    return next((each.text or "" for each in every(point, "v")), point.text or "").strip()
