"""Find which of the given files is which source of the specification, and lay their rows end to end."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from linkwell.errors import WrongUse
from linkwell.reading.table import Table
from linkwell.specification.headings import fold_heading
from linkwell.specification.model import Specification


@dataclass(frozen=True)
class Source:
    """All rows of one source; several files (one a year, say) follow one another.

    Attributes:
        missing: agreed headings some file lacks.
        unknown: headings of the files that are not agreed.
        contacts: headings that are not supplied, looked at only to notice shared contacts.
    """

    name: str
    tables: tuple[Table, ...]
    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    contacts: tuple[str, ...]
    starts: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.numbers)

    def by_file(self, positions: list[int]) -> dict[str, list[int]]:
        """Row numbers of ascending row positions by file (with its sheet)."""
        found: dict[str, list[int]] = {}
        first = 0
        for start, table in zip(self.starts, self.tables, strict=True):
            end = bisect_left(positions, start + len(table), first)
            if end > first:
                sheet = f", sheet {table.origin.sheet}" if table.origin.sheet else ""
                inside = map(self.numbers.__getitem__, positions[first:end])
                found.setdefault(table.origin.file + sheet, []).extend(inside)
            first = end
        return found

    @cached_property
    def numbers(self) -> list[int]:
        """The row number in its file of every row position."""
        return [number for table in self.tables for number in table.row_numbers]

    def places(self, heading: str) -> list[tuple[Table, int | None]]:
        """Each table with the place of a heading in it, None where it lacks it."""
        return [(table, _position(table, heading)) for table in self.tables]

    def cells(self, heading: str) -> list[str]:
        """The cells under a heading, one a row; empty ones where a file lacks it."""
        found: list[str] = []
        for table, at in self.places(heading):
            found += [""] * len(table) if at is None else table.column_at(at)
        return found

    def joined_cells(self, headings: Sequence[str]) -> list[str]:
        """The cells of several headings that answer one question, joined by ";" where they are filled."""
        if len(headings) == 1:
            return self.cells(headings[0])
        columns = [self.cells(heading) for heading in headings]
        return [";".join(filter(None, cells)) for cells in zip(*columns, strict=True)]


def find_sources(spec: Specification, tables: Sequence[Table]) -> tuple[dict[str, Source], list[Table]]:
    """Give each table to the source whose agreed headings it has most of.

    Returns:
        Sources by name, and further sheets of a used file that fit none.

    Raises:
        WrongUse: no sheet of a file fits any source of the specification.
    """
    given: dict[str, list[Table]] = {}
    unused = []
    for table in tables:
        name = _best_source(spec, table)
        if name:
            given.setdefault(name, []).append(table)
        else:
            unused.append(table)
    used_files = {table.origin.file for found in given.values() for table in found}
    for table in unused:
        if table.origin.file not in used_files:
            raise _fits_nothing(spec, table)
    return {name: _source(spec, name, given[name]) for name in spec.sources() if name in given}, unused


def agreed_headings(spec: Specification, source: str) -> tuple[str, ...]:
    """The headings the specification reads from one source, each once."""
    found = [
        column
        for table, field in spec.fields()
        if table.source == source and field.source_column
        for column in (field.source_column, *field.more_columns)
    ]
    return _once(found)


def _best_source(spec: Specification, table: Table) -> str:
    have = {fold_heading(column) for column in table.columns}
    shares = []
    for name in spec.sources():
        wanted = {fold_heading(heading) for heading in agreed_headings(spec, name)}
        shares.append((len(wanted & have) / len(wanted) if wanted else 0.0, name))
    share, name = max(shares, key=lambda each: each[0], default=(0.0, ""))
    return name if share >= 0.5 else ""


def _fits_nothing(spec: Specification, table: Table) -> WrongUse:
    first = ", ".join(agreed_headings(spec, spec.sources()[0])[:6]) if spec.sources() else ""
    agreed = {heading for name in spec.sources() for heading in agreed_headings(spec, name)}
    some = any(_position(table, heading) is not None for heading in agreed)
    missing = "most of the agreed columns are not" if some else "none of the agreed columns is"
    return WrongUse(
        f"This file does not fit the specification: {missing} in it.",
        where=table.origin.file + (f", sheet {table.origin.sheet}" if table.origin.sheet else ""),
        why="Its columns are unknown, so nothing in it can be checked.",
        fix=f"Give the file the specification was made for (it has columns such as {first}), "
        "or draft a new specification with linkwell describe.",
    )


def _source(spec: Specification, name: str, tables: list[Table]) -> Source:
    wanted = agreed_headings(spec, name)
    contacts = tuple(
        left.column for left in spec.not_supplied if left.source == name and left.kind == "contact"
    )
    missing = [heading for heading in wanted for table in tables if _position(table, heading) is None]
    known = {fold_heading(each) for each in wanted}
    known |= {fold_heading(left.column) for left in spec.not_supplied if left.source == name}
    unknown = [c for table in tables for c in table.columns if fold_heading(c) not in known]
    starts = [0]
    for table in tables[:-1]:
        starts.append(starts[-1] + len(table))
    return Source(name, tuple(tables), _once(missing), _once(unknown), contacts, tuple(starts))


def _once(headings: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(headings))


def _position(table: Table, heading: str) -> int | None:
    if heading in table.columns:
        return table.columns.index(heading)
    folded = fold_heading(heading)
    same = [at for at, column in enumerate(table.columns) if fold_heading(column) == folded]
    return same[0] if same else None
