"""Leave out what is not agreed: only specified columns of kept rows go on, in the specification's order."""

from __future__ import annotations

from linkwell.checking.verdict import KeptTable, Verdict
from linkwell.errors import BlockingFindings
from linkwell.specification.model import Specification


def minimise(spec: Specification, verdict: Verdict) -> tuple[KeptTable, ...]:
    """The kept rows of every specified table, with the specified columns and no other.

    Raises:
        BlockingFindings: the check found something that must be mended first.
        ValueError: the verdict belongs to another specification.
    """
    if verdict.specification_digest != spec.digest:
        raise ValueError("this verdict was reached with another specification")
    if verdict.blocks:
        raise BlockingFindings(
            "The check found something that must be mended before anything may leave.",
            why="Sending it could hurt the people in it, or would be refused on arrival.",
            fix="Read the report of `linkwell check`, mend what it names, and check again.",
        )
    kept = {table.name: table for table in verdict.kept}
    return tuple(_only(tuple(f.name for f in table.fields), kept[table.name]) for table in spec.tables)


def _only(columns: tuple[str, ...], table: KeptTable) -> KeptTable:
    if table.columns == columns:
        return table
    at = [table.columns.index(column) for column in columns]
    rows = [tuple(row[i] for i in at) for row in table.rows]
    return KeptTable(table.name, columns, rows, table.records, table.row_numbers)
