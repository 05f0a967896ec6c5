"""The custodian's own check of a table that is already split: format, codes, identifiers, keys, order.

It reads each row once and keeps only counts and the numbers of wrong rows, so that it can run over a stream
of any length in a process that holds one compartment only. (Whether every record key of the content is in
the identity table is asked of sorted key files, see intake.record_keys.)
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from linkwell.checking.cells import CHECKS
from linkwell.checking.hidden import hidden_in
from linkwell.checking.people import can_be_linked
from linkwell.checking.verdict import Finding, Severity
from linkwell.checking.wording import Collector
from linkwell.specification.model import Compartment, Field, FieldType, Specification, TableSpec
from linkwell.standards.identifiers import is_test_nhi

RECORD_KEY, CLIENT_REF, CLIENT_KEY = "record_key", "client_ref", "client_key"
_KEYED = re.compile(r"[0-9a-f]{32}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_MOST_VALUES = 100_000  # different cells remembered for a column; beyond that they are read again

Rows = Iterable[Sequence[str]]


@dataclass(frozen=True)
class PackageVerdict:
    """What one compartment of a package held.

    Attributes:
        rows: rows by table.
        findings: everything wrong; row numbers count data rows from 1.
    """

    compartment: str
    rows: tuple[tuple[str, int], ...]
    findings: tuple[Finding, ...]

    @property
    def blocks(self) -> bool:
        """Whether the supply must be made again."""
        return any(finding.severity is Severity.BLOCK for finding in self.findings)

    def as_dict(self) -> dict[str, Any]:
        """Counts and findings for machines; no key and no cell."""
        return {
            "compartment": self.compartment,
            "blocks": self.blocks,
            "rows": dict(self.rows),
            "findings": [finding.as_dict() for finding in self.findings],
        }


def exchange_columns(table: TableSpec) -> tuple[str, ...]:
    """The columns of a table as it leaves: record_key, client_ref, then its fields without the client key."""
    return RECORD_KEY, CLIENT_REF, *(field.name for field in table.fields if field.name != CLIENT_KEY)


def package_verdict(
    spec: Specification, compartment: Compartment | str, tables: Mapping[str, tuple[Sequence[str], Rows]]
) -> PackageVerdict:
    """Check one compartment's tables as they arrived.

    Args:
        tables: table name (as in the specification) to (header, rows); rows may be a generator and are read
            once. Every table of the compartment must be there.
    """
    collector = Collector()
    counts = []
    for table in spec.of_compartment(compartment):
        if table.name not in tables:
            collector.add("package_columns", table.name, detail="the table is missing", count=1)
            continue
        header, rows = tables[table.name]
        if tuple(header) != exchange_columns(table):
            agreed = ", ".join(exchange_columns(table))
            collector.add("package_columns", table.name, detail=f"agreed are {agreed}.", count=1)
            continue
        counts.append((table.name, _check_table(spec, table, rows, collector)))
    for name in sorted(set(tables) - {table.name for table in spec.of_compartment(compartment)}):
        collector.add("package_columns", name, detail="the table was not agreed", count=1)
    return PackageVerdict(str(compartment), tuple(counts), collector.findings())


def _check_table(spec: Specification, table: TableSpec, rows: Rows, collector: Collector) -> int:
    fields = [field for field in table.fields if field.name != CLIENT_KEY]
    cells = [_CellCheck(spec, field) for field in fields]
    identity = table.compartment is Compartment.IDENTITY
    wanted = tuple(field.name for field in fields)
    found: dict[tuple[str, str, str], list[int]] = {}
    before, number = "", 0
    for number, row in enumerate(rows, start=1):
        if len(row) != len(fields) + 2:
            found.setdefault(("package_row_length", "", ""), []).append(number)
            continue
        for problem in _row_problems(row, before, identity):
            found.setdefault(problem, []).append(number)
        before = row[0]
        for cell, check in zip(row[2:], cells, strict=True):
            if wrong := check(cell):
                found.setdefault(wrong, []).append(number)
        if identity and not can_be_linked(dict(zip(wanted, row[2:], strict=True)), wanted):
            found.setdefault(("package_not_linkable", "", ""), []).append(number)
    for (code, column, detail), numbers in found.items():
        collector.add_numbers(code, table.name, numbers, column=column, detail=detail)
    for check in cells:
        for code, values in check.hidden().items():
            collector.add(code, table.name, column=check.field.name, count=values)
    return number


def _row_problems(row: Sequence[str], before: str, identity: bool) -> Iterable[tuple[str, str, str]]:
    if not _KEYED.fullmatch(row[0]):
        yield "package_record_key", "", ""
    elif row[0] < before:
        yield "package_order", "", ""
    if identity and row[0] == before:  # rows are in order, or that is a finding of its own
        yield "package_key_repeated", "", ""
    if row[1] and not _KEYED.fullmatch(row[1]):
        yield "package_client_ref", CLIENT_REF, ""


class _CellCheck:
    """Checks the cells of one field, each different cell once."""

    def __init__(self, spec: Specification, field: Field) -> None:
        self.field = field
        self._reason = _reason_for(spec, field)
        self._known: dict[str, str] = {}
        self._labels: Counter[str] = Counter()

    def __call__(self, cell: str) -> tuple[str, str, str] | None:
        """(code, column, detail) of what is wrong with a cell, or None."""
        if not cell:
            return ("package_required", self.field.name, "") if self.field.required else None
        if self.field.type is FieldType.CATEGORY:
            self._labels[cell] += 1
        reason = self._known.get(cell)
        if reason is None:
            reason = self._reason(cell)
            if len(self._known) < _MOST_VALUES:
                self._known[cell] = reason
        if not reason:
            return None
        code = "package_client_ref" if self.field.type is FieldType.KEY else "package_cell"
        return code, self.field.name, reason

    def hidden(self) -> dict[str, int]:
        """Cells by finding code that must not be among service details."""
        found = hidden_in(self._labels, set())
        return {code: sum(self._labels[value] for value in values) for code, values in found.items()}


def _reason_for(spec: Specification, field: Field) -> Callable[[str], str]:
    """A function giving what is wrong with a cell that is not empty, or ""."""
    match field.type:
        case FieldType.DATE:
            return lambda cell: "" if _is_day(cell) else "a date must be year-month-day"
        case FieldType.TIME:
            return lambda cell: "" if _CLOCK.fullmatch(cell) else "a time must be hours and minutes"
        case FieldType.IDENTIFIER:
            return lambda cell: _identifier_reason(cell, field.format, spec.demo)
        case FieldType.CODE | FieldType.CODE_SET:
            listed = spec.code_list(field.codes)
            allowed = set(listed.labels()) if listed else set()
            several = field.type is FieldType.CODE_SET
            return lambda cell: (
                "" if set(cell.split(";") if several else (cell,)) <= allowed else "not a code of the list"
            )
        case FieldType.KEY:
            return lambda cell: "" if _KEYED.fullmatch(cell) else "not a keyed value"
        case FieldType.WHOLE_NUMBER:
            return lambda cell: "" if re.fullmatch(r"-?[0-9]{1,15}", cell) else "not a whole number"
        case _:
            return lambda cell: "" if cell == cell.strip() and cell.isprintable() else "stray white space"


def _is_day(cell: str) -> bool:
    if not _DAY.fullmatch(cell):
        return False
    try:
        date.fromisoformat(cell)
    except ValueError:
        return False
    return True


def _identifier_reason(cell: str, kind: str, demo: bool) -> str:
    check = CHECKS[kind](cell)
    if not check.ok or check.value != cell:
        return check.reason or "not written the one agreed way"
    if kind == "nhi" and is_test_nhi(cell) is not demo:
        return "not a test number, in a demonstration" if demo else "a test number, in a real supply"
    return ""
