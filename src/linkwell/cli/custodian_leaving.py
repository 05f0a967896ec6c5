"""`linkwell custodian person|take-role|end-person`: what somebody holds, and the end of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from linkwell.cli.custodian_people import person_of
from linkwell.cli.custodian_sign_in import as_option, home_option, signed_in
from linkwell.cli.output import finish, json_option
from linkwell.errors import WrongUse

if TYPE_CHECKING:
    from linkwell.custody.organisations.models import Person

REASONS = ("left", "changed", "mistake", "concern")
why_option = click.option(
    "--why", type=click.Choice(REASONS), required=True,
    help="The record says this and nothing more; a mistake only within a day.",
)  # fmt: skip


def _facts(by: Person, found: Person) -> dict[str, Any]:
    from linkwell.custody.leaving.waits import left_behind, seen_roles

    roles = [(held.role, held.organisation.code) for held in seen_roles(by, found)]
    return {
        "person": found.username,
        "state": str(found.state),
        "roles": [{"role": role, "organisation": code} for role, code in roles],
        "left_behind": [{"what": each.words, "name": each.name} for each in left_behind(by, found)],
    }


def _left(facts: dict[str, Any]) -> list[str]:
    return [f"  {each['what']}: {each['name']}" for each in facts["left_behind"]]


@click.command(epilog="Example:\n\n  linkwell custodian person lee --as mere")
@click.argument("person")
@home_option
@as_option
@json_option
def person(person: str, home: Path, username: str, as_json: bool) -> None:
    """What somebody holds, what waits for them, and what would be left if they went."""
    by = signed_in(home, username)
    facts = _facts(by, person_of(person))
    lines = [f"{each['role']:<18} {each['organisation']}" for each in facts["roles"]]
    if facts["left_behind"]:
        lines += ["If they go:", *_left(facts)]
    finish(facts, lines or [f"{person} holds no role you could see."], as_json=as_json)


@click.command("take-role", epilog="Examples:\n\n  linkwell custodian take-role lee --role linker --why left "
               "--as mere\n\n  linkwell custodian take-role kim --role provider_staff --organisation aroha "
               "--why left --as pat")  # fmt: skip
@click.argument("person")
@home_option
@as_option
@click.option("--role", required=True, help="Which role, as `person` lists it.")
@click.option("--organisation", default="custodian", show_default=True, help="Code of the organisation.")
@why_option
@json_option
def take_role(
    person: str, home: Path, username: str, role: str, organisation: str, why: str, as_json: bool
) -> None:
    """Take a role away now (a custodian manager; a provider's lead for their own staff)."""
    by = signed_in(home, username)
    from linkwell.custody.leaving import actions
    from linkwell.custody.leaving.waits import seen_roles
    from linkwell.custody.leaving.why import Why
    from linkwell.custody.organisations.roles import Role

    found = person_of(person)
    facts = _facts(by, found)
    held = seen_roles(by, found).filter(organisation__code=organisation, role=role).first()
    if held is None:
        raise WrongUse(
            "This person holds no such role there.",
            fix=f"See what they hold: linkwell custodian person {person}",
        )
    actions.take_role(by=by, person=found, organisation=held.organisation, role=Role(held.role), why=Why(why))
    finish(
        {"person": person, "role": role, "organisation": organisation, "left_behind": facts["left_behind"]},
        [f"{person} is not {held.get_role_display()} any more and is signed out everywhere.", *_left(facts)],
        as_json=as_json,
    )


@click.command("end-person", epilog="Example:\n\n  linkwell custodian end-person lee --why left --as mere")
@click.argument("person")
@home_option
@as_option
@why_option
@json_option
def end_person(person: str, home: Path, username: str, why: str, as_json: bool) -> None:
    """End somebody's sign-in now: every role, factor, session, command line and token of theirs."""
    by = signed_in(home, username)
    from linkwell.custody.leaving import actions
    from linkwell.custody.leaving.why import Why

    found = person_of(person)
    facts = _facts(by, found)
    ended = actions.end_person(by=by, person=found, why=Why(why))
    finish(
        {**facts, "state": str(ended.state), "roles": []},
        [f"{person} cannot sign in any more.", *_left(facts)],
        as_json=as_json,
    )


LEAVING = (person, take_role, end_person)
