"""Starting a refresh from every supply that is linked."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from linkwell.custody.agreements.states import AgreementState
from linkwell.custody.audit.record import record
from linkwell.custody.jobs import tasks
from linkwell.custody.jobs.models import Job
from linkwell.custody.organisations.models import Person
from linkwell.custody.permissions import check
from linkwell.custody.refreshes.models import Refresh, RefreshSupply
from linkwell.custody.refreshes.permissions import LOAD
from linkwell.custody.refreshes.states import REFRESH, RefreshState
from linkwell.custody.supplies.models import Supply
from linkwell.custody.supplies.states import SupplyState
from linkwell.errors import RefusedByRule, WrongUse

LOADABLE = (SupplyState.LINKED, SupplyState.LOADED)
LEAVING = ("confirmed", "destroying", "done")
"""States of a removal in which what it takes out enters nothing any more."""


def loadable_supplies() -> list[Supply]:
    """What a new refresh would hold: of each agreement in force, the newest supply that is linked, but
    nothing that is being taken out.
    """
    today = timezone.localdate()
    newest = (
        Supply.objects.filter(
            state__in=LOADABLE, agreement__state=AgreementState.IN_FORCE,
            agreement__starts__lte=today, agreement__ends__gte=today,
        )
        .exclude(removals__state__in=LEAVING)
        .order_by().values("agreement").annotate(newest=Max("pk")).values("newest")
    )  # fmt: skip
    return list(Supply.objects.filter(pk__in=newest).select_related("agreement__organisation").order_by("pk"))


def latest_ready() -> Refresh | None:
    """The newest refresh that is ready; an ad hoc load is none."""
    return Refresh.objects.filter(state=RefreshState.READY, base="").order_by("-pk").first()


def before(refresh: Refresh) -> Refresh | None:
    """The refresh that was current when this one was begun."""
    ready = Refresh.objects.filter(state=RefreshState.READY, base="", pk__lt=refresh.pk)
    return ready.order_by("-pk").first()


def find(label: str) -> Refresh:
    """The refresh of this label.

    Raises:
        WrongUse: there is none.
    """
    found = Refresh.objects.filter(label=label).first()
    if found is None:
        raise WrongUse(
            "There is no refresh of this name.", where=label, fix="Make one: linkwell custodian load"
        )
    return found


def new_label() -> str:
    """The label of a refresh begun today."""
    day = timezone.localdate().isoformat()
    taken = Refresh.objects.filter(label__startswith=day).count()
    return day if not taken else f"{day}-{taken + 1}"


def load(*, by: Person, label: str, ad_hoc: Sequence[Supply] = ()) -> tuple[Refresh, Job]:
    """Start building a refresh or, with supplies named, an ad hoc load of these beside the newest refresh.

    Raises:
        NotAllowed: `by` is not a data integrator. WrongUse: nothing is linked, or there is no refresh yet to
            load beside. WrongState: a refresh of this label is being built, is ready or was retired.
        RefusedByRule: something it would hold is being taken out.
    """
    check(by, LOAD)
    with transaction.atomic():
        refresh = Refresh.objects.select_for_update().filter(label=label).first()
        if refresh is None:
            return begin(by=by, label=label, ad_hoc=ad_hoc)
        refresh.state = REFRESH.after("load", refresh.state)
        if refresh.supplies.filter(removals__state__in=LEAVING).exists():
            raise RefusedByRule(
                "This refresh would hold something that is being taken out.",
                where=label,
                fix="Start another one, with a new name.",
            )
        refresh.save(update_fields=["state"])
        return refresh, _leave(refresh, by)


def begin(*, by: Person | str, label: str, ad_hoc: Sequence[Supply] = ()) -> tuple[Refresh, Job]:
    """Create a refresh and leave its job; `load` has asked who may, and a removal asks nobody.

    Call in a transaction. Raises as `load`.
    """
    base = latest_ready()
    supplies = _for_ad_hoc(ad_hoc, base) if ad_hoc else loadable_supplies()
    if not supplies and base is None:
        raise WrongUse("No supply is linked yet.", fix="Link one first: linkwell custodian link SUPPLY")
    refresh = Refresh.objects.create(
        label=label, state=REFRESH.after("load", None), base=base.label if ad_hoc and base else ""
    )
    RefreshSupply.objects.bulk_create(RefreshSupply(refresh=refresh, supply=s) for s in supplies)
    return refresh, _leave(refresh, by)


def _for_ad_hoc(supplies: Sequence[Supply], base: Refresh | None) -> Sequence[Supply]:
    if base is None:
        raise WrongUse(
            "There is no refresh to load beside.",
            why="An ad hoc load is used with the people of a refresh, under the same ids.",
            fix="Start a refresh first.",
        )
    for supply in supplies:
        if supply.state not in LOADABLE or supply.removals.filter(state__in=LEAVING).exists():
            raise RefusedByRule("This supply cannot be loaded.", where=supply.reference, fix="Link it first.")
        if not supply.agreement.live():
            raise RefusedByRule("Its agreement is not in force.", where=supply.agreement.reference)
    return supplies


def _leave(refresh: Refresh, by: Person | str) -> Job:
    held = sorted(refresh.supplies.values_list("reference", flat=True))
    told = {"supplies": held} | ({"beside": refresh.base} if refresh.base else {})
    record("refresh.started", by=by, subject=refresh.subject, details=told)
    return tasks.leave("refresh.load", subject=refresh.label, by=by)
