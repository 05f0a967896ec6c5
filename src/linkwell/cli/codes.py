"""`linkwell codes`: the built-in code lists, and what your own words mean in them."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click

from linkwell.cli.output import finish, json_option
from linkwell.errors import WrongUse
from linkwell.reading import read_tables
from linkwell.specification.file import load, save
from linkwell.specification.localvalues import built_in, with_meanings
from linkwell.specification.model import Specification
from linkwell.standards.codelists import Meaning, StandardList, meaning, standard_lists


@click.command(
    epilog="""\b
Examples:
  linkwell codes                                              which lists there are
  linkwell codes ethnicity_4                                  every code of one
  linkwell codes ethnicity_2 --map "NZ Pakeha" --map Filipino what your words mean in it
  linkwell codes ethnicity_3 --file clients.csv --column Ethnicity
  linkwell codes ethnicity_3 --file clients.csv --column Ethnicity --spec specification.toml --keep
"""
)
@click.argument("name", required=False)
@click.option("--map", "words", multiple=True, help="A word of yours; say it again for more.")
@click.option(
    "--file", "path", type=click.Path(path_type=Path), help="Take the words from a column of this file."
)
@click.option("--column", help="The heading of that column.")
@click.option(
    "--spec", "spec_path", type=click.Path(path_type=Path), help="The specification to keep them in."
)
@click.option("--keep", is_flag=True, help="Record the meanings in the specification.")
@json_option
def codes(
    name: str | None, words: tuple[str, ...], path: Path | None, column: str | None, spec_path: Path | None,
    keep: bool, as_json: bool,
) -> int:  # fmt: skip
    """Show New Zealand's code lists, and say what your own words mean in one of them.

    A word nobody listed stays open for you to decide; a code that says less than your word says so. With
    --keep the meanings go into the specification, and every check then uses them.
    """
    if name is None:
        return _all(as_json)
    standard = _named(name)
    if path is not None:
        words = (*words, *_values(path, column))
    if not words:
        return _one(standard, as_json)
    found = {word: meaning(standard.name, word) for word in words}
    kept = _keep(spec_path, column, standard, found) if keep else None
    facts = {
        "command": "codes",
        "list": standard.name,
        "meanings": {word: asdict(each) for word, each in found.items()},
        "kept": str(spec_path) if kept else None,
    }
    open_words = [word for word, each in found.items() if not each.known]
    lines = [_line(standard, word, each) for word, each in found.items()]
    if open_words:
        lines += ["", f"{len(open_words):,} of {len(found):,} are open: write what they mean under "
                      "[table.field.values] in the specification, or leave them out."]  # fmt: skip
    lines += ["", f"Recorded in {spec_path}"] if kept else []
    finish(facts, lines, as_json=as_json)
    return 0


def _all(as_json: bool) -> int:
    lists = standard_lists().values()
    lines = []
    for each in lists:
        lines += [
            f"{each.name}: {each.title}, {len(each.codes):,} codes",
            f"  {each.source}, edition {each.edition}",
        ]
        lines += [f"  Not here: {each.missing}"] if each.missing else []
    facts: dict[str, Any] = {
        "command": "codes",
        "lists": [{**asdict(e), "codes": len(e.codes)} for e in lists],
    }
    finish(
        facts, [*lines, "", f"{next(iter(lists)).licence}"], as_json=as_json, next_step="linkwell codes NAME"
    )
    return 0


def _one(standard: StandardList, as_json: bool) -> int:
    lines = [f"{standard.title}. {standard.source}, edition {standard.edition}. {standard.licence}"]
    lines += [f"Not here: {standard.missing}"] if standard.missing else []
    lines += ["", *(f"{code}  {label}" for code, label in standard.codes)]
    finish({"command": "codes", **asdict(standard)}, lines, as_json=as_json)
    return 0


def _named(name: str) -> StandardList:
    found = standard_lists().get(name)
    if found is None:
        there = ", ".join(standard_lists())
        raise WrongUse(f"There is no built-in list called {name}.", fix=f"Name one of: {there}.")
    return found


def _values(path: Path, column: str | None) -> list[str]:
    """The different values of a column, most frequent first."""
    if not column:
        raise WrongUse("It is not said which column holds the words.", fix="Name its heading with --column.")
    for table in read_tables(path):
        if column in table.columns:
            return [value for value, _ in Counter(table.column(column)).most_common() if value]
    raise WrongUse(
        f"No column is headed {column}.", where=path.name, fix="Write the heading as the file has it."
    )


def _keep(
    spec_path: Path | None, column: str | None, standard: StandardList, found: dict[str, Meaning]
) -> Specification:
    if spec_path is None or not column:
        raise WrongUse(
            "To keep meanings, name the specification and the column.", fix="Add --spec and --column."
        )
    spec = load(spec_path)
    place = next(
        ((t, f) for t, f in spec.fields() if f.codes and column in (f.source_column, *f.more_columns)), None
    )
    if place is None:
        raise WrongUse(f"No coded field of the specification is read from {column}.", where=spec_path.name)
    table, field = place
    if spec.code_list(standard.name) is None:
        spec = replace(spec, code_lists=(*spec.code_lists, built_in(standard.name)))
    known = {word: each.codes for word, each in found.items() if each.known}
    spec = spec.with_field(table.name, with_meanings(field, standard.name, known))
    used = {each.codes for _, each in spec.fields()}
    spec = replace(spec, code_lists=tuple(each for each in spec.code_lists if each.name in used))
    spec = replace(spec, version=spec.version + 1)
    save(spec, spec_path)
    return spec


def _line(standard: StandardList, word: str, found: Meaning) -> str:
    labels = dict(standard.codes)
    if not found.known:
        return f"{word}: open. Not known: {', '.join(found.unknown)}"
    said = (
        "; ".join(f"{code} {labels.get(code, '')}".strip() for code in found.codes)
        or "says that nothing is known"
    )
    return f"{word}: {said}" + "".join(f"\n  Loses: {lost}" for lost in found.loses)
