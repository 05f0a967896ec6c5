"""`linkwell objection`: note that somebody does not want to be in anything you send."""

from __future__ import annotations

from pathlib import Path

import click

from linkwell.checking.objections import add_objection, objection_slip, remove_objection
from linkwell.cli.output import finish, json_option
from linkwell.documents.html import write_html
from linkwell.errors import WrongUse
from linkwell.standards.clock import today
from linkwell.standards.dates import parse_date
from linkwell.vault.zones import Home, data_home_of


@click.command(
    epilog="""\b
Examples:
  linkwell objection --client-number C017 --workspace linkwell-workspace --slip slip.html
  linkwell objection --first-name Ana --last-name Ngata --born 1990-01-02 --workspace linkwell-workspace

The list is used by check, handover and seal whenever the same workspace is.
"""
)
@click.option("--client-number", default="", help="Your own number for the person.")
@click.option("--first-name", default="")
@click.option("--last-name", default="")
@click.option("--born", default="", help="Birth date as year-month-day.")
@click.option("--workspace", required=True, type=click.Path(path_type=Path), help="Your private folder.")
@click.option(
    "--slip", type=click.Path(path_type=Path), help="Also write a slip for the person (names nobody)."
)
@click.option("--sent-before", is_flag=True, help="Something about the person was sent already.")
@click.option("--organisation", default="", help="Your name, for the slip.")
@click.option("--off", is_flag=True, help="They changed their mind: take them off the list again.")
@json_option
def objection(
    client_number: str,
    first_name: str,
    last_name: str,
    born: str,
    workspace: Path,
    slip: Path | None,
    sent_before: bool,
    organisation: str,
    off: bool,
    as_json: bool,
) -> int:
    """Leave somebody who objects out of everything you send from now on.

    Only a keyed hash is kept, and only the count is ever reported. Nothing about the person is printed.
    """
    if born and parse_date(born, "iso").value is None:
        raise WrongUse("The birth date must be a day such as 1990-01-02.")
    person = {
        "client_key": client_number,
        "first_name": first_name,
        "last_name": last_name,
        "date_of_birth": born,
    }
    home = data_home_of(workspace)
    seed = Home.open(home).demo_seed if home else None
    if off:
        return _taken_off(workspace, person, seed, as_json=as_json)
    add_objection(workspace, person, demo_seed=seed)
    if slip is not None:
        day = today()
        write_html(objection_slip(organisation, day, sent_before=sent_before), slip)
    lines = ["Noted. This person is left out of everything you send from now on."]
    lines += [f"Slip for the person: {slip}"] if slip else []
    facts = {"command": "objection", "noted": True, "slip": str(slip) if slip else None}
    step = "linkwell check YOUR-FILES --spec specification.toml --out checked"
    finish(facts, lines, as_json=as_json, next_step=step)
    return 0


def _taken_off(workspace: Path, person: dict[str, str], seed: int | None, *, as_json: bool) -> int:
    """Take somebody off; exit code 1 where nobody is on the list under what was given."""
    was_on = remove_objection(workspace, person, demo_seed=seed)
    said = "Nobody is on the list under this. Try the client number, or name and birth date."
    if was_on:
        said = "Taken off. This person would be part of what you send again."
    finish({"command": "objection", "taken_off": was_on}, [said], as_json=as_json)
    return int(not was_on)
