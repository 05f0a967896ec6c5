"""Issuing the custodian's receipts: signed in the transaction of the event they tell of, kept as they
were given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from linkwell.custody.audit.record import checkpoint
from linkwell.custody.home import current_home
from linkwell.custody.supplies.models import Receipt, Supply
from linkwell.ledger import receipts
from linkwell.vault.custodian_keys import receipt_key


def give(supply: Supply, kind: receipts.Kind, facts: Mapping[str, object], *, about: str = "") -> Receipt:
    """Sign and keep a receipt; call after the event was recorded, in the same transaction.

    A receipt is given once for each kind and thing it is about: asked for again, the one that was given is
    returned.

    Args:
        about: the refresh, output or release, where there can be several.
    """
    given = supply.receipts.filter(kind=kind.value, about=about).first()
    if given is not None:
        return given
    home = current_home()
    signed = receipts.issue(
        kind,
        {
            "supply": supply.reference,
            "agreement": supply.agreement.reference,
            "package": supply.manifest.get("package", ""),
            **facts,
        },
        signing_key=receipt_key(home),
        checkpoint=checkpoint(),
        demo=home.demo,
        custodian=home.name,
        test=bool(supply.manifest.get("test", False)),
    )
    return Receipt.objects.create(supply=supply, kind=kind.value, about=about, document=signed.to_json())


def give_all(
    supplies: Iterable[Supply], kind: receipts.Kind, facts: Mapping[str, object], *, about: str
) -> int:
    """Give every supply that had a part in something its receipt of it; returns how many."""
    return len([give(supply, kind, facts, about=about) for supply in supplies])
