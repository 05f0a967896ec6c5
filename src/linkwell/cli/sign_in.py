"""`linkwell sign-in` and `sign-out`: this computer sends in your name for a working day."""

from __future__ import annotations

import platform

import click

from linkwell.cli.output import finish, json_option
from linkwell.errors import WrongUse


@click.command("sign-in", epilog="Example:\n\n  linkwell sign-in --portal https://portal.example.govt.nz")
@click.option("--portal", "url", required=True, help="The portal's address.")
@click.option("--computer", help="What the portal shows this computer as (default: its name).")
@json_option
def sign_in(url: str, computer: str | None, as_json: bool) -> None:
    """Sign this computer in: it shows a code, and you enter it in the portal, where you are signed in.

    Afterwards `linkwell send` and `linkwell receipt fetch` need no token file, and the record names you. The
    sign-in ends by itself after a working day, or with `linkwell sign-out`.
    """
    from linkwell.supply import portal_sign_in

    asking = portal_sign_in.begin(url, computer=computer or platform.node())
    click.echo(
        f"Go to {asking.address} in your browser, sign in, and enter this code:\n\n    {asking.user_code}\n\n"
        f"It holds for {asking.seconds / 60:.0f} minutes. Enter it only there; give it to nobody. Waiting …",
        err=as_json,
    )
    made = portal_sign_in.wait(url, asking)
    finish(
        {"portal": made.portal, "person": made.person, "expires": made.expires,
         "kept": str(portal_sign_in.file())},
        [f"Signed in at {made.portal} as {made.person}.",
         f"Kept in {portal_sign_in.file()}, which only you can read."],
        as_json=as_json,
        next_step=f"linkwell send PACKAGE --to {made.portal}",
    )  # fmt: skip


@click.command("sign-out", epilog="Example:\n\n  linkwell sign-out --portal https://portal.example.govt.nz")
@click.option("--portal", "url", help="The portal's address (default: the only one you are signed in at).")
@json_option
def sign_out(url: str | None, as_json: bool) -> None:
    """Sign this computer out: what was kept is deleted here and ended there."""
    from linkwell.supply import portal_sign_in

    there = portal_sign_in.portals()
    if url is None and len(there) > 1:
        raise WrongUse("At which portal?", where=", ".join(there), fix="Name it with --portal.")
    where = url or (there[0] if there else "")
    was, told = portal_sign_in.end(where) if where else (False, False)
    words = "You were not signed in." if not was else f"Signed out at {where}."
    lines = [words]
    if was and not told:
        lines.append("The portal could not be told: end it on your own page there (Your sign-in).")
    finish({"portal": where, "signed_out": was, "portal_told": told}, lines, as_json=as_json)
