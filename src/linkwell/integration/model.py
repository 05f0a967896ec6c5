"""The target model: which agreed field becomes which column of a refresh, as SQL.

A provider's specification maps onto the model without code of its own: named fields by `model.toml`, any
other agreed content field by its type. Free text, names and identifiers have no way in.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Protocol

from linkwell.errors import RefusedByRule

KEYS = ("record_key", "client_ref")
BY_TYPE = {
    "code": ("code", "_code"), "code_set": ("code", "_code"), "category": ("code", "_code"),
    "date": ("date", "_date"), "time": ("hour", "_hour_nbr"), "whole_number": ("number", "_nbr"),
}  # fmt: skip


class FieldLike(Protocol):
    """What is asked of a specification's field."""

    @property
    def name(self) -> str: ...
    @property
    def type(self) -> Any: ...


@dataclass(frozen=True)
class Column:
    """One column of a target table: read from `source`, named `name`, taken in as `kind`."""

    source: str
    name: str
    kind: str

    @property
    def sql(self) -> str:
        """The expression over a row of the supplied CSV (alias `s`); keyed ids are joined from a map."""
        cell = f"nullif(trim(s.\"{self.source}\"), '')"
        expressions = {
            "code": cell,
            "date": f"try_cast({cell} AS DATE)",
            "hour": f"try_cast(split_part({cell}, ':', 1) AS TINYINT)",
            "number": f"try_cast({cell} AS BIGINT)",
            "month": f"month(try_cast({cell} AS DATE))::TINYINT",
            "year": f"year(try_cast({cell} AS DATE))::SMALLINT",
            "uid": f"(SELECT m.uid FROM text_map m WHERE m.id = {cell})",
        }
        return f'{expressions[self.kind]} AS "{self.name}"'


@dataclass(frozen=True)
class Target:
    """One table of the refresh made from a supply's content table."""

    name: str
    source: str
    columns: Mapping[str, Column]


@cache
def settings() -> dict[str, Any]:
    """`model.toml`."""
    text = resources.files("linkwell.integration").joinpath("model.toml").read_text("utf-8")
    return tomllib.loads(text)


def targets() -> tuple[Target, ...]:
    """The tables supplies can fill."""
    return tuple(_target(name) for name in ("enrolment", "service_event"))


def _target(name: str) -> Target:
    found = settings()[name]
    columns = {
        source: Column(source, column["column"], column["as"]) for source, column in found["columns"].items()
    }
    return Target(name, found["source"], columns)


def plan(
    target: Target, present: Sequence[str], fields: Sequence[FieldLike]
) -> tuple[list[Column], list[str]]:
    """What to load of a supplied table, and what is left behind.

    Args:
        present: the columns of the CSV. fields: the specification's fields of that table.

    Returns:
        The columns to load, and the names of supplied columns that do not enter (free text, unknown).
    """
    kinds = {field.name: str(getattr(field.type, "value", field.type)) for field in fields}
    load, leave = [], []
    for source in present:
        if source in KEYS:
            continue
        if source in target.columns:
            load.append(target.columns[source])
        elif kinds.get(source) in BY_TYPE and re.fullmatch(r"[a-z][a-z0-9_]{0,40}", source):
            load += _by_type(source, *BY_TYPE[kinds[source]])
        else:
            leave.append(source)
    return load, leave


def _by_type(source: str, kind: str, suffix: str) -> list[Column]:
    """The column a field enters as; somebody's birth or death (a child's, a partner's) as month and year."""
    if kind == "date" and re.search(settings()["life_dates"], source):
        stem = source.removesuffix(suffix)
        return [Column(source, f"{stem}_{part}_nbr", part) for part in ("month", "year")]
    return [Column(source, source if source.endswith(suffix) else source + suffix, kind)]


def band_sql(posterior: str) -> str:
    """SQL for the link band of a posterior."""
    bands = sorted(settings()["link_bands"].items(), key=lambda item: -item[1])
    return "CASE " + " ".join(f"WHEN {posterior} >= {at} THEN '{band}'" for band, at in bands) + " END"


def check_numbers(largest: int | None, *, table: str, column: str) -> None:
    """Refuse a number column whose values are long enough to be somebody's number at an agency.

    Raises:
        RefusedByRule: naming the column, never the value.
    """
    if largest is not None and largest >= settings()["text_gate"]["largest_number"]:
        raise _refused("numbers as long as a client, tax or telephone number", table, column)


def check_codes(values: Sequence[str], *, table: str, column: str) -> None:
    """Refuse a code column that holds text or identifiers.

    Raises:
        RefusedByRule: naming the column and what was found, never the value.
    """
    gate = settings()["text_gate"]
    found = ""
    if len(values) > gate["most_values"]:
        found = f"more than {gate['most_values']} different values: this is text, not a code"
    elif any(len(value) > gate["longest"] for value in values):
        found = f"values longer than {gate['longest']} characters: this is text, not a code"
    else:
        for what, pattern in gate["patterns"].items():
            if any(re.search(pattern, value) for value in values):
                found = f"something that looks like {what}"
                break
    if found:
        raise _refused(found, table, column)


def _refused(found: str, table: str, column: str) -> RefusedByRule:
    return RefusedByRule(
        "A service detail holds what must not enter the integrated data.",
        where=f"table {table}, column {column}",
        why=f"It holds {found}. Free text and identifiers never enter a refresh.",
        fix="Ask the provider for a new supply without it.",
    )
