"""Destroying what was taken out, once the newest refresh stands without it; then the certificate."""

from __future__ import annotations

from dataclasses import dataclass

from linkwell.custody.agreements.notices import custodian, tell
from linkwell.custody.audit.record import SYSTEM, record
from linkwell.custody.home import content_folder, current_home
from linkwell.custody.jobs.kinds import Tick
from linkwell.custody.jobs.models import Job
from linkwell.custody.labs import databases
from linkwell.custody.labs.models import ProjectDatabase
from linkwell.custody.labs.states import DATABASE
from linkwell.custody.outputs.actions import change as change_output
from linkwell.custody.outputs.models import Output
from linkwell.custody.outputs.states import OUTPUT
from linkwell.custody.refreshes.actions import latest_ready
from linkwell.custody.refreshes.models import Refresh
from linkwell.custody.refreshes.states import REFRESH
from linkwell.custody.removals.actions import change, find, stands_without
from linkwell.custody.removals.models import Removal
from linkwell.custody.removals.plan import refreshes_with, sentences
from linkwell.custody.removals.states import RemovalKind
from linkwell.custody.retention.clock import why_over
from linkwell.custody.retention.jobs import kept_folders
from linkwell.custody.supplies.changing import change as change_supply
from linkwell.custody.supplies.models import Supply
from linkwell.custody.supplies.receipts import give
from linkwell.custody.supplies.states import SUPPLY
from linkwell.errors import LinkwellError, RefusedByRule, TryAgain
from linkwell.ledger.receipts import Kind


@dataclass(frozen=True)
class Destroyed:
    """What is gone: supplies, refreshes and project databases, by name."""

    supplies: tuple[str, ...]
    refreshes: tuple[str, ...]
    projects: tuple[str, ...]


def work_destroy(job: Job, tick: Tick) -> Destroyed:
    """Look that the newest refresh holds none of it, then destroy everything that did.

    What was sent goes last, so that a repeat after a death can look again.

    Raises:
        TryAgain: a refresh with it is current or being built, or a delivery is being linked.
        RefusedByRule: the newest refresh still holds rows of it; nothing was destroyed.
    """
    from linkwell.integration import leaving

    removal, home = find(job.subject), current_home()
    supplies = list(removal.supplies.order_by("pk"))
    if stands_without(removal) is None:
        raise TryAgain("Something of it is still in use.", where=removal.reference, fix="It goes on later.")
    refuse_where_it_is_left(removal)
    refreshes = list(refreshes_with(supplies))
    projects = Output.objects.filter(refresh__in=refreshes).values_list("reference", flat=True)
    names = tuple(sorted([*projects, *databases.built_from(refreshes)]))
    steps = len(names) + len(refreshes) + len(supplies)
    for done, project in enumerate(names, start=1):
        leaving.destroy_project(home, project)
        tick(done, steps)
    for done, refresh in enumerate(refreshes, start=len(names) + 1):
        leaving.destroy_refresh(home, refresh.label)
        tick(done, steps)
    for done, supply in enumerate(supplies, start=len(names) + len(refreshes) + 1):
        for folder in kept_folders(supply.reference):
            leaving.destroy_folder(folder)
        tick(done, steps)
    return Destroyed(
        tuple(each.reference for each in supplies), tuple(each.label for each in refreshes), names
    )


def refuse_where_it_is_left(removal: Removal) -> None:
    """Look for every record that leaves in the decoded tables of the newest refresh.

    Raises:
        RefusedByRule: some are there.
    """
    from linkwell.integration import leaving

    newest, home = latest_ready(), current_home()
    keys: set[str] = set()
    for supply in removal.supplies.all():
        keys |= leaving.record_keys(content_folder(supply.reference))
    if removal.delivery is not None:
        keys -= leaving.record_keys(content_folder(removal.delivery.reference))
    if newest is not None and leaving.rows_left(home, newest.label, keys):
        raise RefusedByRule(
            "The newest refresh still holds what was to be taken out.",
            where=newest.label,
            why="A certificate must be true.",
            fix="Start another refresh; nothing was destroyed yet.",
        )


def finish_destroy(job: Job, gone: Destroyed) -> None:
    """Say so everywhere: deliveries, refreshes, outputs, the record, both sides, and a signed certificate."""
    removal = find(job.subject)
    newest = latest_ready()
    removal.refresh = newest
    removal.done = _certificate(removal, gone, newest)
    row = change(removal, "destroyed", by=SYSTEM, event="removal.done",
                 deliveries=list(gone.supplies), refreshes=list(gone.refreshes))  # fmt: skip
    kind = Kind.WITHDRAWN if row.kind == RemovalKind.WITHDRAWAL else Kind.DESTROYED
    for supply in Supply.objects.filter(reference__in=gone.supplies).order_by("pk"):
        if SUPPLY.may("destroy", supply.state):
            change_supply(supply, "destroy", by=SYSTEM, event="supply.kept data destroyed")
        give(supply, kind, row.done, about=row.reference)
    _retire(gone, row)
    if row.kind == RemovalKind.TIME_OVER:
        tell(row.agreement, "kept_destroyed", row.organisation, custodian(), about=row.reference)
    else:
        tell(None, "removal_done", custodian(), row.organisation, about=row.reference)


def _certificate(removal: Removal, gone: Destroyed, newest: Refresh | None) -> dict[str, object]:
    """The facts of the certificate: names of things, counts and sentences; nothing about any person."""
    words, plan = sentences()["certificate"], removal.plan
    released = [reference for reference, _ in plan["released"]]
    without = {"stands_without_it": newest.label, "its_fingerprint": newest.digest} if newest else {}
    return {
        "certificate": removal.reference,
        "why": _why(removal),
        "what": words["what"],
        "people": int(plan["people"]),
        "deliveries_destroyed": list(gone.supplies),
        "delivery_in_force": plan["stays"],
        "refreshes_destroyed": list(gone.refreshes),
        "project_databases_destroyed": list(gone.projects),
        **without,
        "released_before": released,
        "released_stays": words["released"],
        "release_guard_keeps": words["guard"],
        "backups": words["backups"],
    }


def _why(removal: Removal) -> str:
    why = str(sentences()["kind"][removal.kind])
    return f"{why}: {why_over(removal.agreement)}" if removal.kind == RemovalKind.TIME_OVER else why


def _retire(gone: Destroyed, removal: Removal) -> None:
    for refresh in Refresh.objects.select_for_update().filter(label__in=gone.refreshes):
        if REFRESH.may("retire", refresh.state):
            refresh.state = REFRESH.after("retire", refresh.state)
            refresh.save(update_fields=["state"])
            record("refresh.retired", by=SYSTEM, subject=refresh.subject,
                   details={"removal": removal.reference})  # fmt: skip
    held = ProjectDatabase.objects.filter(name__in=gone.projects)
    databases.remove_all(row for row in held if DATABASE.may("remove", row.state))
    for output in Output.objects.filter(reference__in=gone.projects):
        if OUTPUT.may("taken out", output.state):
            output.reasons = {
                "what": "Something it was worked out from was taken out.",
                "fix": "Work it out again on the newest refresh.",
            }
            change_output(output, "taken out", by=SYSTEM, event="output.refused")


def give_up_destroy(job: Job, error: LinkwellError) -> None:
    """Back to confirmed; the clock tries again. What is gone already stays gone."""
    change(find(job.subject), "destroy failed", by=SYSTEM, event="removal.destroy failed", job=job.pk)
