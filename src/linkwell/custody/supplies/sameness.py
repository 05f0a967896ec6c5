"""What is kept of a cover page; whether what arrived is here already, as the same bytes or sealed again."""

from __future__ import annotations

from dataclasses import asdict

from linkwell.custody.supplies.models import Supply
from linkwell.custody.supplies.practice import base_of
from linkwell.custody.supplies.states import OVER
from linkwell.errors import RefusedByRule
from linkwell.supply.manifest import Manifest


def facts_of(supply: Supply, manifest: Manifest) -> dict[str, object]:
    """What is kept of a cover page: counts, digests and what it follows; no personal value."""
    return {
        "package": manifest.package,
        "sender": manifest.sender,
        "base": base_of(supply.agreement),
        "specification": manifest.specification,
        "created": manifest.created,
        "delivery": manifest.delivery,
        "follows": manifest.follows,
        "changes": asdict(manifest.changes) if manifest.changes else None,
        "left_out": asdict(manifest.left_out),
        "test": manifest.test,
        "demo": manifest.demo,
        "tables": {table.name: table.rows for _, table in manifest.tables()},
    }


def same_bytes(supply: Supply, digest: str) -> Supply | None:
    """Another supply under the same agreement with these very bytes, of those that are not over."""
    others = Supply.objects.filter(agreement=supply.agreement, digest=digest).exclude(pk=supply.pk)
    return others.exclude(state__in=OVER).select_related("agreement__organisation").first()


def refuse_other_sealing(supply: Supply, manifest: Manifest) -> None:
    """Raise if this supply is here already, sealed another time.

    Raises:
        RefusedByRule: it is.
    """
    if manifest.test:  # practising twice is no harm: nothing of it is kept
        return
    others = Supply.objects.filter(agreement=supply.agreement, manifest__package=manifest.package)
    if others.exclude(pk=supply.pk).exclude(state__in=OVER).exists():
        raise RefusedByRule(
            "This supply has already arrived.",
            why="Loading the same people twice would count them twice.",
            fix="Use the receipt you have, or send again what was sent then.",
        )
