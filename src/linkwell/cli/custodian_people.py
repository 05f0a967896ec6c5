"""`linkwell custodian second-factor|unlock|lost-device`: signing in, and helping people who cannot."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from linkwell.cli.custodian_sign_in import as_option, ask_password, home_option, signed_in, whoever
from linkwell.cli.output import finish, json_option
from linkwell.errors import WrongUse

if TYPE_CHECKING:
    from linkwell.custody.organisations.models import Person


@click.command("second-factor", epilog="Example:\n\n  linkwell custodian second-factor --as mere")
@home_option
@as_option
@json_option
def second_factor(home: Path, username: str, as_json: bool) -> None:
    """Set up your authenticator app in this terminal, and get recovery codes. Passkeys: in the portal."""
    from linkwell.portal.start import start

    start(home)
    from linkwell.custody.signin import factors, totp
    from linkwell.custody.signin.proof import first_sign_in

    by = first_sign_in(username=username, password=ask_password(f"Password of {username}"))
    app = factors.begin_app(by)
    click.echo(f"{_picture(factors.app_address(app))}\nOr type this key into your app:\n\n"
               f"    {totp.as_text(factors.secret_of(app))}\n", err=True)  # fmt: skip
    code = os.environ.get("LINKWELL_CODE") or click.prompt("The six digits it shows now", err=True)
    if not factors.confirm_app(by, str(code)):
        raise WrongUse("This is not the code your app should show.", fix="Check its clock; run this again.")
    codes = factors.new_recovery_codes(by)
    finish(
        {"person": username, "factor": "authenticator app", "recovery_codes": codes},
        ["Your authenticator app is set up. Recovery codes, shown once; keep them on paper:", "",
         *(f"    {each}" for each in codes)],
        as_json=as_json,
        next_step="every command now asks for the password and a code (or LINKWELL_CODE)",
    )  # fmt: skip


def _picture(address: str) -> str:
    import segno

    out = io.StringIO()
    segno.make(address, error="m").terminal(out, compact=True)
    return out.getvalue()


def person_of(username: str) -> Person:
    """The person of this sign-in name, if whoever is signed in may know of them.

    Raises:
        WrongUse: there is none; somebody else's is answered with the same words.
    """
    from linkwell.custody.organisations.models import Person
    from linkwell.custody.organisations.permissions import TAKE_ROLE
    from linkwell.custody.permissions import allows
    from linkwell.custody.signin.lost import people_of

    by = whoever()
    known = Person.objects.all() if allows(by, TAKE_ROLE) else people_of(by)
    found = known.filter(username=username).first()
    if found is None:
        raise WrongUse("There is nobody of this sign-in name whom you could help.", where=username)
    return found


@click.command(epilog="Example:\n\n  linkwell custodian unlock lee --as mere")
@click.argument("person")
@home_option
@as_option
@json_option
def unlock(person: str, home: Path, username: str, as_json: bool) -> None:
    """Open a sign-in that locked after three failures, before its hour is over."""
    by = signed_in(home, username)
    from linkwell.custody.signin.lost import unlock as open_lock

    open_lock(by=by, person=person_of(person))
    finish({"person": person, "unlocked": True}, [f"{person} can try again."], as_json=as_json)


@click.command("give-password", epilog="Example:\n\n  linkwell custodian give-password lee --as mere")
@click.argument("person")
@home_option
@as_option
@json_option
def give_password(person: str, home: Path, username: str, as_json: bool) -> None:
    """Give somebody who forgot theirs a first password (or LINKWELL_NEW_PASSWORD); their factor stays."""
    by = signed_in(home, username)
    from linkwell.custody.signin import passwords

    found = person_of(person)
    first = ask_password(f"First password for {person}", variable="LINKWELL_NEW_PASSWORD", confirm=True)
    passwords.give_password(by=by, person=found, first=first)
    finish({"person": person, "given": True}, [f"{person} signs in with it and chooses their own at once."],
           as_json=as_json)  # fmt: skip


@click.command("lost-manager", epilog="Examples:\n\n  linkwell custodian lost-manager mere --key "
               "/media/stick/identity-recovery.key.pem --reason 'Phone lost, no codes left'\n\n  linkwell "
               "custodian lost-manager ari --new-name 'Ari T.' --key … --reason 'Mere left'")  # fmt: skip
@click.argument("person")
@home_option
@click.option("--key", required=True, type=click.Path(path_type=Path, dir_okay=False, exists=True),
              help="A recovery key of this home, brought by its keeper.")  # fmt: skip
@click.option("--reason", required=True, help="What happened; everybody at the custodian reads it.")
@click.option("--new-name", default="", help="Enter PERSON, of this full name, as a second manager instead.")
@json_option
def lost_manager(person: str, home: Path, key: Path, reason: str, new_name: str, as_json: bool) -> None:
    """At the machine: let the only custodian manager back in, or enter a second; everybody there is told."""
    from linkwell.portal.start import start

    opened = start(home)
    from linkwell.custody.signin import machine_help

    if new_name:
        password = ask_password(
            f"First password for {person}", variable="LINKWELL_NEW_PASSWORD", confirm=True
        )
        machine_help.enter_second_manager(
            home=opened, username=person, name=new_name, password=password, key=key, reason=reason
        )
        lines = [f"{person} is a custodian manager now, chooses a password and sets up a second factor."]
    else:
        machine_help.replace_device(home=opened, username=person, key=key, reason=reason)
        lines = [f"{person} signs in with the password and sets up a new second factor."]
    finish(
        {"person": person, "done": "entered" if new_name else "device replaced"},
        [*lines, "It is in the record, and every custodian page shows it."],
        as_json=as_json,
        next_step="bring the recovery key back to where it is kept; keep two custodian managers",
    )


@click.command("lost-device", epilog="Examples:\n\n  linkwell custodian lost-device lee --as ana\n\n"
               "  linkwell custodian lost-device lee --confirm --as mere")  # fmt: skip
@click.argument("person")
@home_option
@as_option
@click.option("--confirm", "decision", flag_value="confirm", help="You called them: it is lost.")
@click.option("--refuse", "decision", flag_value="refuse", help="Something is not right.")
@json_option
def lost_device(person: str, home: Path, username: str, decision: str | None, as_json: bool) -> None:
    """Help somebody whose device is lost: one person says so, a custodian manager confirms it."""
    by = signed_in(home, username)
    from linkwell.custody.signin import lost

    if decision is None:
        lost.ask(by=by, person=person_of(person))
        lines = [f"A custodian manager who is not you calls {person} and decides."]
        finish({"person": person, "state": "asked"}, lines, as_json=as_json,
               next_step=f"linkwell custodian lost-device {person} --confirm --as MANAGER")  # fmt: skip
        return
    waiting = lost.standing().filter(person=person_of(person)).first()
    if waiting is None:
        raise WrongUse("Nobody has said that this person's device is lost.", where=person)
    done = lost.decide(by=by, lost=waiting, confirm=decision == "confirm")
    words = "sets up a new second factor with the password" if decision == "confirm" else "keeps everything"
    finish({"person": person, "state": str(done.state)}, [f"Recorded: {person} {words}."], as_json=as_json)
