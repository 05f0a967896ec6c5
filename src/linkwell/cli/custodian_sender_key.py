"""`linkwell custodian sender-key`: the keys an organisation signs its sealed files with."""

from __future__ import annotations

from pathlib import Path

import click

from linkwell.cli.custodian_decisions import organisation_of
from linkwell.cli.custodian_sign_in import as_option, home_option, signed_in
from linkwell.cli.output import finish, json_option
from linkwell.errors import WrongUse


@click.command("sender-key", epilog="Examples:\n\n  linkwell custodian sender-key aroha --add sender.pub.pem "
               "--as mere\n\n  linkwell custodian sender-key aroha --end 3f9a --as mere")  # fmt: skip
@click.argument("organisation")
@home_option
@as_option
@click.option("--add", type=click.Path(path_type=Path, dir_okay=False, exists=True),
              help="Enrol this public key; let them read its fingerprint to you first.")  # fmt: skip
@click.option("--end", "ending", metavar="FINGERPRINT", help="End the key whose fingerprint begins so.")
@json_option
def sender_key(
    organisation: str, home: Path, username: str, add: Path | None, ending: str | None, as_json: bool
) -> None:
    """List the keys an organisation signs with; enrol one more, or stop trusting one."""
    by = signed_in(home, username)
    from linkwell.custody.organisations import actions
    from linkwell.custody.organisations.permissions import ENROL
    from linkwell.custody.permissions import check
    from linkwell.vault.keys import spoken

    check(by, ENROL)
    found = organisation_of(organisation)
    if add is not None:
        actions.enrol_sender_key(by=by, organisation=found, public_pem=add.read_text("ascii", "replace"))
    if ending is not None:
        mark = "".join(ending.lower().split())
        fitting = list(found.sender_keys.filter(fingerprint__startswith=mark)) if mark else []
        if len(fitting) != 1:
            raise WrongUse(
                "This names no single key.", where=organisation, fix="Give more of its fingerprint."
            )
        actions.end_sender_key(by=by, key=fitting[0])
    listed = [(spoken(key.fingerprint), key.ended_at is None) for key in found.sender_keys.order_by("-pk")]
    finish(
        {"organisation": found.code, "keys": [{"spoken": mark, "trusted": live} for mark, live in listed]},
        [f"{mark}  {'trusted' if live else 'ended'}" for mark, live in listed] or ["It has no key yet."],
        as_json=as_json,
    )
