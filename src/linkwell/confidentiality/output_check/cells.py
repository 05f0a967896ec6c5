"""A sheet as it lies in a file: cells at their addresses, each with its number or the mark that hides it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from linkwell.confidentiality.output_check.words import words

_NUMBER = re.compile(
    r"(?P<bracket>\()?(?P<sign>[-−+])?\s*(?:NZ)?\$?\s*"
    r"(?P<number>\d{1,3}(?:[, \u00a0\u2009\u202f]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|\.\d+)"
    r"\s*(?P<percent>%)?(?(bracket)\))\s*(?P<stars>[*†‡§^]*)"
)
_COMMA = re.compile(r"[-−+]?\d+,\d{1,2}\s*%?")  # a decimal comma: between thousands are three digits
_ASIDE = re.compile(r"(?P<first>.*?\S)\s*[(\[](?P<second>[^()\[\]]+)[)\]]\s*[*†‡§]*")
_ADDRESS = re.compile(r"\$?([A-Z]{1,3})\$?(\d+)")


@dataclass(frozen=True)
class Cell:
    """One filled cell.

    Attributes:
        row, column: from 1.
        text: as written, or as a workbook stores it.
        number: its number (12.5 % is 12.5), None for words and marks. decimals: how many it is given to.
        mark: it hides a number ("S"). aside: the number in brackets after it ("45 (12.3%)"), if there is one.
        hidden: why nobody sees it: "row", "column", "sheet", "format", or "".
    """

    row: int
    column: int
    text: str
    number: float | None = None
    decimals: int = 0
    percent: bool = False
    mark: bool = False
    aside: Cell | None = None
    formula: str = ""
    hidden: str = ""

    @property
    def at(self) -> str:
        """Its address: "B7"."""
        return address(self.row, self.column)

    @property
    def is_value(self) -> bool:
        """Whether it holds or hides a number."""
        return self.number is not None or self.mark

    @property
    def whole(self) -> bool:
        """Whether its number is a whole one."""
        return self.number is not None and abs(self.number - round(self.number)) < 1e-9


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook, or a CSV file; `name` is "" for the latter."""

    file: str
    name: str
    cells: dict[tuple[int, int], Cell] = field(repr=False)
    merged: tuple[tuple[int, int, int, int], ...] = ()
    state: str = "visible"

    def row(self, number: int) -> list[Cell]:
        """The filled cells of a row, from the left."""
        return self.by_row.get(number, [])

    @property
    def by_row(self) -> dict[int, list[Cell]]:
        """Filled rows in order, with their cells from the left."""
        rows: dict[int, list[Cell]] = {}
        for (row, _), cell in sorted(self.cells.items()):
            rows.setdefault(row, []).append(cell)
        return rows


def address(row: int, column: int) -> str:
    """(7, 2) is "B7"."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


def position(text: str) -> tuple[int, int]:
    """ "B7" is (7, 2); (0, 0) if it is no address."""
    found = _ADDRESS.fullmatch(text)
    if not found:
        return 0, 0
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]), column


def read_text(row: int, column: int, text: str) -> Cell:
    """A cell from what is written in it: "1,245", "12.3%", "(0.04)**", "45 (12.3%)", "S"."""
    bare = text.strip()
    if bare.lower() in words().marks:
        return Cell(row, column, bare, mark=True)
    if _COMMA.fullmatch(bare):
        bare = bare.replace(",", ".")
    found = _NUMBER.fullmatch(bare)
    if found:
        return _number(row, column, bare, found)
    two = _ASIDE.fullmatch(bare)
    if two:
        first = read_text(row, column, two["first"])
        second = read_text(row, column, two["second"])
        if first.is_value and first.aside is None and second.is_value:
            return Cell(row, column, bare, first.number, first.decimals, first.percent, first.mark, second)
    return Cell(row, column, bare)


def read_number(row: int, column: int, value: str, *, percent: bool = False) -> Cell:
    """A cell from a number as a workbook stores it."""
    number = float(value)
    if percent:
        number = round(number * 100, 10)
    shown = f"{number:.10f}".rstrip("0")
    decimals = len(shown.partition(".")[2])
    return Cell(row, column, f"{number:.10g}", number, decimals, percent)


def _number(row: int, column: int, text: str, found: re.Match[str]) -> Cell:
    digits = re.sub(r"[,\s\u00a0\u2009\u202f]", "", found["number"])
    number = float(digits) * (-1 if found["sign"] in ("-", "−") else 1)
    decimals = len(digits.partition(".")[2]) if "e" not in digits.lower() else 6
    return Cell(row, column, text, number, decimals, bool(found["percent"]))


def cells_of(rows: Iterable[tuple[int, Sequence[str]]]) -> dict[tuple[int, int], Cell]:
    """The filled cells of rows of text, by (row, column)."""
    return {
        (number, at): read_text(number, at, text)
        for number, row in rows
        for at, text in enumerate(row, start=1)
        if text.strip()
    }
