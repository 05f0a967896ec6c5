"""Plain rows, whatever file they came from: every cell is text in one normal form.

The normal form (`cell_text`): no surrounding white space, "" for empty, dates as YYYY-MM-DD, date-times as
YYYY-MM-DDTHH:MM:SS, whole numbers without ".0", booleans as "true"/"false". A CSV, calamine and openpyxl
reading of the same sheet give the same table.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Origin:
    """Where a table came from; `file` is a bare file name, never a path."""

    file: str
    sheet: str | None = None
    header_row: int = 1


@dataclass(frozen=True)
class Notice:
    """Something about the file as a whole a person should know ("2 hidden rows will be read")."""

    code: str
    message: str
    where: str = ""


@dataclass(frozen=True)
class Table:
    """Columns and rows as text.

    Attributes:
        columns: the headings as found (stripped; blank or doubled ones made unique as "column 4", "Name
            (2)").
        rows: one tuple of len(columns) cells a row, in normal form.
        row_numbers: the 1-based row in the source file for each of `rows`.
        groups: what stands over each heading in a sheet with two rows of them ("Caregiver" over "Name"), ""
            where nothing does; empty for a table with one.
    """

    origin: Origin
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]
    row_numbers: list[int]
    notices: tuple[Notice, ...] = field(default=())
    groups: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)

    def column(self, name: str) -> list[str]:
        """All cells of one column, in row order."""
        return self.column_at(self.columns.index(name))

    def group(self, name: str) -> str:
        """What stands over a heading, or ""."""
        at = self.columns.index(name) if name in self.columns else len(self.groups)
        return self.groups[at] if at < len(self.groups) else ""

    def column_at(self, at: int) -> list[str]:
        """All cells of the column at a place, in row order."""
        return [row[at] for row in self.rows]
