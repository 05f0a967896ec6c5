"""`linkwell custodian facility …`: the rooms on whose network rows of real people are shown."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from linkwell.cli.custodian_decisions import found_or_wrong
from linkwell.cli.custodian_sign_in import as_option, home_option, signed_in
from linkwell.cli.output import finish, json_option

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def facility() -> None:
    """Register a facility by two custodian managers, end it, list them."""


def _facts(found: Any) -> dict[str, Any]:
    return {
        "facility": found.code, "name": found.name, "run_by": found.organisation.code,
        "networks": found.networks, "from": found.starts.isoformat(), "until": found.ends.isoformat(),
        "state": found.state,
    }  # fmt: skip


def _line(facts: dict[str, Any]) -> str:
    days = f"{facts['from']} to {facts['until']}"
    return f"{facts['facility']:<24} {facts['state']:<12} {days}  {', '.join(facts['networks'])}"


def _facility(code: str, by: Any, need: Any) -> Any:
    from linkwell.custody.facilities.models import Facility
    from linkwell.custody.permissions import check

    check(by, need)
    return found_or_wrong(Facility.objects.select_related("organisation").filter(code=code).first(), code)


@facility.command("list", epilog="Example:\n\n  linkwell custodian facility list --as mere")
@home_option
@as_option
@json_option
def list_facilities(home: Path, username: str, as_json: bool) -> None:
    """Every facility there was."""
    by = signed_in(home, username)
    from linkwell.custody.facilities.models import Facility
    from linkwell.custody.facilities.permissions import SEE_FACILITIES
    from linkwell.custody.permissions import check

    check(by, SEE_FACILITIES)
    found = [_facts(each) for each in Facility.objects.select_related("organisation")]
    lines = [_line(each) for each in found]
    finish({"facilities": found}, lines or ["None is written down."], as_json=as_json)


@facility.command("enter", epilog="Example:\n\n  linkwell custodian facility enter aro-room-2 --name "
                  "'Room 2' --organisation a-university --network 192.0.2.16/28 --until 2027-06-30 "
                  "--saw 'No printer, a warden.' --as mere")  # fmt: skip
@click.argument("code")
@home_option
@as_option
@click.option("--name", required=True, help="What it is called.")
@click.option("--organisation", required=True, help="Who runs it: its code.")
@click.option("--network", "networks", multiple=True, required=True, help="In CIDR notation; more than once.")
@click.option("--from", "starts", type=_DAY, help="First day (today).")
@click.option("--until", "ends", type=_DAY, required=True, help="Last day.")
@click.option("--saw", "checked", required=True, help="What you saw of the room.")
@json_option
def enter(
    code: str, home: Path, username: str, name: str, organisation: str, networks: tuple[str, ...],
    starts: datetime | None, ends: datetime, checked: str, as_json: bool,
) -> None:  # fmt: skip
    """Write a facility down; a second custodian manager confirms it."""
    by = signed_in(home, username)
    from linkwell.custody.facilities import actions
    from linkwell.custody.facilities.permissions import ENTER_FACILITY
    from linkwell.custody.organisations.models import Organisation
    from linkwell.custody.permissions import check
    from linkwell.standards.clock import today

    check(by, ENTER_FACILITY)
    first: date = starts.date() if starts else today()
    made = actions.enter(
        by=by, code=code, name=name, networks=" ".join(networks), starts=first, ends=ends.date(),
        organisation=found_or_wrong(Organisation.objects.filter(code=organisation).first(), organisation),
        checked=checked,
    )  # fmt: skip
    finish(
        _facts(made), [f"{made.code} is written down."], as_json=as_json,
        next_step=f"linkwell custodian facility decide {made.code} confirm (another custodian manager)",
    )  # fmt: skip


@facility.command("decide", epilog="Example:\n\n  linkwell custodian facility decide aro-room-2 confirm "
                  "--as pat")  # fmt: skip
@click.argument("code")
@click.argument("decision", type=click.Choice(["confirm", "refuse"]))
@home_option
@as_option
@json_option
def decide(code: str, decision: str, home: Path, username: str, as_json: bool) -> None:
    """Register a facility that another custodian manager wrote down, or do not."""
    by = signed_in(home, username)
    from linkwell.custody.facilities import actions
    from linkwell.custody.facilities.permissions import CONFIRM_FACILITY

    found = _facility(code, by, CONFIRM_FACILITY)
    done = actions.decide(by=by, facility=found, confirm=decision == "confirm")
    finish(_facts(done), [f"{done.code} is {done.state}."], as_json=as_json)


@facility.command("end", epilog="Example:\n\n  linkwell custodian facility end aro-room-2 --as mere")
@click.argument("code")
@home_option
@as_option
@json_option
def end(code: str, home: Path, username: str, as_json: bool) -> None:
    """Show no rows there any more, from this moment."""
    by = signed_in(home, username)
    from linkwell.custody.facilities import actions
    from linkwell.custody.facilities.permissions import END_FACILITY

    done = actions.end(by=by, facility=_facility(code, by, END_FACILITY))
    finish(_facts(done), [f"{done.code} is {done.state}."], as_json=as_json)
