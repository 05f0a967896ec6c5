"""`linkwell lab`: make the twin and rehearse on it anywhere; on the custodian's machine, try the locks."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from linkwell.cli.output import finish, json_option, progress
from linkwell.cli.tools import outside_homes
from linkwell.errors import RefusedByRule, WrongUse

if TYPE_CHECKING:
    from linkwell.lab.refusals import LabRefused

_FILE = click.Path(path_type=Path, dir_okay=False)
_THERE = click.Path(path_type=Path, dir_okay=False, exists=True)
_SHOWN = 10


@click.group(no_args_is_help=True)
def lab() -> None:
    """Work on de-identified data: rehearse on a twin in which nobody lives, then run the script inside."""


@lab.command(
    epilog="""\b
Examples:
  linkwell lab twin catalogue.json --out twin.duckdb
  linkwell lab twin catalogue.json --columns approved.json --out twin.duckdb --people 5000
"""
)
@click.argument("catalogue", type=_FILE)
@click.option("--out", required=True, type=_FILE, help="The twin, a DuckDB file.")
@click.option(
    "--columns", type=_FILE, help='JSON of the approved columns: {"table": ["column", ...]}. Default: all.'
)
@click.option("--people", default=1000, show_default=True, type=click.IntRange(50, 1_000_000))
@json_option
def twin(catalogue: Path, out: Path, columns: Path | None, people: int, as_json: bool) -> None:
    """Make the twin from a catalogue file: the same tables, columns and types, and no row of anybody.

    CATALOGUE comes from the catalogue's page of the portal. The twin says nothing about how often anything
    occurs; it is for writing and rehearsing scripts, and may be given to anybody.
    """
    from linkwell.lab.twin import make_twin, tables_of

    outside_homes([catalogue, out, *([columns] if columns else [])])
    approved = _json(columns) if columns else None
    if approved is not None and not (
        isinstance(approved, dict) and all(isinstance(names, list) for names in approved.values())
    ):
        raise WrongUse("The approved columns are a list for each table.", where=str(columns))
    rows = make_twin(tables_of(_json(catalogue), approved), out, people=people)
    finish(
        {"file": str(out), "rows": rows},
        [f"A twin of {len(rows)} tables: {out}", "Nobody is in it: give it to whoever writes the script."],
        as_json=as_json,
        next_step=f"linkwell lab run SCRIPT.sql --twin {out}",
    )


@lab.command(
    epilog="""\b
Examples:
  linkwell lab run cohort.sql --twin twin.duckdb
  linkwell lab run cohort.sql --twin twin.duckdb --seconds 60 --json
"""
)
@click.argument("script", type=_FILE)
@click.option("--twin", "database", required=True, type=_FILE, help="From: linkwell lab twin.")
@click.option("--seconds", default=30, show_default=True, type=click.IntRange(1, 600))
@json_option
def run(script: Path, database: Path, seconds: int, as_json: bool) -> None:
    """Run a script of SQL statements on the twin, locked in and held to the rules as inside the lab.

    What goes through here goes through on the real data. Exit code 4: a statement was refused; it is named.
    """
    from linkwell.lab.limits import Limits
    from linkwell.lab.nest import Nest
    from linkwell.lab.refusals import LabRefused
    from linkwell.lab.script import statements_of
    from linkwell.lab.session import Session

    outside_homes([script, database])
    _refuse_other_files(database)
    done: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="linkwell-lab-") as work, Nest() as nest:
        parts = statements_of(_text(script))
        with Session(nest, database, Path(work), Limits(seconds=float(seconds)), look=True) as session:
            for number, (line, text) in enumerate(parts, start=1):
                try:
                    done.append(session.run(text))
                except LabRefused as refused:
                    raise _placed(refused, script, number, line, text) from None
    finish(
        {
            "statements": [
                {key: each.get(key) for key in ("kind", "name", "columns", "rows")} for each in done
            ]
        },
        [line for each in done for line in _said(each)] or ["There is no statement in this script."],
        as_json=as_json,
    )


@lab.command(
    epilog="""\b
Examples:
  linkwell lab batch cohort.sql score.py --twin twin.duckdb
  linkwell lab batch codes.csv score.py --twin twin.duckdb --json
"""
)
@click.argument("files", type=_THERE, nargs=-1, required=True)
@click.option("--twin", "database", required=True, type=_FILE, help="From: linkwell lab twin.")
@click.option("--seconds", default=60, show_default=True, type=click.IntRange(1, 600))
@json_option
def batch(files: tuple[Path, ...], database: Path, seconds: int, as_json: bool) -> None:
    """Rehearse a batch on the twin, in order: code lists (.csv), statements (.sql), Python scripts (.py).

    A script is locked in, and run over everybody and over parts, as inside the lab: each row it makes has to
    come from one person's rows alone. Exit code 4: something was refused; it is named.
    """
    from linkwell.lab import batches, derived
    from linkwell.lab.limits import Limits
    from linkwell.lab.lists import statements_in
    from linkwell.lab.nest import Nest
    from linkwell.lab.refusals import LabRefused
    from linkwell.lab.script import statements_of
    from linkwell.lab.session import Session
    from linkwell.lab.trials import refuse_open_doors

    outside_homes([*files, database])
    _refuse_other_files(database)
    limits, lines = Limits(seconds=float(seconds)), list[str]()
    with tempfile.TemporaryDirectory(prefix="linkwell-lab-") as work, Nest(scripts=True) as nest:
        refuse_open_doors(nest)
        kept = Path(work) / "kept"
        kept.mkdir()
        with Session(nest, database, Path(work), limits, look=True, kept=kept) as session:
            for number, file in enumerate(files, start=1):
                try:
                    if file.suffix.lower() != ".py":
                        sql = file.suffix.lower() == ".sql"
                        parts = statements_of(_text(file)) if sql else []
                        texts = [t for _, t in parts] if sql else statements_in(file.name, file.read_bytes())
                        lines += [line for text in texts for line in _said(session.run(text))[:1]]
                        continue
                    script = batches.script_in(file.name, file.read_bytes())
                    tables, most = batches.run(script, session, nest, limits)
                    derived.keep(kept / str(number), tables)
                    for each in tables:
                        session.load(each.name, str(number))
                        columns = ", ".join(f"{name} {kind}" for name, kind in each.shape)
                        lines.append(f"Made {each.name} ({columns}); {most:,} MiB at most")
                except LabRefused as refused:
                    where = ": ".join(part for part in (file.name, refused.where) if part)
                    raise RefusedByRule(refused.what, where=where, why=refused.why, fix=refused.fix) from None
    finish({"done": lines}, lines, as_json=as_json)


@lab.command("self-test")
@json_option
def self_test(as_json: bool) -> None:
    """Try to get out of a locked worker, and set off a memory and a time bomb in it.

    Exit code 4: something got out; a lab is not served on this machine.
    """
    from linkwell.lab import selftest, trials
    from linkwell.lab.nest import Nest

    with progress("Trying to get out", quiet=as_json) as tick:
        found = selftest.self_test(progress=tick)
    with Nest(scripts=True) as nest:
        doors = [selftest.Tried(f"a script: {name.replace('_', ' ')}", held)
                 for name, held in trials.tried(nest).items()]  # fmt: skip
    found = selftest.SelfTest(found.layers, (*found.tried, *doors))
    held = sum(each.held for each in found.tried)
    finish(
        {"layers": found.layers, "tried": {each.what: each.held for each in found.tried}},
        [
            "Layers:",
            *(f"  {name}: {words}" for name, words in found.layers.items()),
            f"{held} of {len(found.tried)} attempts were held.",
            *(f"  GOT OUT: {each.what}" for each in found.tried if not each.held),
        ],
        as_json=as_json,
    )
    found.refuse()


@lab.command("functions")
@json_option
def functions(as_json: bool) -> None:
    """The functions, aggregates and types a statement may use."""
    from linkwell.lab.statements import allowed

    lists = {name: sorted(values) for name, values in allowed().items() if name != "words"}
    finish(lists, [f"{name}: {', '.join(values)}" for name, values in lists.items()], as_json=as_json)


def _refuse_other_files(database: Path) -> None:
    if os.name != "posix":
        raise WrongUse(
            "A script is run under locks that this system does not have.",
            fix="Run it on Linux; the twin itself can be opened anywhere with DuckDB.",
        )
    made = "Make one: linkwell lab twin"
    if not database.is_file():
        raise WrongUse("There is no such file.", where=str(database), fix=made)
    with database.open("rb") as file:
        if file.read(12)[8:] != b"DUCK":
            raise WrongUse("This is not a twin.", where=str(database), fix=made)


def _said(answer: dict[str, Any]) -> list[str]:
    columns = ", ".join(f"{name} {kind}" for name, kind in answer["columns"])
    head = {"make": f"Made {answer['name']} ({columns})", "drop": f"Dropped {answer['name']}"}
    rows = [
        f"  {'  '.join('' if cell is None else cell for cell in row)}" for row in answer.get("rows") or ()
    ]
    more = [f"  ... {len(rows) - _SHOWN} more"] if len(rows) > _SHOWN else []
    return [head.get(answer["kind"], f"Columns: {columns}"), *rows[:_SHOWN], *more]


def _placed(refused: LabRefused, script: Path, number: int, line: int, text: str) -> RefusedByRule:
    """The same refusal, with the line of the file."""
    at = "" if refused.position is None else f", column {_column(text, refused.position)}"
    lines = 0 if refused.position is None else text[: refused.position].count("\n")
    where = f"{script.name}, statement {number}, line {line + lines}{at}"
    return RefusedByRule(refused.what, where=where, why=refused.why, fix=refused.fix)


def _column(text: str, position: int) -> int:
    return position - (text.rfind("\n", 0, position) + 1) + 1


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise WrongUse("This is not a text file.", where=str(path), fix="Save it as UTF-8 text.") from None


def _json(path: Path) -> Any:
    try:
        return json.loads(_text(path))
    except ValueError:
        raise WrongUse("This is not JSON.", where=str(path)) from None
