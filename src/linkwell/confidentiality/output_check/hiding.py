"""The hidden places of a workbook: sheets, rows, names, comments, caches, charts, objects, properties."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from linkwell.confidentiality.output_check.cells import Sheet, position
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
    r"vbaProject|xl/macrosheets/|xl/connections\.xml|xl/queryTables/|xl/model/|customXml/item\d+\.xml|"
    r"xl/activeX/|xl/ctrlProps/|xl/webextensions/|xl/slicerCaches/|xl/timelineCaches/"
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
        yield from _sheet(opened.name, sheet, cells)
    yield from _formulas(opened)
    yield from _names(opened)
    yield from _charts(opened)
    yield from _parts(opened)
    yield from _properties(opened)


def _sheet(file: str, sheet: dict[str, Any], cells: Sheet) -> Iterator[Finding]:
    name = sheet["name"]
    if sheet["state"] != "visible" and cells.cells:
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
        elif re.search(r"\d", text):
            yield found("picture", file, name, [at] if at else (), detail="A text box with numbers.")
    if sheet["scenarios"]:
        yield found(
            "active_content", file, name, sheet["scenarios"], detail="Scenarios keep other values of cells."
        )
    places = [at for at, target in sheet["links"] if _LOCAL.search(target)]
    if places:
        yield found("local_link", file, name, places)
    for where, text in sheet["lists"]:
        if re.search(r"\d", text):
            yield found(
                "defined_name",
                file,
                name,
                [where.split(" ")[0]],
                detail="A list of allowed values in the cell.",
            )


def _inside(sheet: Sheet, where: str) -> Iterable[Any]:
    for area in where.split():
        first, _, last = area.partition(":")
        (top, left), (bottom, right) = position(first), position(last or first)
        for (row, column), cell in sheet.cells.items():
            if top <= row <= bottom and left <= column <= right and cell.number is not None:
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
        if _HARMLESS_NAMES.match(name["name"]):
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
    shown = {
        sheet.name: {_rounded(cell.number) for cell in sheet.cells.values() if cell.number is not None}
        | {
            _rounded(cell.number / 100)
            for cell in sheet.cells.values()
            if cell.percent and cell.number is not None
        }
        for sheet in opened.sheets
    }
    states = {sheet.name: sheet.state for sheet in opened.sheets}
    for chart in opened.book["charts"]:
        at = [chart["at"]] if chart["at"] else []
        for series in chart["series"]:
            sheets = [
                (quoted or bare).replace("''", "'") for quoted, bare in _SHEET_OF.findall(series["where"])
            ]
            numbers = {_rounded(float(each)) for each in series["points"] if _is_number(each)}
            visible = sheets and sheets[0] in shown and states[sheets[0]] == "visible"
            kept = shown[sheets[0]] if visible else set()
            kept_back = bool(sheets) and role_of_name(sheets[0]) == "raw"
            if (series["numbers"] and (numbers - kept or kept_back)) or (sheets and not visible):
                yield found(
                    "chart_data",
                    opened.name,
                    chart["sheet"],
                    at,
                    detail=f"It was drawn from {series['where'] or 'numbers of its own'}.",
                )
                break
        if chart["packages"]:
            yield found(
                "embedded_object", opened.name, chart["sheet"], at, detail="A workbook inside the chart."
            )


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
        if cache["held"]:
            yield found(
                "pivot_cache",
                opened.name,
                detail=f"{cache['part']}, made from {cache['where'] or 'elsewhere'}.",
            )
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
