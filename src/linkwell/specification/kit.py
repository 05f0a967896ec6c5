"""The conformance kit of the base specification: files a check must pass and files it must not.

A vendor builds an export once for many providers against it. Every person in it is invented, every NHI number
is from the test range.
"""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

from linkwell.reading import Table
from linkwell.reading.table import Origin
from linkwell.specification.base import base_specification
from linkwell.specification.model import FieldType, Specification

FILES = ("participants", "interactions")


@dataclass(frozen=True)
class Case:
    """One case of the kit.

    Attributes:
        what: what it shows, in one sentence.
        passes: whether a supply may be made of it.
        findings: codes the check must give; with them nothing else may block or hold anything back.
        specification: the specification it is checked against.
        files: file name to its rows; the first row is the heading.
    """

    name: str
    what: str
    passes: bool
    findings: tuple[str, ...]
    specification: Specification
    files: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]

    def tables(self) -> list[Table]:
        """The files as they would be read."""
        return [
            Table(Origin(f"{name}.csv"), rows[0], list(rows[1:]), list(range(2, len(rows) + 1)))
            for name, rows in self.files
        ]

    def csv(self, name: str) -> bytes:
        """One file as CSV (UTF-8)."""
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows(dict(self.files)[name])
        return text.getvalue().encode()


@cache
def starter() -> dict[str, dict[str, dict[str, Any]]]:
    """File to field to its heading, hint and example."""
    return _load("starter.toml")


def as_supplied(fields: Iterable[str] | None = None, files: Iterable[str] = FILES) -> Specification:
    """The base specification read from the starter workbook's headings, marked as a demonstration.

    Args:
        fields: only these fields; all of them unless given.
        files: only tables read from these files.
    """
    base, wanted, given = base_specification(), set(fields) if fields is not None else None, set(files)
    tables = []
    for table in base.tables:
        headings = starter()[table.source]
        kept = tuple(
            replace(
                field,
                source_column=headings[field.name]["heading"],
                date_order="iso" if field.type is FieldType.DATE else "",
            )
            for field in table.fields
            if wanted is None or field.name in wanted
        )
        if table.source in given and any(field.name != "client_key" for field in kept):
            tables.append(replace(table, fields=kept))
    used = {field.codes for table in tables for field in table.fields}
    lists = tuple(codes for codes in base.code_lists if codes.name in used)
    return replace(
        base, tables=tuple(tables), code_lists=lists, organisation="Riverbend Community Trust", demo=True
    )


@cache
def cases() -> tuple[Case, ...]:
    """Every case, those that pass first."""
    kit = _load("kit.toml")
    made = [_case(each, kit) for each in kit["case"]]
    return tuple(sorted(made, key=lambda case: not case.passes))


def _case(case: dict[str, Any], kit: dict[str, Any]) -> Case:
    left_out = {*case.get("without", ()), *case.get("leave_out", ())}
    fields = {name: _fields(case, name) for name in FILES if name not in left_out}
    rows = {name: [dict(row) for row in kit[name][: case.get("rows")]] for name in fields}
    for change in case.get("change", ()):
        rows[change["file"]][change["row"] - 1][change["field"]] = change["value"]
    for again in case.get("again", ()):
        rows[again["file"]].append({**rows[again["file"]][again["row"] - 1], **again["set"]})
    added = {each["file"]: each for each in case.get("add", ())}
    files = tuple((name, _rows(name, fields[name], rows[name], added.get(name))) for name in fields)
    return Case(
        name=case["name"],
        what=case["what"],
        passes=case["passes"],
        findings=tuple(case.get("findings", ())),
        specification=_specification(case),
        files=files,
    )


def _specification(case: dict[str, Any]) -> Specification:
    """The specification of a case: narrowed to what its file is agreed to hold."""
    files = [name for name in FILES if name not in case.get("without", ())]
    wanted = set(case["only"]) if "only" in case else None
    if wanted is None:
        wanted = {name for file in FILES for name in starter()[file]} - set(case.get("drop", ()))
    return as_supplied(wanted, files)


def _fields(case: dict[str, Any], name: str) -> list[str]:
    gone = {*case.get("drop", ()), *case.get("drop_found", ())}
    return [field for field in starter()[name] if field not in gone and field in case.get("only", [field])]


def _rows(
    name: str, fields: list[str], rows: list[dict[str, str]], added: dict[str, Any] | None
) -> tuple[tuple[str, ...], ...]:
    more = (added["heading"],) if added else ()
    values = (added["value"],) if added else ()
    head = (*(starter()[name][field]["heading"] for field in fields), *more)
    return (head, *((*(row.get(field, "") for field in fields), *values) for row in rows))


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("linkwell.specification").joinpath(name).read_text("utf-8"))
