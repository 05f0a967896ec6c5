"""A provider's OK to a file its vendor sealed: a look at the rows, then a signature on its fingerprint."""

from __future__ import annotations

from pathlib import Path

import click

from linkwell.cli.output import finish, json_option
from linkwell.cli.receipts import FILE, FOLDER, TOKEN_VARIABLE, token_from
from linkwell.errors import WrongUse
from linkwell.vault.keys import spoken
from linkwell.vault.zones import write_whole


@click.command(
    epilog="""\b
Examples:
  linkwell ok package.lwp --rows rows/ --workspace linkwell-workspace
  linkwell ok package.lwp --rows rows/ --yes --to https://portal.example.govt.nz --token-file token.txt
"""
)
@click.argument("package", type=FILE)
@click.option(
    "--rows", required=True, type=FOLDER, help="The rows it was sealed from, as the vendor gave them."
)
@click.option(
    "--workspace", default="linkwell-workspace", show_default=True, type=FOLDER, help="Folder of your key."
)
@click.option("--out", type=FILE, help="The OK to write (default: beside the sealed file).")
@click.option("--yes", is_flag=True, help="Sign without asking; for somebody who has looked already.")
@click.option("--to", "url", help="Also bring the OK to this portal.")
@click.option("--token-file", type=FILE, help=f"With --to: file with an upload token (or {TOKEN_VARIABLE}).")
@json_option
def ok(
    package: Path, rows: Path, workspace: Path, out: Path | None, yes: bool, url: str | None,
    token_file: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Say yes to a sealed file that somebody else made from your data.

    Checks that the rows in the folder are the very ones inside, shows how each table begins on this computer
    only, and signs. Nothing is opened by the custodian before it has your OK.
    """
    from linkwell.supply.approval import approve, look
    from linkwell.supply.send import deliver_ok
    from linkwell.vault.keys import SENDER_KEY, sender_key

    if not (workspace / SENDER_KEY).exists():
        raise WrongUse(
            "There is no signing key of yours in this folder.",
            where=str(workspace),
            why="The custodian takes an OK only from the key you read out over the phone.",
            fix="Give --workspace with the folder of your key; a new one is made by: linkwell key",
        )
    looked = look(package, rows)
    if not (as_json or yes):
        _show(looked.tables)
        if not click.confirm("Is this what you agree to send?", default=False):
            finish({}, ["Nothing was signed."], as_json=False)
            return
    elif as_json and not yes:
        raise WrongUse("Nobody can be asked with --json.", fix="Look first, then give --yes too.")
    statement = approve(looked, signing_key=sender_key(workspace))
    out = out or package.with_name(package.name + ".ok.json")
    write_whole(out, statement.to_json().encode("utf-8"), mode=0o644)
    if url is not None:
        deliver_ok(package, statement.to_json(), url=url, token=token_from(token_file, url))
    finish(
        {
            "ok": str(out),
            "sha384": looked.sha384,
            "package": looked.manifest.package,
            "brought": url is not None,
        },
        [
            f"You agreed to this very file: {looked.sha384[:32]}…",
            f"Your OK: {out}, signed with key {spoken(statement.signed_by)}",
            *(["It was brought to the portal."] if url else []),
        ],
        as_json=as_json,
        next_step=""
        if url
        else "bring it to the portal's page of this delivery, or run this again with --to",
    )


def _show(tables: object) -> None:
    assert isinstance(tables, dict)
    for name, (count, heading, first) in tables.items():
        click.echo(f"\n{name}: {count:,} rows; it begins:")
        click.echo("  " + " | ".join(heading))
        for row in first:
            click.echo("  " + " | ".join(row))
    click.echo()
