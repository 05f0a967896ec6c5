"""What the numbers of a column are: by its headings first, then by the words around, then by themselves."""

from __future__ import annotations

from collections.abc import Sequence

from linkwell.confidentiality.output_check.cells import Cell
from linkwell.confidentiality.output_check.tables import COUNTS, Column, Table
from linkwell.confidentiality.output_check.words import plain, words

_LETTERED = ("estimate", "p_value", "se")
_LETTERS = 2
"""A heading so short may be a code: F for women, B for a group."""
_WEAK = ("total", "count", "ratio", "mean", "percentage", "rate", "quantile", "weighted")


def kind_of_words(text: str) -> str:
    """The kind a heading names, "" if none."""
    bare = plain(text)
    if "%" in text and "%" not in bare:
        bare += " %"
    for kind, pattern in words().kinds.items():
        if pattern.search(bare):
            return kind
    return ""


def kind_of_column(headings: Sequence[str], cells: Sequence[Cell], title: str) -> str:
    """What a column's numbers are; "measure" where nothing says and they are no whole numbers.

    Args:
        headings: from the top; the lowest one that names a kind counts. title: what is written around.
    """
    numbers = [cell for cell in cells if cell.number is not None]
    whole = bool(numbers) and all(cell.whole for cell in numbers)
    if numbers and sum(cell.percent for cell in numbers) * 2 > len(numbers):
        return "percentage"
    if numbers and sum(cell.aside is not None for cell in cells) * 2 > len(cells):
        return "count" if sum(cell.whole for cell in numbers) * 2 > len(numbers) else "mean"
    for heading in reversed(headings):
        kind = kind_of_words(heading)
        if kind:
            return _mended(kind, heading, numbers)
    around = {kind for kind in _WEAK if words().kinds[kind].search(plain(title))} if title else set()
    if whole:
        around -= {"ratio", "rate", "percentage"} if around & {"count"} else set()
    if len(around) == 1:
        kind = around.pop()
        return (
            "count" if kind == "count" and whole else kind if kind != "count" else _by_numbers(numbers, whole)
        )
    return _by_numbers(numbers, whole)


def _by_numbers(numbers: Sequence[Cell], whole: bool) -> str:
    if whole or not numbers:
        return "count"
    return "measure"


def _mended(kind: str, heading: str, numbers: Sequence[Cell]) -> str:
    """A heading's word in the light of the numbers: "n" over decimals is no count, "F" over whole ones is."""
    if kind == "count" and numbers and not any(cell.whole for cell in numbers):
        return "measure"
    if kind in _LETTERED and len(plain(heading)) <= _LETTERS and numbers and all(c.whole for c in numbers):
        return "count"
    return kind


def statistic_of_row(label: str) -> str:
    """The statistic a whole row holds by its label ("Median income"), "" for an ordinary row."""
    bare = plain(label)
    for kind, pattern in words().statistics.items():
        if pattern.match(bare) or (kind == "percentage" and pattern.match(label.strip().lower())):
            return kind
    return ""


def kind_at(table: Table, column: Column, row: int) -> str:
    """What one cell is: its row's statistic, where the row is one and the column says nothing special."""
    if column.kind in (*COUNTS, "measure", "mean", "total"):
        labels = table.labels.get(row, ())
        said = (labels and statistic_of_row(labels[-1])) or column.kind
        return "count" if said == "measure" and _is_count_row(table, column, row) else said
    return column.kind


def _is_count_row(table: Table, column: Column, row: int) -> bool:
    """Whether a row of a table of measures ("Clients", "Average age") is a number of people or things."""
    said = {at: kind_of_words(labels[-1]) for at, labels in table.labels.items() if labels}
    others = set(said.values()) - {"", "count"}
    return said.get(row) == "count" and bool(others) and column.cells[row].whole
