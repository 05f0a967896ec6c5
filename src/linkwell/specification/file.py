"""A specification as a TOML file a person can read and change; saving and loading give it back whole.

The reader is strict: a misspelt setting, an unknown class or a field without a purpose is an error that says
where, not something passed over.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from linkwell.errors import WrongUse
from linkwell.specification.answers import with_answers
from linkwell.specification.model import (
    CodeList,
    Compartment,
    Export,
    Field,
    FieldClass,
    FieldType,
    NotHeld,
    NotSupplied,
    Question,
    Specification,
    TableSpec,
)
from linkwell.specification.validate import validate
from linkwell.vault.zones import write_whole

# section of the file -> setting in the file -> attribute of the object, in the order it is written
TOP_SETTINGS = (
    "title", "organisation", "initiatives", "purpose", "questions", "version", "base", "demo", "frequency",
    "delivery", "retention", "route", "contact", "sensitive",
)  # fmt: skip
TABLE_SETTINGS = ("name", "label", "compartment", "source")
FIELD_SETTINGS = (
    "name", "label", "class", "type", "format", "codes", "required", "purpose", "meaning", "missing",
    "source_column", "more_columns", "date_order", "century_from", "constant",
    "screen", "collected", "gaps", "review", "sensitivity",
)  # fmt: skip
QUESTION_SETTINGS = ("id", "about", "text", "options", "suggested", "answer")
NOT_SUPPLIED_SETTINGS = ("source", "column", "kind", "reason")
NOT_HELD_SETTINGS = ("id", "reason", "review")
EXPORT_SETTINGS = ("source", "key", "columns", "on")
CODE_LIST_SETTINGS = ("name", "source", "edition")
_NOT_TEXT: dict[str, type] = {"version": int, "century_from": int, "demo": bool, "required": bool}
LIST_SETTINGS = {"sensitive", "initiatives", "questions", "options", "more_columns", "columns"}
_NEVER_OMITTED = {"purpose", "answer"}


def load(path: Path) -> Specification:
    """Read and validate the specification at `path`; answers written into it are taken up (`with_answers`).

    Raises:
        WrongUse: there is no such file, it is not TOML, or it does not hold together.
    """
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise WrongUse(
            "There is no specification file of that name.",
            where=path.name,
            fix="Draft one from your own files: linkwell describe FILES --out specification.toml",
        ) from None
    except (OSError, UnicodeDecodeError):
        raise _not_toml(path.name, "it is not a text file") from None
    return parse(text, name=path.name)


def parse(text: str, *, name: str = "specification") -> Specification:
    """The specification written as TOML in `text`; `name` is used in errors."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _not_toml(name, str(error)) from None
    except RecursionError:
        raise _not_toml(name, "it is nested too deeply") from None
    return from_data(data, name=name)


def from_data(data: dict[str, Any], *, name: str = "specification") -> Specification:
    """The specification in plain dicts and lists, shaped as the TOML file is; `name` is used in errors.

    Raises:
        WrongUse: it does not hold together.
    """
    try:
        spec = _specification(data)
        validate(spec)
    except WrongUse as error:
        raise WrongUse(error.what, where=error.where or name, why=error.why, fix=error.fix) from None
    return with_answers(spec)


def save(spec: Specification, path: Path) -> None:
    """Write `spec` whole at `path`, after validating it."""
    validate(spec)
    write_whole(path, render(spec).encode(), mode=0o644)


def render(spec: Specification) -> str:
    """The TOML text of `spec`, with comments for the person who reads it."""
    lines = [
        "# What is shared, and why. Read it from top to bottom; you may change any text between quotes.",
        "# Check your files against it with: linkwell check FILES --spec THIS_FILE --out FOLDER",
        "",
        *_settings(TOP_SETTINGS, vars(spec)),
    ]
    if spec.open_questions:
        lines += ["", "# Questions only you can answer. Put the answer between the quotes after `answer =`."]
        for question in spec.open_questions:
            lines += ["", "[[open_question]]", *_settings(QUESTION_SETTINGS, vars(question))]
    for table in spec.tables:
        half = "names and numbers" if table.compartment is Compartment.IDENTITY else "service details"
        lines += ["", "", f"# {table.label}.", f"# Sealed apart, among the {half}.", "[[table]]"]
        lines += _settings(TABLE_SETTINGS, vars(table))
        for field in table.fields:
            lines += ["", "[[table.field]]", *_settings(FIELD_SETTINGS, {**vars(field), "class": field.cls})]
            lines += _pairs("table.field.values", field.values)
    if spec.exports:
        lines += [
            "",
            "",
            "# Further exports of the same people or visits, side by side on a number both have.",
        ]
        for export in spec.exports:
            lines += ["", "[[export]]", *_settings(EXPORT_SETTINGS, vars(export))]
    if spec.not_supplied:
        lines += ["", "", "# Columns of your files that stay with you."]
        for left in spec.not_supplied:
            lines += ["", "[[not_supplied]]", *_settings(NOT_SUPPLIED_SETTINGS, vars(left))]
    if spec.not_held:
        lines += [
            "",
            "",
            "# What you do not hold. This is an accepted answer; nothing is invented to fill it.",
        ]
        for gap in spec.not_held:
            lines += ["", "[[not_held]]", *_settings(NOT_HELD_SETTINGS, vars(gap))]
    if spec.notes:
        lines += ["", "", "# How things are recorded, in your own words."]
        lines += ["", *_pairs("notes", spec.notes)]
    if spec.code_lists:
        lines += ["", "", "# The codes used above."]
        for codes in spec.code_lists:
            lines += ["", "[[code_list]]", *_settings(CODE_LIST_SETTINGS, vars(codes))]
            lines += ["", *_pairs("code_list.codes", codes.codes)]
    return "\n".join(lines) + "\n"


def _settings(names: Iterable[str], values: dict[str, Any]) -> list[str]:
    """One `name = value` line each; settings that say nothing are left out."""
    return [
        f"{name} = {_value(values[name])}"
        for name in names
        if values[name] not in ("", (), False, 0) or name in _NEVER_OMITTED
    ]


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, tuple):
        if sum(map(len, value)) < 60:
            return f"[{', '.join(map(_text, value))}]"
        return "[\n" + "".join(f"    {_text(each)},\n" for each in value) + "]"
    return _text(value)


def _text(value: str) -> str:
    # JSON's escapes are TOML's, except DEL, which TOML wants escaped too
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def _pairs(header: str, pairs: tuple[tuple[str, str], ...]) -> list[str]:
    return [f"[{header}]", *(f"{_text(key)} = {_text(value)}" for key, value in pairs)] if pairs else []


def _specification(data: dict[str, Any]) -> Specification:
    sections = {"table", "open_question", "not_supplied", "not_held", "notes", "code_list", "export"}
    _no_strangers(data, {*TOP_SETTINGS, *sections}, "the top of the file")
    for name in ("title", "purpose"):
        if not data.get(name):
            raise WrongUse(f"The specification has no {name}.", fix=f'Add a line: {name} = "..."')
    settings = {name: _typed(data[name], name) for name in TOP_SETTINGS if name in data}
    settings.setdefault("organisation", "")
    return Specification(
        **settings,
        tables=tuple(_table(each) for each in data.get("table", [])),
        open_questions=tuple(_question(each) for each in data.get("open_question", [])),
        not_supplied=tuple(_left_out(each) for each in data.get("not_supplied", [])),
        not_held=tuple(_not_held(each) for each in data.get("not_held", [])),
        notes=_as_pairs(data.get("notes", {}), "notes"),
        exports=tuple(_export(each) for each in data.get("export", [])),
        code_lists=tuple(_code_list(each) for each in data.get("code_list", [])),
    )


def _table(data: dict[str, Any]) -> TableSpec:
    where = f"table {data.get('name', '(no name)')}"
    settings = _checked(data, TABLE_SETTINGS, where, needs=("name", "compartment"), also=("field",))
    return TableSpec(
        name=settings["name"],
        label=settings.get("label", settings["name"]),
        compartment=_one_of(Compartment, settings["compartment"], where, "compartment"),
        source=settings.get("source", ""),
        fields=tuple(_field(each, where) for each in data.get("field", [])),
    )


def _field(data: dict[str, Any], table: str) -> Field:
    where = f"{table}, field {data.get('name', '(no name)')}"
    settings = _checked(data, FIELD_SETTINGS, where, needs=("name", "class", "type"), also=("values",))
    settings["cls"] = _one_of(FieldClass, settings.pop("class"), where, "class")
    settings["type"] = _one_of(FieldType, settings["type"], where, "type")
    settings["label"] = settings.get("label", settings["name"])
    try:
        return Field(**{"purpose": "", **settings}, values=_as_pairs(data.get("values", {}), where))
    except WrongUse as error:
        raise WrongUse(error.what, where=where, why=error.why, fix=error.fix) from None


def _question(data: dict[str, Any]) -> Question:
    return Question(
        **_checked(data, QUESTION_SETTINGS, "open_question", needs=("id", "about", "text", "options"))
    )


def _left_out(data: dict[str, Any]) -> NotSupplied:
    return NotSupplied(
        **_checked(data, NOT_SUPPLIED_SETTINGS, "not_supplied", needs=("source", "column", "reason"))
    )


def _not_held(data: dict[str, Any]) -> NotHeld:
    return NotHeld(**_checked(data, NOT_HELD_SETTINGS, "not_held", needs=NOT_HELD_SETTINGS))


def _export(data: dict[str, Any]) -> Export:
    return Export(**_checked(data, EXPORT_SETTINGS, "export", needs=EXPORT_SETTINGS[:3]))


def _code_list(data: dict[str, Any]) -> CodeList:
    where = f"code_list {data.get('name', '(no name)')}"
    settings = _checked(data, CODE_LIST_SETTINGS, where, needs=("name",), also=("codes",))
    return CodeList(**settings, codes=_as_pairs(data.get("codes", {}), where))


def _checked(
    data: Any, names: tuple[str, ...], where: str, *, needs: tuple[str, ...], also: tuple[str, ...] = ()
) -> dict[str, Any]:
    """The settings of one section, each of the right kind; unknown and missing ones are errors."""
    if not isinstance(data, dict):
        raise WrongUse("A section of the specification is not written as one.", where=where)
    _no_strangers(data, {*names, *also}, where)
    for name in needs:
        if name not in data:
            raise WrongUse(f"The setting {name} is missing.", where=where, fix=f"Add a line: {name} = ...")
    return {name: _typed(data[name], name) for name in names if name in data}


def _no_strangers(data: dict[str, Any], known: set[str], where: str) -> None:
    strangers = sorted(set(data) - known)
    if strangers:
        raise WrongUse(
            f"There is no setting called {strangers[0]}.",
            where=where,
            fix=f"Check the spelling. The settings here are: {', '.join(sorted(known))}.",
        )


def _typed(value: Any, name: str) -> Any:
    wanted = _NOT_TEXT.get(name, str)
    if name in LIST_SETTINGS:
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return tuple(value)
    elif type(value) is wanted:
        return value
    kind = {int: "a whole number", bool: "true or false"}.get(wanted, "text between quotes")
    if name in LIST_SETTINGS:
        kind = 'a list such as ["one", "two"]'
    raise WrongUse(f"The setting {name} must be {kind}.")


def _one_of(kind: Any, value: str, where: str, setting: str) -> Any:
    try:
        return kind(value)
    except ValueError:
        raise WrongUse(
            f"There is no {setting} called {value!r}.",
            where=where,
            fix=f"Use one of: {', '.join(kind)}.",
        ) from None


def _as_pairs(data: Any, where: str) -> tuple[tuple[str, str], ...]:
    if not isinstance(data, dict) or not all(isinstance(value, str) for value in data.values()):
        raise WrongUse('This list must have lines such as "M" = "1".', where=where)
    return tuple(data.items())


def _not_toml(name: str, reason: str) -> WrongUse:
    return WrongUse(
        f"The specification cannot be read: {reason}.",
        where=name,
        fix="Undo the last change near that place, or draft it again with linkwell describe.",
    )
