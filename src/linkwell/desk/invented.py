"""One invented person, as a specification would let them leave: for showing to a client what is shared."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from linkwell.specification.model import Compartment, Field, FieldType, Specification


@dataclass(frozen=True)
class View:
    """What one group of people would see.

    Attributes:
        lines: (what it is, what would be there, why).
    """

    title: str
    words: str
    lines: tuple[tuple[str, str, str], ...]


@cache
def _examples() -> dict[str, dict[str, str]]:
    return tomllib.loads((files("linkwell.desk") / "invented.toml").read_text("utf-8"))


def invented(spec: Specification) -> tuple[View, ...]:
    """The two halves of one invented person, then what stays of them afterwards."""
    views = []
    for compartment, title, words in (
        (Compartment.IDENTITY, "What the people who look for Aroha would see",
         "To find her once among everyone who has ever lived here. They never see the other half."),
        (Compartment.CONTENT, "What would lie in the research data",
         "Without a name. Even there it is only ever counted together with others."),
    ):  # fmt: skip
        lines = [
            (field.label, _value(spec, field), field.purpose)
            for table in spec.of_compartment(compartment)
            for field in table.fields
        ]
        once = {(label, value): why for label, value, why in reversed(lines)}
        shown = dict.fromkeys((label, value) for label, value, _ in lines)
        views.append(View(title, words, tuple((*each, once[each]) for each in shown)))
    return tuple(views)


def _value(spec: Specification, field: Field) -> str:
    if field.constant:
        return field.constant
    if field.type is FieldType.KEY:
        return _examples()["becomes"]["key"]
    if field.name == "initiative" and spec.initiatives:
        return spec.initiatives[0]
    if (said := _examples()["value"].get(field.name)) is not None:
        return said
    codes = spec.code_list(field.codes)
    if codes and codes.codes:
        return " – ".join(codes.codes[0])
    return _examples()["becomes"].get(field.type.value, "a short label")
