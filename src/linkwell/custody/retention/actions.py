"""Asking for destruction now, and the clock that asks when the time is over."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils import timezone

from linkwell.custody.agreements.models import Agreement
from linkwell.custody.agreements.permissions import SIGN_FOR_PROVIDER
from linkwell.custody.agreements.states import AGREEMENT
from linkwell.custody.audit.record import SYSTEM, record
from linkwell.custody.jobs import tasks
from linkwell.custody.jobs.models import Job
from linkwell.custody.organisations.models import Person
from linkwell.custody.permissions import check
from linkwell.custody.removals.actions import take_out_at_its_end, under_way
from linkwell.custody.removals.states import RemovalKind
from linkwell.custody.retention.clock import due_agreements

DESTROY = "agreement.destroy"


def ask_for_destruction(*, by: Person, agreement: Agreement) -> Job:
    """Have what is kept under an agreement that is over destroyed now.

    Raises:
        NotAllowed: `by` is not the provider's lead. WrongState: the agreement is not over.
    """
    check(by, SIGN_FOR_PROVIDER, owner=agreement.organisation)
    with transaction.atomic():
        row = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
        row.state = AGREEMENT.after("ask for destruction", row.state)
        if row.destroy_asked_on is None:
            row.destroy_asked_on = timezone.localdate()
            row.save(update_fields=["destroy_asked_on"])
            record("agreement.destruction asked", by=by, subject=row.subject, about=row.organisation.code)
        return tasks.leave(DESTROY, subject=row.reference, by=by)


def destroy_what_is_due(today: datetime.date | None = None) -> int:
    """Leave a job for every agreement whose time is over; returns how many there are.

    Called again and again: a job that is under way is not left twice, one that failed is left anew, and
    what is being taken out already goes on from where it stands.
    """
    due = due_agreements(today)
    for agreement in due:
        found = under_way(agreement)
        with transaction.atomic():
            if found is not None and found.kind == RemovalKind.TIME_OVER:
                take_out_at_its_end(agreement)
            else:
                tasks.leave(DESTROY, subject=agreement.reference, by=SYSTEM)
    return len(due)
