"""`linkwell custodian backup`, `restore`, `drill`, `rebuild-ledger`: for whoever looks after the machine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from linkwell.cli.custodian_sign_in import home_option
from linkwell.cli.output import finish, json_option, progress
from linkwell.errors import LinkwellError

_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


def _keys_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--key", "key_files", multiple=True, required=True, type=_FILE,
        help="A private recovery key; repeat for the other one.",
    )(command)  # fmt: skip


@click.command(
    epilog="Example:\n\n  linkwell custodian backup --home /srv/linkwell --out /media/disk/2026-11-21.lwb"
)
@home_option
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The file to write; a new one.")
@click.option(
    "--without", multiple=True, type=click.Choice(["identity", "content", "disclosure"]),
    help="Leave a part out, where another backup covers it.",
)  # fmt: skip
@json_option
def backup(home: Path, out: Path, without: tuple[str, ...], as_json: bool) -> None:
    """Write one sealed file of the whole home; the portal may go on working meanwhile.

    Names and numbers are sealed to the identity recovery key, everything else about people to the content
    recovery key: no single keeper can open both. Whoever may read the home may do this; it is recorded.
    """
    from linkwell.portal.start import start

    opened = start(home)
    from linkwell.custody.backups.make import make

    with progress("Sealing", quiet=as_json) as tick:
        made = make(opened, out, without=frozenset(without), tick=tick)
    parts = ", ".join(made.manifest["parts"])
    finish(
        {"backup": str(out), "bytes": made.size, **made.manifest},
        [
            f"{out}: {made.size:,} bytes, sealed ({parts}).",
            "Sealed files that wait to be opened are not in it.",
        ],
        as_json=as_json,
        next_step=f"linkwell custodian drill {out} --key KEY --key KEY --reports FOLDER",
    )


@click.command(
    epilog="Example:\n\n  linkwell custodian restore 2026-11-21.lwb --home /srv/linkwell-2 "
    "--key identity-recovery.key.pem --key content-recovery.key.pem"
)
@click.argument("file", type=_FILE)
@home_option
@_keys_option
@json_option
def restore(file: Path, home: Path, key_files: tuple[Path, ...], as_json: bool) -> None:
    """Open a backup into a new folder: everything these keys open, or nothing."""
    from linkwell.custody.backups.restore import restore as restore_into

    with progress("Opening", quiet=as_json):
        done = restore_into(file, home, with_keys=_read(key_files), database=_postgresql())
    todo = _wake(home, file.name)
    lines = [f"Restored to {home}, as it was {done.manifest['made']}: {', '.join(done.opened)}."]
    if done.closed:
        lines.append(f"NOT restored, no key was given: {', '.join(done.closed)}.")
    lines += [f"To do: {line}" for line in todo]
    finish(
        {"home": str(home), "opened": dict(done.opened), "closed": list(done.closed), "to_do": todo,
         "made": done.manifest["made"], "receipts_key": done.signed_by},
        lines,
        as_json=as_json,
        next_step="give each zone back to its own user, then: linkwell serve --home " + str(home),
    )  # fmt: skip


def _wake(home: Path, name: str) -> list[str]:
    """Sign everybody out, write the restore in the record, and say what is to be looked at."""
    from linkwell.portal.start import start

    start(home)
    from django.db import transaction

    from linkwell.custody.audit.record import SYSTEM, record
    from linkwell.custody.backups.checks import end_sessions, to_do

    with transaction.atomic():
        ended = end_sessions()
        record(
            "backup.restored", by=SYSTEM, subject="registry", details={"file": name, "sessions_ended": ended}
        )
    return to_do()


@click.command(
    epilog="Example:\n\n  linkwell custodian drill 2026-11-21.lwb --key identity-recovery.key.pem "
    "--key content-recovery.key.pem --reports /media/disk/drills --receipt receipt.json"
)
@click.argument("file", type=_FILE)
@_keys_option
@click.option(
    "--reports", required=True, type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the dated report; the restored copy lies there meanwhile: an encrypted disk.",
)  # fmt: skip
@click.option(
    "--receipt", "receipts", multiple=True, type=_FILE, help="A receipt somebody else kept; repeat for more."
)
@json_option
def drill(
    file: Path, key_files: tuple[Path, ...], reports: Path, receipts: tuple[Path, ...], as_json: bool
) -> None:
    """Practise a restore: open a backup aside, ask it everything, write a dated report of what holds."""
    from linkwell.custody.backups.drill import drill as practise
    from linkwell.custody.backups.drill import in_words
    from linkwell.ledger.receipts import load

    with progress("Restoring aside", quiet=as_json):
        done = practise(
            file,
            with_keys=_read(key_files),
            checkpoints=[load(path).checkpoint.as_dict() for path in receipts],
            reports=reports,
            database=_postgresql(),
        )
    finish(
        {"report": str(done.written), **done.report},
        [in_words(done.report), f"Written: {done.written}"],
        as_json=as_json,
    )
    if not done.passed:
        raise LinkwellError(
            "The drill failed.", where=str(done.written), fix="Make a new backup today, and drill that one."
        )


@click.command(
    "rebuild-ledger", epilog="Example:\n\n  linkwell custodian rebuild-ledger --home /srv/linkwell"
)
@home_option
@json_option
def rebuild_ledger(home: Path, as_json: bool) -> None:
    """Make the release ledger whole again from the sealed copies beside what was released.

    A restored backup remembers fewer releases than have left, and releases stop until this is done. Nothing
    is changed unless every copy is there and fits; the old ledger is kept beside the new one. It is recorded.
    """
    from linkwell.portal.start import start

    opened = start(home)
    from django.db import transaction

    from linkwell.confidentiality.rebuild import rebuild
    from linkwell.custody.audit.record import SYSTEM, record
    from linkwell.custody.outputs.heads import expected_head

    with progress("Rebuilding", quiet=as_json):
        done = rebuild(opened, expected_head=expected_head())
    details: dict[str, object] = {"entries": done.entries, "from_copies": done.from_copies}
    with transaction.atomic():
        record("ledger.rebuilt", by=SYSTEM, subject="release ledger", details=details)
    finish(
        {**details, "put_aside": done.put_aside},
        [f"The release ledger is whole. Entries: {done.entries:,}; from copies: {done.from_copies:,}.",
         *([f"The old file is kept as disclosure/{done.put_aside}."] if done.put_aside else [])],
        as_json=as_json,
        next_step="linkwell custodian verify-record",
    )  # fmt: skip


def _read(key_files: tuple[Path, ...]) -> list[Any]:
    from linkwell.vault.keys import read_private_key

    return [read_private_key(path) for path in key_files]


def _postgresql() -> dict[str, Any] | None:
    """Settings of the PostgreSQL named by LINKWELL_DATABASE, or None."""
    import os

    from linkwell.portal.configuration import postgresql

    address = os.environ.get("LINKWELL_DATABASE", "")
    return postgresql(address) if address else None
