"""How the sheets of our workbooks look: A4, readable, headings on each page, no text cut off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from math import ceil
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

_A4 = 9
_UPRIGHT, ACROSS = 96, 150  # characters that are still read easily side by side on a page
_LINE = 15.0  # points
_MOST = 400.0  # points; a spreadsheet program allows 409


_PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


@contextmanager
def new_book(path: Path) -> Iterator[Any]:
    """A workbook written at `path` when it is left; text never becomes a formula, a link or a number.

    Raises:
        OSError: the system would not have it written there.
    """
    try:
        with xlsxwriter.Workbook(str(path), _PLAIN) as book:
            yield book
    except FileCreateError as refused:  # it wraps what the system said, which nobody else would understand
        raise refused.args[0] from None


def lay_out(sheet: Any, *, widths: Sequence[float] = (), headings: int = 1, names: int = 0) -> None:
    """Print a sheet on A4: upright where its columns fit, else across, on several pages where it is wide.

    Args:
        widths: of its columns, in characters; across on one page where none are given.
        headings: rows at the top that stand on every page.
        names: columns at the left that stand on every page, where there are several beside each other.
    """
    total = sum(widths)
    pages = ceil((total - sum(widths[:names])) / (ACROSS - sum(widths[:names]))) if total > ACROSS else 1
    sheet.set_paper(_A4)
    if not widths or total > _UPRIGHT:
        sheet.set_landscape()
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.fit_to_pages(pages, 0)
    sheet.repeat_rows(0, headings - 1)
    if names and pages > 1:
        sheet.repeat_columns(0, names - 1)
    sheet.hide_gridlines(0)
    sheet.set_footer("&L&8&A&R&8Page &P of &N")


def set_height(sheet: Any, row: int, cells: Iterable[tuple[str, int]]) -> None:
    """Make a row as high as its wrapped cells (text, width in characters) need: not every program does."""
    lines = max((_lines(text, width) for text, width in cells), default=1)
    if lines > 1:
        sheet.set_row(row, min(lines * _LINE, _MOST))


def _lines(text: str, width: int) -> int:
    return sum(1 + len(part) // max(width - 1, 1) for part in text.split("\n"))
