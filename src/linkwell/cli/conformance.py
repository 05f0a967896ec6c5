"""`linkwell conformance`: for whoever builds a sender or a reader of sealed files elsewhere."""

from __future__ import annotations

import shlex
import subprocess
import tempfile
from pathlib import Path

import click

from linkwell.cli.output import finish, json_option, progress
from linkwell.cli.receipts import FILE, FOLDER
from linkwell.errors import BlockingFindings, WrongUse


@click.group()
def conformance() -> None:
    """Try a sender or a reader of sealed files against packages that must open and that must not."""


@conformance.command(epilog="Example:\n\n  linkwell conformance make kit/")
@click.argument("folder", type=FOLDER)
@json_option
def make(folder: Path, as_json: bool) -> None:
    """Write a fresh kit: packages of invented people, and the keys, specification and list to go with them.

    Its keys follow from their names and protect nothing. Read docs/conformance/README.md with it.
    """
    from linkwell.intake.vectors import make as make_kit

    vectors = make_kit(folder)
    count = sum(vector.opens for vector in vectors)
    finish(
        {"folder": str(folder), "must_open": count, "must_refuse": len(vectors) - count},
        [f"{count} packages that must open and {len(vectors) - count} that must be refused: {folder}"],
        as_json=as_json,
        next_step=f"linkwell conformance run {folder}",
    )


@conformance.command(
    epilog="""\b
Examples:
  linkwell conformance run kit/
  linkwell conformance run kit/ --reader "my-reader {package}"
"""
)
@click.argument("folder", type=FOLDER)
@click.option(
    "--reader",
    help="A command of your own to try: {package} becomes the file. It ends with 0 where the package opens.",
)
@json_option
def run(folder: Path, reader: str | None, as_json: bool) -> int:
    """Judge every package of a kit, by Linkwell's own front door or by a reader of yours."""
    from linkwell.intake.conformance import agrees, load
    from linkwell.intake.conformance import run as run_kit

    if reader is None:
        judged = [(vector, judged.says, agrees(vector, judged)) for vector, judged in run_kit(folder)]
    else:
        with progress("Trying", quiet=as_json) as tick:
            judged = []
            vectors = load(folder)
            for number, vector in enumerate(vectors, start=1):
                opened = _tried(reader, folder / vector.file)
                judged.append((vector, "It opens." if opened else "It was refused.", opened == vector.opens))
                tick(number, len(vectors))
    wrong = [(vector, says) for vector, says, right in judged if not right]
    finish(
        {"judged": len(judged), "wrong": [{"file": vector.file, "says": says} for vector, says in wrong]},
        [f"{len(judged) - len(wrong)} of {len(judged)} as they must be.",
         *(f"  {vector.file} must {'open' if vector.opens else 'be refused'} ({vector.about}) {says}"
           for vector, says in wrong)],
        as_json=as_json,
    )  # fmt: skip
    return 1 if wrong else 0


@conformance.command(
    epilog="""\b
Example:
  linkwell conformance check my-package.lwp --kit kit/
"""
)
@click.argument("package", type=FILE)
@click.option(
    "--kit", required=True, type=FOLDER, help="The kit whose keys, agreement and specification you used."
)
@json_option
def check(package: Path, kit: Path, as_json: bool) -> None:
    """Say what the custodian's front door says of a package your own software sealed to the kit's keys."""
    from linkwell.intake.conformance import judge, load, prepare

    load(kit)
    with tempfile.TemporaryDirectory(prefix="linkwell-conformance-") as working:
        home, specification = prepare(Path(working) / "home")
        found = judge(package, home=home, specification=specification)
    if not found.opens:
        raise BlockingFindings(
            "The front door refuses this package.", where=package.name, why=found.says,
            fix="Compare with docs/package-format.md and the packages in must-open.",
        )  # fmt: skip
    rows = ", ".join(f"{count} of {name}" for name, count in (found.rows or {}).items())
    finish(
        {"opens": True, "people": found.people, "rows": found.rows},
        [f"It opens: {found.people} people; rows: {rows}."],
        as_json=as_json,
        next_step="send a practice to a demonstration portal: docs/upload-api.md",
    )


def _tried(reader: str, package: Path) -> bool:
    if "{package}" not in reader:
        raise WrongUse("The command does not say where the package goes.", fix="Put {package} in it.")
    command = [part.replace("{package}", str(package)) for part in shlex.split(reader)]
    try:
        return subprocess.run(command, capture_output=True, check=False, timeout=300).returncode == 0
    except (FileNotFoundError, PermissionError, subprocess.TimeoutExpired):
        raise WrongUse("The reader cannot be run.", where=command[0], fix="Give its whole path.") from None
