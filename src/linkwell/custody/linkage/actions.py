"""Starting the linking of an accepted supply, judging a sample of its links, and linking it again."""

from __future__ import annotations

from django.db import transaction

from linkwell.custody.agreements.controls import as_now, refuse_what_is_not_agreed
from linkwell.custody.audit.record import record
from linkwell.custody.home import links_path
from linkwell.custody.jobs import tasks
from linkwell.custody.jobs.models import Job
from linkwell.custody.linkage import judging
from linkwell.custody.linkage.permissions import JUDGE_PAIRS, LINK
from linkwell.custody.machine import WrongState
from linkwell.custody.organisations.models import Person
from linkwell.custody.permissions import check
from linkwell.custody.supplies.changing import change
from linkwell.custody.supplies.models import Supply
from linkwell.custody.supplies.states import SupplyState

AGAIN = (SupplyState.LINKED, SupplyState.LOADED)
"""States in which a supply can be linked again: its links are there and stay until the new ones are."""


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
        return tasks.leave("supply.link", subject=supply.reference, by=by)


def link_again(*, by: Person, supply: Supply) -> Job:
    """Have a linked supply linked afresh, with every judgement so far; its state does not change.

    The links it has hold until the new ones are whole, and the report compares the two.

    Raises:
        NotAllowed: `by` is not a linker. WrongState: the supply is not linked yet.
    """
    check(by, LINK)
    agreement = supply.agreement
    refuse_what_is_not_agreed(agreement, as_now(agreement, "work"))
    with transaction.atomic():
        row = Supply.objects.select_for_update().get(pk=supply.pk)
        if row.state not in AGAIN:
            raise WrongState(
                "Only a supply that is linked can be linked again.",
                where=row.reference,
                fix="Link it first, or wait until the linking under way has ended.",
            )
        record("supply.linking again", by=by, subject=row.subject, about=agreement.organisation.code)
        return tasks.leave("supply.link again", subject=row.reference, by=by)


def judge_pair(*, by: Person, supply: Supply, number: int, answer: str) -> None:
    """Keep a linker's answer to one drawn pair: same, different or unsure.

    Raises:
        NotAllowed: `by` is not a linker. WrongState: it is not linked. WrongUse: no such pair, or no answer.
    """
    check(by, JUDGE_PAIRS)
    if supply.state not in AGAIN:
        raise WrongState("There are no links to judge yet.", where=supply.reference, fix="Link it first.")
    judging.keep(links_path(supply.reference).parent, number, answer)
    with transaction.atomic():
        record(
            "linkage pair.judged",
            by=by,
            subject=f"linkage/{supply.reference}",
            about=supply.organisation.code,
            details={"number": number},
        )
