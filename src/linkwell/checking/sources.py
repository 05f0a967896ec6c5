"""Find which of the given files is which source of the specification, and lay their rows end to end."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from linkwell.errors import WrongUse
from linkwell.reading.beside import WideTable, side_by_side
from linkwell.reading.table import Origin, Table
from linkwell.specification.model import Export, Specification
from linkwell.specification.vocabulary import fold_heading


@dataclass(frozen=True)
class Source:
    """All rows of one source; several files (one a year, say) follow one another.

    Attributes:
        missing: agreed headings some file lacks.
        unknown: headings of the files that are not agreed.
        contacts: headings that are not supplied, looked at only to notice shared contacts.
        beside: what laying exports side by side found: (rule, heading, rows).
    """

    name: str
    tables: tuple[Table, ...]
    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    contacts: tuple[str, ...]
    starts: tuple[int, ...]
    beside: tuple[tuple[str, str, tuple[int, ...]], ...] = ()

    def __len__(self) -> int:
        return len(self.numbers)

    def by_file(self, positions: list[int], column: str = "") -> dict[str, list[int]]:
        """Row numbers of ascending row positions by file (with its sheet).

        A cell of `column` that another export lent is in that export's file, not where it was laid beside.
        """
        found: dict[str, list[int]] = {}
        first = 0
        for start, table in zip(self.starts, self.tables, strict=True):
            end = bisect_left(positions, start + len(table), first)
            lent = table.lent.get(column) if isinstance(table, WideTable) else None
            if end > first and lent is None:
                inside = map(self.numbers.__getitem__, positions[first:end])
                found.setdefault(_file_of(table.origin), []).extend(inside)
            elif lent is not None:
                for position in positions[first:end]:
                    origin, number = lent[position - start] or (table.origin, self.numbers[position])
                    found.setdefault(_file_of(origin), []).append(number)
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


def _file_of(origin: Origin) -> str:
    return origin.file + (f", sheet {origin.sheet}" if origin.sheet else "")


def find_sources(spec: Specification, tables: Sequence[Table]) -> tuple[dict[str, Source], list[Table]]:
    """Give each table to the source whose agreed headings it has most of.

    Returns:
        Sources by name, and further sheets of a used file that fit none.

    Raises:
        WrongUse: no sheet of a file fits any source of the specification.
    """
    given: dict[str, dict[Export | None, list[Table]]] = {}
    unused, used_files = [], set()
    for table in tables:
        name, export = _best_source(spec, table)
        if name:
            given.setdefault(name, {}).setdefault(export, []).append(table)
            used_files.add(table.origin.file)
        else:
            unused.append(table)
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


def _best_source(spec: Specification, table: Table) -> tuple[str, Export | None]:
    """The source a file belongs to, and which export of it; None for the first, which the others are beside.

    One file that holds what was several exports is the first.
    """
    have = {fold_heading(column) for column in table.columns}
    shares: list[tuple[float, str, Export | None]] = []
    for name in spec.sources():
        agreed = agreed_headings(spec, name)
        exports = [each for each in spec.exports if each.source == name]
        lent = {column for each in exports for column in each.columns}
        wanted = [heading for heading in agreed if heading not in lent] or list(agreed)
        shares.append((_share(wanted, have), name, None))
        shares += [(_share([each.key, *each.columns], have), name, each) for each in exports]
    share, name, export = max(shares, key=lambda each: each[0], default=(0.0, "", None))
    if share < 0.5:
        return "", None
    first = next(each for each in shares if each[1] == name)
    return name, None if first[0] >= 0.8 else export


def _share(wanted: Sequence[str], have: set[str]) -> float:
    folded = {fold_heading(heading) for heading in wanted}
    return len(folded & have) / len(folded) if folded else 0.0


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


def _source(spec: Specification, name: str, given: dict[Export | None, list[Table]]) -> Source:
    tables, beside = _laid(spec, name, given)
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
    return Source(name, tuple(tables), _once(missing), _once(unknown), contacts, tuple(starts), beside)


def _laid(
    spec: Specification, name: str, given: dict[Export | None, list[Table]]
) -> tuple[list[Table], tuple[tuple[str, str, tuple[int, ...]], ...]]:
    """The tables of a source, exports of the same people laid side by side, and what that found."""
    tables, found = list(given.get(None, [])), []
    key = next((f.source_column for t, f in spec.fields() if t.source == name and f.name == "client_key"), "")
    agreed = set(agreed_headings(spec, name))
    for export in (each for each in spec.exports if each.source == name and each in given):
        on = export.on or key
        if not tables:  # the list they belong beside is not there, which is a finding of its own
            tables, key = given[export], export.key
            continue
        laid = side_by_side(_under(tables, on), on, _under(given[export], export.key), export.key)
        tables = list(laid.tables)
        about = next((column for column in export.columns if column in agreed), export.columns[0])
        if not laid.met:
            found.append(("export_meets_nobody", about, laid.alone))
            continue
        found += [("export_partner_missing", about, laid.alone), ("export_row_alone", about, laid.left_over)]
        found += [
            ("export_unclear", column, rows) for column, rows in laid.unclear.items() if column in agreed
        ]
        found += [
            ("exports_differ", column, rows) for column, rows in laid.differ.items() if column in agreed
        ]
    return tables, tuple(each for each in found if each[2])


def _under(tables: Sequence[Table], heading: str) -> list[Table]:
    """The tables with the column of `heading` under exactly that heading, however the file spells it."""
    found = []
    for table in tables:
        at = _position(table, heading)
        if at is not None and table.columns[at] != heading:
            columns = (*table.columns[:at], heading, *table.columns[at + 1 :])
            found.append(Table(table.origin, columns, table.rows, table.row_numbers, table.notices))
        else:
            found.append(table)
    return found


def _once(headings: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(headings))


def _position(table: Table, heading: str) -> int | None:
    if heading in table.columns:
        return table.columns.index(heading)
    folded = fold_heading(heading)
    same = [at for at, column in enumerate(table.columns) if fold_heading(column) == folded]
    return same[0] if same else None
