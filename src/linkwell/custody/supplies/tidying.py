"""What a killed process or an absent sender leaves behind, put right by the worker now and then."""

from __future__ import annotations

import time

from django.db import transaction

from linkwell.custody.home import current_home
from linkwell.custody.supplies import arrivals
from linkwell.custody.supplies.actions import stop_expired
from linkwell.custody.supplies.destroying import destroy_what_is_over, expire_undecided
from linkwell.custody.supplies.models import Supply, Upload
from linkwell.custody.supplies.periods import destroy_keys_over
from linkwell.custody.supplies.states import SupplyState

NOT_TAKEN_IN = (
    SupplyState.STOPPED, SupplyState.RECEIVED, SupplyState.CHECKED, SupplyState.REJECTED,
    SupplyState.WITHDRAWN, SupplyState.EXPIRED, SupplyState.PRACTISED,
)  # fmt: skip
"""Nothing of these may lie opened; only a process that died while taking one in can have left something."""


def tidy() -> tuple[int, int]:
    """Stop uploads that ran out of time and sweep up what is left of them; destroy sealed files nobody needs
    or decided about in time, opened tables a killed opening left, and the keys of periods that are over.

    Returns how many uploads and how many sealed files.
    """
    from linkwell.intake import sweep_openings

    opening = Supply.objects.filter(state__in=(SupplyState.CHECKING, SupplyState.ACCEPTING))
    sweep_openings(current_home(), under_way=set(opening.values_list("reference", flat=True)))
    _close_what_was_not_taken_in()
    stopped = stop_expired()
    going_on = Upload.objects.filter(ended_at=None, supply__state=SupplyState.RECEIVING)
    arrivals.sweep(set(going_on.values_list("pk", flat=True)), now=time.time())
    expire_undecided()
    destroyed = destroy_what_is_over()
    destroy_keys_over()
    return stopped, destroyed


def _close_what_was_not_taken_in() -> None:
    """The row stays locked while its tables go, so nobody begins to take it in meanwhile."""
    from linkwell.intake import close_opened, lies_open

    home = current_home()
    for supply in Supply.objects.filter(state__in=NOT_TAKEN_IN):
        if not lies_open(home, supply.reference):
            continue
        with transaction.atomic():
            row = Supply.objects.select_for_update().get(pk=supply.pk)
            if row.state in NOT_TAKEN_IN:
                close_opened(home, row.reference)
