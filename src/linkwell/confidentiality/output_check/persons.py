"""Identifiers, names, dates of birth, and tables with one line a person: what never belongs in an output."""

from __future__ import annotations

import re
from collections.abc import Iterator

from linkwell.confidentiality.output_check.cells import Cell, Sheet
from linkwell.confidentiality.output_check.findings import Finding, found
from linkwell.confidentiality.output_check.kinds import kind_of_words
from linkwell.confidentiality.output_check.tables import Column, Table
from linkwell.confidentiality.output_check.words import plain, words
from linkwell.standards.identifiers import check_ird, check_nhi

_NHI = re.compile(
    r"(?<![A-Za-z0-9])[A-HJ-NP-Za-hj-np-z]{3}\s?\d{2}(?:\d{2}|[A-HJ-NP-Za-hj-np-z]{2})(?![A-Za-z0-9]|-\d)"
)
_MONTH = re.compile(r"(?i)(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\s?(19|20)\d\d")
_IRD = re.compile(r"(?<![\d,.$])\d{2,3}[ -]\d{3}[ -]\d{3}(?![\d,.])")
_PHONE = re.compile(r"(?<!\d)(?:\+64|0)\s?2\d[\s-]?\d{3}[\s-]?\d{3,4}(?!\d)")
_NAME = re.compile(r"^(?:Mr|Mrs|Ms|Miss|Dr)\.? [A-ZĀĒĪŌŪ][\w'’-]+|^[A-ZĀĒĪŌŪ][\w'’-]+, [A-ZĀĒĪŌŪ][\w'’-]+$")
_INITIALS = re.compile(r"^(?:[A-ZĀĒĪŌŪ]\.\s?){2,3}$")
_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}(?:[T ].*)?$|^\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}$")
_FEW_LINES = 8
_LONG_ID = 100_000


def check_persons(sheet: Sheet, tables: tuple[Table, ...]) -> Iterator[Finding]:
    """Everything in a sheet that names a person, or has a line for each."""
    marked: dict[str, list[str]] = {}
    for cell in sheet.cells.values():
        if what := what_names(cell.text):
            marked.setdefault(what, []).append(cell.at)
    for heads in _headings(sheet, tables):
        marked.setdefault("The heading names something that identifies people.", []).extend(heads)
    for what, cells in _columns(sheet).items():
        marked.setdefault(what, []).extend(cells)
    for what, cells in marked.items():
        yield found("identifier", sheet.file, sheet.name, dict.fromkeys(cells), detail=what)
    for table in tables:
        yield from _one_row_each(sheet, table)
    if not tables:
        yield from _lines_of_words(sheet)


def what_names(text: str) -> str:
    """What in a text identifies somebody, in plain words; "" if nothing."""
    if len(text) < 6:
        return ""
    if any(check_nhi(each).ok for each in _NHI.findall(text) if not _MONTH.fullmatch(each)):
        return "An NHI number."
    if any(check_ird(each).ok for each in _IRD.findall(text)):
        return "An IRD number."
    if words().texts["email"].search(text):
        return "An e-mail address."
    return "A telephone number." if _PHONE.search(text) else ""


def _headings(sheet: Sheet, tables: tuple[Table, ...]) -> Iterator[list[str]]:
    """Heading cells that say identifier: those with a number or word below them, not words in a note."""
    for table in tables:
        for cell in table.texts:
            bare = plain(cell.text)
            below = sheet.cells.get((cell.row + 1, cell.column))
            if (
                len(bare) < 40
                and below is not None
                and words().identifiers["heading"].search(bare)
                and not _counts(bare)
            ):
                yield [cell.at]
    if not tables:
        for cell in sheet.row(1):
            if words().identifiers["heading"].search(plain(cell.text)) and (2, cell.column) in sheet.cells:
                yield [cell.at]


def _counts(heading: str) -> bool:
    """Whether a heading counts identifiers rather than shows them: "n snz_uid", "distinct people"."""
    return bool(re.search(r"\b(count|n|number|distinct|raw|conf|no of)\b", heading))


def _columns(sheet: Sheet) -> dict[str, list[str]]:
    """Columns whose cells look like IRD numbers, running identifiers, names or days of birth."""
    by_column: dict[int, list[Cell]] = {}
    for cell in sheet.cells.values():
        by_column.setdefault(cell.column, []).append(cell)
    marked: dict[str, list[str]] = {}
    for cells in by_column.values():
        first = next(
            (at for at, cell in enumerate(cells) if cell.number is not None or _DAY.match(cell.text)), 1
        )
        heading = plain(cells[max(first - 1, 0)].text)
        body = cells[1:]
        whole = [cell for cell in body if cell.number is not None and cell.whole and "," not in cell.text]
        irds = [cell for cell in whole if len(cell.text) in (8, 9) and check_ird(cell.text).ok]
        if len(irds) >= 3 and len(irds) * 2 > len(whole):
            marked.setdefault("IRD numbers.", []).extend(cell.at for cell in irds)
        elif _are_ids(whole, body) and (
            words().identifiers["person_words"].search(heading)
            or (len(whole) >= _FEW_LINES and not kind_of_words(heading))
        ):
            marked.setdefault("Numbers that look like people's identifiers.", []).extend(
                cell.at for cell in whole
            )
        names = [cell for cell in body if _NAME.match(cell.text)]
        if len(names) >= 3 or (len(names) * 2 > len(body) and names):
            marked.setdefault("People's names.", []).extend(cell.at for cell in names)
        initials = [cell for cell in body if _INITIALS.match(cell.text)]
        if len(initials) >= 3:
            marked.setdefault("People's initials.", []).extend(cell.at for cell in initials)
        days = [cell for cell in body if _DAY.match(cell.text)]
        if (
            len(days) >= 3
            and len({cell.text for cell in days}) * 2 > len(days)
            and re.search(r"\b(birth|dob|born)\b", heading)
        ):
            marked.setdefault("Dates of birth.", []).extend(cell.at for cell in days)
    return marked


def _are_ids(whole: list[Cell], body: list[Cell]) -> bool:
    """Long whole numbers, all different, none rounded: no counts."""
    numbers = [round(cell.number or 0) for cell in whole]
    if len(numbers) < 3 or len(numbers) * 5 < len(body) * 4 or len(set(numbers)) < len(numbers):
        return False
    same_length = len({len(str(number)) for number in numbers}) <= 2
    rounded = sum(number % 3 == 0 for number in numbers) * 3 > len(numbers) * 2
    return min(numbers) >= _LONG_ID and same_length and not rounded


def _one_row_each(sheet: Sheet, table: Table) -> Iterator[Finding]:
    if is_microdata(table):
        first, last = table.rows[0], table.rows[-1]
        yield found("one_row_a_person", sheet.file, sheet.name, [f"A{first}:A{last}"])


def _lines_of_words(sheet: Sheet) -> Iterator[Finding]:
    """A line for each person without a single number: many lines, a first column that differs in each."""
    rows = list(sheet.by_row.items())
    if len(rows) <= _FEW_LINES:
        return
    heads, body = [plain(cell.text) for cell in rows[0][1]], rows[1:]
    facts = sum(bool(words().identifiers["record_words"].search(head)) for head in heads)
    whose = words().identifiers["person_words"].search(heads[0]) or heads[0] in ("case", "id", "no", "number")
    first = [cells[0].text for _, cells in body]
    if facts >= 2 and (whose or facts >= 3) and len(set(first)) == len(first):
        yield found("one_row_a_person", sheet.file, sheet.name, [f"A{body[0][0]}:A{body[-1][0]}"])


def is_microdata(table: Table) -> bool:
    """One line a person: many lines, a column that differs in each, facts about a person, and no counts."""
    heads = [plain(each) for each in table.label_names] + [plain(column.heading) for column in table.columns]
    facts = sum(bool(words().identifiers["record_words"].search(head)) for head in heads)
    people = any(words().identifiers["person_words"].search(head) for head in heads)
    counted = any(column.kind in ("count", "weighted", "percentage", "rate") and _says_counts(column)
                  for column in table.columns)  # fmt: skip
    if len(table.rows) < _FEW_LINES or counted or facts < 2:
        return False
    keyed = any(_all_different(table, at) for at in range(len(table.label_names))) or any(
        len({cell.number for cell in column.cells.values()}) == len(table.rows)
        and all(cell.whole for cell in column.cells.values())
        for column in table.columns
    )
    return keyed and (people or facts >= 3)


_COUNTED = re.compile(r"\b(count|n|number|freq\w*|total|conf|raw|people|clients|percent|pct|rate)\b|%")


def _says_counts(column: Column) -> bool:
    return any(_COUNTED.search(plain(each)) for each in column.headings)


def _all_different(table: Table, at: int) -> bool:
    values = [labels[at - len(table.label_names)] for labels in table.labels.values()]
    return len(set(values)) == len(values)
