"""What a check found and which rows may leave; findings name rows and columns, never a value."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from linkwell.ledger.canonical import canonical_json


class Severity(StrEnum):
    """What a finding does, worst first."""

    BLOCK = "block"  # nothing may leave until it is mended
    REFUSE_ROW = "refuse_row"  # these rows stay behind
    DROP_CELL = "drop_cell"  # these cells stay behind, their rows go
    WARN = "warn"  # worth a look; nothing is held back
    NOTE = "note"  # for your information


class Fixable(StrEnum):
    """Where a finding can be mended."""

    NOW = "now"  # in the file or the specification
    SOURCE = "source"  # only where the information is recorded


@dataclass(frozen=True)
class Finding:
    """One kind of thing found in one column, grouped.

    Attributes:
        code: a stable name of the rule, such as "nhi_check_digit".
        table: the file's role in the specification (participants, interactions).
        column: the heading as found, or "".
        rows: row numbers in the source file, ascending; all of them.
        count: how many rows or cells; may exceed len(rows) where a rule is not about rows.
        file: the bare file name (and sheet); not part of the digest.
    """

    code: str
    severity: Severity
    table: str
    column: str
    what: str
    why: str
    fix: str
    fixable: Fixable
    rows: tuple[int, ...] = ()
    count: int = 0
    file: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON and for the digest."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "table": self.table,
            "file": self.file,
            "column": self.column,
            "what": self.what,
            "why": self.why,
            "fix": self.fix,
            "fixable": self.fixable.value,
            "rows": list(self.rows),
            "count": self.count,
        }


@dataclass(frozen=True)
class Counts:
    """Rows of one file: read = refused + kept."""

    table: str
    read: int
    refused: int
    kept: int


@dataclass(frozen=True)
class LeftOut:
    """People who stay out as a whole: not told, or they objected; whoever analyses needs to know how many."""

    not_told: int = 0
    objected: int = 0


NOBODY = LeftOut()


@dataclass(frozen=True)
class KeptTable:
    """The rows of one specified table that may leave, with cells in exchange form.

    Attributes:
        name: the table's name in the specification.
        columns: canonical field names, in the specification's order.
        rows: one tuple of len(columns) cells a row.
        records: for each row, the ordinal of its participant (0-based, the same for the same files).
        row_numbers: for each row, its 1-based row in the source file.
    """

    name: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    records: list[int]
    row_numbers: list[int]

    def joined(self, at: int) -> bytes | memoryview:
        """The cells of the column at a place, with a NUL between them, which no reader lets through."""
        return "\0".join([row[at] for row in self.rows]).encode("utf-8", "surrogatepass")


@dataclass(frozen=True)
class Verdict:
    """The outcome of a check.

    Attributes:
        findings: worst first, then by table and column.
        counts: per file.
        people: how many participants are kept.
        kept: the tables that may leave, empty cells where a cell was held back.
        specification_digest: the specification it was checked against.
        left_out: people who stay out as a whole, by reason.
    """

    findings: tuple[Finding, ...]
    counts: tuple[Counts, ...]
    people: int
    specification_digest: str
    kept: tuple[KeptTable, ...] = field(repr=False)
    left_out: LeftOut = NOBODY

    @property
    def blocks(self) -> bool:
        """Whether anything must be mended before a row may leave."""
        return any(finding.severity is Severity.BLOCK for finding in self.findings)

    @cached_property
    def digest(self) -> str:
        """Hex SHA-384 over findings, counts and kept rows: equal for the same file and specification."""
        facts = self.as_dict()
        for finding in facts["findings"]:
            del finding["file"]  # the same file under another name is the same file
        seen = hashlib.sha384(canonical_json(facts))
        for table in self.kept:
            seen.update(canonical_json([table.name, table.columns, len(table.rows)]))
            seen.update(",".join(map(str, table.records)).encode())
            for at in range(len(table.columns)):
                seen.update(table.joined(at))
        return seen.hexdigest()

    def table(self, name: str) -> KeptTable | None:
        """The kept rows of one specified table."""
        return next((table for table in self.kept if table.name == name), None)

    def as_dict(self) -> dict[str, Any]:
        """Findings and counts without any row's content."""
        return {
            "specification": self.specification_digest,
            "blocks": self.blocks,
            "people": self.people,
            "left_out": vars(self.left_out),
            "counts": [vars(each) for each in self.counts],
            "findings": [finding.as_dict() for finding in self.findings],
        }
