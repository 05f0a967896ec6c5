"""Every command that an error, a next step or an example names is one that can be typed as it stands."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest

import linkwell
from linkwell.cli.main import cli

SOURCE = Path(linkwell.__file__).parent
FROM_OUTSIDE = {"home", "as"}  # LINKWELL_HOME and LINKWELL_AS may say them
WHOLE = re.compile(r"^ *(?:or )?linkwell ([a-z].*(?:\n      (?! *(?:or )?linkwell).*)*)", re.MULTILINE)
DIGESTED = re.compile(r" 1$|^conformance WORD$")
NAMED = re.compile(r"linkwell ((?:[a-z-]+ )+)(--[a-z-]+)")


@cache
def texts() -> list[tuple[str, str]]:
    """Where each text of the source stands that speaks of a command, and the text; what is filled in stands
    as a word, and what is there at times only is left out."""
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        whole = path.read_text("utf-8")
        tree = ast.parse(whole) if "linkwell " in whole else ast.Module([], [])
        filled = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
        parts = {id(value) for node in filled for value in node.values}
        plain = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in parts]
        said = [(node.lineno, "".join(map(_word, node.values))) for node in filled]
        said += [(node.lineno, node.value) for node in plain if isinstance(node.value, str)]
        name = path.relative_to(SOURCE)
        found += [(f"{name}:{line}", text) for line, text in said if "linkwell " in text]
    return found


def _word(value: ast.expr) -> str:
    if isinstance(value, ast.Constant):
        return str(value.value)
    at_times = isinstance(value, ast.FormattedValue) and isinstance(value.value, ast.IfExp)
    return "" if at_times else "WORD"


def command_of(words: list[str]) -> tuple[click.Command, click.Context, list[str]] | None:
    """The command that the first words name, and the rest of them; None where they name none."""
    command: click.Command = cli
    context = click.Context(cli, info_name="linkwell")
    while isinstance(command, click.Group) and words:
        found = command.get_command(context, words[0])
        if found is None:
            return None
        context = click.Context(found, info_name=words[0], parent=context)
        command, words = found, words[1:]
    return command, context, words


def wrong_with(line: str) -> str:
    """What a shell's user would be told, typing it; nothing where it would begin."""
    found = command_of(shlex.split(line))
    if found is None:
        return "no such command"
    command, context, words = found
    if isinstance(command, click.Group) or not words:
        return ""  # the command is only named
    try:
        given, _, _ = command.make_parser(context).parse_args(words)
    except click.UsageError as error:
        return error.format_message()
    lacking = [
        str(p.name)
        for p in command.params
        if p.required and given.get(str(p.name)) in (None, ()) and not FROM_OUTSIDE & set(_names(p))
    ]
    return f"lacks {', '.join(lacking)}" if lacking else ""


def _names(parameter: click.Parameter) -> list[str]:
    return [name.lstrip("-") for name in parameter.opts]


def whole_commands(text: str) -> Iterator[str]:
    """The commands that stand in lines of their own; not those cut short (…), nor what digests are told apart
    by ("linkwell rounding 1")."""
    for found in WHOLE.finditer(text.replace("\\\n", "\n")):
        joined = re.sub(r"\n +", " ", found[1])
        line = re.split(r"  +(?=[a-z])| \(|;", joined)[0].strip()
        if "…" not in line and not DIGESTED.search(line) and line.count("'") % 2 == line.count('"') % 2 == 0:
            yield line


def test_commands_that_stand_by_themselves_can_be_typed() -> None:
    lines = [(where, line) for where, text in texts() for line in whole_commands(text)]
    assert len(lines) > 150
    wrong = [f"{where}: linkwell {line}: {said}" for where, line in lines if (said := wrong_with(line))]
    assert wrong == []


def test_options_named_in_a_sentence_are_the_commands_own() -> None:
    wrong = []
    for where, text in texts():
        for words, option in NAMED.findall(text):
            found = command_of(words.split())
            if found is None:
                wrong.append(f"{where}: linkwell {words}")
            elif option not in {name for p in found[0].params for name in (*p.opts, *p.secondary_opts)}:
                wrong.append(f"{where}: linkwell {words}{option}")
    assert wrong == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("describe people.xlsx", "lacks out"),
        ("custodian load --population world", "No such option '--population'."),
        ("chek people.xlsx", "no such command"),
        ("check people.xlsx --spec s.toml --out checked", ""),
        ("custodian load --label 2025-10", ""),
    ],
)
def test_what_cannot_be_typed_is_seen(line: str, said: str) -> None:
    assert wrong_with(line).startswith(said)
    assert bool(wrong_with(line)) == bool(said)
