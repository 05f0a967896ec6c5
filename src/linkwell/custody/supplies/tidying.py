"""What a killed process or an absent sender leaves behind, put right by the worker now and then."""

from __future__ import annotations

from linkwell.custody.home import package_path
from linkwell.custody.supplies.actions import stop_expired
from linkwell.custody.supplies.models import Supply
from linkwell.custody.supplies.states import SupplyState

KEEPS_ITS_FILE = (SupplyState.RECEIVING, SupplyState.RECEIVED, SupplyState.ACCEPTING)


def tidy() -> tuple[int, int]:
    """Stop uploads that ran out of time, and destroy sealed files whose supply needs them no more.

    Returns how many of each.
    """
    destroyed = 0
    for reference in Supply.objects.exclude(state__in=KEEPS_ITS_FILE).values_list("reference", flat=True):
        path = package_path(reference)
        if path.exists():  # the process died between publishing and destroying
            path.unlink()
            destroyed += 1
    return stop_expired(), destroyed
