"""Starting a refresh from every supply that is linked."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from linkwell.custody.agreements.states import AgreementState
from linkwell.custody.audit.record import record
from linkwell.custody.jobs import running
from linkwell.custody.jobs.models import Job
from linkwell.custody.organisations.models import Person
from linkwell.custody.permissions import check
from linkwell.custody.refreshes.models import Refresh, RefreshSupply
from linkwell.custody.refreshes.permissions import LOAD
from linkwell.custody.refreshes.states import REFRESH, RefreshState
from linkwell.custody.supplies.models import Supply
from linkwell.custody.supplies.states import SupplyState
from linkwell.errors import WrongUse

LOADABLE = (SupplyState.LINKED, SupplyState.LOADED)


def loadable_supplies() -> list[Supply]:
    """What a new refresh would hold: of each agreement in force, the newest supply that is linked."""
    today = timezone.localdate()
    newest = (
        Supply.objects.filter(
            state__in=LOADABLE, agreement__state=AgreementState.IN_FORCE,
            agreement__starts__lte=today, agreement__ends__gte=today,
        )
        .order_by().values("agreement").annotate(newest=Max("pk")).values("newest")
    )  # fmt: skip
    return list(Supply.objects.filter(pk__in=newest).select_related("agreement__organisation").order_by("pk"))


def latest_ready() -> Refresh | None:
    """The newest refresh that is ready."""
    return Refresh.objects.filter(state=RefreshState.READY).order_by("-pk").first()


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


def load(*, by: Person, label: str) -> tuple[Refresh, Job]:
    """Start building a refresh.

    Raises:
        NotAllowed: `by` is not a data integrator. WrongUse: nothing is linked.
        WrongState: a refresh of this label is being built or is ready.
    """
    check(by, LOAD)
    with transaction.atomic():
        refresh = Refresh.objects.select_for_update().filter(label=label).first()
        if refresh is None:
            supplies = loadable_supplies()
            if not supplies:
                raise WrongUse(
                    "No supply is linked yet.", fix="Link one first: linkwell custodian link SUPPLY"
                )
            refresh = Refresh.objects.create(label=label, state=REFRESH.after("load", None))
            RefreshSupply.objects.bulk_create(RefreshSupply(refresh=refresh, supply=s) for s in supplies)
        else:
            refresh.state = REFRESH.after("load", refresh.state)
            refresh.save(update_fields=["state"])
        held = sorted(refresh.supplies.values_list("reference", flat=True))
        record("refresh.started", by=by, subject=refresh.subject, details={"supplies": held})
        return refresh, running.leave("refresh.load", subject=label, by=by)
