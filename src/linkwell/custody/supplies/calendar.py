"""When a delivery is due by its agreement's calendar, and telling whoever sends some weeks before.

Only what is coming is told, never that somebody is late: not sharing is no mark against anybody.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from linkwell.custody.agreements.controls import EARLIEST_DAYS
from linkwell.custody.agreements.models import Agreement, Notice
from linkwell.custody.agreements.notices import tell
from linkwell.custody.agreements.states import AgreementState
from linkwell.custody.audit.record import SYSTEM, record
from linkwell.custody.organisations.models import Organisation
from linkwell.custody.organisations.roles import Kind
from linkwell.custody.supplies.models import Supply
from linkwell.custody.supplies.states import SupplyState

REMIND_DAYS = 21
"""So long before the day; our choice: time to export, check and send, and the window is open already."""

_CAME_TO_NOTHING = {SupplyState.STOPPED, SupplyState.REJECTED, SupplyState.WITHDRAWN, SupplyState.EXPIRED}


@dataclass(frozen=True)
class Due:
    """A delivery that has not come and is due within three weeks."""

    agreement: Agreement
    day: datetime.date

    @property
    def since(self) -> datetime.date:
        """The day from which it is told."""
        return self.day - datetime.timedelta(days=REMIND_DAYS)

    def is_met_by(self, supply: Supply) -> bool:
        """Whether this delivery came within the window of the day."""
        first = self.day - datetime.timedelta(days=EARLIEST_DAYS)
        return supply.agreement_id == self.agreement.pk and timezone.localdate(supply.created_at) >= first


def due_soon(whose: Iterable[Organisation], today: datetime.date | None = None) -> list[Due]:
    """What these organisations have to send soon, in two queries however many agreements they have."""
    day = today or timezone.localdate()
    found = Agreement.objects.filter(
        organisation__in=whose, state=AgreementState.IN_FORCE, starts__lte=day, ends__gte=day
    ).exclude(cut_offs=[])
    rows = found.select_related("organisation", "via")
    dues = [Due(each, due) for each in rows if (due := _next(each, day)) is not None]
    came = _came({due.agreement.pk for due in dues}) if dues else []
    return [due for due in dues if not any(due.is_met_by(supply) for supply in came)]


def remind_of_deliveries(today: datetime.date | None = None) -> int:
    """Tell the provider, and a vendor or intermediary that sends for it, once for every day.

    Returns how many were told about. A commissioner that passes files on is not told: it would learn who has
    not sent.
    """
    told = 0
    for due in due_soon(Organisation.objects.filter(is_custodian=False), today):
        agreement, about = due.agreement, due.day.isoformat()
        with transaction.atomic():
            Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
            if Notice.objects.filter(agreement=agreement, kind="delivery_due", about=about).exists():
                continue
            relay = agreement.via if agreement.via and agreement.via.kind != Kind.COMMISSIONER else None
            tell(agreement, "delivery_due", agreement.organisation, *([relay] if relay else []), about=about)
            record(
                "agreement.delivery due", by=SYSTEM, subject=agreement.subject,
                about=agreement.organisation.code, details={"by": about},
            )  # fmt: skip
            told += 1
    return told


def _next(agreement: Agreement, day: datetime.date) -> datetime.date | None:
    days = (datetime.date.fromisoformat(text) for text in agreement.cut_offs)
    last = day + datetime.timedelta(days=REMIND_DAYS)
    return min((each for each in days if day <= each <= last), default=None)


def _came(agreements: set[int]) -> list[Supply]:
    found = Supply.objects.filter(agreement__in=agreements).exclude(state__in=_CAME_TO_NOTHING)
    return [each for each in found if not each.practice]
