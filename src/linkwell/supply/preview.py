"""What leaves and what stays, side by side with the reason, before anything is written."""

from __future__ import annotations

from dataclasses import dataclass

from linkwell.checking.package import CLIENT_KEY
from linkwell.checking.verdict import Verdict
from linkwell.specification.model import Compartment, Field, FieldType, Specification, TableSpec


@dataclass(frozen=True)
class Leaving:
    """One agreed field.

    Attributes:
        filled: how many rows have something in it, out of `rows`.
        becomes: what happens to it on the way, in plain words.
    """

    table: str
    compartment: str
    field: str
    label: str
    column: str
    purpose: str
    becomes: str
    filled: int
    rows: int


@dataclass(frozen=True)
class Staying:
    """One column of the files that stays."""

    source: str
    column: str
    reason: str


@dataclass(frozen=True)
class Preview:
    """Everything that would leave, everything that stays, and how many rows of each file stay."""

    leaves: tuple[Leaving, ...]
    stays: tuple[Staying, ...]
    rows_leaving: tuple[tuple[str, int], ...]
    rows_staying: tuple[tuple[str, int], ...]


def preview(spec: Specification, verdict: Verdict) -> Preview:
    """Lay out what a supply of these kept rows would hold; no cell's content is in it."""
    leaves, stays = [], []
    for table in spec.tables:
        kept = verdict.table(table.name)
        for at, field in enumerate(table.fields):
            filled = sum(1 for row in kept.rows if row[at]) if kept else 0
            leaves.append(_leaving(table, field, filled, len(kept.rows) if kept else 0))
    stays += [Staying(left.source, left.column, left.reason) for left in spec.not_supplied]
    stays += [
        Staying(finding.table, finding.column, "It is not in the specification.")
        for finding in verdict.findings
        if finding.code == "unknown_column"
    ]
    return Preview(
        leaves=tuple(leaves),
        stays=tuple(stays),
        rows_leaving=tuple((table.name, len(table.rows)) for table in verdict.kept),
        rows_staying=tuple((counts.table, counts.refused) for counts in verdict.counts),
    )


def _leaving(table: TableSpec, field: Field, filled: int, rows: int) -> Leaving:
    column = field.source_column or (f"always “{field.constant}”" if field.constant else "worked out")
    return Leaving(
        table=table.name,
        compartment=table.compartment.value,
        field=field.name,
        label=field.label,
        column=column,
        purpose=field.purpose,
        becomes=_becomes(field),
        filled=filled,
        rows=rows,
    )


def _becomes(field: Field) -> str:
    if field.name == CLIENT_KEY or field.type is FieldType.KEY:
        return "a keyed value that means nothing to anyone else, different in each half"
    if field.type is FieldType.DATE:
        return "year-month-day"
    if field.codes:
        return f"a code of the list {field.codes}"
    return "as it is"


def preview_text(shown: Preview) -> str:
    """The preview in plain words for a terminal or a cover sheet."""
    lines = ["What leaves"]
    halves = {
        Compartment.IDENTITY.value: "Names and numbers, seen by the linking team only:",
        Compartment.CONTENT.value: "Service details, never seen together with names:",
    }
    rows = dict(shown.rows_leaving)
    for compartment, words in halves.items():
        lines += ["", f"  {words}"]
        tables = dict.fromkeys(each.table for each in shown.leaves if each.compartment == compartment)
        for table in tables:
            lines.append(f"    {table}: {rows.get(table, 0):,} rows")
            lines += [
                f"      {each.label} (from {each.column}; {each.filled:,} filled): {each.becomes}"
                for each in shown.leaves
                if each.table == table
            ]
    lines += ["", "What stays with you", ""]
    lines += [f"    {each.column} ({each.source}): {each.reason}" for each in shown.stays]
    lines += [
        f"    {count:,} rows of {source}, named in the report of the check"
        for source, count in shown.rows_staying
    ]
    return "\n".join(lines) + "\n"
