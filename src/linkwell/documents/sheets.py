"""How the sheets of our workbooks look: printed on A4 across, headings on every page, and no text cut off."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

_A4 = 9
_LINE = 15.0  # points
_MOST = 400.0  # points; a spreadsheet program allows 409


def lay_out(sheet: Any, *, pages_across: int = 1, headings: int = 1) -> None:
    """Print a sheet across on A4, so many pages wide, its first `headings` rows on each."""
    sheet.set_paper(_A4)
    sheet.set_landscape()
    sheet.fit_to_pages(pages_across, 0)
    sheet.repeat_rows(0, headings - 1)


def set_height(sheet: Any, row: int, cells: Iterable[tuple[str, int]]) -> None:
    """Make a row as high as its wrapped cells (text, width in characters) need: not every program does."""
    lines = max((_lines(text, width) for text, width in cells), default=1)
    if lines > 1:
        sheet.set_row(row, min(lines * _LINE, _MOST))


def _lines(text: str, width: int) -> int:
    return sum(1 + len(part) // max(width - 1, 1) for part in text.split("\n"))
