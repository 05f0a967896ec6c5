"""The catalogue at the level of variables: what a refresh holds, what it means, how full it is, what is
known to be missing, and example rows made from the specification alone. No row of a refresh is in it.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from importlib import resources
from typing import Any

import duckdb

from linkwell.integration import model
from linkwell.integration.supplies import SupplyForRefresh

FEWEST = 100
"""Below this many rows no share is shown: a researcher's screen is an output."""

EXAMPLES = 3

_KINDS = {
    "_uid": "keyed number", "_code": "code", "_nbr": "whole number", "_ind": "yes or no", "_date": "day",
    "_amt": "amount",
}  # fmt: skip


def describe(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[str], supplies: Sequence[SupplyForRefresh]
) -> list[dict[str, Any]]:
    """One entry a table of an open refresh, with one entry a variable.

    Returns:
        [{name, label, rows (to two figures, 0 below a hundred), suppliers, variables: [{name, kind, type,
        meaning, filled_percent (whole, None for few rows), codes, caveats}], examples}]
    """
    return [_dataset(connection, table, supplies) for table in tables if table != "catalogue"]


def _dataset(
    connection: duckdb.DuckDBPyConnection, table: str, supplies: Sequence[SupplyForRefresh]
) -> dict[str, Any]:
    described = connection.execute(f"DESCRIBE {table}").fetchall()
    types = {str(name): str(kind) for name, kind, *_ in described}
    columns = list(types)
    filled = ", ".join(f'count("{name}")' for name in columns)
    rows, *counts = connection.execute(f"SELECT count(*), {filled} FROM {table}").fetchall()[0]
    supplied = _supplied(table, supplies)
    variables = [
        _variable(name, rows, count, supplied.get(name, [])) | {"type": types[name]}
        for name, count in zip(columns, counts, strict=True)
    ]
    return {
        "name": table,
        "label": _texts()["datasets"].get(table, ""),
        "rows": about(int(rows)),
        "suppliers": sorted(
            {supply.organisation_code for _, supply in _named(table, supplies)}
            - {supply.organisation_code for supply in supplies if supply.sensitive}
        ),
        "variables": variables,
        "examples": _examples(variables) if supplied else [],
    }


def about(rows: int) -> int:
    """A number of rows to two figures, and nothing below a hundred: exact numbers need the release desk."""
    if rows < FEWEST:
        return 0
    place = 10 ** (len(str(rows)) - 2)
    return int(round(rows / place) * place)


def _variable(name: str, rows: int, filled: int, fields: list[Mapping[str, Any]]) -> dict[str, Any]:
    meanings = [each["meaning"] for each in fields if each["meaning"]]
    codes = dict(_texts().get("codes", {}).get(name, {}))
    for each in fields:
        codes |= each["codes"]
    return {
        "name": name,
        "kind": next((kind for suffix, kind in _KINDS.items() if name.endswith(suffix)), "text"),
        "meaning": _texts()["variables"].get(name) or (meanings[0] if meanings else _flag(name)),
        "filled_percent": round(100 * filled / rows) if rows >= FEWEST else None,
        "codes": codes,
        "caveats": list(dict.fromkeys(text for each in fields for text in each["caveats"])),
    }


def _flag(name: str) -> str:
    if name.startswith("srp_flag_"):
        seen = name.removeprefix("srp_flag_").removesuffix("_ind").replace("_", " ")
        return "A young child known by birth or visa" if seen == "under" else f"Seen by: {seen}"
    return ""


def _named(table: str, supplies: Sequence[SupplyForRefresh]) -> list[tuple[model.Target, SupplyForRefresh]]:
    """Suppliers of a table that may be named: not where being on the list is the secret."""
    return [
        (target, supply)
        for target in model.targets() if target.name == table
        for supply in supplies
        if supply.specification is not None and not supply.sensitive
    ]  # fmt: skip


def _supplied(table: str, supplies: Sequence[SupplyForRefresh]) -> dict[str, list[Mapping[str, Any]]]:
    """Variable to what each specification says of the field behind it."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for target, supply in _named(table, supplies):
        fields = supply.fields(target.source)
        load, _ = model.plan(target, [field.name for field in fields], fields)
        by_name: dict[str, Any] = {field.name: field for field in fields}
        for column in load:
            said = _said(by_name[column.source], target.source, supply.specification)
            found.setdefault(column.name, []).append(said)
        for waiver in supply.specification.not_held:
            source, _, name = waiver.id.partition(".")
            if source == target.source and name in target.columns:
                words = f"A provider does not hold this: {waiver.reason} (looked at again {waiver.review})"
                empty = {"meaning": "", "codes": {}, "caveats": [words]}
                found.setdefault(target.columns[name].name, []).append(empty)
    return found


def _said(field: Any, table: str, specification: Any) -> Mapping[str, Any]:
    listed = specification.code_list(field.codes) if field.codes else None
    caveats = [field.gaps] if field.gaps else []
    caveats += [f"Empty means: {field.missing}"] if field.missing else []
    return {"meaning": field.meaning or field.label, "codes": listed.labels() if listed else {},
            "caveats": caveats}  # fmt: skip


def _examples(variables: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Rows nobody is behind: what a variable's kind and codes allow, chosen by its name alone."""
    return [{each["name"]: _example(each, row) for each in variables} for row in range(EXAMPLES)]


def _example(variable: Mapping[str, Any], row: int) -> str:
    name = str(variable["name"])
    draw = int.from_bytes(hashlib.sha384(f"{name} {row}".encode()).digest()[:6])
    codes = sorted(variable["codes"])
    if codes:
        return str(codes[draw % len(codes)])
    first = 180 * name.startswith("end")  # a last day is not before the first
    kinds = {
        "keyed number": str(10**12 + draw),
        "whole number": str(draw % 12 + 1),
        "yes or no": ("false", "true")[draw % 2],
        "day": (date(2023, 1, 1) + timedelta(days=first + draw % 180)).isoformat(),
        "amount": str(draw % 1000),
    }
    return kinds.get(str(variable["kind"]), f"{name.removesuffix('_code')}-{row + 1}")


@cache
def _texts() -> dict[str, dict[str, Any]]:
    text = resources.files("linkwell.integration").joinpath("variables.toml").read_text("utf-8")
    found: dict[str, dict[str, Any]] = tomllib.loads(text)
    return found
