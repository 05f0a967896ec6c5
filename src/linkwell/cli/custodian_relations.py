"""Relations between organisations by command line: comments, saying no, the OK to whoever sends, changes of
an agreement, later uses, reports passed on, and destroying what is kept; the portal's actions.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from linkwell.cli.custodian_decisions import found_or_wrong, newest_text, organisation_of, proposal_of
from linkwell.cli.custodian_sign_in import agreement_of, as_option, home_option, signed_in
from linkwell.cli.output import finish, json_option, progress
from linkwell.errors import WrongUse

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command(epilog="Example:\n\n  linkwell custodian comment aroha-p1 'Who was told before 2025?' "
               "--about person --as ana")  # fmt: skip
@click.argument("proposal")
@click.argument("text")
@home_option
@as_option
@click.option("--about", "place", default="", help="The table or field it is about.")
@json_option
def comment(proposal: str, text: str, home: Path, username: str, place: str, as_json: bool) -> None:
    """Say something about a draft, before any assessment; both sides read it. Never name a person."""
    by = signed_in(home, username)
    from linkwell.custody.proposals import actions

    made = actions.comment(by=by, proposal=proposal_of(proposal), text=text, place=place)
    finish(
        {"proposal": proposal, "version": made.version, "about": made.place},
        ["It is said; the other side is told."],
        as_json=as_json,
    )


@click.command(
    epilog="Example:\n\n  linkwell custodian decline aroha-agreement-1 --reason 'Too long' --as pat"
)
@click.argument("agreement")
@home_option
@as_option
@click.option("--reason", default="", help="What would have to be different; nobody has to say.")
@json_option
def decline(agreement: str, home: Path, username: str, reason: str, as_json: bool) -> None:
    """Say no to the text that was offered (the provider's lead); it is never held against anybody."""
    by = signed_in(home, username)
    from linkwell.custody.agreements import signing

    done = signing.decline(by=by, version=newest_text(agreement), reason=reason)
    finish(
        {"agreement": agreement, "version": done.number, "state": done.state},
        [f"You said no to version {done.number} of {agreement}."],
        as_json=as_json,
    )


@click.command("take-back", epilog="Example:\n\n  linkwell custodian take-back aroha-agreement-1 --as ana")
@click.argument("agreement")
@home_option
@as_option
@json_option
def take_back(agreement: str, home: Path, username: str, as_json: bool) -> None:
    """Take a text back before everybody has signed (custodian staff who draw texts up)."""
    by = signed_in(home, username)
    from linkwell.custody.agreements import drafting

    done = drafting.take_back(by=by, version=newest_text(agreement))
    finish(
        {"agreement": agreement, "version": done.number, "state": done.state},
        [f"Version {done.number} of {agreement} is taken back."],
        as_json=as_json,
    )


@click.command("own-agreement", epilog="Example:\n\n  linkwell custodian own-agreement aroha-agreement-1 "
               "'still needed' --as pat")  # fmt: skip
@click.argument("agreement")
@click.argument("answer", type=click.Choice(["have", "not needed", "still needed"]))
@home_option
@as_option
@json_option
def own_agreement(agreement: str, answer: str, home: Path, username: str, as_json: bool) -> None:
    """Say whether you need an agreement of your own with whoever sends for you (the provider's lead)."""
    by = signed_in(home, username)
    from linkwell.custody.agreements import signing
    from linkwell.custody.agreements.notices import waits_for

    done = signing.answer_own_agreement(by=by, version=newest_text(agreement), answer=answer)
    finish(
        {"agreement": agreement, "answer": done.own_agreement, "waits_on": waits_for(done.agreement)},
        ["It is written down."],
        as_json=as_json,
        next_step=f"waits on {waits_for(done.agreement)}",
    )


@click.command(epilog="Examples:\n\n  linkwell custodian vary aroha-agreement-1 --ends 2032-06-30 --as ana"
               "\n\n  linkwell custodian vary aroha-agreement-1 --commissioner ministry --passes-on-days 30 "
               "--as ana")  # fmt: skip
@click.argument("agreement")
@home_option
@as_option
@click.option("--ends", type=_DAY, help="Another last day (alone, this is a renewal).")
@click.option("--route", type=click.Choice(["direct", "vendor", "intermediary"]), help="Another way in.")
@click.option("--via", help="Code of the vendor, intermediary or commissioner that sends.")
@click.option("--single-provider/--no-single-provider", "alone", default=None,
              help="Whether results about this provider alone are permitted.")  # fmt: skip
@click.option("--retention-years", type=click.IntRange(0, 50), help="Years what is kept is kept.")
@click.option("--cut-off", "cut_offs", type=_DAY, multiple=True, help="A day by which a delivery is due.")
@click.option("--resupply-days", type=click.IntRange(0, 365), help="Days to mend a delivery.")
@click.option("--commissioner", help="Code of the commissioner reports can be passed on to.")
@click.option("--passes-on-days", type=click.IntRange(1, 365),
              help="Days after its release a report is passed on by itself.")  # fmt: skip
@json_option
def vary(
    agreement: str, home: Path, username: str, ends: Any, route: str | None, via: str | None,
    alone: bool | None, retention_years: int | None, cut_offs: tuple[Any, ...], resupply_days: int | None,
    commissioner: str | None, passes_on_days: int | None, as_json: bool,
) -> None:  # fmt: skip
    """Draw up a variation or renewal, lock it and offer it; what is not named stays as it is."""
    by = signed_in(home, username)
    from dataclasses import replace

    from linkwell.custody.agreements import drafting
    from linkwell.custody.agreements.models import Route
    from linkwell.custody.agreements.permissions import DRAFT_AGREEMENT
    from linkwell.custody.agreements.text import differences
    from linkwell.custody.permissions import check

    check(by, DRAFT_AGREEMENT)
    found = agreement_of(agreement)
    chosen: dict[str, Any] = {
        "ends": ends.date() if ends else None,
        "route": Route(route) if route else None,
        "via": organisation_of(via) if via else None,
        "alone": alone,
        "retention_years": retention_years,
        "cut_offs": tuple(day.date() for day in cut_offs) or None,
        "resupply_days": resupply_days,
        "commissioner": organisation_of(commissioner) if commissioner else None,
        "passes_on_days": passes_on_days,
    }
    changes = {name: value for name, value in chosen.items() if value is not None}
    if changes.get("route") == Route.DIRECT:
        changes["via"] = None
    wanted = replace(drafting.wanted_as_now(found), **changes)
    before = found.versions.filter(state="in force").last()
    version = drafting.offer(by=by, version=drafting.vary(by=by, agreement=found, wanted=wanted))
    differs = [title for title, _, _ in differences(before, version)] if before else []
    finish(
        {"agreement": agreement, "version": version.number, "kind": version.kind, "digest": version.digest,
         "differs": differs},
        [f"{agreement}, version {version.number} ({version.kind}), is locked and offered.",
         f"Clauses that differ: {', '.join(differs) or 'none'}",
         f"Fingerprint: {version.digest}"],
        as_json=as_json,
        next_step=f"linkwell custodian sign {agreement} --fingerprint … (each side)",
    )  # fmt: skip


@click.command("client-ok", epilog="Examples:\n\n  linkwell custodian client-ok aroha-agreement-1 give "
               "--as pat\n\n  linkwell custodian client-ok aroha-agreement-1 pause --as pat")  # fmt: skip
@click.argument("agreement")
@click.argument("decision", type=click.Choice(["give", "pause", "refuse"]))
@home_option
@as_option
@json_option
def client_ok(agreement: str, decision: str, home: Path, username: str, as_json: bool) -> None:
    """Give, pause or refuse your OK to whoever sends for you (the provider's lead); holds from now on."""
    by = signed_in(home, username)
    from linkwell.custody.clients import actions
    from linkwell.pages.labels import label

    row = actions.decide(by=by, agreement=agreement_of(agreement), verb=decision)
    finish(
        {"agreement": agreement, "ok": row.state},
        [f"{agreement}: {label('ok_state', row.state)}. Nobody else's sending is touched."],
        as_json=as_json,
    )


@click.command("clients", epilog="Examples:\n\n  linkwell custodian clients --as vera\n\n"
               "  linkwell custodian clients --begin 'July to December 2026' --as vera")  # fmt: skip
@home_option
@as_option
@click.option("--begin", "label", help="Begin a round of sending of this name.")
@json_option
def clients(home: Path, username: str, label: str | None, as_json: bool) -> None:
    """Who you send for, who still has to give an OK, and what was sent in this round."""
    by = signed_in(home, username)
    from linkwell.custody.clients import actions
    from linkwell.pages.labels import label as words

    relay = actions.relay_of(by)
    if relay is None:
        raise WrongUse("You send for nobody.", fix="This is for people at a vendor or an intermediary.")
    if label:
        actions.begin_round(by=by, vendor=relay, label=label)
    listed = actions.client_list(relay)
    waiting = sum(each.ok == "waiting" for each in listed)
    lines = [
        f"{each.agreement.reference:<28} {words('ok_state', each.ok):<26} "
        f"{words('supply_state', each.sent) if each.sent else 'nothing sent yet'}"
        for each in listed
    ]
    finish(
        {"clients": [{"agreement": each.agreement.reference, "client": each.agreement.organisation.name,
                      "ok": each.ok, "may_send": each.may_send, "sent": each.sent} for each in listed],
         "waiting": waiting},
        [*lines, f"{waiting} of {len(listed)} still to give an OK."],
        as_json=as_json,
    )  # fmt: skip


@click.command("ask-use", epilog="Example:\n\n  linkwell custodian ask-use aroha-agreement-1 --title 'School "
               "years' --purpose 'To learn …' --project insights-aroha-agreement-1 --as mere")  # fmt: skip
@click.argument("agreement")
@home_option
@as_option
@click.option("--title", required=True, help="What it is, in a few words.")
@click.option("--purpose", required=True, help="What it is for and who works on it; they decide by this.")
@click.option("--project", default="", help="Code of the project it is approved as.")
@json_option
def ask_use(
    agreement: str, home: Path, username: str, title: str, purpose: str, project: str, as_json: bool
) -> None:
    """Ask the board, hapū, iwi or kaitiaki behind an agreement about a later use (a custodian manager)."""
    by = signed_in(home, username)
    from linkwell.custody.uses import actions

    made = actions.ask_use(
        by=by, agreement=agreement_of(agreement), title=title, purpose=purpose, project=project
    )
    finish(
        {"use": made.reference, "agreement": agreement, "state": made.state},
        [f"{made.reference} is asked; they are told."],
        as_json=as_json,
        next_step=f"linkwell custodian answer-use {made.reference} agree (the provider's lead or kaitiaki)",
    )


@click.command("answer-use", epilog="Example:\n\n  linkwell custodian answer-use aroha-u1 agree "
               "--said 'Show us the results first.' --as hana")  # fmt: skip
@click.argument("use")
@click.argument("decision", type=click.Choice(["agree", "not-agree", "take-back"]))
@home_option
@as_option
@click.option("--said", default="", help="What they asked for, in their own words; nobody has to say.")
@json_option
def answer_use(use: str, decision: str, home: Path, username: str, said: str, as_json: bool) -> None:
    """Record what the board, hapū, iwi or kaitiaki decided; or take a question back (who asked it)."""
    by = signed_in(home, username)
    from linkwell.custody.uses import actions

    found = found_or_wrong(actions.visible_uses(by).filter(reference=use).first(), use)
    if decision == "take-back":
        done = actions.take_back_use(by=by, use=found)
    else:
        done = actions.answer_use(by=by, use=found, verb=decision.replace("-", " "), said=said)
    finish({"use": use, "state": done.state}, [f"{use}: {done.state}."], as_json=as_json)


@click.command("pass-on", epilog="Examples:\n\n  linkwell custodian pass-on R2026-0001 --to ministry "
               "--as pat\n\n  linkwell custodian pass-on R2026-0001 --to ministry --stop --as p")  # fmt: skip
@click.argument("report")
@home_option
@as_option
@click.option("--to", "code", required=True, help="Code of the commissioner.")
@click.option("--stop", is_flag=True, help="Stop showing it.")
@json_option
def pass_on(report: str, home: Path, username: str, code: str, stop: bool, as_json: bool) -> None:
    """Pass a released report about your work on to a commissioner, or stop showing it (your lead)."""
    by = signed_in(home, username)
    from linkwell.custody.commissioning import actions
    from linkwell.custody.organisations.roles import Kind
    from linkwell.custody.outputs.permissions import own_releases

    found = found_or_wrong(own_releases(by).filter(reference=report).first(), report)
    act = actions.stop_passing if stop else actions.pass_on
    row = act(by=by, release=found, to=organisation_of(code, kind=Kind.COMMISSIONER))
    finish(
        {"report": report, "to": code, "state": row.state},
        [f"{report}: {row.state}, {row.to.name}."],
        as_json=as_json,
    )


@click.command(
    "destroy-kept", epilog="Example:\n\n  linkwell custodian destroy-kept aroha-agreement-1 --as pat"
)
@click.argument("agreement")
@home_option
@as_option
@json_option
def destroy_kept(agreement: str, home: Path, username: str, as_json: bool) -> None:
    """Have what is kept under an agreement that is over destroyed now (the provider's lead)."""
    by = signed_in(home, username)
    from linkwell.custody import road

    found = agreement_of(agreement)
    with progress("Destroying", quiet=as_json) as tick:
        road.destroy_kept(by=by, agreement=found, tick=tick)
    gone = list(found.supplies.filter(state="destroyed").values_list("reference", flat=True))
    finish(
        {"agreement": agreement, "destroyed": gone},
        [f"What was kept of {len(gone)} deliveries is destroyed; each has a receipt that says so."],
        as_json=as_json,
    )


RELATIONS = (
    comment, decline, take_back, own_agreement, vary, client_ok, clients, ask_use, answer_use, pass_on,
    destroy_kept,
)  # fmt: skip
