"""What happened, what waits on whom, and what each side is told, by command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from linkwell.cli.custodian_decisions import found_or_wrong
from linkwell.cli.custodian_sign_in import as_option, home_option, signed_in
from linkwell.cli.output import finish, json_option


@click.command(epilog="Example:\n\n  linkwell custodian waiting --as mere")
@home_option
@as_option
@json_option
def waiting(home: Path, username: str, as_json: bool) -> None:
    """What waits, on whom and for how long: of your own organisation, or of all you may see as staff."""
    by = signed_in(home, username)
    from django.utils.timesince import timesince

    from linkwell.custody.permissions import allows
    from linkwell.custody.timeline import waiting as lists
    from linkwell.custody.timeline.permissions import SEE_WAITING

    found = lists.waiting_for_staff(by) if allows(by, SEE_WAITING) else lists.waiting(by)
    lines = [
        f"{each.kind:<10} {each.name:<30} waits on {each.who}, for {timesince(each.since)}"
        + (f"; due {each.due}" if each.due else "")
        for each in found
    ]
    finish(
        {"waiting": [{"kind": each.kind, "name": each.name, "organisation": each.whose.code, "who": each.who,
                      "since": each.since.isoformat(timespec="minutes"),
                      "due": each.due.isoformat() if each.due else None} for each in found]},
        lines or ["Nothing waits."],
        as_json=as_json,
    )  # fmt: skip


@click.command(epilog="Example:\n\n  linkwell custodian story aroha-agreement-1 --as pat")
@click.argument("agreement")
@home_option
@as_option
@json_option
def story(agreement: str, home: Path, username: str, as_json: bool) -> None:
    """What happened to my data? From the first question to release and destruction, and whom it waited on."""
    by = signed_in(home, username)
    from linkwell.custody.retention.clock import destroyed_on
    from linkwell.custody.timeline.story import readable_stories, story_of, totals

    found = found_or_wrong(readable_stories(by).filter(reference=agreement).first(), agreement)
    chapters = story_of(found)
    day = destroyed_on(found)
    result = {
        "agreement": agreement,
        "chapters": [
            {"kind": each.kind, "reference": each.reference, "steps": [_step(step) for step in each.steps]}
            for each in chapters
        ],
        "waited": {who: int(long.total_seconds()) for who, long in totals(chapters)},
        "destroyed_on": day.isoformat() if day else None,
    }
    finish(result, [line for each in chapters for line in _lines(each)], as_json=as_json)


def _step(step: Any) -> dict[str, Any]:
    return {
        "when": step.event.time,
        "what": step.event.verb,
        "waits_on": step.waits_on or None,
        "seconds": int(step.waited.total_seconds()) if step.waits_on else None,
        "going_on": step.going_on,
    }


def _lines(chapter: Any) -> list[str]:
    from django.utils import timezone
    from django.utils.timesince import timesince

    from linkwell.pages.labels import label

    lines = [f"{label('chapter', chapter.kind)} {chapter.reference}"]
    for step in chapter.steps:
        lines.append(
            f"  {timezone.localtime(step.event.when):%Y-%m-%d %H:%M}  {label('event', step.event.verb)}"
        )
        if step.waits_on:
            long = timesince(step.event.when, step.until or timezone.now())
            verb = "waits on" if step.going_on else "waited on"
            lines.append(f"                    {verb} {label('waiting_on', step.waits_on)}, {long}")
    return lines


@click.command(epilog="Examples:\n\n  linkwell custodian notices --as pat\n\n"
               "  linkwell custodian notices --mail daily --address pat@example.org.nz --as pat")  # fmt: skip
@home_option
@as_option
@click.option("--mail", "rhythm", type=click.Choice(["off", "soon", "daily", "weekly"]),
              help="Choose how often you are written to about new notices.")  # fmt: skip
@click.option("--address", help="Your e-mail address, for that and nothing else.")
@json_option
def notices(home: Path, username: str, rhythm: str | None, address: str | None, as_json: bool) -> None:
    """What your side was told; or choose e-mail, which never holds more than that something is new."""
    by = signed_in(home, username)
    from linkwell.custody.agreements import notices as told
    from linkwell.custody.agreements.seeing import own_notices
    from linkwell.custody.mail.models import Rhythm
    from linkwell.custody.mail.sending import choice_of, choose_mail, sends_mail

    if rhythm:
        choose_mail(by=by, rhythm=Rhythm(rhythm), address=by.email if address is None else address)
    found = list(own_notices(by)[:50])
    said = [(notice, *told.words(notice)) for notice in found]
    lines = [f"{notice.created_at:%Y-%m-%d}  {title}. {text}" for notice, title, text in said]
    if rhythm and not sends_mail():
        lines.append("This portal sends no e-mail yet (LINKWELL_MAIL is not set). Your choice is kept.")
    finish(
        {"notices": [{"day": f"{notice.created_at:%Y-%m-%d}", "kind": notice.kind,
                      "about": told.place(notice)[1], "title": title, "text": text}
                     for notice, title, text in said],
         "mail": str(choice_of(by).rhythm)},
        lines or ["Nothing to tell."],
        as_json=as_json,
    )  # fmt: skip


TIMELINE = (waiting, story, notices)
