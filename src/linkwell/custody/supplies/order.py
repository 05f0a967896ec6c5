"""In which order supplies may be taken in: each after the one it was made after, and none twice."""

from __future__ import annotations

from linkwell.custody.agreements.models import Agreement
from linkwell.custody.supplies.models import Receipt, Supply
from linkwell.custody.supplies.states import SupplyState
from linkwell.errors import RefusedByRule, TryAgain
from linkwell.ledger.receipts import Kind
from linkwell.supply.manifest import Delivery, Manifest


def last_accepted(agreement: Agreement) -> Supply | None:
    """The real supply under an agreement that was accepted last: what the custodian holds now."""
    given = Receipt.objects.filter(
        supply__agreement=agreement, kind__in=(Kind.ACCEPTED.value, Kind.ACCEPTED_WITH_GAPS.value)
    ).exclude(supply__state=SupplyState.PRACTISED)
    found = given.select_related("supply").order_by("-pk").first()
    return found.supply if found else None


def refuse_out_of_turn(manifest: Manifest, before: Supply | None) -> None:
    """Raise unless a package can come next.

    Raises:
        RefusedByRule: it was sealed before what was accepted last, or changes another supply than that one.
    """
    if manifest.test or (before is None and manifest.delivery == Delivery.FULL):
        return
    if before is not None and manifest.created <= before.manifest.get("created", ""):
        raise RefusedByRule(
            "This sealed file is older than the one that was accepted last.",
            where=f"sealed {manifest.created}; accepted last: {before.reference}",
            why="Taking it in would bring back what was mended since.",
            fix="Seal the files as they are now, and send that.",
        )
    if manifest.delivery == Delivery.FULL:
        return
    if before is None or manifest.follows != before.manifest.get("package"):
        raise RefusedByRule(
            "This sealed file follows another supply than the one accepted last.",
            where=f"accepted last: {before.reference if before else 'none'}",
            why="It says only what changed; on top of anything else it would come to something nobody sent.",
            fix="Fetch your receipts, compare again and seal again; or send a full supply.",
        )


def refuse_two_at_once(supply: Supply) -> None:
    """Raise while another supply of the same agreement is being opened: each may follow the other.

    Raises:
        TryAgain: one is.
    """
    opening = (SupplyState.CHECKING, SupplyState.ACCEPTING)
    others = Supply.objects.filter(agreement=supply.agreement, state__in=opening).exclude(pk=supply.pk)
    if not supply.practice and any(not each.practice for each in others):
        raise TryAgain(
            "Another delivery under this agreement is being opened.",
            where=supply.agreement.reference,
            why="The one may follow the other, so they are taken in one after the other.",
            fix="Wait until it is done, then accept this one.",
        )
