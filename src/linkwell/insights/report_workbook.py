"""The released tables as a workbook: a first sheet that says what they are, then one sheet a table.

Text is written as text, never as a formula, so that nothing in a label can act.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from linkwell.confidentiality.release import Release, ReleasedEffect, ReleasedTable
from linkwell.documents.sheets import ACROSS, lay_out, set_height
from linkwell.insights.request import AHEAD

SAME_DATE = datetime(1980, 1, 1, tzinfo=UTC)
"""The date inside the file: the same numbers give the same bytes, whenever they are written again."""
WIDEST = 60
"""Columns are no wider than this many characters; longer text wraps."""
NARROWEST = 20
_ABOUT = 100
SIDES = {"effects": ("participants", "similar people"), "ahead": ("people then", "people now")}
"""What the two groups behind a number are called, by sheet."""


def render_workbook(release: Release, title: str) -> bytes:
    """The workbook's bytes; the same release gives the same cells."""
    from xlsxwriter import Workbook

    made = io.BytesIO()
    with Workbook(made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": title[:255], "created": SAME_DATE})
        names = _sheet_names(release)
        _about(book, release, title, names)
        for key, table in release.tables.items():
            _sheet(book, names[key], table.title, *_table(table))
        for name, (heading, effects) in _effect_sheets(release).items():
            _sheet(book, names[name], heading, *_effects(effects, SIDES[name]))
    return made.getvalue()


def _sheet_names(release: Release) -> dict[str, str]:
    """Names Excel allows (31 characters, none of its marks), each once."""
    keys = [*release.tables, *_effect_sheets(release)]
    names: dict[str, str] = {}
    for key in keys:
        plain = re.sub(r"[\[\]:*?/\\']", " ", key.replace("_", " "))[:28].strip() or "table"
        taken = {name.lower() for name in names.values()} | {"about", "history"}
        number = next(n for n in range(1, len(keys) + 2) if _numbered(plain, n).lower() not in taken)
        names[key] = _numbered(plain, number)
    return names


def _effect_sheets(release: Release) -> dict[str, tuple[str, list[ReleasedEffect]]]:
    """Differences, and levels looked ahead to, each on a sheet of their own; none where there are none."""
    ahead = [one for name, one in release.effects.items() if name.startswith(AHEAD)]
    others = [one for name, one in release.effects.items() if not name.startswith(AHEAD)]
    sheets = {
        "effects": ("Differences with their intervals", others),
        "ahead": ("What the coming time probably holds, if nothing changes, with ranges", ahead),
    }
    return {name: sheet for name, sheet in sheets.items() if sheet[1]}


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name} {number}"


def _about(book: Any, release: Release, title: str, names: dict[str, str]) -> None:
    bold = book.add_format({"bold": True, "valign": "top"})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet("About")
    sheet.set_column(0, 0, 30, wrap)
    sheet.set_column(1, 1, _ABOUT, wrap)
    rows = [
        ("What this is", title),
        ("Release", release.release_id),
        ("How to read it", release.method.reader_note),
        ("Privacy rules", f"{release.method.profile}, fingerprint {release.profile_digest}"),
        *(("Condition", text) for text in release.disclaimers),
        *((f"Sheet “{names[key]}”", _sentence(table.title)) for key, table in release.tables.items()),
    ]
    for number, (name, text) in enumerate(rows):
        sheet.write_string(number, 0, name, bold)
        sheet.write_string(number, 1, text, wrap)
        set_height(sheet, number, [(text, _ABOUT)])
    lay_out(sheet, widths=[30, _ABOUT])


def _sentence(title: str) -> str:
    """With a capital to begin with; outcomes are named as they stand inside a sentence."""
    return title[:1].upper() + title[1:]


def _table(table: ReleasedTable) -> tuple[list[str], list[Sequence[object]]]:
    mean = [f"average ({table.unit})"] if table.measure else []
    head = [*table.dimensions, "people", "mark", *mean]
    rows: list[Sequence[object]] = []
    for cell in table.cells:
        told = ["S" if cell.mean is None else cell.mean] if mean else []
        rows.append([*cell.labels, "S" if cell.value is None else cell.value, cell.mark, *told])
    return head, rows


def _effects(
    effects: Iterable[ReleasedEffect], sides: tuple[str, str]
) -> tuple[list[str], list[Sequence[object]]]:
    head = ["what", "unit", "estimate", "from", "to", *sides, "mark"]
    return head, [
        [effect.title, effect.unit, *("S" if value is None else value for value in (
            effect.estimate, effect.lower, effect.upper, effect.treated, effect.comparison)), effect.mark]
        for effect in effects
    ]  # fmt: skip


def _widths(head: list[str], rows: list[Sequence[object]]) -> list[int]:
    """Of the columns, in characters: the longest texts wrap, so that a line stands on one printed page."""
    longest = [
        max([len(text), *(len(str(row[column])) for row in rows)]) + 2 for column, text in enumerate(head)
    ]
    widths = [min(width, WIDEST) for width in longest]
    while sum(widths) > ACROSS and max(widths) > NARROWEST:
        widths[widths.index(max(widths))] -= 1
    return widths


def _sheet(book: Any, name: str, title: str, head: list[str], rows: list[Sequence[object]]) -> None:
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    line = book.add_format({"bold": True, "bottom": 1})
    whole, part = (book.add_format({"num_format": how, "valign": "top"}) for how in ("#,##0", "#,##0.0##"))
    sheet = book.add_worksheet(name)
    words = book.add_format({"text_wrap": True, "valign": "top"})
    widths = _widths(head, rows)
    for column, text in enumerate(head):
        sheet.write_string(2, column, text, line)
        sheet.set_column(column, column, widths[column])
    for number, row in enumerate(rows, start=3):
        set_height(sheet, number, [(str(value), width) for value, width in zip(row, widths, strict=True)])
        for column, value in enumerate(row):
            if isinstance(value, int | float):
                sheet.write_number(number, column, value, part if isinstance(value, float) else whole)
            else:
                sheet.write_string(number, column, str(value), words)
    # a long title stands over its own table and does not make the page wider
    sheet.merge_range(0, 0, 0, max(len(head) - 1, 1), _sentence(title), bold)
    set_height(sheet, 0, [(title, sum(widths))])
    lay_out(sheet, widths=widths, headings=3, names=1)  # what a line is about stands on each page
    sheet.freeze_panes(3, 0)
    sheet.autofilter(2, 0, 2 + len(rows), len(head) - 1)
