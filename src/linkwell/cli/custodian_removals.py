"""Taking out by command line: the plan, a second person's word, and the slip for somebody who objected."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from linkwell.cli.custodian_decisions import found_or_wrong
from linkwell.cli.custodian_sign_in import agreement_of, as_option, home_option, signed_in
from linkwell.cli.output import finish, json_option, progress
from linkwell.documents.html import write_html
from linkwell.errors import WrongUse

if TYPE_CHECKING:
    from linkwell.custody.removals.models import Removal

KINDS = ("correction", "deletion", "objection", "withdrawal")


def _facts(removal: Removal) -> dict[str, Any]:
    return {
        "removal": removal.reference, "kind": removal.kind, "state": removal.state, "plan": removal.plan,
        "certificate": removal.done,
    }  # fmt: skip


def _plan_lines(plan: dict[str, Any]) -> list[str]:
    from linkwell.custody.removals.plan import sentences

    words = sentences()["certificate"]
    lines = [
        f"{sentences()['kind'][plan['kind']]}: {plan['people']:,} people.",
        f"Destroyed: {', '.join(plan['deliveries'])} ({words['what']}).",
    ]
    lines += [f"Stays: {plan['stays']}."] if plan["stays"] else []
    held = ", ".join(plan["refreshes"])
    lines += [f"Built anew without it; then destroyed: {held}."] if held else ["No refresh holds it."]
    lines += [f"Worked out again: {', '.join(plan['projects'])}."] if plan["projects"] else []
    lines += ["The agreement ends with the confirmation."] if plan["ends_agreement"] else []
    lines += [f"Still waiting, sealed: {', '.join(plan['unopened'])}."] if plan["unopened"] else []
    gone = ", ".join(reference for reference, _ in plan["released"]) or "nothing"
    return [*lines, f"Cannot be undone: released already: {gone}.", f"  {words['guard']}",
            f"  {words['backups']}"]  # fmt: skip


@click.command(
    "take-out",
    epilog="Examples:\n\n  linkwell custodian take-out DSA-2026-001 --because deletion --plan --as ana"
    "\n\n  linkwell custodian take-out DSA-2026-001 --because withdrawal --as pat",
)
@click.argument("agreement")
@home_option
@as_option
@click.option("--because", "kind", required=True, type=click.Choice(KINDS), help="Why.")
@click.option("--plan", "only_plan", is_flag=True, help="Only show what would happen; ask for nothing.")
@json_option
def take_out(agreement: str, home: Path, username: str, kind: str, only_plan: bool, as_json: bool) -> None:
    """Ask for something to be taken out, and see first what that would do; nothing changes yet.

    Corrections, people taken off and objections follow the newest delivery: what was sent before it is
    destroyed. A withdrawal takes out everything under the agreement, and ends it.
    """
    by = signed_in(home, username)
    from linkwell.custody.removals import actions

    found = agreement_of(agreement)
    if only_plan:
        plan = actions.look(by=by, agreement=found, kind=kind).as_dict()
        again = f"linkwell custodian take-out {agreement} --because {kind} --as {username}"
        finish({"agreement": agreement, "plan": plan}, _plan_lines(plan), as_json=as_json, next_step=again)
        return
    made = actions.ask(by=by, agreement=found, kind=kind)
    finish(
        _facts(made),
        [f"Asked as {made.reference}. Nothing has changed yet.", *_plan_lines(made.plan)],
        as_json=as_json,
        next_step=f"linkwell custodian confirm-take-out {made.reference} (a custodian manager)",
    )


@click.command("confirm-take-out", epilog="Example:\n\n  linkwell custodian confirm-take-out "
               "DSA-2026-001-t1 --as mere")  # fmt: skip
@click.argument("removal")
@home_option
@as_option
@click.option("--take-back", is_flag=True, help="Take it back instead (whoever may ask).")
@json_option
def confirm_take_out(removal: str, home: Path, username: str, take_back: bool, as_json: bool) -> None:
    """Confirm what somebody else planned to take out, and see it through to the certificate.

    The research data there is stays whole and current until the new one stands. Killed in between, run it
    again.
    """
    by = signed_in(home, username)
    from linkwell.custody import road
    from linkwell.custody.removals import actions
    from linkwell.custody.removals.permissions import visible_removals

    found = found_or_wrong(visible_removals(by).filter(reference=removal).first(), removal)
    if take_back:
        back = actions.take_back(by=by, removal=found)
        finish(_facts(back), ["It is taken back; nothing is taken out."], as_json=as_json)
        return
    with progress("Building without it, then destroying", quiet=as_json) as tick:
        done = road.take_out(by=by, removal=found, tick=tick)
    lines = [f"{done.reference} is {done.state}."]
    if done.done:
        stands = done.done.get("stands_without_it", "")
        lines = [
            f"Taken out. {stands} stands without it." if stands else "Taken out.",
            "Certificate, signed: on the page of each delivery that left.",
        ]
    finish(_facts(done), lines, as_json=as_json)


@click.command(epilog="Examples:\n\n  linkwell custodian removals --as ana\n\n"
               "  linkwell custodian removals DSA-2026-001-t1 --slip slip.html --as pat")  # fmt: skip
@click.argument("removal", required=False)
@home_option
@as_option
@click.option("--slip", type=click.Path(path_type=Path), help="Write the page for a person who objected.")
@json_option
def removals(removal: str | None, home: Path, username: str, slip: Path | None, as_json: bool) -> None:
    """List what is taken out; with a name, its plan, how far it is, and the slip for the person."""
    by = signed_in(home, username)
    from linkwell.custody.removals.permissions import visible_removals

    found = visible_removals(by)
    if removal is None:
        rows = list(found)
        lines = [f"{each.reference}: {each.kind}, {each.state}" for each in rows]
        finish({"removals": [_facts(each) for each in rows]}, lines or ["Nothing."], as_json=as_json)
        return
    one = found_or_wrong(found.filter(reference=removal).first(), removal)
    lines = [f"{one.reference} is {one.state}.", *_plan_lines(one.plan)]
    if slip is not None:
        _write_slip(one, slip)
        lines.append(f"Slip for the person, names nobody: {slip}")
    finish(_facts(one), lines, as_json=as_json)


def _write_slip(removal: Removal, path: Path) -> None:
    from linkwell.custody.removals.slip import slip_of

    if removal.kind != "objection" or removal.state != "done":
        raise WrongUse(
            "There is no slip for this.",
            where=removal.reference,
            why="A slip says what was done for somebody who objected.",
            fix="Wait until it is done." if removal.kind == "objection" else "",
        )
    write_html(slip_of(removal), path)


REMOVALS = (take_out, confirm_take_out, removals)
