"""Find the tables in a sheet as people lay them out: titles, headings in several rows, sections, notes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from linkwell.confidentiality.output_check.cells import Cell, Sheet
from linkwell.confidentiality.output_check.kinds import kind_of_column, kind_of_words
from linkwell.confidentiality.output_check.tables import Column, Table, role_of_name
from linkwell.confidentiality.output_check.words import plain, words

Row = tuple[int, list[Cell]]
_LONG = 200  # what is longer is a note about something else


@dataclass(frozen=True)
class Layout:
    """What a sheet holds: its tables, and the words outside every table."""

    tables: tuple[Table, ...]
    texts: tuple[Cell, ...]


def find_tables(sheet: Sheet) -> Layout:
    """Every table of a sheet; what belongs to none is text."""
    role = role_of_name(sheet.name) or role_of_name(sheet.file.rpartition(".")[0])
    tables: list[Table] = []
    loose: list[Cell] = []
    heads: list[Row] = []  # words since the last table: titles, or headings with a blank line below them
    for block in _blocks(sheet):
        if not any(cell.is_value for _, row in block for cell in row):
            heads += block
            continue
        table = _table(sheet, block, heads, role, tables[-1] if tables else None)
        if table is None:
            heads += block
            continue
        tables.append(table)
        heads = []
    loose += [cell for _, row in heads for cell in row]
    return Layout(tuple(tables), tuple(loose))


def _blocks(sheet: Sheet) -> Iterator[list[Row]]:
    """Runs of filled rows, cut at blank rows, and at blank columns where another table begins beside."""
    run: list[Row] = []
    for number, row in sheet.by_row.items():
        if run and number > run[-1][0] + 1:
            yield from _beside(run)
            run = []
        run.append((number, row))
    if run:
        yield from _beside(run)


def _beside(run: list[Row]) -> Iterator[list[Row]]:
    """Tables side by side: a blank column with words, not numbers, on the rows to its right."""
    used = sorted({cell.column for _, row in run for cell in row if len(row) > 1})
    cuts = []
    for left, right in pairwise(used):
        below = [cell for _, row in run[1:] for cell in row if cell.column == right]
        words_there = sum(not cell.is_value for cell in below)
        if right > left + 1 and words_there * 2 > len(below) and words_there >= 2:
            cuts.append(right)
    edges = [0, *cuts, 1 << 20]
    for first, last in pairwise(edges):
        part = [(number, [cell for cell in row if first <= cell.column < last]) for number, row in run]
        part = [(number, row) for number, row in part if row]
        if part:
            yield part


def _table(sheet: Sheet, block: list[Row], above: list[Row], role: str, before: Table | None) -> Table | None:
    top = _first_data_row(block)
    if top == len(block):
        return None
    heads = [row for row in block[:top] if len(row[1]) > 1 or _is_heading_alone(row, block)]
    texts = [cell for _, row in above for cell in row] + [
        cell for number, row in block[:top] if (number, row) not in heads for cell in row
    ]
    body = block[top:]
    if not heads:
        spread = [row for row in above if len(row[1]) > 1]
        heads = spread[-3:]
        if not heads and before is not None and _continues(before, body):
            return _continued(sheet, before, body, role)
    end = _last_data_row(body)
    notes = [cell for _, row in body[end:] for cell in row]
    body = body[:end]
    headings = _headings(sheet, heads, body)
    title = " ".join(cell.text for cell in (*texts, *notes) if len(cell.text) < _LONG)
    return _made(sheet, body, headings, (*texts, *(c for _, row in heads for c in row), *notes), role, title)


def _made(
    sheet: Sheet,
    body: list[Row],
    headings: dict[int, tuple[str, ...]],
    texts: tuple[Cell, ...],
    role: str,
    title: str,
) -> Table:
    by_column: dict[int, dict[int, Cell]] = {}
    for number, row in body:
        for cell in row:
            by_column.setdefault(cell.column, {})[number] = cell
    labels = _label_columns(by_column, headings)
    remarks = [
        at
        for at, cells in by_column.items()
        if at not in labels and (_is_words(cells) or _is_flags(headings.get(at, ()), cells))
    ]
    columns = tuple(
        Column(at, headings.get(at, ()), kind_of_column(headings.get(at, ()), list(cells.values()), title),
               role_of_name(" ".join(headings.get(at, ()))), cells)
        for at, cells in sorted(by_column.items()) if at not in labels and at not in remarks
    )  # fmt: skip
    rows, row_labels = _labelled(body, labels)
    said = [cell for at in remarks for cell in by_column[at].values()]
    names = tuple(" ".join(headings.get(at, ("",))) for at in labels)
    return Table(
        sheet.file, sheet.name, rows, row_labels, names, tuple(labels), columns, (*texts, *said), role
    )


def _first_data_row(block: list[Row]) -> int:
    """Index of the first row of the body: one with a number that is no year or place in an order."""
    left = min(cell.column for _, row in block for cell in row)
    for at, (_, row) in enumerate(block):
        if not any(cell.is_value for cell in row):
            continue
        above = block[at - 1][1] if at else []
        named = len(above) >= len(row) and not any(cell.is_value for cell in above)
        below = block[at + 1][1] if at + 1 < len(block) else []
        words_below = bool(below) and not any(cell.is_value for cell in below)
        if not at and _are_years_above(row, below):
            continue
        if (named and not words_below) or not _are_heading_numbers(row, left, words_below):
            return at
    return len(block)


def _are_years_above(row: list[Cell], below: list[Cell]) -> bool:
    """Whether a first row heads the one below it by years, each later than the last; words may follow
    ("Change"), and one year alone stands after a word that heads labels.
    """
    years = [cell for cell in row if cell.is_value]
    numbers = [cell.number or 0.0 for cell in years]
    if row[0].is_value or not all(1950 <= number <= 2100 and number == int(number) for number in numbers):
        return False
    if len(years) == 1 and not words().one["label_heading"].match(plain(row[0].text)):
        return False
    over = {cell.column for cell in below if cell.is_value}
    return (
        all(b > a for a, b in pairwise(numbers))
        and over >= {cell.column for cell in years}
        and (len(over) > len(years) or not any(1950 <= (cell.number or 0) <= 2100 for cell in below))
    )


def _are_heading_numbers(row: list[Cell], left: int, words_below: bool) -> bool:
    """Whether the numbers of a row are headings: years, or an order, right of a label or a blank."""
    values = [cell for cell in row if cell.is_value]
    numbers = [cell.number for cell in values if cell.number is not None]
    if (
        len(numbers) < len(values)
        or any(cell.column == left for cell in values)
        or any(cell.column > values[0].column for cell in row if not cell.is_value)
    ):
        return False
    return _is_order(numbers) or (words_below and all(1950 <= number <= 2100 for number in numbers))


def _is_order(numbers: list[float]) -> bool:
    """Years, or 1, 2, 3: headings written as numbers."""
    if all(1950 <= number <= 2100 and number == int(number) for number in numbers):
        return len(numbers) > 1
    return len(numbers) > 2 and all(b - a == 1 for a, b in pairwise(numbers))


def _is_heading_alone(row: Row, block: list[Row]) -> bool:
    """A heading row with one cell only: over a list of one column, or a group heading to the right."""
    only = row[1][0]
    return only.column > min(cell.column for _, cells in block for cell in cells) or (
        all(len(cells) == 1 for _, cells in block)
    )


def _last_data_row(body: list[Row]) -> int:
    """How many rows are table; words alone after the last row with a number are notes."""
    end = len(body)
    while end and not any(
        cell.is_value and cell.column > body[0][1][0].column - 1 for cell in body[end - 1][1]
    ):
        end -= 1
    while (
        end > 1
        and len(body[end - 1][1]) == 1
        and len(body[end - 2][1]) > 1
        and not body[end - 1][1][0].is_value
    ):
        end -= 1
    return end


def _headings(sheet: Sheet, heads: list[Row], body: list[Row]) -> dict[int, tuple[str, ...]]:
    """Per column its headings from the top; a heading over several columns holds for those to its right."""
    used = sorted(
        {cell.column for _, row in body for cell in row} | {c.column for _, row in heads for c in row}
    )
    found: dict[int, list[str]] = {at: [] for at in used}
    for place, (number, row) in enumerate(heads):
        by_column = {cell.column: cell.text for cell in row}
        spans = dict(by_column)
        for top, left, bottom, right in sheet.merged:
            if top <= number <= bottom and (top, left) in sheet.cells:
                for at in range(left, right + 1):
                    spans[at] = sheet.cells[top, left].text
        carried = ""
        for at in used:
            if at in spans:
                carried = spans[at]
            elif place == len(heads) - 1 or at < min(by_column):
                carried = ""
            found[at].append(spans.get(at, carried if at > used[0] else ""))
    return {at: tuple(texts) for at, texts in found.items()}


def _label_columns(by_column: dict[int, dict[int, Cell]], headings: dict[int, tuple[str, ...]]) -> list[int]:
    """The columns that say what a row is about."""
    labels = []
    leading = True
    for at, cells in sorted(by_column.items()):
        heading = plain(" ".join(headings.get(at, ())))
        lowest = plain(re.sub(r"\(.*?\)", "", (headings.get(at) or ("",))[-1]))
        named = bool(words().one["number_label"].match(lowest)) and not kind_of_words(lowest)
        texts = sum(not cell.is_value for cell in cells.values())
        numbers = [cell.number for cell in cells.values() if cell.number is not None]
        ordered = not heading and leading and bool(numbers) and _is_order(numbers)
        if words().one["note"].search(heading) and texts * 2 > len(cells):
            leading = False
        elif texts * 2 > len(cells) or (named and _are_codes(numbers)) or ordered:
            labels.append(at)
        else:
            leading = False
    return labels


def _are_codes(numbers: list[float]) -> bool:
    return all(number == int(number) and abs(number) < 10_000_000 for number in numbers)


def _is_words(cells: dict[int, Cell]) -> bool:
    return sum(not cell.is_value for cell in cells.values()) * 2 > len(cells)


def _is_flags(headings: tuple[str, ...], cells: dict[int, Cell]) -> bool:
    """A column that marks the number beside it ("C", "S"), and hides none of its own."""
    lowest = plain(headings[-1]) if headings else ""
    said = bool(words().one["note"].search(lowest)) and not kind_of_words(lowest)
    return said and all(cell.mark for cell in cells.values())


def _labelled(body: list[Row], labels: list[int]) -> tuple[tuple[int, ...], dict[int, tuple[str, ...]]]:
    """The rows with numbers, each with its labels; a row of words alone names the section below it.

    A blank label repeats the one above, but for the innermost label column.
    """
    section = ""
    sections: dict[int, str] = {}
    carried = dict.fromkeys(labels, "")
    found: dict[int, tuple[str, ...]] = {}
    for number, row in body:
        texts = {cell.column: cell.text for cell in row}
        if labels and not any(cell.is_value and cell.column not in labels for cell in row):
            section = " ".join(texts.values())
            continue
        for place, at in enumerate(labels):
            if at in texts:
                if texts[at] != carried[at]:
                    carried.update(dict.fromkeys(labels[place + 1 :], ""))
                carried[at] = texts[at]
            elif place == len(labels) - 1 and len(labels) > 1:
                carried[at] = ""
        sections[number] = section
        found[number] = tuple(carried[at] for at in labels)
    if any(sections.values()):
        found = {number: (sections[number], *own) for number, own in found.items()}
    return tuple(found), found


def _continues(before: Table, body: list[Row]) -> bool:
    """Whether a block without headings goes on with the columns of the table above it."""
    used = {cell.column for _, row in body for cell in row if cell.is_value}
    return bool(used) and used <= {column.at for column in before.columns} | set(before.label_columns)


def _continued(sheet: Sheet, before: Table, body: list[Row], role: str) -> Table:
    end = _last_data_row(body)
    notes = tuple(cell for _, row in body[end:] for cell in row)
    headings = {column.at: column.headings for column in before.columns}
    headings |= {at: (name,) for at, name in zip(before.label_columns, before.label_names, strict=True)}
    title = " ".join(cell.text for cell in notes if len(cell.text) < _LONG)
    return _made(sheet, body[:end], headings, notes, role, title)
