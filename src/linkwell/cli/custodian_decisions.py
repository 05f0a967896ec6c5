"""The decisions between people by command line: propose, assess, agree, sign, end; the portal's actions."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import click

from linkwell.cli.custodian_sign_in import agreement_of, as_option, home_option, signed_in, whoever
from linkwell.cli.output import finish, json_option
from linkwell.errors import WrongUse
from linkwell.standards.clock import today

_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
_DAY = click.DateTime(["%Y-%m-%d"])


def proposal_of(reference: str) -> Any:
    """The proposal of this reference, if whoever is signed in may know of it."""
    from linkwell.custody.proposals.seeing import visible_proposals

    return found_or_wrong(visible_proposals(whoever()).filter(reference=reference).first(), reference)


def _assessment(reference: str) -> Any:
    from linkwell.custody.assessments.models import Assessment
    from linkwell.custody.proposals.seeing import visible_proposals

    visible = Assessment.objects.select_related("proposal").filter(proposal__in=visible_proposals(whoever()))
    return found_or_wrong(visible.filter(reference=reference).first(), reference)


def newest_text(reference: str) -> Any:
    """The newest text of the agreement of this reference."""
    agreement = agreement_of(reference)
    return found_or_wrong(
        agreement.versions.select_related("agreement__organisation", "via").last(), reference
    )


def found_or_wrong(thing: Any, reference: str) -> Any:
    """The thing itself.

    Raises:
        WrongUse: there is none.
    """
    if thing is None:
        raise WrongUse(
            "There is nothing of this name.", where=reference, fix="Look in the portal for its name."
        )
    return thing


@click.command(epilog="Example:\n\n  linkwell custodian propose aroha --title 'Whānau support' "
               "--specification spec.toml --answers answers.toml --as pat")  # fmt: skip
@click.argument("organisation")
@home_option
@as_option
@click.option("--title", required=True, help="What would be shared, in a few words.")
@click.option("--specification", type=_FILE, required=True, help="The specification (TOML).")
@click.option("--answers", type=_FILE, help='How records are kept (TOML): lines such as people = "…".')
@json_option
def propose(
    organisation: str, home: Path, username: str, title: str, specification: Path, answers: Path | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Begin a proposal with a specification and how the records are kept (the provider)."""
    by = signed_in(home, username)
    from linkwell.custody.organisations.models import Organisation
    from linkwell.custody.proposals import actions

    theirs = Organisation.objects.filter(memberships__person=by)
    owner = found_or_wrong(theirs.filter(code=organisation).first(), organisation)
    made = actions.begin(by=by, organisation=owner, title=title)
    version = actions.upload(by=by, proposal=made, toml=specification.read_text("utf-8-sig"))
    if answers is not None:
        actions.document(by=by, proposal=made, answers=tomllib.loads(answers.read_text("utf-8-sig")))
    finish(
        {"proposal": made.reference, "version": version.number, "specification": version.text_id},
        [f"Proposal {made.reference} is begun, version {version.number}."],
        as_json=as_json,
        next_step=f"linkwell custodian put-forward {made.reference} --mandate 'Board of trustees'",
    )


@click.command("put-forward", epilog="Example:\n\n  linkwell custodian put-forward aroha-p1 "
               "--mandate 'Board of trustees' --mandate-day 2026-03-01 --as pat")  # fmt: skip
@click.argument("proposal")
@home_option
@as_option
@click.option("--mandate", help="The board, hapū, iwi or group that stands behind it.")
@click.option(
    "--mandate-kind", type=click.Choice(["board", "hapu_iwi", "kaitiaki", "owner"]), default="board"
)
@click.option("--mandate-day", type=_DAY, help="The day it decided (today).")
@click.option("--asks-later", is_flag=True, help="They want to be asked about later uses.")
@click.option("--mandate-only", is_flag=True, help="Record the mandate; ask for no assessment yet.")
@json_option
def put_forward(
    proposal: str, home: Path, username: str, mandate: str | None, mandate_kind: str, mandate_day: Any,
    asks_later: bool, mandate_only: bool, as_json: bool,
) -> None:  # fmt: skip
    """Record a mandate and ask for the independent assessment (the provider's lead)."""
    by = signed_in(home, username)
    from linkwell.custody.proposals import actions
    from linkwell.custody.proposals.models import MandateKind

    found = proposal_of(proposal)
    if mandate:
        day = mandate_day.date() if mandate_day else today()
        actions.record_mandate(
            by=by, proposal=found, kind=MandateKind(mandate_kind), body=mandate, decided_on=day,
            asks_about_later_uses=asks_later,
        )  # fmt: skip
    if mandate_only:
        finish({"proposal": found.reference, "mandate": mandate}, ["It is recorded."], as_json=as_json)
        return
    assessment = actions.put_forward(by=by, proposal=found)
    finish(
        {"proposal": found.reference, "assessment": assessment.reference},
        [f"The assessment {assessment.reference} waits for an assessor who helped with none of it."],
        as_json=as_json,
        next_step=f"linkwell custodian assess {assessment.reference} --decision … (an assessor)",
    )


@click.command(epilog="Example:\n\n  linkwell custodian assess aroha-p1-a1 --decision approve "
               "--reasons 'The benefit is clear.' --condition practice-first --as sam")  # fmt: skip
@click.argument("assessment")
@home_option
@as_option
@click.option("--decision", type=click.Choice(["return", "refuse", "approve"]), required=True)
@click.option("--reasons", required=True, help="The provider reads this; never name a person.")
@click.option("--condition", "codes", multiple=True, help="Code of a condition; repeat for several.")
@click.option("--own-condition", default="", help="One more condition in words, kept by people.")
@json_option
def assess(
    assessment: str,
    home: Path,
    username: str,
    decision: str,
    reasons: str,
    codes: tuple[str, ...],
    own_condition: str,
    as_json: bool,
) -> None:
    """Take an assessment and decide it (an assessor who negotiated none of it)."""
    by = signed_in(home, username)
    from linkwell.custody.assessments import actions

    found = _assessment(assessment)
    if found.state == "waiting":
        found = actions.take(by=by, assessment=found)
    if decision == "approve":
        found = actions.approve(
            by=by, assessment=found, codes=codes, own_condition=own_condition, reasons=reasons
        )
    else:
        act = actions.give_back if decision == "return" else actions.refuse
        found = act(by=by, assessment=found, reasons=reasons)
    finish(
        {"assessment": found.reference, "state": found.state, "conditions": found.conditions},
        [f"{found.reference} is decided: {found.state}."],
        as_json=as_json,
        next_step=f"linkwell custodian agree {found.proposal.reference} …" if decision == "approve" else "",
    )


@click.command(epilog="Examples:\n\n  linkwell custodian agree aroha-p1 --ends 2029-06-30 "
               "--as ana\n\n  linkwell custodian agree aroha-p1 --renew --ends 2032-06-30 "
               "--as ana")  # fmt: skip
@click.argument("proposal")
@home_option
@as_option
@click.option("--starts", type=_DAY, help="First day (today).")
@click.option("--ends", type=_DAY, required=True, help="Last day.")
@click.option("--route", type=click.Choice(["direct", "vendor", "intermediary"]), default="direct")
@click.option("--via", help="Code of the vendor or intermediary.")
@click.option(
    "--permit-single-provider", is_flag=True, help="Results about this provider alone are permitted."
)
@click.option("--cut-off", "cut_offs", type=_DAY, multiple=True, help="A day by which a delivery is due.")
@click.option("--retention-years", type=click.IntRange(0, 50), default=10, show_default=True)
@click.option("--commissioner", help="Code of the commissioner reports can be passed on to.")
@click.option(
    "--passes-on-days", type=click.IntRange(1, 365), help="Days after which that happens by itself."
)
@click.option("--renew", is_flag=True, help="Vary or renew the agreement on this proposal.")
@json_option
def agree(
    proposal: str, home: Path, username: str, starts: Any, ends: Any, route: str, via: str | None,
    permit_single_provider: bool, cut_offs: tuple[Any, ...], retention_years: int, commissioner: str | None,
    passes_on_days: int | None, renew: bool, as_json: bool,
) -> None:  # fmt: skip
    """Draw up an agreement, variation or renewal on an approved proposal, lock it and offer it."""
    by = signed_in(home, username)
    from django.utils import timezone

    from linkwell.custody.agreements import drafting
    from linkwell.custody.agreements.models import Route
    from linkwell.custody.agreements.permissions import DRAFT_AGREEMENT
    from linkwell.custody.permissions import check

    check(by, DRAFT_AGREEMENT)  # first: whether a code is anybody's is nobody else's to ask
    found = proposal_of(proposal)
    wanted = drafting.Wanted(
        starts=starts.date() if starts else timezone.localdate(),
        ends=ends.date(),
        alone=permit_single_provider,
        route=Route(route),
        via=organisation_of(via) if via else None,
        cut_offs=tuple(day.date() for day in cut_offs),
        retention_years=retention_years,
        commissioner=organisation_of(commissioner) if commissioner else None,
        passes_on_days=passes_on_days,
    )
    if renew:
        agreement = found_or_wrong(found.agreements.order_by("pk").last(), proposal)
        version = drafting.vary(by=by, agreement=agreement, wanted=wanted)
    else:
        version = drafting.draft(by=by, proposal=found, wanted=wanted)
    version = drafting.offer(by=by, version=version)
    reference = version.agreement.reference
    finish(
        {"agreement": reference, "version": version.number, "kind": version.kind, "digest": version.digest},
        [f"{reference}, version {version.number} ({version.kind}), is locked and offered.",
         f"Fingerprint: {version.digest}"],
        as_json=as_json,
        next_step=f"linkwell custodian sign {reference} --fingerprint … (each side)",
    )  # fmt: skip


def organisation_of(code: str, **kind: Any) -> Any:
    """The organisation of this code; for commands whose permission was asked before.

    Raises:
        WrongUse: there is none, or none of that kind, in the same words.
    """
    from linkwell.custody.organisations.models import Organisation

    return found_or_wrong(Organisation.objects.filter(code=code, **kind).first(), code)


@click.command(epilog="Example:\n\n  linkwell custodian sign aroha-agreement-1 --fingerprint 3f0a… --as pat")
@click.argument("agreement")
@home_option
@as_option
@click.option("--fingerprint", required=True, help="The fingerprint of the text you read.")
@click.option("--own-agreement", type=click.Choice(["have", "not needed", "still needed"]), default=None,
              help="Your own agreement with the vendor or intermediary, if one sends for you.")  # fmt: skip
@json_option
def sign(
    agreement: str, home: Path, username: str, fingerprint: str, own_agreement: str | None, as_json: bool
) -> None:
    """Sign the text that was offered, for your side; the last signature brings it into force."""
    by = signed_in(home, username)
    from linkwell.custody.agreements import signing
    from linkwell.custody.agreements.notices import waits_for

    version = signing.sign(
        by=by, version=newest_text(agreement), digest=fingerprint, own_agreement=own_agreement or ""
    )
    waits = waits_for(version.agreement)
    finish(
        {"agreement": agreement, "version": version.number, "state": version.state, "waits_on": waits},
        [f"You have signed {agreement}. It is {version.state}."],
        as_json=as_json,
        next_step=f"waits on {waits}" if waits != "nobody" else "",
    )


@click.command(
    "end-agreement", epilog="Example:\n\n  linkwell custodian end-agreement aroha-agreement-1 --as pat"
)
@click.argument("agreement")
@home_option
@as_option
@json_option
def end_agreement(agreement: str, home: Path, username: str, as_json: bool) -> None:
    """End an agreement from now on (the provider's lead, or a custodian manager)."""
    by = signed_in(home, username)
    from linkwell.custody.agreements import signing
    from linkwell.custody.agreements.permissions import SIGN_FOR_PROVIDER
    from linkwell.custody.permissions import allows

    found = agreement_of(agreement)
    own = allows(by, SIGN_FOR_PROVIDER, owner=found.organisation)
    ended = (signing.leave if own else signing.end_agreement)(by=by, agreement=found)
    finish({"agreement": agreement, "state": ended.state}, [f"{agreement} has ended."], as_json=as_json)


DECISIONS = (propose, put_forward, assess, agree, sign, end_agreement)
