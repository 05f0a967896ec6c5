"""The hidden places of a workbook: sheets, rows, names, comments, caches, charts, objects, properties."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from linkwell.confidentiality.output_check.cells import Cell, Sheet, position
from linkwell.confidentiality.output_check.findings import Finding, Verdict, found
from linkwell.confidentiality.output_check.opening import Opened
from linkwell.confidentiality.output_check.tables import role_of_name
from linkwell.confidentiality.output_check.words import words

# Parts every plain workbook has, or that carry nothing of their own.
_KNOWN = re.compile(
    r"^(\[Content_Types\]\.xml|_rels/\.rels|docProps/(core|app|custom)\.xml|xl/(workbook|styles|sharedStrings|metadata|"
    r"calcChain)\.xml|xl/theme/.*|xl/worksheets/[^/]+\.xml|xl/worksheets/_rels/.*|xl/_rels/.*|xl/tables/.*|"
    r"xl/drawings/.*|xl/charts/.*|xl/chartsheets/.*|xl/comments.*|xl/threadedComments/.*|xl/persons/.*|"
    r"xl/printerSettings/.*|xl/pivot(Tables|Cache)/.*|xl/externalLinks/.*|xl/media/.*|xl/richData/.*|"
    r"docMetadata/.*|.*/)$"
)
_ACTIVE = re.compile(
    r"vbaProject|xl/macrosheets/|xl/connections\.xml|xl/queryTables/|xl/model/|customXml/(?!itemProps\d*\.xml|_rels/)[^/]+\.xml|"
    r"xl/revisions/|xl/activeX/|xl/ctrlProps/|xl/webextensions/|xl/slicerCaches/|xl/timelineCaches/"
)
_HARMLESS_NAMES = re.compile(r"^_xlnm\.(Print_|_?FilterDatabase|_FilterDatabase|Sheet_Title)", re.IGNORECASE)
_LOCAL = re.compile(
    r"(?i)^file:|^[a-z]:[\\/]|^\\\\|^/(home|nas|data|mnt|users|srv|share)/|\.(xlsx?|csv|sas7bdat|dta|rds)(#|$)"
)
_SHEET_OF = re.compile(r"(?:'((?:[^']|'')+)'|([\w.]+))!")
_CONSTANT_IN = re.compile(r"(?<![A-Za-z$\d.])\d+(?:\.\d+)?(?![\d:A-Za-z(!])")


def check_hiding(opened: Opened) -> Iterator[Finding]:
    """Everything a workbook hides."""
    book = opened.book
    if not book:
        return
    for sheet, cells in zip(book["sheets"], opened.sheets, strict=True):
        drawn = any(chart["sheet"] == sheet["name"] for chart in book["charts"])
        yield from _sheet(opened.name, sheet, cells, drawn)
    yield from _formulas(opened)
    yield from _names(opened)
    yield from _charts(opened)
    yield from _parts(opened)
    yield from _properties(opened)


def _sheet(file: str, sheet: dict[str, Any], cells: Sheet, drawn: bool) -> Iterator[Finding]:
    name = sheet["name"]
    if sheet["state"] != "visible" and (cells.cells or sheet["drawn"] or sheet["comments"] or drawn):
        rule = "very_hidden_sheet" if sheet["state"] == "veryHidden" else "hidden_sheet"
        yield found(rule, file, name, [cell.at for cell in list(cells.cells.values())[:50]])
    for hidden, rule in (("row", "hidden_rows"), ("column", "hidden_columns"), ("format", "masked_value")):
        there = [cell.at for cell in cells.cells.values() if cell.hidden == hidden]
        if there:
            yield found(rule, file, name, there)
    ruled = [cell.at for where in sheet["masking_rules"] for cell in _inside(cells, where)]
    if ruled:
        yield found("masked_value", file, name, dict.fromkeys(ruled), detail="By a formatting rule.")
    counted = [at for at, text in sheet["comments"] if re.search(r"\d", text)]
    other = [at for at, text in sheet["comments"] if not re.search(r"\d", text)]
    if counted:
        yield found("comment", file, name, counted, detail="It holds numbers.", verdict=Verdict.FAIL)
    if other:
        yield found("comment", file, name, other)
    for kind, at, text in sheet["drawn"]:
        if kind == "picture":
            yield found("picture", file, name, [at] if at else ())
        elif kind == "text" and re.search(r"\d", text):
            yield found("picture", file, name, [at] if at else (), detail="A text box with numbers.")
        elif kind == "shape" and (over := [cell.at for cell in _inside(cells, text)]):
            yield found("picture", file, name, over, detail="A shape lies over numbers.")
    if sheet["scenarios"]:
        yield found(
            "active_content", file, name, sheet["scenarios"], detail="Scenarios keep other values of cells."
        )
    places = [at for at, target in sheet["links"] if _LOCAL.search(target)]
    if places:
        yield found("local_link", file, name, places)


def _inside(sheet: Sheet, where: str) -> Iterable[Cell]:
    """The cells with numbers of an area, or of several with blanks between."""
    return (cell for area in where.split() for cell in _all_inside(sheet, area) if cell.number is not None)


def _all_inside(sheet: Sheet, area: str) -> Iterable[Cell]:
    first, _, last = area.rpartition("!")[2].replace("$", "").strip("()").partition(":")
    (top, left), (bottom, right) = position(first), position(last or first)
    for (row, column), cell in sheet.cells.items():
        if top <= row <= bottom and left <= column <= right:
            yield cell


def _formulas(opened: Opened) -> Iterator[Finding]:
    hidden = {sheet["name"] for sheet in opened.book["sheets"] if sheet["state"] != "visible"}
    kept_back = hidden | {sheet.name for sheet in opened.sheets if role_of_name(sheet.name) == "raw"}
    for sheet in opened.sheets:
        reaching: list[str] = []
        plain_ones: list[str] = []
        for cell in sheet.cells.values():
            if cell.formula:
                (reaching if _reaches(cell.formula, kept_back) else plain_ones).append(cell.at)
        if reaching:
            yield found("formula_from_raw", opened.name, sheet.name, reaching)
        if plain_ones:
            yield found("formula", opened.name, sheet.name, plain_ones)


def _reaches(formula: str, kept_back: set[str]) -> bool:
    """Whether a formula goes to raw, hidden or other files' cells, or works on a number written into it."""
    if "[" in formula and re.search(r"\[\d+\]|\.xls", formula):
        return True
    sheets = {(quoted or bare).replace("''", "'") for quoted, bare in _SHEET_OF.findall(formula)}
    if sheets & kept_back:
        return True
    bare = re.sub(r'"[^"]*"', "", _SHEET_OF.sub("", formula))
    return bool(
        re.search(r"(?i)\bM?ROUND(UP|DOWN)?\(\s*\d|^\s*[\d.]+\s*[-+*/]\s*[\d.]+\s*$|\bRAND", bare)
    ) or (not re.search(r"[A-Z]{1,3}\$?\d", bare) and bool(_CONSTANT_IN.search(bare)))


def _names(opened: Opened) -> Iterator[Finding]:
    visible = {sheet["name"] for sheet in opened.book["sheets"] if sheet["state"] == "visible"}
    for name in opened.book["names"]:
        if _HARMLESS_NAMES.match(name["name"]) and '"' not in name["text"] and "!" in name["text"]:
            continue
        sheets = {(quoted or bare).replace("''", "'") for quoted, bare in _SHEET_OF.findall(name["text"])}
        at = name["text"].rpartition("!")[2].replace("$", "")
        sheet = next(iter(sheets), "")
        grave = not sheets or not sheets <= visible or name["hidden"] in ("1", "true") or "[" in name["text"]
        yield found(
            "defined_name",
            opened.name,
            sheet if sheet in visible else "",
            [at] if sheets else (),
            detail=f"The name {name['name'][:60]}.",
            verdict=Verdict.FAIL if grave else None,
        )


def _charts(opened: Opened) -> Iterator[Finding]:
    sheets = {sheet.name: sheet for sheet in opened.sheets}
    for chart in opened.book["charts"]:
        at = [chart["at"]] if chart["at"] else []
        told = next((series for series in chart["series"] if _tells_more(series, sheets)), None)
        if told:
            detail = f"It was drawn from {told['where'] or 'numbers of its own'}."
            yield found("chart_data", opened.name, chart["sheet"], at, detail=detail)
        if chart["packages"]:
            detail = "A workbook inside the chart."
            yield found("embedded_object", opened.name, chart["sheet"], at, detail=detail)
        if chart["linked"]:
            yield found("external_link", opened.name, chart["sheet"], at, detail="The chart's own data.")


def _tells_more(series: dict[str, Any], sheets: dict[str, Sheet]) -> bool:
    """Whether a chart keeps what the visible cells it was drawn from do not show."""
    named = [(quoted or bare).replace("''", "'") for quoted, bare in _SHEET_OF.findall(series["where"])]
    sheet = sheets.get(named[0]) if named else None
    if sheet is None or sheet.state != "visible" or role_of_name(sheet.name) == "raw":
        return bool(named) or (series["numbers"] and any(map(_is_number, series["points"])))
    if series["numbers"]:
        numbers = {_rounded(float(each)) for each in series["points"] if _is_number(each)}
        return bool(numbers - _numbers_of(sheet))
    return _other_words(series, sheet)


def _other_words(series: dict[str, Any], sheet: Sheet) -> bool:
    """Whether its labels are other words than the cells'; cells with numbers may show them in any form."""
    cells = [cell for area in series["where"].split(",") for cell in _all_inside(sheet, area)]
    if any(cell.number is not None or cell.formula for cell in cells):
        return False
    shown = {cell.text.casefold() for cell in cells}
    return any(each.strip() and each.strip().casefold() not in shown for each in series["points"])


def _numbers_of(sheet: Sheet) -> set[float]:
    """The numbers a sheet shows; a share both as 12.5 and as 0.125."""
    numbers = [(cell.number, cell.percent) for cell in sheet.cells.values() if cell.number is not None]
    return {_rounded(number) for number, _ in numbers} | {_rounded(n / 100) for n, share in numbers if share}


def _rounded(number: float) -> float:
    return float(f"{number:.9g}")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _parts(opened: Opened) -> Iterator[Finding]:
    parts = opened.book["parts"]
    for cache in opened.book["caches"]:
        yield found(
            "pivot_cache",
            opened.name,
            detail=f"{cache['part']}, made from {cache['where'] or 'elsewhere'}.",
        )
    pivots = [part for part in parts if re.match(r"xl/pivotTables/[^/]+\.xml$", part)]
    if pivots and not opened.book["caches"]:
        yield found("pivot_cache", opened.name, detail=", ".join(pivots[:6]))
    linked = [part for part in parts if re.match(r"xl/externalLinks/[^/]+\.xml$", part)]
    if linked:
        yield found("external_link", opened.name, detail=", ".join(linked))
    active = [part for part in parts if _ACTIVE.search(part)]
    if active:
        yield found("active_content", opened.name, detail=", ".join(active[:6]))
    objects = [part for part in parts if re.match(r"xl/(embeddings|ole)/", part) and not part.endswith("/")]
    if objects:
        yield found("embedded_object", opened.name, detail=", ".join(objects[:6]))
    pictures = [part for part in parts if part.startswith("xl/media/")]
    drawn = any(kind == "picture" for sheet in opened.book["sheets"] for kind, *_ in sheet["drawn"])
    if pictures and not drawn:
        yield found("picture", opened.name, detail=", ".join(pictures[:6]))
    unknown = [part for part in parts if not (_KNOWN.match(part) or part in (*active, *objects))]
    unknown = [part for part in unknown if not part.startswith("customXml/")]
    unknown += [part for part in opened.book["loose"] if not part.startswith("xl/worksheets/")]
    for sheet in (part for part in opened.book["loose"] if part.startswith("xl/worksheets/")):
        yield found("very_hidden_sheet", opened.name, detail=f"{sheet} is in no list of sheets.")
    if unknown:
        yield found("unknown_part", opened.name, detail=", ".join(unknown[:6]))


def _properties(opened: Opened) -> Iterator[Finding]:
    core, app = opened.book["properties"]["core"], opened.book["properties"]["app"]
    told = [
        word
        for word, text in (
            ("author", core.get("creator", "")),
            ("last saved by", core.get("lastModifiedBy", "")),
            ("title", core.get("title", "")),
            ("subject", core.get("subject", "")),
            ("company", app.get("Company", "")),
            ("keywords", core.get("keywords", "")),
            ("comments", core.get("description", "")),
            ("category", core.get("category", "")),
            ("manager", app.get("Manager", "")),
            ("link base", app.get("HyperlinkBase", "")),
        )
        if not words().one["software"].match(text.strip().lower())
        and not (word == "title" and not _tells(text))
    ]
    if told:
        yield found("metadata", opened.name, detail=f"It has: {', '.join(told)}.")
    if opened.book["path"]:
        yield found("metadata", opened.name, detail="The folder it was saved in.")
    for name, text in opened.book["properties"]["custom"]:
        grave = bool(words().texts["path"].search(text) or re.fullmatch(r"\s*[\d.,]+\s*", text))
        yield found(
            "custom_property",
            opened.name,
            detail=f"The property {name[:60]}.",
            verdict=Verdict.FAIL if grave else None,
        )
    for sheet in opened.book["sheets"]:
        if any(words().texts["path"].search(text) or re.search(r"&[ZF]", text) for text in sheet["texts"]):
            yield found(
                "metadata", opened.name, sheet["name"], detail="The page heading or foot prints a path."
            )


def _tells(text: str) -> bool:
    return bool(words().texts["path"].search(text) or words().texts["email"].search(text))


def texts_of(opened: Opened) -> Iterator[tuple[str, str, str]]:
    """(sheet, cell, words) of everything written outside the cells."""
    for sheet in opened.book.get("sheets", ()):
        yield sheet["name"], "", sheet["name"]
        for at, text in sheet["comments"]:
            yield sheet["name"], at, text
        for _, at, text in sheet["drawn"]:
            yield sheet["name"], at, text
        for text in sheet["texts"]:
            yield sheet["name"], "", text
        for at, target in sheet["links"]:
            yield sheet["name"], at, target.removeprefix("mailto:")
    for chart in opened.book.get("charts", ()):
        for text in chart["words"]:
            yield chart["sheet"], chart["at"], text
    properties = opened.book.get("properties", {})
    for text in (*properties.get("core", {}).values(), *(value for _, value in properties.get("custom", ()))):
        yield "", "", text
