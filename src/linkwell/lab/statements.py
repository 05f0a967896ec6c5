"""Reading a statement with the engine's own parser, and refusing every construct that is not listed.

A statement is one SELECT, or one table made of a SELECT, or one of one's own tables dropped. What is run is
the very text that was read: a table is made by putting words of ours around it.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

import duckdb

from linkwell.lab.refusals import Refusal, of_engine

Node = dict[str, Any]
Kind = Literal["look", "make", "drop"]

_CLASSES = {
    "COLUMN_REF", "CONSTANT", "FUNCTION", "CAST", "CASE", "COMPARISON", "CONJUNCTION", "OPERATOR", "BETWEEN",
    "SUBQUERY", "WINDOW", "STAR", "TYPE",
}  # fmt: skip
_OPERATORS = {
    "OPERATOR_NOT", "OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL", "COMPARE_IN", "COMPARE_NOT_IN",
    "OPERATOR_COALESCE",
}  # fmt: skip
_TYPES = {
    "SELECT_NODE", "SET_OPERATION_NODE", "BASE_TABLE", "JOIN", "SUBQUERY", "EMPTY", "EXPRESSION_LIST",
    "ORDER_MODIFIER", "LIMIT_MODIFIER", "DISTINCT_MODIFIER", "ORDER_DEFAULT", "ASCENDING", "DESCENDING",
    "ORDER_ASC", "ORDER_DESC",
}  # fmt: skip
_JOINS = {"INNER", "LEFT", "RIGHT", "FULL", "SEMI", "ANTI"}
_MOST_ARGUMENTS = {"min": 1, "max": 1, "arg_min": 2, "arg_max": 2}
"""With one more they make lists."""

_NAME_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789_"
_LONGEST_NAME = 60


@dataclass(frozen=True)
class Statement:
    """A statement that may be tried.

    Attributes:
        kind: look at rows, make a table, or drop one of one's own.
        name: of the table made or dropped, lower case.
        select: the text of the SELECT. tree: the engine's reading of it. offset: where `select` starts in the
            text as written.
    """

    kind: Kind
    name: str
    select: str
    tree: Node
    offset: int


@cache
def allowed() -> dict[str, frozenset[str]]:
    """The lists of `allowed.toml`."""
    text = (resources.files("linkwell.lab") / "allowed.toml").read_text("utf-8")
    return {name: frozenset(values) for name, values in tomllib.loads(text).items()}


def read(text: str, connection: duckdb.DuckDBPyConnection, most: int) -> Statement:
    """Read one statement.

    Raises:
        Refusal: it is not one statement of the three kinds, or holds a construct that is not listed.
    """
    if len(text) > most or "\0" in text:
        raise Refusal("length")
    raw = text.encode()
    kind, name, offset, end = _head(raw)
    if kind == "drop":
        return Statement("drop", name, "", {}, offset)
    select = raw[offset:end].decode().rstrip()
    tree = _tree(select, connection, offset)
    for node in nodes(tree):
        _check(node, offset)
    return Statement(kind, name, select, tree, offset)


def nodes(tree: Any) -> Iterator[Node]:
    """Every object of a tree, parents first."""
    stack = [tree]
    while stack:
        top = stack.pop()
        if isinstance(top, dict):
            yield top
            stack += [part for part in top.values() if isinstance(part, dict | list)]
        elif isinstance(top, list):
            stack += [part for part in top if isinstance(part, dict | list)]


def place(node: Node, offset: int = 0) -> int | None:
    """Where a node stands in the text, in bytes (`characters` makes them characters)."""
    at = node.get("query_location")
    return at + offset if isinstance(at, int) and at < 1 << 32 else None


def characters(text: str, position: int | None) -> int | None:
    """A place in bytes, as the engine counts, in characters."""
    return None if position is None else len(text.encode()[:position].decode("utf-8", "replace"))


def column(node: Any) -> str:
    """The last name of a column reference, lower case; "" for anything else."""
    if isinstance(node, dict) and node.get("class") == "COLUMN_REF":
        return str(node["column_names"][-1]).lower()
    return ""


def plain_name(name: str) -> bool:
    """Whether a table may be called so: letters of the English alphabet, digits, underscores."""
    return (
        bool(name)
        and name[0].isalpha()
        and len(name) <= _LONGEST_NAME
        and not set(name) - set(_NAME_CHARACTERS)
    )


def _head(raw: bytes) -> tuple[Kind, str, int, int]:
    """What kind of statement it is, the table's name, and where the SELECT starts and ends (bytes)."""
    try:
        found = [(at, str(kind)) for at, kind in duckdb.tokenize(raw.decode())]
    except (duckdb.Error, RuntimeError, ValueError):
        raise Refusal("syntax") from None
    marks = [at for at, kind in found if "comment" not in kind]
    end = len(raw)
    while marks and raw[marks[-1] :][:1] == b";":
        end = marks.pop()
    words = [_word(raw, at) for at in marks[:8]]
    if words[:1] == ["create"]:
        skip = 3 if words[1:3] == ["or", "replace"] else 1
        skip += words[skip : skip + 1] in (["temp"], ["temporary"])
        if words[skip : skip + 1] != ["table"] or words[skip + 2 : skip + 3] != ["as"]:
            raise Refusal("statement", marks[0])
        start = marks[skip + 3] if len(marks) > skip + 3 else end
        return "make", _named(words[skip + 1], marks[skip + 1]), start, end
    if words[:2] == ["drop", "table"]:
        if len(marks) != 3:
            raise Refusal("statement", marks[0])
        return "drop", _named(words[2], marks[2]), end, end
    return "look", "", marks[0] if marks else end, end


def _word(raw: bytes, at: int) -> str:
    """The word that starts at `at`, lower case; one sign where no word does."""
    stop = at
    while raw[stop : stop + 1].isalnum() or raw[stop : stop + 1] == b"_":
        stop += 1
    return raw[at : max(stop, at + 1)].decode("utf-8", "replace").lower()


def _named(word: str, at: int) -> str:
    if not plain_name(word) or word.endswith("_uid"):
        raise Refusal("name", at)
    return word


def _tree(select: str, connection: duckdb.DuckDBPyConnection, offset: int) -> Node:
    try:
        answer = connection.execute("SELECT json_serialize_sql(?::VARCHAR)", [select]).fetchall()[0][0]
        found = json.loads(answer)
    except (duckdb.Error, RecursionError, ValueError):
        raise Refusal("syntax", offset) from None
    if found.get("error"):
        at = str(found.get("position", ""))
        position = int(at) + offset if at.isdigit() else offset
        syntax = found.get("error_type") == "parser"
        raise of_engine("parser", position) if syntax else Refusal("statement", offset)
    if len(found["statements"]) != 1:
        raise Refusal("statement", offset)
    tree: Node = found["statements"][0]
    return tree


def _check(node: Node, offset: int) -> None:
    kind, of = node.get("class"), node.get("type")
    if kind is not None:
        if kind not in _CLASSES or (kind == "OPERATOR" and of not in _OPERATORS):
            raise Refusal("construct", place(node, offset))
        if kind in _CHECKS:
            _CHECKS[kind](node, offset)
    elif isinstance(of, str):
        if of not in _TYPES:
            raise Refusal("construct", place(node, offset))
        if of == "JOIN":
            _check_join(node, offset)
        elif of == "BASE_TABLE":
            _check_table(node, offset)
    if node.get("sample") or (node.get("limit_type") or "ROW_COUNT") != "ROW_COUNT":
        raise Refusal("construct", place(node, offset))


def _check_table(node: Node, offset: int) -> None:
    """A bare name: another schema, catalogue, version, or a file's name is no table of the lab."""
    path = node.get("qualified_name", {}).get("path", [])
    bare = not node.get("schema_name") and not node.get("catalog_name") and len(path) == 1
    if not bare or node.get("at_clause") or not plain_name(str(node["table_name"]).lower()):
        raise Refusal("name", place(node, offset))


def hold_to_tables(node: Any, known: Set[str], offset: int) -> None:
    """Refuse every table that is none of `known` and no WITH around it: the engine has tables of its own,
    about files, settings and the machine.

    Raises:
        Refusal: with the place.
    """
    if isinstance(node, list):
        for each in node:
            hold_to_tables(each, known, offset)
    if not isinstance(node, dict):
        return
    if node.get("type") == "BASE_TABLE" and str(node["table_name"]).lower() not in known:
        raise Refusal("name", place(node, offset))
    for entry in (node.get("cte_map") or {}).get("map", ()):
        hold_to_tables(entry["value"], known, offset)
        known = known | {str(entry["key"]).lower()}
    for name, part in node.items():
        if name != "cte_map":
            hold_to_tables(part, known, offset)


def _check_join(node: Node, offset: int) -> None:
    if node.get("ref_type") not in ("REGULAR", "CROSS") or node.get("join_type") not in _JOINS:
        raise Refusal("construct", place(node, offset))


def _check_function(node: Node, offset: int) -> None:
    listed = allowed()
    path = node.get("qualified_name", {}).get("path", [])
    if node.get("schema") or node.get("catalog") or len(path) != 1:
        raise Refusal("function", place(node, offset))
    name = str(node["function_name"]).lower()
    known = listed["functions"] | listed["aggregates"]
    if node["class"] == "WINDOW":
        known = listed["aggregates"] | listed["windows"]
    if name not in known:
        raise Refusal("function", place(node, offset))
    if name == "age" and len(node.get("arguments", ())) != 2:  # with one day alone it is until today
        raise Refusal("function", place(node, offset))
    if name in _MOST_ARGUMENTS and len(node.get("arguments", ())) > _MOST_ARGUMENTS[name]:
        raise Refusal("function", place(node, offset))
    if any(each.get("name") for each in node.get("arguments", ())):
        raise Refusal("construct", place(node, offset))


def _check_type(node: Node, offset: int) -> None:
    path = node.get("qualified_name", {}).get("path", [])
    if str(node.get("type_name")).lower() not in allowed()["types"] or len(path) != 1:
        raise Refusal("construct", place(node, offset))


def _check_column(node: Node, offset: int) -> None:
    if column(node) in allowed()["words"] or len(node["column_names"]) > 2:
        raise Refusal("name", place(node, offset))


def _check_star(node: Node, offset: int) -> None:
    if node.get("expr") or node.get("rename_list") or node.get("unpacked"):
        raise Refusal("construct", place(node, offset))


_CHECKS: dict[str, Callable[[Node, int], None]] = {
    "FUNCTION": _check_function, "WINDOW": _check_function, "TYPE": _check_type, "COLUMN_REF": _check_column,
    "STAR": _check_star,
}  # fmt: skip
