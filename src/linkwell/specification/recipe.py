"""What a provider already said about its columns, applied when its files are described again.

The recipe is the earlier specification itself: headings, meanings, local words, what is left out. It holds no
row of anybody's, so it can be given to another provider that uses the same system.
"""

from __future__ import annotations

from dataclasses import replace

from linkwell.specification.model import Field, NotSupplied, Specification, TableSpec

LEFT_OUT = "left_out"  # the kind of a column a person left out
LEFT_OUT_REASON = "You left it out."
_SAID = ("label", "purpose", "meaning", "screen", "collected", "missing", "gaps", "review", "sensitivity")
_SAID_AT_TOP = ("title", "purpose", "questions", "frequency", "delivery", "retention", "contact", "version")


def with_recipe(drafted: Specification, earlier: Specification) -> Specification:
    """The drafted specification with what was said before about columns that are still there.

    A heading that is new is as it was drafted; one that is gone is forgotten; what was left out stays out. A
    date order answered before is not asked again while the column still does not settle it.
    """
    tables = []
    for table in drafted.tables:
        before = earlier.table(table.name)
        fields = tuple(_field(field, before) for field in table.fields if not _out(earlier, table, field))
        tables.append(replace(table, fields=fields or table.fields))
    made = replace(
        drafted,
        **{name: getattr(earlier, name) for name in _SAID_AT_TOP},
        organisation=drafted.organisation or earlier.organisation,
        tables=tuple(tables),
        sensitive=tuple(name for name in earlier.sensitive if name in drafted.initiatives),
        notes=tuple({**dict(earlier.notes), **dict(drafted.notes)}.items()),
    )
    here = {f"{table.name}.{field.name}" for table, field in made.fields()}
    asked = tuple(each for each in drafted.open_questions if each.id in here and not _answered(made, each.id))
    return replace(
        made,
        open_questions=asked,
        not_held=tuple(each for each in earlier.not_held if each.id not in here),
        not_supplied=(*drafted.not_supplied, *_newly_out(drafted, made)),
    )


def _out(earlier: Specification, table: TableSpec, field: Field) -> bool:
    """Whether a person left this column out before."""
    return any(
        (each.source, each.column, each.kind) == (table.source, field.source_column, LEFT_OUT)
        for each in earlier.not_supplied
    )


def _field(field: Field, before: TableSpec | None) -> Field:
    old = before.field(field.name) if before else None
    if old is None:
        return field
    if old.source_column != field.source_column:  # another column now: its words and dates are its own
        return replace(field, label=old.label, purpose=old.purpose)
    return replace(
        field,
        **{name: getattr(old, name) for name in _SAID},
        date_order=field.date_order or old.date_order,
        century_from=field.century_from or old.century_from,
        values=tuple(sorted({**dict(field.values), **dict(old.values)}.items())),
    )


def _answered(spec: Specification, id_: str) -> bool:
    """Whether an answer of before settles the question about a date column."""
    table, _, name = id_.partition(".")
    found = spec.table(table)
    field = found.field(name) if found else None
    return bool(field and field.source_column and field.date_order)


def _newly_out(drafted: Specification, made: Specification) -> list[NotSupplied]:
    """Columns that the draft would supply and the recipe leaves out."""
    read = {(table.source, field.source_column) for table, field in made.fields()}
    found = dict.fromkeys(
        (table.source, field.source_column)
        for table, field in drafted.fields()
        if field.source_column and (table.source, field.source_column) not in read
    )
    return [NotSupplied(source, column, LEFT_OUT_REASON, LEFT_OUT) for source, column in found]
