"""`linkwell statement`: what an existing privacy statement lacks."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from linkwell.cli.output import finish, json_option
from linkwell.primer import Answers, load_answers
from linkwell.primer.statement import lint_statement
from linkwell.primer.statement_text import text_of


@click.command(
    epilog="""\b
Examples:
  linkwell statement our-privacy-statement.docx
  linkwell statement statement.txt --answers readiness.toml --json

Exit codes: 0 nothing missed, 1 something to look at, 2 wrong file.
"""
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--answers", "answers_path", type=click.Path(path_type=Path), help="Your answers, for the drafts."
)
@json_option
def statement(file: Path, answers_path: Path | None, as_json: bool) -> int:
    """Say what your privacy statement lacks before people's details may go to Stats NZ.

    Reads plain text, a web page or a Word document. It looks for words and cannot judge what they mean: have
    somebody who knows privacy law read the statement too.
    """
    answers = load_answers(answers_path) if answers_path else Answers()
    lacks = lint_statement(text_of(file), answers)
    lines = []
    for lack in lacks:
        lines += [f"{lack.title} ({lack.principle})", f"  {lack.why}"]
        lines += [f"  For example: {lack.draft}", ""] if lack.draft else [""]
    count = len(lacks)
    if lacks:
        lines.append(f"{count} {'thing' if count == 1 else 'things'} to look at in {file.name}.")
    else:
        lines.append(f"Nothing was missed in {file.name}. Have somebody who knows the law read it.")
    facts = {"command": "statement", "file": file.name, "lacks": [asdict(lack) for lack in lacks]}
    step = f"add what is missing, then: linkwell statement {file}" if lacks else ""
    finish(facts, lines, as_json=as_json, next_step=step)
    return int(bool(lacks))
