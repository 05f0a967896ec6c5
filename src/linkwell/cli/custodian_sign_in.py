"""What every `linkwell custodian` command asks for: the data home, and who is doing it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from linkwell.errors import WrongUse

if TYPE_CHECKING:
    from linkwell.custody.organisations.models import Person

home_option = click.option(
    "--home",
    type=click.Path(path_type=Path),
    envvar="LINKWELL_HOME",
    required=True,
    help="The data home (or LINKWELL_HOME).",
)
_WHO = "linkwell.custodian.person"
as_option = click.option("--as", "username", required=True, metavar="PERSON", help="Your sign-in name.")


def signed_in(home: Path, username: str) -> Person:
    """Start Django for this home and sign the person in, with a code where they have a second factor.

    Raises:
        RefusedByRule: wrong name, password or code; locked; or a second factor is still to be set up.
    """
    from linkwell.portal.start import start

    start(home)
    from linkwell.custody.signin.proof import CodeNeeded, sign_in

    password = ask_password(f"Password of {username}")
    given = os.environ.get("LINKWELL_CODE")
    try:
        person = sign_in(username=username, password=password, code=given)
    except CodeNeeded:
        code = click.prompt("Code of your authenticator app, or a recovery code", err=True)
        person = sign_in(username=username, password=password, code=str(code))
    click.get_current_context().meta[_WHO] = person
    return person


def whoever() -> Person:
    """The person this command works for; `signed_in` comes first."""
    person: Person = click.get_current_context().meta[_WHO]
    return person


def ask_password(prompt: str, *, variable: str = "LINKWELL_PASSWORD", confirm: bool = False) -> str:
    """A password from the environment, or asked for without showing it."""
    given = os.environ.get(variable)
    return given or str(click.prompt(prompt, hide_input=True, confirmation_prompt=confirm, err=True))


def agreement_of(reference: str) -> Any:
    """The agreement of this reference, if whoever is signed in may know of it.

    Raises:
        WrongUse: there is none; another's is answered with the same words.
    """
    from linkwell.custody.agreements.seeing import visible_agreements

    found = visible_agreements(whoever()).filter(reference=reference).first()
    if found is None:
        raise WrongUse(
            "There is no such agreement.", where=reference, fix="Enter it: linkwell custodian enrol-provider"
        )
    return found
