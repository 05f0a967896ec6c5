"""What a killed process or an absent sender leaves behind, put right by the worker now and then."""

from __future__ import annotations

from linkwell.custody.home import current_home
from linkwell.custody.supplies.actions import stop_expired
from linkwell.custody.supplies.destroying import destroy_what_is_over, expire_undecided
from linkwell.custody.supplies.models import Supply
from linkwell.custody.supplies.states import SupplyState


def tidy() -> tuple[int, int]:
    """Stop uploads that ran out of time; destroy sealed files nobody needs or decided about in time, and
    opened tables a killed opening left.

    Returns how many uploads and how many sealed files.
    """
    from linkwell.intake import sweep_openings

    opening = Supply.objects.filter(state__in=(SupplyState.CHECKING, SupplyState.ACCEPTING))
    sweep_openings(current_home(), under_way=set(opening.values_list("reference", flat=True)))
    stopped = stop_expired()
    expire_undecided()
    return stopped, destroy_what_is_over()
