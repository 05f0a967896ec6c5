"""`linkwell describe`: draft a specification from the provider's own files, and ask what cannot be told."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from linkwell.cli.inputs import Given, files_argument, files_named, query_option, read_given, sheet_option
from linkwell.cli.output import finish, json_option
from linkwell.primer import Answers, load_answers, worded
from linkwell.specification.answers import answer
from linkwell.specification.draft import Draft, draft
from linkwell.specification.file import load, save
from linkwell.specification.model import Specification
from linkwell.specification.recipe import with_recipe


@click.command(
    epilog="""\b
Examples:
  linkwell describe participants.xlsx visits.csv --out specification.toml
  linkwell describe participants.xlsx visits.csv --answers readiness.toml --out specification.toml
  linkwell describe clients.xlsx --sheet 2025 --organisation "Our Trust" --out specification.toml
  linkwell describe exports/ --out specification.toml                        every file in a folder
  linkwell describe sqlite:///clients.db --query people.sql --query visits.sql --out specification.toml
"""
)
@files_argument
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="Where to write the specification."
)
@click.option("--organisation", default="", help="Your organisation's name.")
@click.option("--initiative", default="", help="The service's name, where no column says it.")
@click.option("--yes", "take_suggested", is_flag=True, help="Take the suggested answer to every question.")
@click.option("--answers", type=click.Path(path_type=Path), help="Take your own words from these answers.")
@click.option(
    "--recipe",
    type=click.Path(path_type=Path),
    help="Take what was said about these columns from an earlier specification, yours or another's.",
)
@sheet_option
@query_option
@json_option
def describe(
    files: tuple[Given, ...],
    out: Path,
    organisation: str,
    initiative: str,
    take_suggested: bool,
    answers: Path | None,
    recipe: Path | None,
    sheet: str | None,
    queries: tuple[str, ...],
    as_json: bool,
) -> int:
    """Draft a data specification from your own files.

    Columns are recognised by their headings and by what they hold. Nothing is guessed about dates: where day
    and month could be either way round, you are asked. Nothing leaves your computer.
    """
    said = load_answers(answers) if answers is not None else Answers()
    tables = read_given(files, sheet, queries, quiet=as_json)
    made = draft(tables, organisation=organisation or said.organisation, initiative=initiative)
    drafted = worded(made.specification, said)
    if recipe is not None:
        drafted = with_recipe(drafted, load(recipe))
    made = replace(made, specification=drafted)
    spec = _answered(made, take_suggested=take_suggested, may_ask=not as_json and sys.stdin.isatty())
    save(spec, out)
    still_open = spec.unanswered()
    facts: dict[str, Any] = {
        "command": "describe",
        "specification": str(out),
        "digest": spec.digest,
        "demo": spec.demo,
        "tables": {table.name: [field.name for field in table.fields] for table in spec.tables},
        "columns": [vars(reading) for reading in made.readings],
        "not_supplied": [vars(left) for left in spec.not_supplied],
        "questions": [vars(question) for question in still_open],
        "remarks": list(made.remarks),
    }
    next_step = f"linkwell check {files_named(files)} --spec {out} --out checked"
    if still_open:
        next_step = f"answer the {_many(len(still_open), 'question')} in {out}, then {next_step}"
    finish(facts, _description(made, spec, out), as_json=as_json, next_step=next_step)
    return 0


def _answered(made: Draft, *, take_suggested: bool, may_ask: bool) -> Specification:
    spec = made.specification
    for question in made.questions:
        if take_suggested and question.suggested:
            spec = answer(spec, question, question.suggested)
        elif may_ask:
            click.echo(f"\n{question.text}")
            choice = click.prompt(
                "Your answer (skip to decide later)",
                type=click.Choice([*question.options, "skip"]),
                default="skip",
            )
            spec = spec if choice == "skip" else answer(spec, question, choice)
    return spec


def _description(made: Draft, spec: Specification, out: Path) -> list[str]:
    lines = ["What leaves if you agree to it:"]
    lines += [f"  {r.column} ({r.source}) → {r.field}, {r.how}" for r in made.readings if r.field]
    lines += ["", "What stays with you:"]
    lines += [f"  {r.column} ({r.source}): {r.how}" for r in made.readings if not r.field]
    lines += ["", *made.remarks] if made.remarks else []
    for question in made.questions:
        if question in spec.open_questions:
            lines += ["", f"Not answered yet: {question.text}"]
        else:
            lines += ["", f"Taken as suggested ({question.suggested}): {question.text}"]
    count = sum(1 for _ in spec.fields())
    return [*lines, "", f"Drafted {_many(count, 'field')} in {_many(len(spec.tables), 'table')}: {out}"]


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
