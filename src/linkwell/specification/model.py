"""A data specification as frozen dataclasses: tables, fields, code lists, and what stays behind.

A field without a purpose cannot be made. The digest is the SHA-384 of the canonical form, so the provider,
the agreement, the package and the custodian can all name the same specification by one fingerprint.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from linkwell.errors import WrongUse
from linkwell.ledger.canonical import canonical_json


class FieldClass(StrEnum):
    """What a field is for; it decides which compartment the field may lie in."""

    KEY = "key"
    LINKING_ID = "linking_id"
    LINKING_BIOGRAPHIC = "linking_biographic"
    CONTENT = "content"


class FieldType(StrEnum):
    """How the cells of a field look in exchange."""

    TEXT = "text"  # names
    IDENTIFIER = "identifier"  # `format` names the kind: nhi, ird, msd, ...
    DATE = "date"  # YYYY-MM-DD
    TIME = "time"  # HH:MM
    CODE = "code"  # one code of a list
    CODE_SET = "code_set"  # several codes joined by ";"
    CATEGORY = "category"  # a short label of the provider's own that repeats
    KEY = "key"  # joins tables; never leaves as it is, only as a keyed value
    WHOLE_NUMBER = "whole_number"


class Compartment(StrEnum):
    """Which of the two sealed halves a table travels in."""

    IDENTITY = "identity"
    CONTENT = "content"


ALLOWED_CLASSES = {
    Compartment.IDENTITY: {FieldClass.KEY, FieldClass.LINKING_ID, FieldClass.LINKING_BIOGRAPHIC},
    Compartment.CONTENT: {FieldClass.KEY, FieldClass.CONTENT},
}


@dataclass(frozen=True)
class CodeList:
    """Allowed codes and their meaning, in order; `source` and `edition` say whose list it is."""

    name: str
    codes: tuple[tuple[str, str], ...]
    source: str = ""
    edition: str = ""

    def labels(self) -> dict[str, str]:
        """Code to plain label."""
        return dict(self.codes)


@dataclass(frozen=True)
class Field:
    """One agreed column.

    Attributes:
        cls: what it is for (key, linking id, linking biographic, content).
        format: the kind of an identifier, or a note on the shape.
        codes: the name of a code list, or "".
        purpose: which question needs it; never empty.
        source_column: the heading it is read from; "" when it is derived or constant.
        more_columns: further headings with more answers to the same question (Ethnicity 2, 3 ...).
        date_order: how the source writes dates: iso, dmy or mdy; "" until it is known.
        century_from: the first year of the hundred that two-digit years lie in; 0 leaves such dates out.
        values: what local values mean, as (local value, code).
        constant: one value for every row, where the source has no column for it.
        missing: what an empty cell means.
        screen: where the source shows it ("Enrolment screen, Registration date").
        collected: how it is collected, and who checks it.
        gaps: what is known to be missing or wrong, and why.
        review: the day the gaps are looked at again, as YYYY-MM-DD.
        sensitivity: "" or why it needs special care.
    """

    name: str
    label: str
    cls: FieldClass
    type: FieldType
    purpose: str
    meaning: str = ""
    format: str = ""
    codes: str = ""
    required: bool = False
    source_column: str = ""
    more_columns: tuple[str, ...] = ()
    date_order: str = ""
    century_from: int = 0
    values: tuple[tuple[str, str], ...] = ()
    constant: str = ""
    missing: str = ""
    screen: str = ""
    collected: str = ""
    gaps: str = ""
    review: str = ""
    sensitivity: str = ""

    def __post_init__(self) -> None:
        if not self.purpose.strip():
            raise WrongUse(
                f"The field {self.name} has no purpose.",
                why="A field that no question needs must not be supplied.",
                fix="Say which question needs it, or leave it out.",
            )


@dataclass(frozen=True)
class TableSpec:
    """One agreed table; `source` names the file it is read from (participants, interactions, ...)."""

    name: str
    label: str
    compartment: Compartment
    fields: tuple[Field, ...]
    source: str = ""

    def field(self, name: str) -> Field | None:
        """The field of that name, or None."""
        return next((field for field in self.fields if field.name == name), None)


@dataclass(frozen=True)
class NotSupplied:
    """A column that stays at home, and why; `kind` is contact, free_text, address, or unexplained."""

    source: str
    column: str
    reason: str
    kind: str = "unexplained"


@dataclass(frozen=True)
class NotHeld:
    """We do not hold this: an accepted answer, with the reason and the day it is looked at again.

    Attributes:
        id: "table.field" of the base specification.
        review: YYYY-MM-DD.
    """

    id: str
    reason: str
    review: str

    def __post_init__(self) -> None:
        if not self.reason.strip() or not self.review.strip():
            raise WrongUse(
                f"For {self.id} it is not said why it is not held, or when that is looked at again.",
                fix="Write a reason and a review date (YYYY-MM-DD).",
            )


@dataclass(frozen=True)
class Export:
    """A further export of the same people or visits, laid beside the first one of its source.

    Attributes:
        key: the heading in this export of the number both have.
        columns: its other headings, by which it is recognised.
        on: that number's heading in the first export; "" for the client number.
    """

    source: str
    key: str
    columns: tuple[str, ...]
    on: str = ""


@dataclass(frozen=True)
class Question:
    """Something `describe` could not tell and did not guess; the specification is not ready until answered.

    Attributes:
        id: "table.field" it is about.
        about: what the answer sets: date_order, century_from or source_column.
        options: the answers allowed.
        suggested: what looks likely; never taken without a person's word.
    """

    id: str
    about: str
    text: str
    options: tuple[str, ...]
    suggested: str = ""
    answer: str = ""


@dataclass(frozen=True)
class Specification:
    """What one supply holds. Immutable; `dataclasses.replace` makes the next version.

    Attributes:
        not_held: fields of the base that the provider does not hold, each with its reason.
        sensitive: initiatives where being on the list is the secret (a refuge, a sexual-health clinic).
        notes: the provider's own write-ups by topic (recording, identifiers, dates, ...), word for word.
        exports: files that are laid beside the first of their source, row by row.
    """

    title: str
    organisation: str
    purpose: str
    tables: tuple[TableSpec, ...]
    version: int = 1
    base: str = ""
    initiatives: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    frequency: str = ""
    delivery: str = "full"
    retention: str = ""
    route: str = "direct"
    contact: str = ""
    demo: bool = False
    code_lists: tuple[CodeList, ...] = ()
    not_supplied: tuple[NotSupplied, ...] = ()
    open_questions: tuple[Question, ...] = ()
    not_held: tuple[NotHeld, ...] = ()
    sensitive: tuple[str, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    exports: tuple[Export, ...] = ()

    @property
    def digest(self) -> str:
        """Hex SHA-384 of the canonical form."""
        return hashlib.sha384(canonical_json(self.as_dict())).hexdigest()

    def as_dict(self) -> dict[str, Any]:
        """Plain dicts and lists for canonical JSON; tuples of pairs stay ordered lists.

        Without exports nothing is said of them, so that a fingerprint made before there were any still holds.
        """
        return {name: _plain(value) for name, value in vars(self).items() if value or name != "exports"}

    def table(self, name: str) -> TableSpec | None:
        """The table of that name, or None."""
        return next((table for table in self.tables if table.name == name), None)

    def of_compartment(self, compartment: Compartment | str) -> tuple[TableSpec, ...]:
        """The tables that travel in one compartment."""
        return tuple(table for table in self.tables if table.compartment == compartment)

    def code_list(self, name: str) -> CodeList | None:
        """The code list of that name, or None."""
        return next((found for found in self.code_lists if found.name == name), None)

    def sources(self) -> tuple[str, ...]:
        """The files this specification is read from, in order of first use."""
        return tuple(dict.fromkeys(table.source for table in self.tables if table.source))

    def fields(self) -> Iterator[tuple[TableSpec, Field]]:
        """Every field with its table."""
        for table in self.tables:
            for field in table.fields:
                yield table, field

    def unanswered(self) -> tuple[Question, ...]:
        """Questions that still block."""
        return tuple(question for question in self.open_questions if not question.answer)

    def with_field(self, table: str, changed: Field) -> Specification:
        """The same specification with one field replaced (found by its name)."""
        tables = tuple(
            replace(each, fields=tuple(changed if f.name == changed.name else f for f in each.fields))
            if each.name == table
            else each
            for each in self.tables
        )
        return replace(self, tables=tables)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, CodeList | Field | TableSpec | NotSupplied | NotHeld | Question | Export):
        said = vars(value).items()
        return {name: _plain(each) for name, each in said if each or not isinstance(value, Export)}
    if isinstance(value, StrEnum):
        return value.value
    return value
