"""`linkwell custodian breach …`: the register of privacy breaches, its clock and its template notices."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from linkwell.cli.custodian_decisions import found_or_wrong
from linkwell.cli.custodian_sign_in import as_option, home_option, signed_in
from linkwell.cli.output import finish, json_option

_WHEN = click.DateTime(["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"])


@click.group()
def breach() -> None:
    """Write a privacy breach down, judge it, tell people in time, close it."""


def _facts(found: Any) -> dict[str, Any]:
    from django.utils import timezone

    running = found.state in ("recorded", "serious harm likely")
    left = int((found.due - timezone.now()).total_seconds() // 3600)
    return {
        "breach": found.reference,
        "organisation": found.organisation.code,
        "state": found.state,
        "noticed": timezone.localtime(found.found_at).isoformat(timespec="minutes"),
        "tell_by": timezone.localtime(found.due).isoformat(timespec="minutes"),
        "hours_left": left if running else None,
    }


def _clock(facts: dict[str, Any]) -> str:
    left = facts["hours_left"]
    if left is None:
        return ""
    return f"{left} hours left to tell" if left >= 0 else f"LATE by {-left} hours: tell now"


@breach.command("open", epilog="Example:\n\n  linkwell custodian breach open aroha --what 'A list to the "
                "wrong address.' --found '2026-11-20 14:30' --as pat")  # fmt: skip
@click.argument("organisation")
@home_option
@as_option
@click.option("--what", required=True, help="What happened; do not name or describe a person.")
@click.option("--done", default="", help="What was done at once.")
@click.option("--found", "noticed", type=_WHEN, help="When somebody noticed (now). The clock begins then.")
@json_option
def open_breach(
    organisation: str, home: Path, username: str, what: str, done: str, noticed: datetime | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Write a breach down, about the data of one organisation; both sides are told."""
    by = signed_in(home, username)
    from django.utils import timezone

    from linkwell.custody.breaches import actions

    whose = found_or_wrong(actions.concerned(by).filter(code=organisation).first(), organisation)
    when = timezone.make_aware(noticed) if noticed else timezone.now()
    made = actions.record_breach(by=by, organisation=whose, found_at=when, what=what, done=done)
    facts = _facts(made)
    finish(
        facts,
        [f"{made.reference} is written down. {_clock(facts)}, if serious harm is likely."],
        as_json=as_json,
        next_step=f"linkwell custodian breach judge {made.reference} serious (or not-serious)",
    )


@breach.command("list", epilog="Example:\n\n  linkwell custodian breach list --as mere")
@home_option
@as_option
@json_option
def list_breaches(home: Path, username: str, as_json: bool) -> None:
    """Every breach you may know of, with its clock."""
    by = signed_in(home, username)
    from linkwell.custody.breaches.actions import visible_breaches

    found = [_facts(each) for each in visible_breaches(by)]
    lines = [f"{each['breach']:<24} {each['state']:<28} {_clock(each)}" for each in found]
    finish({"breaches": found}, lines or ["None is written down."], as_json=as_json)


def _breach(reference: str, by: Any) -> Any:
    from linkwell.custody.breaches.actions import visible_breaches

    return found_or_wrong(visible_breaches(by).filter(reference=reference).first(), reference)


@breach.command("judge", epilog="Examples:\n\n  linkwell custodian breach judge aroha-b1 serious --as mere"
                "\n\n  linkwell custodian breach judge aroha-b1 told --as mere")  # fmt: skip
@click.argument("reference")
@click.argument("decision", type=click.Choice(["serious", "not-serious", "told", "close"]))
@home_option
@as_option
@json_option
def judge(reference: str, decision: str, home: Path, username: str, as_json: bool) -> None:
    """Judge whether serious harm is likely, say that people were told, or close it."""
    by = signed_in(home, username)
    from linkwell.custody.breaches import actions

    verb = {"told": "tell"}.get(decision, decision.replace("-", " "))
    facts = _facts(actions.judge(by=by, breach=_breach(reference, by), verb=verb))
    words = f"{reference}: {facts['state']}. {_clock(facts)}".rstrip()
    following = (
        f"linkwell custodian breach letters {reference}" if facts["state"] == "serious harm likely" else ""
    )
    finish(facts, [words], as_json=as_json, next_step=following)


@breach.command("letters", epilog="Example:\n\n  linkwell custodian breach letters aroha-b1 --as mere")
@click.argument("reference")
@home_option
@as_option
@json_option
def letters(reference: str, home: Path, username: str, as_json: bool) -> None:
    """Print the template notices to the Commissioner and to people, filled with what the register knows."""
    by = signed_in(home, username)
    from linkwell.custody.breaches import actions
    from linkwell.custody.home import current_home

    found = actions.letters(_breach(reference, by), custodian=current_home().name)
    finish(
        {"letters": [{"title": title, "text": text} for title, text in found]},
        [f"{title}\n\n{text}\n" for title, text in found],
        as_json=as_json,
    )
