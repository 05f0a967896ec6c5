"""A specification as an Excel workbook that a person edits, and back again without loss.

Every cell is text: nothing a person writes becomes a formula, and codes keep their leading noughts. The way
back goes through the same strict reader as the TOML file.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Any

from linkwell.documents.sheets import lay_out, new_book, set_height
from linkwell.errors import WrongUse
from linkwell.reading import read_sheets
from linkwell.specification.file import (
    CODE_LIST_SETTINGS,
    EXPORT_SETTINGS,
    FIELD_SETTINGS,
    LIST_SETTINGS,
    NOT_HELD_SETTINGS,
    NOT_SUPPLIED_SETTINGS,
    QUESTION_SETTINGS,
    TABLE_SETTINGS,
    TOP_SETTINGS,
    from_data,
)
from linkwell.specification.model import FieldClass, FieldType, Specification
from linkwell.specification.validate import DATE_ORDERS
from linkwell.vault.zones import written_whole

MOST_CHARACTERS = 32_000  # Excel cuts a longer cell off without a word
_NUMBERS, _YES_NO = {"version", "century_from"}, {"demo", "required"}
_WIDE = {
    "purpose",
    "meaning",
    "text",
    "reason",
    "label",
    "values",
    "what it means",
    "value",
    "missing",
    "gaps",
}


def to_excel(spec: Specification, path: Path) -> None:
    """Write the workbook whole at `path`.

    Raises:
        WrongUse: a text is longer than a cell can hold.
    """
    sheets = _sheets(spec)
    with written_whole(path) as part, new_book(part) as book:
        bold = book.add_format({"bold": True, "bg_color": "#DCE9EB", "text_wrap": True, "valign": "top"})
        text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        for name, (head, rows) in sheets.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 2 if name == "Fields" else 0)
            widths = [44 if heading == "list source" or heading in _WIDE else 18 for heading in head]
            lay_out(sheet, widths=widths, names=2 if name == "Fields" else 0)
            for at, heading in enumerate(head):
                sheet.set_column(at, at, widths[at], text)
                sheet.write_string(0, at, heading, bold)
                _offer(sheet, at, heading)
            for line, row in enumerate(rows, start=1):
                set_height(sheet, line, zip(row, widths, strict=True))
                for at, cell in enumerate(row):
                    _fits(cell, name, line)
                    sheet.write_string(line, at, cell, text)


def _offer(sheet: Any, at: int, heading: str) -> None:
    """A list to choose from, where only some words are allowed."""
    allowed: dict[str, Iterable[str]] = {
        "class": FieldClass, "type": FieldType, "date_order": DATE_ORDERS[1:], "required": ("yes", "no"),
        "compartment": ("identity", "content"),
    }  # fmt: skip
    if heading in allowed:
        sheet.data_validation(
            1, at, 2000, at, {"validate": "list", "source": [str(each) for each in allowed[heading]]}
        )


def _fits(cell: str, sheet: str, line: int) -> None:
    if len(cell) > MOST_CHARACTERS:
        raise WrongUse(
            "A text of the specification is longer than a cell of a workbook can hold.",
            where=f"sheet {sheet}, row {line + 1}",
            fix="Shorten it in the specification file.",
        )


def _sheets(spec: Specification) -> dict[str, tuple[tuple[str, ...], list[tuple[str, ...]]]]:
    """Sheet name to its headings and rows; every cell as text."""
    fields = [(table.name, field) for table, field in spec.fields()]
    return {
        "Read me": (("part", "what it means"), _help()),
        "About": (
            ("setting", "value"),
            [(name, _cell(name, getattr(spec, name))) for name in TOP_SETTINGS],
        ),
        "Tables": (TABLE_SETTINGS, [_row(TABLE_SETTINGS, vars(table)) for table in spec.tables]),
        "Fields": (
            ("table", *FIELD_SETTINGS),
            [(table, *_row(FIELD_SETTINGS, {**vars(f), "class": f.cls})) for table, f in fields],
        ),
        "Values": (
            ("table", "field", "local value", "code"),
            [(table, field.name, value, code) for table, field in fields for value, code in field.values],
        ),
        "Codes": (
            (*(f"list {name}" for name in CODE_LIST_SETTINGS), "code", "what it means"),
            [
                (*_row(CODE_LIST_SETTINGS, vars(codes)), code, label)
                for codes in spec.code_lists
                for code, label in codes.codes
            ],
        ),
        "Stays with you": (
            NOT_SUPPLIED_SETTINGS,
            [_row(NOT_SUPPLIED_SETTINGS, vars(each)) for each in spec.not_supplied],
        ),
        "Not held": (NOT_HELD_SETTINGS, [_row(NOT_HELD_SETTINGS, vars(each)) for each in spec.not_held]),
        "Exports": (EXPORT_SETTINGS, [_row(EXPORT_SETTINGS, vars(each)) for each in spec.exports]),
        "Notes": (("topic", "text"), list(spec.notes)),
        "Questions": (
            QUESTION_SETTINGS,
            [_row(QUESTION_SETTINGS, vars(each)) for each in spec.open_questions],
        ),
    }


def _help() -> list[tuple[str, ...]]:
    text = resources.files("linkwell.specification").joinpath("workbook_help.csv").read_text("utf-8")
    return [tuple(row) for row in csv.reader(text.splitlines())][1:]


def _row(names: tuple[str, ...], values: dict[str, Any]) -> tuple[str, ...]:
    return tuple(_cell(name, values[name]) for name in names)


def _cell(name: str, value: Any) -> str:
    if name in _YES_NO:
        return "yes" if value else "no"
    if name in LIST_SETTINGS:
        return "\n".join(value)
    return "" if value in ("", 0) else str(value)


def from_excel(path: Path) -> Specification:
    """The specification an edited workbook holds; compare it with the earlier one before keeping it.

    Raises:
        WrongUse: not such a workbook, or what it says does not hold together; names the sheet.
    """
    sheets = read_sheets(path)
    if missing := [name for name in ("About", "Tables", "Fields") if name not in sheets]:
        raise WrongUse(
            f"This workbook is not a specification: it has no sheet “{missing[0]}”.",
            where=path.name,
            fix="Make one with: linkwell spec to-excel specification.toml --out specification.xlsx",
        )
    rows = {name: _named(lines, path.name, name) for name, lines in sheets.items()}
    try:
        return from_data(_data(rows, path.name), name=path.name)
    except WrongUse as error:
        where = error.where if path.name in error.where else f"{path.name}, {error.where}"
        raise WrongUse(error.what, where=where, why=error.why, fix=error.fix) from None


def _named(lines: list[list[str]], file: str, sheet: str) -> list[dict[str, str]]:
    """Rows as heading to cell."""
    if not lines:
        return []
    head = [cell.strip() for cell in lines[0]]
    if len(set(filter(None, head))) != len([each for each in head if each]):
        raise WrongUse("Two columns have the same heading.", where=f"{file}, sheet {sheet}")
    return [dict(zip(head, line, strict=False)) for line in lines[1:]]


def _data(rows: dict[str, list[dict[str, str]]], file: str) -> dict[str, Any]:
    """The same plain dicts and lists a TOML file gives."""
    data: dict[str, Any] = {}
    for row in rows["About"]:
        name = row.get("setting", "")
        if name and (value := _value(name, row.get("value", ""), file, "About")) not in (None, []):
            data[name] = value
    data["table"] = [_settings(row, file, "Tables") | {"field": []} for row in rows["Tables"]]
    tables = {table.get("name"): table for table in data["table"]}
    for row in rows["Fields"]:
        table = tables.get(row.pop("table", ""))
        if table is None:
            raise WrongUse(
                "A field names a table that is not on the sheet Tables.", where=f"{file}, sheet Fields"
            )
        table["field"].append(_settings(row, file, "Fields"))
    for row in rows.get("Values", []):
        _field_of(tables, row, file).setdefault("values", {})[row.get("local value", "")] = row.get(
            "code", ""
        )
    data["code_list"] = _code_lists(rows.get("Codes", []))
    for sheet, section in (("Stays with you", "not_supplied"), ("Not held", "not_held"),
                           ("Exports", "export"), ("Questions", "open_question")):  # fmt: skip
        data[section] = [_settings(row, file, sheet) for row in rows.get(sheet, [])]
    data["notes"] = {row.get("topic", ""): row.get("text", "") for row in rows.get("Notes", [])}
    return data


def _settings(row: dict[str, str], file: str, sheet: str) -> dict[str, Any]:
    found = {name: _value(name, cell, file, sheet) for name, cell in row.items() if name}
    return {name: value for name, value in found.items() if value is not None}


def _field_of(tables: dict[Any, dict[str, Any]], row: dict[str, str], file: str) -> dict[str, Any]:
    for field in tables.get(row.get("table"), {}).get("field", []):
        if field.get("name") == row.get("field"):
            found: dict[str, Any] = field
            return found
    raise WrongUse(
        "A local value names a field that is not on the sheet Fields.", where=f"{file}, sheet Values"
    )


def _code_lists(rows: list[dict[str, str]]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        settings = {name: row.get(f"list {name}", "") for name in CODE_LIST_SETTINGS}
        codes = found.setdefault(settings["name"], {**{k: v for k, v in settings.items() if v}, "codes": {}})
        codes["codes"][row.get("code", "")] = row.get("what it means", "")
    return list(found.values())


def _value(name: str, cell: str, file: str, sheet: str) -> Any:
    """A cell as the TOML file would have it; None where it says nothing."""
    if name in LIST_SETTINGS:
        return [line.strip() for line in cell.splitlines() if line.strip()] or None
    if name in _YES_NO:
        if cell.lower() not in ("", "yes", "no", "true", "false"):
            raise WrongUse(f"{name} must be yes or no.", where=f"{file}, sheet {sheet}")
        return True if cell.lower() in ("yes", "true") else None
    if name in _NUMBERS:
        if cell and not cell.isdigit():
            raise WrongUse(f"{name} must be a whole number.", where=f"{file}, sheet {sheet}")
        return int(cell) if cell else None
    return cell or None
