"""`linkwell statement`: what an existing privacy statement lacks."""

from __future__ import annotations

import re
import zipfile
from dataclasses import asdict
from html import unescape
from pathlib import Path

import click

from linkwell.cli.output import finish, json_option
from linkwell.errors import TryAgain, WrongUse
from linkwell.primer import Answers, load_answers
from linkwell.primer.statement import lint_statement

MOST_BYTES = 5_000_000


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


def text_of(path: Path) -> str:
    """The words of a text file, web page or Word document.

    Raises:
        WrongUse: there is no such file, or it is none of these.
        TryAgain: it cannot be opened.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise WrongUse("There is no such file.", where=str(path)) from None
    except OSError as error:
        raise TryAgain(f"The file cannot be opened ({error.strerror}).", where=path.name) from None
    if len(data) > MOST_BYTES:
        raise WrongUse("The file is too large to be a privacy statement.", where=path.name)
    if data.startswith(b"PK"):
        return _word_text(path)
    if data.startswith(b"%PDF") or b"\0" in data:
        raise WrongUse(
            "This file cannot be read as text.",
            where=path.name,
            fix="Save it as a Word document or plain text.",
        )
    text = data.decode("utf-8", "replace")
    return _without_marks(text) if "<html" in text[:2000].lower() else text


def _word_text(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive, archive.open("word/document.xml") as part:
            body = part.read(MOST_BYTES).decode("utf-8", "replace")
    except (zipfile.BadZipFile, KeyError, OSError, RuntimeError, EOFError):
        raise WrongUse("This is not a Word document that can be read.", where=path.name) from None
    return _without_marks(body.replace("</w:p>", "\n"))


def _without_marks(text: str) -> str:
    text = re.sub(r"<(style|script)\b.*?</\1>", " ", text, flags=re.DOTALL | re.IGNORECASE)
    return unescape(re.sub(r"<[^>]*>", " ", re.sub(r"</?w:r[ >][^>]*>|</?span[^>]*>", "", text)))
