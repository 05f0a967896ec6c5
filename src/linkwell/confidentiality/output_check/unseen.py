"""Judge what a workbook says beside its cells: what no visible cell shows is a fault, or for a person."""

from __future__ import annotations

import re
from collections.abc import Iterator

from linkwell.confidentiality.output_check.cells import read_text
from linkwell.confidentiality.output_check.findings import Finding, Verdict, found
from linkwell.confidentiality.output_check.opening import Opened
from linkwell.confidentiality.output_check.persons import what_names
from linkwell.confidentiality.output_check.words import words

_KINDS = {
    "validation": "In the list or message of allowed values.",
    "rule": "In a formatting rule.",
    "filter": "In what a filter shows or sorts by.",
    "table": "In a table's remark or column names.",
    "range": "The name of a protected range.",
    "pointer": "Shown when the pointer is over a link.",
    "name": "A remark on a defined name.",
    "diagram": "In a diagram.",
    "data type": "In the fields of a data type.",
    "remark": "A remark between the marks of the file.",
    "drawing": "In a drawing of the old kind.",
    "description": "A description for those who cannot see the drawing, or its name.",
    "reading": "The reading of a word.",
    "left over": "Words no cell uses any more.",
}
_TWO_NAMES = re.compile(r"\b[A-ZĀĒĪŌŪ][\w'’-]+ (?:\w\.? )?[A-ZĀĒĪŌŪ][\w'’-]+")


def check_unseen(opened: Opened) -> Iterator[Finding]:
    """Everything beside the cells."""
    if not opened.book:
        return
    yield from _whispers(opened)
    yield from _people(opened)
    yield from _odd(opened)
    for part, text in opened.book["traces"]:
        if what := what_names(text):
            yield found("identifier", opened.name, detail=f"{what} In {part}.")
        elif words().texts["path"].search(text) and text != opened.book["path"]:
            yield found("metadata", opened.name, detail=f"A path in {part}.")


def _whispers(opened: Opened) -> Iterator[Finding]:
    shown = _shown(opened)
    told: dict[tuple[str, str, Verdict], list[str]] = {}
    for kind, sheet, at, text in _said(opened):
        verdict = _verdict(kind, text, shown)
        if verdict:
            told.setdefault((kind, sheet, verdict), []).append(at)
    for (kind, sheet, verdict), cells in told.items():
        places = dict.fromkeys(at for at in cells if at)
        yield found("hidden_words", opened.name, sheet, places, detail=_KINDS[kind], verdict=verdict)


def _said(opened: Opened) -> Iterator[tuple[str, str, str, str]]:
    for kind, sheet, at, text in opened.book["whispers"]:
        yield kind, sheet, at, text
    for each in opened.book["sheets"]:
        for kind, at, text in each["drawn"]:
            if kind == "description":
                yield kind, each["name"], at, text


def _shown(opened: Opened) -> set[str]:
    """What visible cells show, in small letters; a number as it is written plainly."""
    return {
        _plain(cell.text)
        for sheet in opened.sheets
        if sheet.state == "visible"
        for cell in sheet.cells.values()
        if not cell.hidden
    }


def _plain(text: str) -> str:
    number = read_text(1, 1, text).number
    return " ".join(text.split()).casefold() if number is None else f"{number:.10g}"


def _verdict(kind: str, text: str, shown: set[str]) -> Verdict | None:
    """A description is for readers, so only its numbers and names count; the rest has no use in an output."""
    if _plain(text) in shown:
        return None
    if kind != "description" or re.search(r"\d", text):
        return Verdict.FAIL
    return Verdict.REVIEW if any(_plain(each) not in shown for each in _TWO_NAMES.findall(text)) else None


def _people(opened: Opened) -> Iterator[Finding]:
    book = opened.book
    people = [each for each in book["people"] if not words().one["software"].match(each.lower())]
    if people:
        yield found("metadata", opened.name, detail="Who worked on it: comments, views or users.")
    for each in people:
        if what := what_names(each):
            yield found("identifier", opened.name, detail=what)
    here = {sheet["name"] for sheet in book["sheets"]} | {name["name"] for name in book["names"]}
    here |= {name.removeprefix("_xlnm.") for name in here}
    gone = [each for each in book["titles"] if each not in here and each.rpartition("!")[2] not in here]
    if gone:
        yield found("metadata", opened.name, detail="Sheets or names that are no longer there.")


def _odd(opened: Opened) -> Iterator[Finding]:
    odd = opened.book["odd"]
    if odd["twice"]:
        detail = "Two of its parts have one name: one reader shows the one, another the other."
        yield found("unreadable", opened.name, detail=detail)
    if odd["remark"] or odd["loose"]:
        detail = "A remark in the archive." if odd["remark"] else "Bytes that belong to no part."
        yield found("unknown_part", opened.name, detail=detail)
