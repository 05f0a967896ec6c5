"""Drawing up the text of an agreement on an approved proposal, offering it, varying and renewing it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.utils import timezone

from linkwell.custody.agreements import controls
from linkwell.custody.agreements.models import TERMS, Agreement, AgreementVersion, Route
from linkwell.custody.agreements.notices import tell
from linkwell.custody.agreements.permissions import DRAFT_AGREEMENT
from linkwell.custody.agreements.states import AGREEMENT, VERSION, VersionState
from linkwell.custody.agreements.text import digest_of, write_document
from linkwell.custody.assessments.models import Assessment
from linkwell.custody.assessments.states import AssessmentState
from linkwell.custody.audit.record import record
from linkwell.custody.organisations.duties import check_acts
from linkwell.custody.organisations.models import Organisation, Person
from linkwell.custody.organisations.roles import Kind
from linkwell.custody.permissions import check
from linkwell.custody.proposals.models import Proposal
from linkwell.custody.proposals.states import ProposalState
from linkwell.errors import RefusedByRule, WrongUse
from linkwell.specification.file import parse


@dataclass(frozen=True)
class Wanted:
    """The terms a text is drawn up with; conditions come from the assessment."""

    starts: datetime.date
    ends: datetime.date
    alone: bool = False
    route: Route = Route.DIRECT
    via: Organisation | None = None
    retention_years: int = 10
    cut_offs: tuple[datetime.date, ...] = ()
    resupply_days: int = 30
    commissioner: Organisation | None = None
    passes_on_days: int | None = None


def draft(*, by: Person, proposal: Proposal, wanted: Wanted) -> AgreementVersion:
    """Draw up the first text of an agreement on an approved proposal.

    Raises:
        NotAllowed: `by` is not custodian staff who may, or assessed the proposal.
        RefusedByRule: the proposal is not approved. WrongUse: dates or route do not hold together.
    """
    check(by, DRAFT_AGREEMENT)
    assessment = _approved(proposal, by)
    with transaction.atomic():
        organisation = Organisation.objects.select_for_update().get(pk=proposal.organisation_id)
        spec = parse(assessment.version.text.toml, name="specification")
        agreement = Agreement(
            reference=f"{organisation.code}-agreement-{organisation.agreements.count() + 1}"[:40],
            organisation=organisation,
            specification=assessment.version.text,
            proposal=proposal,
            on_paper=False,
            purpose=spec.purpose,
            starts=wanted.starts,
            ends=wanted.ends,
            state=AGREEMENT.after("draft", None),
        )
        return _new_version(by, agreement, assessment, wanted, "first")


def vary(*, by: Person, agreement: Agreement, wanted: Wanted) -> AgreementVersion:
    """Draw up a variation, or a renewal if the agreement has lapsed or only its last day changes.

    The specification is that of the newest approved assessment of the proposal.

    Raises:
        NotAllowed; RefusedByRule: the proposal is not approved, or a text is already under way.
        WrongState: the agreement has ended.
    """
    check(by, DRAFT_AGREEMENT)
    if agreement.proposal is None:
        raise RefusedByRule(
            "This agreement was signed on paper.",
            where=agreement.reference,
            why="Its text is not here, so it cannot be varied here.",
            fix="Begin a proposal, and draw up a new agreement on it.",
        )
    AGREEMENT.after("come into force", agreement.state)
    if agreement.versions.filter(state__in=(VersionState.DRAFT, VersionState.OFFERED)).exists():
        raise RefusedByRule("A text is already under way.", fix="Sign it, or take it back first.")
    assessment = _approved(agreement.proposal, by)
    same = assessment.version.text_id == agreement.specification_id
    now = {name: getattr(agreement, name) for name in TERMS}
    later = {**_terms(wanted, assessment), "ends": agreement.ends, "starts": agreement.starts}
    kind = "renewal" if same and later == now else "variation"
    with transaction.atomic():
        return _new_version(by, agreement, assessment, replace(wanted, starts=agreement.starts), kind)


def _approved(proposal: Proposal, by: Person) -> Assessment:
    found = (
        proposal.assessments.filter(state=AssessmentState.APPROVED).select_related("version__text").first()
    )
    if found is None or proposal.state != ProposalState.APPROVED:
        raise RefusedByRule(
            "This proposal is not approved.",
            where=proposal.reference,
            why="Nothing is agreed before the independent assessment, and a change reopens it.",
            fix="Wait for the assessment.",
        )
    check_acts(act="agreement.draft", by=by.username, done=[("assessment.decide", found.assessor)])
    return found


def _terms(wanted: Wanted, assessment: Assessment) -> dict[str, Any]:
    return {
        "starts": wanted.starts,
        "ends": wanted.ends,
        "permits_single_provider_output": wanted.alone,
        "route": wanted.route.value,
        "via": wanted.via,
        "conditions": list(assessment.conditions),
        "own_condition": assessment.own_condition,
        "retention_years": wanted.retention_years,
        "cut_offs": sorted(day.isoformat() for day in wanted.cut_offs),
        "resupply_days": wanted.resupply_days,
        "commissioner": wanted.commissioner,
        "passes_on_days": wanted.passes_on_days,
    }


def wanted_as_now(agreement: Agreement) -> Wanted:
    """The terms that hold now, to change some of them."""
    return Wanted(
        starts=agreement.starts,
        ends=agreement.ends,
        alone=agreement.permits_single_provider_output,
        route=Route(agreement.route),
        via=agreement.via,
        retention_years=agreement.retention_years,
        cut_offs=tuple(datetime.date.fromisoformat(day) for day in agreement.cut_offs),
        resupply_days=agreement.resupply_days,
        commissioner=agreement.commissioner,
        passes_on_days=agreement.passes_on_days,
    )


def _check_wanted(wanted: Wanted) -> None:
    if wanted.ends < max(wanted.starts, timezone.localdate()):
        raise WrongUse("The last day is before the first, or past.", fix="Choose a later last day.")
    kind = wanted.via.kind if wanted.via else None
    if kind not in _KINDS_OF_RELAY[wanted.route]:
        raise WrongUse(
            "The route and the organisation it goes by do not fit.",
            why="A vendor sends for a provider; an intermediary passes sealed files on; direct needs none.",
            fix="Choose the vendor or intermediary, or the direct route.",
        )
    to, days = wanted.commissioner, wanted.passes_on_days
    if (to is not None and to.kind != Kind.COMMISSIONER) or (days is not None and (to is None or days < 1)):
        raise WrongUse(
            "This cannot be agreed about passing reports on.",
            why="Reports are passed on to a commissioner, and the provider has them a day or more first.",
            fix="Choose the commissioner, and the number of days, or leave both empty.",
        )


_KINDS_OF_RELAY: dict[Route, tuple[str | None, ...]] = {
    Route.DIRECT: (None,),
    Route.VENDOR: (Kind.VENDOR,),
    Route.INTERMEDIARY: (Kind.INTERMEDIARY, Kind.COMMISSIONER),
}


def _new_version(
    by: Person, agreement: Agreement, assessment: Assessment, wanted: Wanted, kind: str
) -> AgreementVersion:
    _check_wanted(wanted)
    custodian = Organisation.objects.get(is_custodian=True)
    if agreement.pk is None:
        agreement.save()
    version = AgreementVersion(
        agreement=agreement,
        number=agreement.versions.count() + 1,
        kind=kind,
        specification=assessment.version.text,
        assessment=assessment,
        state=VERSION.after("draft", None),
        drafted_by=by.username,
        **_terms(wanted, assessment),
    )
    version.document = write_document(
        version, custodian=custodian.name, version_number=assessment.version.number
    )
    version.digest = digest_of(version)
    version.save()
    record(
        "agreement.drafted",
        by=by,
        subject=agreement.subject,
        about=agreement.organisation.code,
        details={"version": version.number, "kind": kind, "digest": version.digest},
    )
    return version


def move(
    version: AgreementVersion, verb: str, *, by: Person | str, event: str, **details: object
) -> AgreementVersion:
    """Move a locked version by `verb` and record it; call inside a transaction."""
    row = AgreementVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    row.state, row.said_no = VERSION.after(verb, row.state), version.said_no
    row.save(update_fields=["state", "said_no"])
    agreement = row.agreement
    facts = {"version": row.number, **details}
    record(event, by=by, subject=agreement.subject, about=agreement.organisation.code, details=facts)
    return row


def offer(*, by: Person, version: AgreementVersion) -> AgreementVersion:
    """Lock a text and offer it for signing.

    Raises:
        NotAllowed, WrongState. RefusedByRule: a condition of the assessment does not hold in it.
    """
    check(by, DRAFT_AGREEMENT)
    as_it_will_be = in_force(version)
    attempt = controls.as_now(as_it_will_be, "offer")
    controls.refuse_what_is_not_agreed(as_it_will_be, attempt)
    with transaction.atomic():
        row = move(version, "offer", by=by, event="agreement.offered", digest=version.digest)
        parties = [
            row.agreement.organisation,
            *([row.via] if row.route == Route.INTERMEDIARY and row.via else []),
        ]
        tell(row.agreement, "offered", *parties, about=str(row.number))
    return row


def take_back(*, by: Person, version: AgreementVersion) -> AgreementVersion:
    """Take a text back before everybody has signed."""
    check(by, DRAFT_AGREEMENT)
    with transaction.atomic():
        return move(version, "take back", by=by, event="agreement.taken back")


def in_force(version: AgreementVersion) -> Agreement:
    """The agreement as it is once this version holds; not saved."""
    agreement = Agreement.objects.get(pk=version.agreement_id)
    for name in (*TERMS, "specification"):
        setattr(agreement, name, getattr(version, name))
    return agreement


def chosen_days(texts: Iterable[str]) -> tuple[datetime.date, ...]:
    """Days written as text.

    Raises:
        WrongUse: one is not a day.
    """
    try:
        return tuple(datetime.date.fromisoformat(text.strip()) for text in texts if text.strip())
    except ValueError:
        raise WrongUse("One of these is not a day.", fix="Write days such as 2026-03-31.") from None
