"""The `linkwell` command: its list of commands is the road, in order."""

from __future__ import annotations

import importlib
import json
import sys
from io import TextIOWrapper
from typing import NoReturn

import click

from linkwell.cli.stopping import listen
from linkwell.errors import LinkwellError, TryAgain, WrongUse, from_system, is_interrupt

# command -> (module:attribute, one line of help). The order is the order of `linkwell --help`; commands are
# loaded only when used, so the provider's small install never imports the custodian's parts.
ROAD: dict[str, list[tuple[str, str, str]]] = {
    "Get ready (nothing leaves your computer)": [
        ("desk", "linkwell.cli.desk:desk", "Do the whole road in your browser, on this computer only."),
        ("ready", "linkwell.cli.ready:ready", "Answer the primer's questions; see what to do next."),
        ("statement", "linkwell.cli.statement:statement", "Say what your privacy statement lacks."),
        ("describe", "linkwell.cli.describe:describe", "Draft a data specification from your own files."),
        ("spec", "linkwell.cli.spec:spec", "Base specification, changes, Excel, Word, PDF and exports."),
        ("codes", "linkwell.cli.codes:codes", "New Zealand's code lists, and what your words mean in them."),
        ("objection", "linkwell.cli.objection:objection", "Leave somebody who objects out of all you send."),
        ("check", "linkwell.cli.provider:check", "Check your files against the specification."),
        ("totals", "linkwell.cli.totals:totals", "Count your people safely, where totals are enough."),
    ],
    "Supply": [
        (
            "preview",
            "linkwell.cli.preview:preview",
            "Show what leaves and what stays, also about one person.",
        ),
        ("handover", "linkwell.cli.provider:handover", "Write only the agreed columns as plain CSV."),
        ("key", "linkwell.cli.supply:key", "Make your signing key; read its fingerprint over the phone."),
        ("seal", "linkwell.cli.seal:seal", "Seal the agreed columns so only the custodian can open them."),
        ("sign-in", "linkwell.cli.sign_in:sign_in", "Sign this computer in, to send in your name."),
        ("send", "linkwell.cli.supply:send", "Send a sealed file and keep the signed receipt."),
        ("ok", "linkwell.cli.ok:ok", "Say yes to a file your vendor sealed, after a look at its rows."),
        ("batch", "linkwell.cli.batch:batch", "Send for many clients or members, with one token."),
        ("receipt", "linkwell.cli.receipts:receipt", "Check a receipt, without any server."),
        ("sign-out", "linkwell.cli.sign_in:sign_out", "Sign this computer out again."),
    ],
    "The custodian's side": [
        ("custodian", "linkwell.cli.custodian:custodian", "Receive, accept, link, load, analyse, release."),
        ("serve", "linkwell.cli.serve:serve", "Run the portal and its worker."),
        ("ledger", "linkwell.cli.ledger:ledger", "Check the record nobody can rewrite, with receipts."),
    ],
    "Tools on your own files": [
        ("link", "linkwell.cli.tools:link", "Link a list of people to a spine."),
        ("confidentialise", "linkwell.cli.confidentialise:confidentialise", "Make a safe table of counts."),
        ("output", "linkwell.cli.output_check:output", "Check output files before they leave."),
        ("dedupe", "linkwell.cli.dedupe:dedupe", "Find records of one list that are the same person."),
        (
            "impact",
            "linkwell.cli.impact:impact",
            "Compare people who took part with similar people who did not.",
        ),
        ("lab", "linkwell.cli.lab:lab", "Rehearse research on a twin in which nobody lives."),
    ],
    "Try it": [
        ("conformance", "linkwell.cli.conformance:conformance", "Try a sender or reader built elsewhere."),
        ("demo", "linkwell.cli.demo.command:demo", "Walk the whole road with invented people."),
        ("synthetic", "linkwell.cli.synthetic:synthetic", "Make an invented population and provider."),
    ],
}
_EXTRA_OF = {
    "sqlalchemy": "sql",
    "duckdb": "custodian", "pyarrow": "custodian", "numpy": "custodian", "scipy": "custodian",
    "docx": "documents", "typst": "documents", "altair": "documents", "vl_convert": "documents",
    "axes": "all", "csp": "all", "django_tasks": "all", "django_tasks_db": "all",
    "fido2": "all", "segno": "all", "whitenoise": "all", "gunicorn": "all", "psycopg": "postgres",
}  # fmt: skip


class Road(click.Group):
    """A group that loads a command when it is called and lists them by stage of the road."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for commands in ROAD.values() for name, _, _ in commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        for commands in ROAD.values():
            for name, target, _ in commands:
                if name == cmd_name:
                    return _load(target)
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for stage, commands in ROAD.items():
            with formatter.section(stage):
                formatter.write_dl([(name, line) for name, _, line in commands])


def _load(target: str) -> click.Command:
    module, _, attribute = target.partition(":")
    command = getattr(importlib.import_module(module), attribute)
    assert isinstance(command, click.Command)
    return command


def _not_installed(missing: ModuleNotFoundError) -> WrongUse | None:
    """What to say where a part of Linkwell is missing; None where it is no part of ours."""
    extra = _EXTRA_OF.get((missing.name or "").partition(".")[0])
    if extra is None:
        return None
    python = f'"{sys.executable}"' if " " in sys.executable else sys.executable  # Windows knows no '
    return WrongUse(
        "This command needs a part of Linkwell that is not installed.",
        why="On a charity's laptop the small install is enough for the road up to sending.",
        fix=f'Install it with: {python} -m pip install "linkwell[{extra}]"',
    )


@click.group(
    cls=Road,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="New here? `linkwell demo` walks the whole road with invented people. "
    "Every command has --help with examples.",
)
@click.version_option(package_name="linkwell")
def cli() -> None:
    """Share minimal data safely, and learn who you reach and what difference it makes.

    Linkwell follows the Social Investment Agency's Data Sharing Primer, from the first question to a released
    report about groups of people, never about one person.
    """


def main(argv: list[str] | None = None) -> None:
    """Run the command line; every known error ends in words and an exit code, never a traceback."""
    arguments = sys.argv[1:] if argv is None else argv
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # an old console may know no macrons: it is told the rest
            stream.reconfigure(errors="replace")
    listen()
    try:
        outcome = cli.main(args=arguments, prog_name="linkwell", standalone_mode=False)
    except LinkwellError as error:
        _end(error, json_wanted="--json" in arguments)
    except click.exceptions.Abort:
        _stopped()
    except click.ClickException as error:
        if "--json" in arguments:
            _end(_misused(error), json_wanted=True)
        error.show()
        sys.exit(2)
    except ModuleNotFoundError as error:
        told = _not_installed(error)
        if told is None:
            raise
        _end(told, json_wanted="--json" in arguments)
    except OSError as error:
        _end(from_system(error), json_wanted="--json" in arguments)
    except Exception as error:
        if is_interrupt(error):
            _stopped()
        if not _is_busy(error):
            raise
        _end(BUSY, json_wanted="--json" in arguments)
    sys.exit(outcome if isinstance(outcome, int) else 0)


def _misused(error: click.ClickException) -> WrongUse:
    """A command line that could not be read, in our own form."""
    path = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "linkwell"
    return WrongUse(error.format_message(), where=path, fix=f"Look at: {path} --help")


def _stopped() -> NoReturn:
    click.echo("Stopped. Nothing is half-done: run the same command to go on.", err=True)
    sys.exit(130)


BUSY = TryAgain(
    "The registry is busy, or cannot be reached.",
    why="Something else has held it for longer than commands wait. Nothing was changed.",
    fix="Run the same command again in half a minute; if it stays, look at the database and its disk.",
)


def _is_busy(error: Exception) -> bool:
    """Whether the registry was locked or away; by name, because most commands never load Django."""
    kind = type(error)
    return (kind.__module__, kind.__qualname__) == ("django.db.utils", "OperationalError")


def _end(error: LinkwellError, *, json_wanted: bool) -> NoReturn:
    if json_wanted:
        click.echo(json.dumps(error.as_dict(), ensure_ascii=False))
    else:
        click.secho(str(error), fg="red", err=True)
    sys.exit(error.exit_code)
