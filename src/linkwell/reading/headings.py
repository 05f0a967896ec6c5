"""Find the table on a sheet: its heading row under banners, its rows, and what is not a record."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from linkwell.reading.table import Notice, Origin, Table

Numbered = tuple[int, Sequence[str]]
"""A row's 1-based number in the source and its cells in normal form."""

_LOOK_AT = 60
_BANNER_AT_MOST = 30
_VALUE = re.compile(r"[-+]?[$€£]?[\d][\d\s,.:/\-+%T]*|true|false", re.IGNORECASE)
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}")
_SHAPE_OF_DATE = re.compile(r"(?:d{1,2}|m{1,4}|y{2,4})(?:[-/. ](?:d{1,2}|m{1,4}|y{2,4})){2}", re.IGNORECASE)
_TOTAL = re.compile(r"(?:grand |sub[- ]?)?totals?\b|sum\b|count\b|average\b|tapeke\b", re.IGNORECASE)


@dataclass(frozen=True)
class _Found:
    at: int
    headed: bool


def build_table(
    origin_file: str, sheet: str | None, rows: Sequence[Numbered], notices: Sequence[Notice]
) -> Table:
    """Make a table of the non-blank `rows` of a sheet: banners dropped, headings made unique, totals left
    out.

    What is left out is always said in a notice. Rows that go past the headings add columns, so nothing is
    lost.
    """
    found = _heading_row(rows)
    header_number, header = rows[found.at] if found.headed else (0, ())
    body = list(rows[found.at + 1 :] if found.headed else rows)
    body, said = _without_furniture(body, header)
    headed_width = _filled_width(header)
    width = max(headed_width, max((_filled_width(cells) for _, cells in body), default=0))
    if header and width > headed_width:
        wide = [number for number, cells in body if _filled_width(cells) > headed_width]
        said.append(
            Notice(
                "uneven_rows",
                f"{_count(len(wide), 'row')} with more cells than there are headings",
                _rows(wide),
            )
        )
    if not found.headed:
        said.append(Notice("no_headings", "No row of headings was found, so columns are numbered", ""))
    if found.headed and found.at:
        said.append(
            Notice("banner", f"{_count(found.at, 'row')} above the headings left out", f"row {header_number}")
        )
    return Table(
        Origin(origin_file, sheet, header_number),
        _unique([*header, *[""] * width][:width]),
        [
            tuple(cells[:width]) if len(cells) >= width else (*cells, *[""] * (width - len(cells)))
            for _, cells in body
        ],
        [number for number, _ in body],
        (*notices, *said),
        _groups(rows[found.at - 1][1], width) if found.headed and found.at else (),
    )


def _heading_row(rows: Sequence[Numbered]) -> _Found:
    looked = [cells for _, cells in rows[:_LOOK_AT]]
    filled = [sum(1 for cell in cells if cell) for cells in looked]
    # The table's width is what most of its rows have; banners and signatures are narrower.
    usual = sorted(filled)[len(filled) * 3 // 4] if filled else 0
    for at, cells in enumerate(looked[:_BANNER_AT_MOST]):
        if filled[at] * 5 < usual * 3:
            continue
        words = [cell for cell in cells if cell]
        if any(_VALUE.fullmatch(word) for word in words) and not _unlike_what_is_below(looked, at):
            return _with_gaps(looked, filled, usual, at)
        return _Found(_under_group_headings(looked, filled, at), headed=True)
    return _Found(0, headed=False)


def _with_gaps(looked: list[Sequence[str]], filled: list[int], usual: int, at: int) -> _Found:
    """The row right above the first row of data, where it holds words of which many are missing."""
    above = at - 1
    if above < 0 or filled[above] < 3 or filled[above] * 5 < usual * 2:
        return _Found(0, headed=False)
    words = all(not _VALUE.fullmatch(cell) for cell in looked[above] if cell)
    return _Found(above, headed=True) if words else _Found(0, headed=False)


def _under_group_headings(looked: list[Sequence[str]], filled: list[int], at: int) -> int:
    # A row of group titles ("Client", "Service") has gaps, and a fuller row of words, the headings, under it.
    while (
        at + 1 < min(len(looked), _BANNER_AT_MOST)
        and filled[at + 1] * 10 > filled[at] * 13
        and not any(_VALUE.fullmatch(cell) for cell in looked[at + 1] if cell)
        and _filled_width(looked[at]) > filled[at]
    ):
        at += 1
    return at


def _groups(cells: Sequence[str], width: int) -> tuple[str, ...]:
    """The title over each column, reaching as far as the next one; none in a banner, which is one cell."""
    words = [cell for cell in cells if cell]
    if not 1 < len(words) < width or any(map(_VALUE.fullmatch, words)):
        return ()
    reaching = [""]
    for cell in [*cells, *[""] * width][:width]:
        reaching.append(" ".join(cell.split()) or reaching[-1])
    return tuple(reaching[1:])


def _unlike_what_is_below(looked: list[Sequence[str]], at: int) -> bool:
    # Headings may be dates or years (an attendance sheet); a row of data is of the same kinds as the rows
    # under it.
    compared = unlike = 0
    for column, heading in enumerate(looked[at]):
        kinds = Counter(_kind(row[column]) for row in looked[at + 1 :] if column < len(row) and row[column])
        if heading and kinds:
            compared += 1
            unlike += kinds.most_common(1)[0][0] != _kind(heading)
    return compared > 0 and unlike * 5 >= compared * 2


def _kind(cell: str) -> str:
    if not _VALUE.fullmatch(cell):
        return "words"
    return "date" if _DATE.match(cell) else "number"


def _without_furniture(body: list[Numbered], header: Sequence[str]) -> tuple[list[Numbered], list[Notice]]:
    said: list[Notice] = []
    repeated = [number for number, cells in body if header and cells == header]
    if repeated:
        body = [row for row in body if row[1] != header]
        said.append(
            Notice("repeated_headings", "The headings come again and are left out there", _rows(repeated))
        )
    if len(body) > 1 and any(map(_SHAPE_OF_DATE.fullmatch, body[0][1])):
        said.append(
            Notice("hint_row", "Says how to fill in the columns and is left out", _rows([body[0][0]]))
        )
        body = body[1:]
    feet = _footnotes(body)
    if feet:
        body = body[: -len(feet)]
        said.append(Notice("footnotes", "Words under the table, not a record, and left out", _rows(feet)))
    named = {cell.casefold() for cell in header if cell}
    again = [
        number
        for at, (number, cells) in enumerate(body)
        if _apart(body, at) and _headings_again(cells, named)
    ]
    if again:
        words = "Another table seems to begin here: give it a sheet or a file of its own"
        said.append(Notice("second_table", words, _rows(again)))
    totals: list[int] = []
    while len(body) > 1 and len(totals) < 5 and _is_total(body[-1][1], body[0][1]):
        totals.append(body.pop()[0])
    if totals:
        said.append(
            Notice("totals_row", "Looks like totals, not a record, and is left out", _rows(sorted(totals)))
        )
    return body, said


def _footnotes(body: Sequence[Numbered]) -> list[int]:
    """The rows of one filled cell that stand under the table, apart from it by a blank row."""
    found: list[int] = []
    if not body or sum(map(bool, body[0][1])) < 3:
        return found
    for at in range(len(body) - 1, 0, -1):
        number, cells = body[at]
        if sum(map(bool, cells)) != 1 or _TOTAL.match("".join(cells)):
            return []
        found.append(number)
        if number > body[at - 1][0] + 1:
            return found[::-1]
    return []


def _apart(body: Sequence[Numbered], at: int) -> bool:
    """Whether a blank row stands before a row, or before the one-cell title over it."""
    if not at or body[at][0] > body[at - 1][0] + 1:
        return at > 0
    return at > 1 and sum(map(bool, body[at - 1][1])) == 1 and body[at - 1][0] > body[at - 2][0] + 1


def _headings_again(cells: Sequence[str], named: set[str]) -> bool:
    """Whether a row of words holds two of the headings: a person is hardly called so."""
    filled = [cell for cell in cells if cell]
    known = sum(cell.casefold() in named for cell in filled)
    many = known > 1 or (known == 1 and len(filled) <= 4)
    return many and not any(map(_VALUE.fullmatch, filled))


def _is_total(cells: Sequence[str], usual: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell]
    if not filled or not _TOTAL.match(filled[0]) or len(filled) >= sum(1 for cell in usual if cell):
        return False
    return all(_VALUE.fullmatch(cell) for cell in filled[1:])


def _filled_width(cells: Sequence[str]) -> int:
    if cells and cells[-1]:
        return len(cells)
    return max((at + 1 for at, cell in enumerate(cells) if cell), default=0)


def _unique(headings: Sequence[str]) -> tuple[str, ...]:
    named = [" ".join(heading.split()) or f"column {at}" for at, heading in enumerate(headings, start=1)]
    taken = Counter(name.casefold() for name in named)
    used: set[str] = set()
    result = []
    for name in named:
        unique, nth = name, 1
        while unique.casefold() in used or (nth > 1 and unique.casefold() in taken):
            nth += 1
            unique = f"{name} ({nth})"
        used.add(unique.casefold())
        result.append(unique)
    return tuple(result)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _rows(numbers: Sequence[int]) -> str:
    shown = ", ".join(str(number) for number in numbers[:5])
    more = f" and {len(numbers) - 5:,} more" if len(numbers) > 5 else ""
    return f"{'row' if len(numbers) == 1 else 'rows'} {shown}{more}"
