"""`linkwell custodian tokens`: the upload tokens there are, and ending one."""

from __future__ import annotations

from pathlib import Path

import click

from linkwell.cli.custodian_sign_in import as_option, home_option, signed_in
from linkwell.cli.output import finish, json_option


@click.command(
    epilog="Examples:\n\n  linkwell custodian tokens --as mere\n\n"
    "  linkwell custodian tokens --end 3f9a21c07be4 --as mere"
)
@home_option
@as_option
@click.option("--end", "ending", multiple=True, metavar="TOKEN", help="End this token; repeat for several.")
@json_option
def tokens(home: Path, username: str, ending: tuple[str, ...], as_json: bool) -> None:
    """List upload tokens: whose, until when, last used; or end some from now on."""
    by = signed_in(home, username)
    from linkwell.custody.agreements.tokens import end_upload_token, holder, standing, upload_tokens

    for key_id in ending:
        end_upload_token(by=by, key_id=key_id)
    found = [
        {
            "token": each.key_id,
            "organisation": holder(each),
            "agreement": each.agreement.reference if each.agreement else "",
            "standing": standing(each),
            "expires": each.expires_at.date().isoformat(),
            "last_used": each.last_used_at.isoformat(timespec="minutes") if each.last_used_at else "",
        }
        for each in upload_tokens(by=by)
    ]
    lines = [
        f"{each['token']:<13} {each['organisation']:<16} {each['agreement'] or 'all its clients':<20} "
        f"{each['standing']:<15} until {each['expires']}  last used {each['last_used'] or 'never'}"
        for each in found
    ]
    lines += [f"{key_id} opens nothing any more." for key_id in ending]
    finish(
        {"tokens": found, "ended": list(ending)}, lines or ["There are no upload tokens."], as_json=as_json
    )
