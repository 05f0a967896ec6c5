"""Starting the linking of an accepted supply."""

from __future__ import annotations

from django.db import transaction

from linkwell.custody.agreements.controls import as_now, refuse_what_is_not_agreed
from linkwell.custody.jobs import running
from linkwell.custody.jobs.models import Job
from linkwell.custody.linkage.permissions import LINK
from linkwell.custody.organisations.models import Person
from linkwell.custody.permissions import check
from linkwell.custody.supplies.actions import change
from linkwell.custody.supplies.models import Supply


def link(*, by: Person, supply: Supply) -> Job:
    """Have the people of an accepted supply looked for on the spine.

    Raises:
        NotAllowed: `by` is not a linker. WrongState: the supply is not accepted.
    """
    check(by, LINK)
    agreement = supply.agreement
    refuse_what_is_not_agreed(agreement, as_now(agreement, "work"))
    with transaction.atomic():
        change(supply, "link", by=by, event="supply.linking")
        return running.leave("supply.link", subject=supply.reference, by=by)
