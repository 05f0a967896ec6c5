"""Asking for something to be taken out, taking that back, and confirming it; the rest goes on by itself."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from linkwell.custody.agreements.models import Agreement
from linkwell.custody.agreements.notices import custodian, tell
from linkwell.custody.agreements.signing import end_with_withdrawal
from linkwell.custody.agreements.states import AgreementState
from linkwell.custody.audit.record import SYSTEM, record
from linkwell.custody.jobs import tasks
from linkwell.custody.jobs.models import Job
from linkwell.custody.jobs.states import JobState
from linkwell.custody.organisations.duties import check_acts
from linkwell.custody.organisations.models import Person
from linkwell.custody.permissions import allows, check
from linkwell.custody.refreshes.actions import begin, latest_ready, new_label
from linkwell.custody.refreshes.models import Refresh
from linkwell.custody.refreshes.states import RefreshState
from linkwell.custody.removals.models import Removal
from linkwell.custody.removals.permissions import ASK_OWN_REMOVAL, ASK_REMOVAL, CONFIRM_REMOVAL
from linkwell.custody.removals.plan import Plan, leaving, plan_of, refreshes_with
from linkwell.custody.removals.states import ASKABLE, REMOVAL, RemovalKind, RemovalState
from linkwell.custody.supplies.models import Supply
from linkwell.custody.supplies.states import SupplyState
from linkwell.errors import RefusedByRule, WrongUse

DESTROY = "removal.destroy"
BY_DELIVERY = {"correction": RemovalKind.CORRECTION, "deletion": RemovalKind.DELETION}
"""Deliveries that ask by themselves for what went before to be taken out."""


def find(reference: str) -> Removal:
    """The removal of this reference.

    Raises:
        WrongUse: there is none.
    """
    found = Removal.objects.select_related("agreement__organisation", "delivery")
    row = found.filter(reference=reference).first()
    if row is None:
        raise WrongUse(
            "There is nothing of this name to take out.", where=reference,
            fix="List what is asked with: linkwell custodian removals",
        )  # fmt: skip
    return row


def _check_asker(by: Person, agreement: Agreement) -> None:
    if not allows(by, ASK_OWN_REMOVAL, owner=agreement.organisation):
        check(by, ASK_REMOVAL)


def ask(*, by: Person, agreement: Agreement, kind: str) -> Removal:
    """Ask for something to be taken out; what would happen is worked out and kept as the plan.

    Args:
        kind: of RemovalKind. A withdrawal takes out everything under the agreement and ends it; the others
            take out everything older than the newest delivery, which says how it should be.

    Raises:
        NotAllowed: `by` is neither lead of the provider nor a data integrator.
        WrongUse: there is nothing to take out. RefusedByRule: the same is asked already.
    """
    _check_asker(by, agreement)
    if kind not in ASKABLE:
        raise WrongUse("This is no reason to take something out.", where=kind,
                       fix=f"One of: {', '.join(ASKABLE)}.")  # fmt: skip
    with transaction.atomic():
        return _asked(agreement, RemovalKind(kind), by=by)


def look(*, by: Person, agreement: Agreement, kind: str) -> Plan:
    """What taking it out would do, without asking for it. Raises as `ask`."""
    _check_asker(by, agreement)
    return plan_of(agreement, kind)


def ask_for_delivery(supply: Supply) -> Removal | None:
    """A correction or deletion that was linked asks by itself: its provider signed it. None for others."""
    kind = BY_DELIVERY.get(str(supply.manifest.get("delivery", "")))
    if kind is None or supply.practice:
        return None
    with transaction.atomic():
        if under_way(supply.agreement) or not supply.agreement.supplies.filter(pk__lt=supply.pk).exists():
            return None
        try:
            return _asked(supply.agreement, kind, by=SYSTEM)
        except WrongUse:  # nothing older is kept any more
            return None


def under_way(agreement: Agreement) -> Removal | None:
    """What is being taken out under an agreement, if anything is."""
    done = (RemovalState.DONE, RemovalState.TAKEN_BACK)
    return agreement.removals.exclude(state__in=done).first()


def take_out_at_its_end(agreement: Agreement) -> Removal | None:
    """Take out everything under an agreement whose time is over, or go on with it.

    Nobody is asked: both sides confirmed the day when they signed. What somebody asked for and nobody has
    confirmed falls away; what was confirmed is done first (None), and the clock comes again.
    """
    with transaction.atomic():
        row = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
        found = under_way(row)
        if found is not None and found.state == RemovalState.ASKED:
            change(found, "take back", by=SYSTEM, event="removal.taken back")
            found = None
        if found is None:
            found = _asked(row, RemovalKind.TIME_OVER, by=SYSTEM)
            found.confirmed_by = SYSTEM
            found = change(found, "confirm", by=SYSTEM, event="removal.confirmed")
        if found.kind != RemovalKind.TIME_OVER:
            return None
        linking = found.supplies.filter(state=SupplyState.LINKING).exists()
        if found.state == RemovalState.CONFIRMED and not linking and not _failed_today():
            _rebuild(found)
        go_on()
    return find(found.reference)


def _failed_today() -> bool:
    today = timezone.localdate()
    return Refresh.objects.filter(state=RefreshState.FAILED, created_at__date=today).exists()


def _asked(agreement: Agreement, kind: RemovalKind, *, by: Person | str) -> Removal:
    row = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
    if under_way(row):
        raise RefusedByRule(
            "Something is being taken out under this agreement already.",
            where=row.reference,
            fix="Wait until that is done, or take it back; then ask again.",
        )
    supplies, delivery = leaving(row, kind)
    made = Removal.objects.create(
        reference=f"{row.reference}-t{row.removals.count() + 1}", agreement=row, kind=kind, delivery=delivery,
        state=REMOVAL.after("ask", None), plan=plan_of(row, kind).as_dict(), asked_by=str(by),
    )  # fmt: skip
    made.supplies.set(supplies)
    details = {"kind": str(kind), "deliveries": [each.reference for each in supplies]}
    record("removal.asked", by=by, subject=made.subject, about=row.organisation.code, details=details)
    if kind != RemovalKind.TIME_OVER:
        tell(None, "removal_asked", custodian(), row.organisation, about=made.reference)
    return made


def change(removal: Removal, verb: str, *, by: Person | str, event: str, **details: object) -> Removal:
    """Move a locked removal by `verb` and record it; call inside a transaction.

    Raises:
        WrongState: it cannot be moved that way from where it is.
    """
    row = Removal.objects.select_for_update(of=("self",)).get(pk=removal.pk)
    row.state = REMOVAL.after(verb, row.state)
    for name in ("confirmed_by", "refresh", "done", "plan"):
        setattr(row, name, getattr(removal, name))
    row.save()
    record(event, by=by, subject=row.subject, about=row.organisation.code, details=details)
    return row


def take_back(*, by: Person, removal: Removal) -> Removal:
    """Take it back before anything has changed."""
    _check_asker(by, removal.agreement)
    with transaction.atomic():
        return change(removal, "take back", by=by, event="removal.taken back")


def confirm(*, by: Person, removal: Removal) -> Removal:
    """Confirm the plan: the agreement of a withdrawal ends, and a refresh without it is begun.

    The refresh there is stays whole and current until the new one stands.

    Raises:
        NotAllowed: `by` is no custodian manager, or asked for it. WrongState: it was confirmed or taken back.
        RefusedByRule: what would be taken out is no longer what was shown.
    """
    check(by, CONFIRM_REMOVAL)
    check_acts(act="removal.confirm", by=by.username, done=[("removal.ask", removal.asked_by)])
    with transaction.atomic():
        REMOVAL.after("confirm", removal.state)
        agreement = Agreement.objects.select_for_update(of=("self",)).get(pk=removal.agreement_id)
        _refuse_other_plan(removal, agreement)
        removal.confirmed_by = by.username
        row = change(removal, "confirm", by=by, event="removal.confirmed")
        if removal.kind == RemovalKind.WITHDRAWAL and agreement.state == AgreementState.IN_FORCE:
            end_with_withdrawal(agreement, by=SYSTEM)
        _rebuild(row)
        go_on()
    return find(row.reference)


def _rebuild(removal: Removal) -> None:
    """Begin a refresh without it, unless the newest stands without it or one is on its way."""
    if stands_without(removal) is None and latest_ready() is not None and not _coming(removal):
        begin(by=SYSTEM, label=new_label())


def _refuse_other_plan(removal: Removal, agreement: Agreement) -> None:
    now, shown = plan_of(agreement, removal.kind).as_dict(), removal.plan
    same = ("deliveries", "stays")
    if any(list(now[name]) != list(shown[name]) for name in same):
        raise RefusedByRule(
            "Something has arrived since this was planned.",
            where=removal.reference,
            why="You would confirm something other than what you were shown.",
            fix="Take it back and ask again: the plan is then worked out anew.",
        )


def stands_without(removal: Removal) -> str | None:
    """Label of the newest refresh if nothing current holds what leaves; "" before any refresh; None if one
    does, is being built with it, or a delivery that leaves is just being linked.
    """
    if removal.supplies.filter(state=SupplyState.LINKING).exists():
        return None
    held = refreshes_with(removal.supplies.all())
    newest = latest_ready()
    if held.filter(state=RefreshState.BUILDING).exists() or (newest and held.filter(pk=newest.pk).exists()):
        return None
    return newest.label if newest else ""


def _coming(removal: Removal) -> bool:
    """Whether a refresh without what leaves is being built already."""
    building = Refresh.objects.filter(state=RefreshState.BUILDING, base="")
    return building.exclude(supplies__in=removal.supplies.all()).exists()


def go_on() -> int:
    """Leave the job of every confirmed removal that the newest refresh stands without; how many there are.

    Asked when a refresh is ready and again by the clock, so that nothing a killed process left is forgotten.
    """
    count = 0
    for removal in Removal.objects.filter(state__in=(RemovalState.CONFIRMED, RemovalState.DESTROYING)):
        label = stands_without(removal)
        if label is None or _tried(removal, label):
            continue
        with transaction.atomic():
            if removal.state == RemovalState.CONFIRMED:
                change(removal, "rebuilt", by=SYSTEM, event="removal.rebuilt")
            tasks.leave(DESTROY, subject=removal.reference, by=SYSTEM)
        count += 1
    return count


def _tried(removal: Removal, label: str) -> bool:
    """Whether it was tried on this refresh already and could not be done: only another refresh helps."""
    ready = Refresh.objects.filter(label=label).values_list("ready_at", flat=True).first()
    failed = Job.objects.filter(kind=DESTROY, subject=removal.reference, state=JobState.FAILED)
    return ready is not None and failed.filter(finished_at__gte=ready).exists()
