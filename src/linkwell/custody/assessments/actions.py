"""Taking an assessment and deciding it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from linkwell.custody.agreements.notices import tell
from linkwell.custody.assessments.conditions import conditions
from linkwell.custody.assessments.models import Assessment
from linkwell.custody.assessments.permissions import ASSESS
from linkwell.custody.assessments.states import ASSESSMENT, AssessmentState
from linkwell.custody.audit.record import SYSTEM, record
from linkwell.custody.organisations.before import belonged_lately
from linkwell.custody.organisations.duties import check_acts
from linkwell.custody.organisations.models import Person
from linkwell.custody.permissions import NotAllowed, check
from linkwell.custody.proposals.actions import change as change_proposal
from linkwell.custody.proposals.models import Proposal
from linkwell.errors import WrongUse


def who_negotiated(proposal: Proposal) -> set[str]:
    """Sign-in names of everybody who helped to write a proposal."""
    wrote = set(proposal.versions.values_list("by", flat=True))
    return wrote | set(proposal.comments.values_list("by__username", flat=True))


def check_independent(by: Person, proposal: Proposal) -> None:
    """Raise NotAllowed if `by` helped to write the proposal, or belongs or lately belonged to who made it."""
    done = [("specification.negotiate", name) for name in who_negotiated(proposal)]
    check_acts(act="assessment.decide", by=by.username, done=done)
    if belonged_lately(by, proposal.organisation):
        raise NotAllowed(
            "You belong, or belonged within the last year, to the organisation that made this proposal.",
            why="The assessment is independent.",
            fix="Ask another assessor.",
        )


def take(*, by: Person, assessment: Assessment) -> Assessment:
    """Take a waiting assessment.

    Raises:
        NotAllowed: `by` is no assessor, or not independent. WrongState: somebody has it.
    """
    check(by, ASSESS)
    check_independent(by, assessment.proposal)
    with transaction.atomic():
        return _move(assessment, "take", by=by, event="assessment.taken")


def give_back(*, by: Person, assessment: Assessment, reasons: str) -> Assessment:
    """Return the proposal with what is missing, in words."""
    return _decide(by, assessment, "return", "assessment.returned", reasons)


def refuse(*, by: Person, assessment: Assessment, reasons: str) -> Assessment:
    """Decide that this is not eligible, with reasons in words."""
    return _decide(by, assessment, "refuse", "assessment.refused", reasons)


def approve(
    *,
    by: Person,
    assessment: Assessment,
    codes: Iterable[str] = (),
    own_condition: str = "",
    reasons: str = "",
) -> Assessment:
    """Approve, perhaps under conditions.

    Args:
        codes: conditions of conditions.toml. own_condition: one more in words, kept by people.
    """
    chosen = sorted(set(codes))
    unknown = [code for code in chosen if code not in conditions()]
    if unknown:
        raise WrongUse(
            f"There is no condition {unknown[0]}.", fix="Conditions: " + ", ".join(sorted(conditions()))
        )
    said = reasons.strip() or "The benefit outweighs what could go wrong."
    return _decide(by, assessment, "approve", "assessment.approved", said, chosen, own_condition.strip())


def _decide(
    by: Person, assessment: Assessment, verb: str, event: str, reasons: str,
    codes: Iterable[str] = (), own: str = "",
) -> Assessment:  # fmt: skip
    check(by, ASSESS)
    check_independent(by, assessment.proposal)
    if assessment.assessor and assessment.assessor != by.username:
        raise NotAllowed("Another assessor has this assessment.", fix="Leave it to them.")
    if not reasons.strip():
        raise WrongUse("Reasons are needed.", why="The provider reads them.", fix="Say why, in plain words.")
    with transaction.atomic():
        change_proposal(assessment.proposal, verb, by=by, event=f"proposal.{_PROPOSAL_EVENT[verb]}")
        assessment.reasons, assessment.conditions = reasons.strip(), list(codes)
        assessment.own_condition = own
        proposal = assessment.proposal
        about = f"{proposal.reference}#{assessment.pk}"
        tell(None, "assessment_decided", proposal.organisation, about=about)
        return _move(assessment, verb, by=by, event=event, conditions=len(list(codes)) + bool(own))


def let_go(assessor: Person) -> list[str]:
    """Put what an assessor has under way back to wait for another; returns the references.

    Called in the transaction that takes the role away.
    """
    held = Assessment.objects.select_for_update(of=("self",)).select_related("proposal__organisation")
    found = list(held.filter(state=AssessmentState.UNDER_WAY, assessor=assessor.username))
    for row in found:
        row.state, row.assessor = ASSESSMENT.after("let go", row.state), ""
        row.save(update_fields=["state", "assessor"])
        record("assessment.let go", by=SYSTEM, subject=row.subject, about=row.proposal.organisation.code)
    return [row.reference for row in found]


_PROPOSAL_EVENT = {"return": "returned", "refuse": "not eligible", "approve": "approved"}


def _move(assessment: Assessment, verb: str, *, by: Person, event: str, **details: object) -> Assessment:
    row = Assessment.objects.select_for_update().get(pk=assessment.pk)
    row.state = ASSESSMENT.after(verb, row.state)
    row.assessor = by.username
    row.reasons, row.conditions = assessment.reasons, assessment.conditions
    row.own_condition = assessment.own_condition
    if verb != "take":
        row.decided_at = timezone.now()
    row.save()
    record(event, by=by, subject=row.subject, about=row.proposal.organisation.code, details=details)
    return row
