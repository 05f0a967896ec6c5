"""What would leave about one person, plain enough to show them: an invented one, or one who asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from linkwell.checking.package import CLIENT_KEY
from linkwell.checking.verdict import Verdict
from linkwell.documents.blocks import Block, Box, Document, Grid, Heading, Text
from linkwell.specification.kit import starter
from linkwell.specification.model import Compartment, Field, FieldType, Specification, TableSpec
from linkwell.standards.clock import in_words

KEYED = "a random-looking code instead of it"
_WHO = {
    Compartment.IDENTITY: (
        "Names and numbers", "Seen only by the few people at Stats NZ who link. Taken away again afterwards.",
    ),
    Compartment.CONTENT: (
        "Service details", "Kept without your name. Used in groups only, by approved researchers.",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Leaves:
    """One value that would leave, in the words of the person it is about."""

    compartment: Compartment
    label: str
    value: str
    purpose: str


def about_invented_person(spec: Specification) -> tuple[Leaves, ...]:
    """What would leave about an invented person under this specification."""
    found = []
    for table, field in spec.fields():
        about = starter().get(table.source, {}).get(field.name) or starter()["participants"].get(
            field.name, {}
        )
        value = field.constant or about.get("example", "")
        found += [_leaves(spec, table, field, value)] if value else []
    return tuple(dict.fromkeys(found))


def about_person(spec: Specification, verdict: Verdict, client_key: str) -> tuple[Leaves, ...]:
    """What would leave about one real person who asks, found by the provider's own client number.

    For the provider's own computer and that person's eyes only. Empty when nothing about them would leave.
    """
    identity = spec.of_compartment(Compartment.IDENTITY)[0]
    kept = verdict.table(identity.name)
    if kept is None or CLIENT_KEY not in kept.columns:
        return ()
    at = kept.columns.index(CLIENT_KEY)
    records = {
        record for record, row in zip(kept.records, kept.rows, strict=True) if row[at] == client_key.strip()
    }
    found = []
    for table in spec.tables:
        rows = verdict.table(table.name)
        for record, row in zip(rows.records, rows.rows, strict=True) if rows else ():
            if record in records:
                cells = zip(table.fields, row, strict=True)
                found += [_leaves(spec, table, field, cell) for field, cell in cells if cell]
    return tuple(dict.fromkeys(found))


def _leaves(spec: Specification, table: TableSpec, field: Field, value: str) -> Leaves:
    return Leaves(table.compartment, field.label, _said(spec, field, value), field.purpose)


def _said(spec: Specification, field: Field, value: str) -> str:
    """A value as the person would say it: codes by their meaning, days in words."""
    if field.type is FieldType.KEY:
        return KEYED
    codes = spec.code_list(field.codes) if field.codes else None
    if codes is not None:
        labels = codes.labels()
        return "; ".join(labels.get(code, code) for code in value.split(";"))
    if field.type is FieldType.DATE:
        try:
            return in_words(date.fromisoformat(value))
        except ValueError:
            return value
    return value


def person_document(spec: Specification, leaves: tuple[Leaves, ...], *, invented: bool) -> Document:
    """The same as a document to print or show."""
    blocks: list[Block] = []
    if invented:
        blocks.append(Box("This person is invented. It shows what would leave about somebody like you."))
    if not leaves:
        blocks.append(Text("Nothing about this person would leave."))
    for compartment, (heading, who) in _WHO.items():
        rows = tuple((e.label, e.value, e.purpose) for e in leaves if e.compartment is compartment)
        if rows:
            grid = Grid(heading, ("What", "Value", "Why"), rows, (2, 2, 4))
            blocks += [Heading(heading), Text(who), grid]
    blocks += [
        Heading("What stays with us"),
        Text("Everything else: notes, phone numbers, addresses and whatever is not in the two lists above."),
    ]
    return Document(
        title="What would be sent to Stats NZ about one person",
        blocks=tuple(blocks),
        lead=spec.organisation,
        footer="Results are only ever about groups of people.",
    )


def person_text(spec: Specification, leaves: tuple[Leaves, ...]) -> str:
    """The same in plain words for a terminal."""
    lines: list[str] = []
    for compartment, (heading, who) in _WHO.items():
        found = [each for each in leaves if each.compartment is compartment]
        if found:
            lines += ["", f"{heading}. {who}", *(f"  {e.label}: {e.value}" for e in found)]
    return "\n".join(lines[1:] or ["Nothing about this person would leave."]) + "\n"
