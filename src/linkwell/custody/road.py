"""The custodian's part of the road, step by step: each step does what is still missing and nothing twice.

The command line and the demonstration use these; every change goes through the same actions as the portal's.
Permission is asked before anything is looked up: a step that is already done answers only who may take it.
"""

from __future__ import annotations

from collections.abc import Sequence

from linkwell.custody.agreements.models import Agreement
from linkwell.custody.jobs.kinds import Tick
from linkwell.custody.jobs.models import Job
from linkwell.custody.jobs.states import JobState
from linkwell.custody.jobs.worker import see_through
from linkwell.custody.linkage import actions as linkage
from linkwell.custody.linkage.permissions import LINK
from linkwell.custody.organisations.models import Person
from linkwell.custody.outputs import actions as outputs
from linkwell.custody.outputs.models import Output
from linkwell.custody.outputs.permissions import ANALYSE, RELEASE
from linkwell.custody.outputs.states import OutputState
from linkwell.custody.permissions import check
from linkwell.custody.projects.actions import standing_code
from linkwell.custody.projects.models import Project
from linkwell.custody.refreshes import actions as refreshes
from linkwell.custody.refreshes.models import Refresh
from linkwell.custody.refreshes.permissions import LOAD
from linkwell.custody.refreshes.states import RefreshState
from linkwell.custody.removals import actions as removals
from linkwell.custody.removals.models import Removal
from linkwell.custody.removals.permissions import CONFIRM_REMOVAL
from linkwell.custody.removals.states import RemovalKind, RemovalState
from linkwell.custody.retention.actions import ask_for_destruction
from linkwell.custody.supplies import actions as supplies
from linkwell.custody.supplies.models import Supply
from linkwell.custody.supplies.permissions import ACCEPT
from linkwell.custody.supplies.states import SupplyState
from linkwell.errors import RefusedByRule, WrongUse

_ACCEPTED = (
    SupplyState.ACCEPTED, SupplyState.LINKING, SupplyState.LINKED, SupplyState.LOADED, SupplyState.PRACTISED,
)  # fmt: skip
_LINKED = (SupplyState.LINKED, SupplyState.LOADED)


def accept(*, by: Person, reference: str, tick: Tick | None = None) -> Supply:
    """Bring a supply to accepted; real people's takes two calls by two persons, the first ends in checked.

    Raises:
        NotAllowed, WrongState, and whatever the check found (the supply is then rejected).
    """
    check(by, ACCEPT)
    supply = supplies.find(reference)
    if supply.state in _ACCEPTED:
        return supply
    if supply.state == SupplyState.REJECTED:
        raise _rejected(supply)
    job = _under_way("supply.accept", reference) or supplies.accept(by=by, supply=supply)
    see_through(job, tick=tick)
    return supplies.find(reference)


def _rejected(supply: Supply) -> RefusedByRule:
    said = supply.reasons
    return RefusedByRule(
        said.get("what") or "This supply was not accepted.",
        where=said.get("where") or supply.reference,
        why=said.get("why", ""),
        fix=said.get("fix") or "The provider mends it and sends again.",
    )


def link(*, by: Person, reference: str, tick: Tick | None = None) -> Supply:
    """Bring an accepted supply to linked."""
    check(by, LINK)
    supply = supplies.find(reference)
    if supply.state in _LINKED:
        return supply
    job = _under_way("supply.link", reference) or linkage.link(by=by, supply=supply)
    see_through(job, tick=tick)
    return supplies.find(reference)


def link_again(*, by: Person, reference: str, tick: Tick | None = None) -> Supply:
    """Link a linked supply afresh, with every judgement so far."""
    check(by, LINK)
    supply = supplies.find(reference)
    job = _under_way("supply.link again", reference) or linkage.link_again(by=by, supply=supply)
    see_through(job, tick=tick)
    return supplies.find(reference)


def load(
    *, by: Person, label: str | None = None, ad_hoc: Sequence[str] = (), tick: Tick | None = None
) -> Refresh:
    """Bring every linked supply into a refresh; without a label, into today's, unless the newest holds
    them all.

    Args:
        ad_hoc: only these supplies, outside a refresh.

    Raises:
        WrongUse: an ad hoc load without a label.
    """
    check(by, LOAD)
    if ad_hoc and label is None:
        raise WrongUse("A load outside a refresh needs a name.", fix="Say --label NAME.")
    refresh = _wanted(label)
    if refresh is not None and refresh.state == RefreshState.READY:
        return refresh
    job = _under_way("refresh.load", refresh.label) if refresh else None
    if job is None:
        refresh, job = refreshes.load(
            by=by,
            label=refresh.label if refresh else label or refreshes.new_label(),
            ad_hoc=[supplies.find(each) for each in ad_hoc],
        )
    see_through(job, tick=tick)
    assert refresh is not None
    return refreshes.find(refresh.label)


def _wanted(label: str | None) -> Refresh | None:
    if label is not None:
        return Refresh.objects.filter(label=label).first()
    newest = Refresh.objects.filter(base="").exclude(state=RefreshState.RETIRED).order_by("-pk").first()
    if newest is None or newest.state != RefreshState.READY:
        return newest
    held = set(newest.supplies.values_list("pk", flat=True))
    return newest if held == {supply.pk for supply in refreshes.loadable_supplies()} else None


def take_out(*, by: Person, removal: Removal, tick: Tick | None = None) -> Removal:
    """Confirm a removal and see it through; confirmed before, it is only seen through."""
    check(by, CONFIRM_REMOVAL)
    if removal.state in (RemovalState.ASKED, RemovalState.TAKEN_BACK):
        removal = removals.confirm(by=by, removal=removal)
    return _see_out(removal, tick)


def destroy_kept(*, by: Person, agreement: Agreement, tick: Tick | None = None) -> None:
    """Have what is kept under an agreement that is over destroyed now, and see it through."""
    see_through(ask_for_destruction(by=by, agreement=agreement), tick=tick)
    removal = removals.under_way(agreement)
    if removal is not None and removal.kind == RemovalKind.TIME_OVER:
        _see_out(removal, tick)


def _see_out(removal: Removal, tick: Tick | None) -> Removal:
    building = Refresh.objects.filter(state=RefreshState.BUILDING, base="").order_by("pk")
    for label in building.values_list("label", flat=True):
        job = _under_way("refresh.load", label)
        if job is not None and removal.state == RemovalState.CONFIRMED:
            see_through(job, tick=tick)
    removals.go_on()
    destroying = _under_way(removals.DESTROY, removal.reference)
    if destroying is not None:
        see_through(destroying, tick=tick)
    return removals.find(removal.reference)


def insights(
    *, by: Person, agreement: Agreement | None = None, pool: Project | None = None,
    refresh: Refresh | None = None, tick: Tick | None = None,
) -> Output:  # fmt: skip
    """Work out the insights of an agreement's standing project, or of a pool, on a refresh (the newest that
    is ready).
    """
    check(by, ANALYSE)
    project = pool
    if agreement is not None:
        project = Project.objects.filter(code=standing_code(agreement)).first()
    if project is None:
        raise WrongUse(
            "There is no standing insights project under this agreement.",
            where=agreement.reference if agreement else "",
            fix="A custodian manager sets one up: linkwell custodian approve-insights",
        )
    chosen = refresh or refreshes.latest_ready()
    if chosen is None:
        raise WrongUse("No refresh is ready.", fix="Make one: linkwell custodian load")
    output = Output.objects.filter(project=project, refresh=chosen).first()
    if output is not None and output.state not in (OutputState.ANALYSING, OutputState.FAILED):
        return output
    job = _under_way("output.analyse", output.reference) if output else None
    if job is None:
        output, job = outputs.analyse(by=by, project=project, refresh=chosen)
    see_through(job, tick=tick)
    assert output is not None
    return outputs.find(output.reference)


def release(*, by: Person, reference: str, tick: Tick | None = None, override: str = "") -> Output:
    """Bring an output that is ready to check to released; `override`: see `outputs.release`."""
    check(by, RELEASE)
    output = outputs.find(reference)
    if output.state == OutputState.RELEASED:
        return output
    if output.state == OutputState.REFUSED:
        said = output.reasons
        raise RefusedByRule(
            said.get("what") or "This output was refused.",
            where=said.get("where") or reference,
            why=said.get("why", ""),
            fix=said.get("fix", ""),
        )
    job = _under_way("output.release", reference) or outputs.release(by=by, output=output, override=override)
    see_through(job, tick=tick)
    return outputs.find(reference)


def _under_way(kind: str, subject: str) -> Job | None:
    """A job an earlier, perhaps killed, command left for the same thing."""
    states = (JobState.WAITING, JobState.RUNNING)
    return Job.objects.filter(kind=kind, subject=subject, state__in=states).first()


__all__ = ["accept", "insights", "link", "link_again", "load", "release", "take_out"]
