"""`linkwell custodian new-keys` and `quota`: what providers seal to, and how much of theirs may wait."""

from __future__ import annotations

from pathlib import Path

import click

from linkwell.cli.custodian_sign_in import as_option, home_option, signed_in
from linkwell.cli.output import finish, json_option
from linkwell.errors import WrongUse


@click.command("new-keys", epilog="Example:\n\n  linkwell custodian new-keys --grace-days 60 --as mere")
@home_option
@as_option
@click.option("--grace-days", default=60, show_default=True, help="How long the old keys still open.")
@json_option
def new_keys(home: Path, username: str, grace_days: int, as_json: bool) -> None:
    """Begin a key period: fresh keys to seal to; the old ones are destroyed when their time is over.

    What was sealed to the old keys and is still here keeps them alive until somebody decided about it.
    """
    by = signed_in(home, username)
    from linkwell.custody.setup import write_public_bundle
    from linkwell.custody.supplies.periods import new_period
    from linkwell.vault.keys import fingerprint, spoken
    from linkwell.vault.zones import Home

    made = new_period(by=by, grace_days=grace_days)
    bundle = home / "custodian-keys.json"
    write_public_bundle(Home.open(home), bundle)
    spoken_marks = {name: spoken(fingerprint(half.zone)) for name, half in made.compartments.items()}
    finish(
        {"custodian_keys": str(bundle), "fingerprints": spoken_marks, "old_keys_days": grace_days},
        [f"New keys. Give every provider this key file: {bundle}",
         *(f"  {name}: {mark}" for name, mark in spoken_marks.items()),
         f"The old keys open what is sealed to them for {grace_days} more days, and are then destroyed."],
        as_json=as_json,
        next_step="read the fingerprints to each provider over the phone",
    )  # fmt: skip


@click.command(epilog="Example:\n\n  linkwell custodian quota riverbend --gigabytes 5 --as mere")
@click.argument("organisation")
@home_option
@as_option
@click.option("--gigabytes", type=click.FloatRange(min=0), help="Left out: as much as for everybody.")
@json_option
def quota(organisation: str, home: Path, username: str, gigabytes: float | None, as_json: bool) -> None:
    """Set how much of one organisation's sealed files may wait here at a time."""
    by = signed_in(home, username)
    from linkwell.custody.organisations.models import Organisation
    from linkwell.custody.permissions import check
    from linkwell.custody.supplies.limits import room_left, set_quota
    from linkwell.custody.supplies.permissions import SET_QUOTA

    check(by, SET_QUOTA)
    found = Organisation.objects.filter(code=organisation).first()
    if found is None:
        raise WrongUse("There is no organisation of this code.", where=organisation)
    amount = None if gigabytes is None else int(gigabytes * 1e9)
    set_quota(by=by, organisation=found, quota_bytes=amount)
    found.refresh_from_db()
    left = room_left(found)
    much = "as much as everybody" if amount is None else f"{amount:,} bytes"
    finish(
        {"organisation": organisation, "quota_bytes": amount, "room_left": left},
        [f"{found.name} may have {much} waiting; {left:,} bytes are left now."],
        as_json=as_json,
    )  # fmt: skip
