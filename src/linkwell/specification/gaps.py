"""What a provider does not hold of the base specification: an accepted answer, with reason and date."""

from __future__ import annotations

from dataclasses import dataclass, replace

from linkwell.specification.base import base_specification
from linkwell.specification.model import NotHeld, Specification

_WORKED_OUT = {"client_key", "end_status"}  # a join key and a derived field are never a gap of their own


@dataclass(frozen=True)
class Absent:
    """A field of the base specification that this one does not supply."""

    id: str
    label: str
    table: str


def absent(spec: Specification) -> tuple[Absent, ...]:
    """The fields of the base that are not supplied and not yet said not to be held."""
    said = {each.id for each in spec.not_held}
    found = []
    for table in base_specification().tables:
        here = spec.table(table.name)
        for field in table.fields:
            id_ = f"{table.name}.{field.name}"
            if field.name not in _WORKED_OUT and id_ not in said and not (here and here.field(field.name)):
                found.append(Absent(id_, field.label, table.label.partition(":")[0]))
    return tuple(found)


def label_of(id_: str) -> str:
    """What the base calls a field, by "table.field"; the id itself where the base has no such field."""
    table, _, name = id_.partition(".")
    found = base_specification().table(table)
    field = found.field(name) if found else None
    return field.label if field else id_


def with_not_held(spec: Specification, gap: NotHeld) -> Specification:
    """The specification that says this is not held, in place of what it said before about the same field."""
    others = tuple(each for each in spec.not_held if each.id != gap.id)
    return replace(spec, not_held=(*others, gap))


def without_not_held(spec: Specification, id_: str) -> Specification:
    """The specification that no longer says so."""
    return replace(spec, not_held=tuple(each for each in spec.not_held if each.id != id_))
