"""`linkwell custodian project …` for who reviews, guards and asks; `linkwell custodian researcher …`."""

from __future__ import annotations

import datetime
from pathlib import Path

import click

from linkwell.cli.custodian_decisions import found_or_wrong
from linkwell.cli.custodian_projects import open_application_of, project, project_of, told
from linkwell.cli.custodian_sign_in import as_option, home_option, signed_in
from linkwell.cli.output import finish, json_option

_DAY = click.DateTime(["%Y-%m-%d"])


@project.command("decide", epilog="Examples:\n\n  linkwell custodian project decide maa2026-01 take --as "
                 "sam\n\n  linkwell custodian project decide maa2026-01 approve --reasons 'The five safes "
                 "hold.' --condition kaitiaki-see-first --as sam")  # fmt: skip
@click.argument("code")
@click.argument("decision", type=click.Choice(["take", "return", "refuse", "approve"]))
@home_option
@as_option
@click.option("--reasons", default="", help="Why; the team reads it.")
@click.option("--condition", "codes", multiple=True, help="A condition of conditions.toml, if it goes ahead.")
@click.option("--own-condition", default="", help="One more, in your own words.")
@json_option
def decide(
    code: str, decision: str, home: Path, username: str, reasons: str, codes: tuple[str, ...],
    own_condition: str, as_json: bool,
) -> None:  # fmt: skip
    """Take an application and decide it (assessors who are not in the team)."""
    by = signed_in(home, username)
    from linkwell.custody.permissions import check
    from linkwell.custody.projects import reviewing
    from linkwell.custody.projects.permissions import REVIEW_PROJECT

    check(by, REVIEW_PROJECT)
    asked = open_application_of(code)
    if decision == "take":
        made = reviewing.take_application(by=by, application=asked)
    elif decision == "return":
        made = reviewing.return_application(by=by, application=asked, reasons=reasons)
    elif decision == "refuse":
        made = reviewing.refuse_application(by=by, application=asked, reasons=reasons)
    else:
        made = reviewing.approve_application(
            by=by, application=asked, codes=codes, own_condition=own_condition, reasons=reasons
        )
    told(code, made.state, f"The application is {made.state}.", as_json)


@project.command(
    "tikanga", epilog="Example:\n\n  linkwell custodian project tikanga maa2026-01 1 met --as ari"
)
@click.argument("code")
@click.argument("pair", type=click.IntRange(1, 5))
@click.argument("finding", type=click.Choice(["met", "condition", "not-met"]))
@home_option
@as_option
@click.option("--condition", default="", help="The condition under which it is met.")
@click.option("--said", default="", help="What you want to say about it.")
@json_option
def tikanga(
    code: str, pair: int, finding: str, home: Path, username: str, condition: str, said: str, as_json: bool
) -> None:
    """Say by name whether a pair of tikanga is met (kaitiaki at the custodian)."""
    by = signed_in(home, username)
    from linkwell.custody.permissions import check
    from linkwell.custody.projects import guarding
    from linkwell.custody.projects.permissions import ASSESS_TIKANGA

    check(by, ASSESS_TIKANGA)
    guarding.assess_pair(
        by=by, application=open_application_of(code), pair=pair, finding=finding.replace("-", " "), said=said,
        condition=condition,
    )  # fmt: skip
    told(code, finding, f"Pair {pair}: {finding}, under your name.", as_json, pair=pair)


@project.command("hold", epilog="Examples:\n\n  linkwell custodian project hold maa2026-01 --said 'Talk with "
                 "us first.' --as hana\n\n  linkwell custodian project hold maa2026-01 --lift --said 'They "
                 "came and talked.' --as hana")  # fmt: skip
@click.argument("code")
@home_option
@as_option
@click.option("--said", required=True, help="Why; or, to lift it, what was agreed.")
@click.option("--lift", is_flag=True, help="Lift your hold instead.")
@json_option
def hold(code: str, home: Path, username: str, said: str, lift: bool, as_json: bool) -> None:
    """Stop a project, or lift that (kaitiaki of whose data is used, or at the custodian)."""
    by = signed_in(home, username)
    from linkwell.custody.projects import guarding

    found = project_of(code)
    if lift:
        mine = guarding.guards(by, found)
        standing = found.holds.filter(state="stands", organisation__in=mine).select_related("organisation")
        made = guarding.lift(by=by, hold=found_or_wrong(standing.first(), code), agreed=said)
    else:
        made = guarding.hold(by=by, project=found, said=said)
    told(code, made.state, f"The hold {'is lifted' if lift else 'stands'}.", as_json)


@project.command("ask", epilog="Example:\n\n  linkwell custodian project ask maa2026-01 'Why us?' --as pat")
@click.argument("code")
@click.argument("text")
@home_option
@as_option
@json_option
def ask(code: str, text: str, home: Path, username: str, as_json: bool) -> None:
    """Ask about a project that uses, or asks for, your data (lead or kaitiaki)."""
    by = signed_in(home, username)
    from linkwell.custody.permissions import allows, check
    from linkwell.custody.projects import guarding
    from linkwell.custody.projects.permissions import ASK_ABOUT_PROJECT
    from linkwell.custody.projects.seeing import owners_of

    found = project_of(code)
    ours = [each for each in owners_of(found) if allows(by, ASK_ABOUT_PROJECT, owner=each)]
    if not ours:
        check(by, ASK_ABOUT_PROJECT)
    made = guarding.ask_about(by=by, project=found, organisation=ours[0], text=text)
    told(code, made.state, f"Asked; the question is number {made.pk}.", as_json, question=made.pk)


@project.command("answer", epilog="Example:\n\n  linkwell custodian project answer maa2026-01 3 'To see who "
                 "comes back.' --as lee")  # fmt: skip
@click.argument("code")
@click.argument("number", type=int)
@click.argument("text")
@home_option
@as_option
@json_option
def answer(code: str, number: int, text: str, home: Path, username: str, as_json: bool) -> None:
    """Answer a question (the project's lead, or a custodian manager)."""
    by = signed_in(home, username)
    from linkwell.custody.projects import guarding

    asked = project_of(code).questions.select_related("organisation", "project").filter(pk=number).first()
    made = guarding.answer_question(by=by, question=found_or_wrong(asked, str(number)), answer=text)
    told(code, made.state, "It is answered, and whoever asked is told.", as_json)


@click.group()
def researcher() -> None:
    """Vetting, training and undertakings of researchers."""


@researcher.command("list", epilog="Example:\n\n  linkwell custodian researcher list --as mere")
@home_option
@as_option
@json_option
def list_researchers(home: Path, username: str, as_json: bool) -> None:
    """Every researcher, and what is in date until when (those who let people in, and check that)."""
    by = signed_in(home, username)
    from django.utils import timezone

    from linkwell.custody.organisations.models import Person
    from linkwell.custody.permissions import check
    from linkwell.custody.researchers import actions
    from linkwell.custody.researchers.permissions import SEE_EVIDENCE

    check(by, SEE_EVIDENCE)
    people = Person.objects.filter(memberships__role__in=actions.VETTED, is_active=True).distinct()
    today = timezone.localdate()
    found = {
        each.username: {kind: str(until) for kind, until in actions.in_date(each, today).items()}
        for each in people.order_by("username")
    }
    lines = [f"{name:<24} {until or 'nothing in date'}" for name, until in found.items()]
    finish({"researchers": found}, lines or ["Nobody is a researcher yet."], as_json=as_json)


@researcher.command("keep", epilog="Examples:\n\n  linkwell custodian researcher keep kim training --since "
                    "2026-11-01 --as mere\n\n  linkwell custodian researcher keep kim training --end --as "
                    "mere")  # fmt: skip
@click.argument("person")
@click.argument("kind")
@home_option
@as_option
@click.option("--since", type=_DAY, help="From which day (today).")
@click.option("--until", type=_DAY, help="Its last day, if the certificate says one.")
@click.option("--end", is_flag=True, help="End what is in date instead, today.")
@json_option
def keep(
    person: str, kind: str, home: Path, username: str, since: datetime.datetime | None,
    until: datetime.datetime | None, end: bool, as_json: bool,
) -> None:  # fmt: skip
    """Write down vetting or training that was seen, or end what is in date (custodian managers)."""
    by = signed_in(home, username)
    from django.utils import timezone

    from linkwell.custody.organisations.models import Person
    from linkwell.custody.permissions import check
    from linkwell.custody.researchers import actions
    from linkwell.custody.researchers.permissions import KEEP_EVIDENCE

    check(by, KEEP_EVIDENCE)
    somebody = found_or_wrong(Person.objects.filter(username=person).first(), person)
    today = timezone.localdate()
    if end:
        there = list(somebody.evidence.filter(kind=kind, ended_on=None, until__gte=today))
        for each in there or [found_or_wrong(None, kind)]:
            actions.end_evidence(by=by, evidence=each)
        says = "It is ended, and counts no more."
    else:
        made = actions.write_down(
            by=by, person=somebody, kind=kind, since=since.date() if since else today,
            until=until.date() if until else None,
        )  # fmt: skip
        says = f"It is written down, until {made.until}."
    finish({"person": person, "kind": kind, "ended": end}, [says], as_json=as_json)


@researcher.command("sign", epilog="Example:\n\n  linkwell custodian researcher sign --as kim")
@home_option
@as_option
@click.option("--fingerprint", default="", help="Of the text you read; without it the text is shown.")
@json_option
def sign(home: Path, username: str, fingerprint: str, as_json: bool) -> None:
    """Read the undertaking, or sign it for yourself (researchers and project leads)."""
    by = signed_in(home, username)
    from linkwell.custody.permissions import check
    from linkwell.custody.researchers import actions
    from linkwell.custody.researchers.evidence import undertaking
    from linkwell.custody.researchers.permissions import SIGN_UNDERTAKING

    check(by, SIGN_UNDERTAKING)
    text = undertaking()
    if not fingerprint:
        finish({"text": list(text.text), "fingerprint": text.fingerprint}, list(text.text), as_json=as_json,
               next_step=f"linkwell custodian researcher sign --fingerprint {text.fingerprint}")  # fmt: skip
        return
    made = actions.sign_undertaking(by=by, fingerprint=fingerprint)
    finish({"signed": True, "until": str(made.until)}, [f"Signed, until {made.until}."], as_json=as_json)
