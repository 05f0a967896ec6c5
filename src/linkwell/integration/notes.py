"""What is known to be missing or wrong with a variable, carried from the agreed specification beside it.

These are sentences about a variable that the provider wrote and the assessment read, never about a person;
they travel in a refresh's and a project's facts, not in any table.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from linkwell.integration import model
from linkwell.integration.supplies import SupplyForRefresh

Note = dict[str, str]

KNOWN_GAP, NOT_HELD = "known gap", "not held"


def notes_of(supply: SupplyForRefresh) -> list[Note]:
    """The known gaps of a supply's variables, and what the provider said it does not hold (a waiver).

    Returns:
        {organisation, table, column, kind, note, review} each; the names are the refresh's.
    """
    spec = supply.specification
    if spec is None:
        return []
    found = []
    for target in model.targets():
        table = spec.table(target.source)
        fields = tuple(table.fields) if table is not None else ()
        columns, _ = model.plan(target, [field.name for field in fields], fields)
        named = {column.source: column.name for column in columns}
        gaps = {field.name: (KNOWN_GAP, field.gaps, field.review) for field in fields if field.gaps}
        place = f"{target.source}."
        waived = {
            each.id.removeprefix(place): (NOT_HELD, each.reason, each.review)
            for each in spec.not_held
            if each.id.startswith(place)
        }
        for source, (kind, note, review) in sorted({**gaps, **waived}.items()):
            listed = target.columns.get(source)
            column_name = named.get(source) or (listed.name if listed else source)
            found.append(
                {"organisation": supply.organisation_code, "table": target.name, "column": column_name,
                 "kind": kind, "note": note, "review": review}
            )  # fmt: skip
    return found


def notes_for_project(
    notes: Iterable[Mapping[str, str]],
    columns: Mapping[str, Sequence[str]],
    organisations: Sequence[str] | None,
    hidden: Collection[str],
) -> list[Note]:
    """The notes on a project's own columns; of organisations it may not know of, none."""
    return [
        dict(note)
        for note in notes
        if note["column"] in columns.get(note["table"], ())
        and (organisations is None or note["organisation"] in organisations)
        and note["organisation"] not in hidden
    ]
