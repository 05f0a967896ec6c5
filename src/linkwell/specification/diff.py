"""What changed between two specifications, and which changes break a supply made under the first.

A change breaks when files that were right before are wrong now, or when the same cell means something else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from linkwell.specification.model import CodeList, Field, Specification, TableSpec


class Weight(StrEnum):
    """What a change does to whoever made supplies under the earlier one."""

    BREAKS = "breaks"  # files that were right are wrong now, or mean something else
    ADDS = "adds"  # more may be supplied; nothing that was right is wrong
    WORDS = "words"  # only how it is described


@dataclass(frozen=True)
class Change:
    """One change; `place` is "person.first_name", "person", "code list gender" or a setting's name."""

    weight: Weight
    place: str
    what: str


# attribute of a field -> how it is called; those in _BREAKING change what a right file looks like
_FIELD = {
    "cls": "what it is for", "type": "type", "format": "format", "codes": "code list", "required": "required",
    "constant": "constant value", "century_from": "century of two-digit years",
    "date_order": "order of dates",
    "source_column": "heading it is read from", "more_columns": "further headings", "values": "local values",
    "label": "label", "meaning": "meaning", "purpose": "purpose", "missing": "meaning of an empty cell",
    "screen": "screen", "collected": "how it is collected", "gaps": "known gaps", "review": "review date",
    "sensitivity": "sensitivity",
}  # fmt: skip
_BREAKING = {
    "cls", "type", "format", "codes", "constant", "century_from", "date_order", "source_column",
    "more_columns",
}  # fmt: skip
_TOP_BREAKING = {"delivery", "demo"}
_TOP = (
    "title", "organisation", "purpose", "questions", "initiatives", "base", "frequency", "delivery",
    "retention", "route", "contact", "demo", "sensitive", "notes",
)  # fmt: skip


def compare(before: Specification, after: Specification) -> tuple[Change, ...]:
    """Every change from `before` to `after`, breaking ones first."""
    found = [*_settings(before, after), *_tables(before, after), *_code_lists(before, after)]
    found += _listed("not supplied", before.not_supplied, after.not_supplied)
    found += _listed("not held", before.not_held, after.not_held)
    found += _exports(before, after)
    order = list(Weight)
    return tuple(sorted(found, key=lambda change: order.index(change.weight)))


def breaks(before: Specification, after: Specification) -> bool:
    """Whether supplies made under `before` must be made anew."""
    return any(change.weight is Weight.BREAKS for change in compare(before, after))


def _settings(before: Specification, after: Specification) -> Iterator[Change]:
    for name in _TOP:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            weight = Weight.BREAKS if name in _TOP_BREAKING else Weight.WORDS
            yield Change(weight, name, _from_to(name, old, new))


def _tables(before: Specification, after: Specification) -> Iterator[Change]:
    old, new = ({table.name: table for table in spec.tables} for spec in (before, after))
    for name in old.keys() - new.keys():
        yield Change(Weight.BREAKS, name, "The table is no longer supplied.")
    for name in new.keys() - old.keys():
        yield Change(Weight.BREAKS, name, "A table is added, and its file is expected.")
    for name, table in new.items():
        if name in old:
            yield from _table(old[name], table)


def _table(before: TableSpec, after: TableSpec) -> Iterator[Change]:
    for name, called in (("compartment", "half it travels in"), ("source", "file it is read from")):
        if getattr(before, name) != getattr(after, name):
            what = _from_to(called, getattr(before, name), getattr(after, name))
            yield Change(Weight.BREAKS, after.name, what)
    if before.label != after.label:
        yield Change(Weight.WORDS, after.name, _from_to("label", before.label, after.label))
    old, new = ({field.name: field for field in table.fields} for table in (before, after))
    for name in old:
        if name not in new:
            yield Change(Weight.BREAKS, f"{after.name}.{name}", "The field is no longer supplied.")
    for name, field in new.items():
        place = f"{after.name}.{name}"
        if name in old:
            yield from _field(place, old[name], field)
        else:
            weight = Weight.BREAKS if field.required or field.source_column else Weight.ADDS
            yield Change(weight, place, f"A field is added: {field.label}.")
    shared = [name for name in old if name in new]
    if shared != [name for name in new if name in old]:
        yield Change(Weight.BREAKS, after.name, "The order of its fields changed.")


def _field(place: str, before: Field, after: Field) -> Iterator[Change]:
    for name, called in _FIELD.items():
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield Change(_weight(name, old, new), place, _from_to(called, old, new))


def _weight(name: str, old: Any, new: Any) -> Weight:
    if name in _BREAKING:
        return Weight.BREAKS
    if name == "required":
        return Weight.BREAKS if new else Weight.ADDS
    if name == "values":  # a known local value now means something else, or is not known any more
        kept = dict(new)
        return Weight.BREAKS if any(kept.get(value) != code for value, code in old) else Weight.ADDS
    return Weight.WORDS


def _code_lists(before: Specification, after: Specification) -> Iterator[Change]:
    old, new = ({codes.name: codes for codes in spec.code_lists} for spec in (before, after))
    for name, codes in new.items():
        if name in old:
            yield from _codes(f"code list {name}", old[name], codes)
        else:
            yield Change(Weight.ADDS, f"code list {name}", "A code list is added.")
    for name in old.keys() - new.keys():
        yield Change(Weight.WORDS, f"code list {name}", "The code list is no longer used.")


def _codes(place: str, before: CodeList, after: CodeList) -> Iterator[Change]:
    old, new = before.labels(), after.labels()
    for code, label in old.items():
        if code not in new:
            yield Change(Weight.BREAKS, place, f"The code {code} ({label}) is taken out.")
        elif new[code] != label:
            yield Change(Weight.BREAKS, place, _from_to(f"meaning of {code}", label, new[code]))
    for code in new.keys() - old.keys():
        yield Change(Weight.ADDS, place, f"The code {code} ({new[code]}) is added.")
    for name in ("source", "edition"):
        if getattr(before, name) != getattr(after, name):
            what = _from_to(name, getattr(before, name), getattr(after, name))
            yield Change(Weight.WORDS, place, what)


def _listed(place: str, before: tuple[Any, ...], after: tuple[Any, ...]) -> Iterator[Change]:
    def name(each: Any) -> str:
        return getattr(each, "id", "") or f"{each.column} ({each.source})"

    for each in after:
        if each not in before:
            yield Change(Weight.WORDS, place, f"Said now: {name(each)}. {each.reason}")
    for each in before:
        if each not in after:
            yield Change(Weight.WORDS, place, f"No longer said: {name(each)}.")


def _exports(before: Specification, after: Specification) -> Iterator[Change]:
    for words, some, others in (("is", after, before), ("is no longer", before, after)):
        for each in some.exports:
            if each not in others.exports:
                what = f"An export with {', '.join(each.columns)} {words} laid beside {each.source}."
                yield Change(Weight.BREAKS, each.source, what)


def _from_to(called: str, old: Any, new: Any) -> str:
    return f"{called[:1].upper()}{called[1:]}: {_said(old)} → {_said(new)}."


def _said(value: Any) -> str:
    if value in ("", ()):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return "; ".join(" = ".join(each) if isinstance(each, tuple) else str(each) for each in value)
    return f"“{value}”"
