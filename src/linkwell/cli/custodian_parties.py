"""`linkwell custodian add-organisation`: vendors, intermediaries and commissioners beside providers."""

from __future__ import annotations

from pathlib import Path

import click

from linkwell.cli.custodian_sign_in import as_option, home_option, signed_in
from linkwell.cli.output import finish, json_option

KINDS = ("provider", "vendor", "intermediary", "commissioner", "research")


@click.command(
    "add-organisation",
    epilog="Example:\n\n  linkwell custodian add-organisation tui-systems --name 'Tūī Systems' --kind vendor "
    "--as mere",
)
@click.argument("code")
@home_option
@as_option
@click.option("--name", required=True, help="Its full name.")
@click.option("--kind", type=click.Choice(KINDS), required=True, help="What it is.")
@json_option
def add_organisation(code: str, home: Path, username: str, name: str, kind: str, as_json: bool) -> None:
    """Enter a provider, vendor, intermediary or commissioner."""
    by = signed_in(home, username)
    from linkwell.custody.organisations.actions import enter_organisation
    from linkwell.custody.organisations.roles import Kind

    made = enter_organisation(by=by, code=code, name=name, kind=Kind(kind))
    finish(
        {"organisation": made.code, "name": made.name, "kind": made.kind},
        [f"{made.name} is entered as a {Kind(made.kind).words}."],
        as_json=as_json,
        next_step=f"linkwell custodian add-person PERSON --organisation {made.code} --role …",
    )
