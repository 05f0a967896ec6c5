"""When what is kept under an agreement is destroyed."""

from __future__ import annotations

import datetime

from django.utils import timezone

from linkwell.custody.agreements.models import Agreement
from linkwell.custody.agreements.states import AgreementState
from linkwell.custody.supplies.states import SupplyState

KEPT = (SupplyState.ACCEPTED, SupplyState.LINKING, SupplyState.LINKED, SupplyState.LOADED)
"""States of a delivery of which names, numbers or service details are kept."""


def destroyed_on(agreement: Agreement) -> datetime.date | None:
    """The day what is kept under an agreement is destroyed; None while the agreement goes on.

    The agreement's clause "How long it is kept": so many years after its end, or at once where it has ended
    and the provider asks. A lapsed agreement counts from its last day; a renewal stops the clock.
    """
    if agreement.state not in (AgreementState.LAPSED, AgreementState.ENDED):
        return None
    if agreement.destroy_asked_on is not None:
        return agreement.destroy_asked_on
    last = min(agreement.ended_on or agreement.ends, agreement.ends)
    return years_after(last, agreement.retention_years)


def why_over(agreement: Agreement) -> str:
    """Why its time is over, for the certificate."""
    if agreement.destroy_asked_on is not None:
        return "the agreement is over, and the provider asked"
    return f"{agreement.retention_years} years after the agreement are over"


def years_after(day: datetime.date, years: int) -> datetime.date:
    """The same day so many years on; where there is none, the first of March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return datetime.date(day.year + years, 3, 1)


def due_agreements(today: datetime.date | None = None) -> list[Agreement]:
    """The agreements under which something is kept whose time is over."""
    day = today or timezone.localdate()
    over = Agreement.objects.filter(
        state__in=(AgreementState.LAPSED, AgreementState.ENDED), supplies__state__in=KEPT
    ).select_related("organisation")
    return [each for each in over.distinct() if (destroyed_on(each) or day) <= day]
