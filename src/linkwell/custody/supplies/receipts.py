"""Issuing the custodian's receipts: signed in the transaction of the event they tell of, kept as they
were given.
"""

from __future__ import annotations

from collections.abc import Mapping

from linkwell.custody.audit.record import checkpoint
from linkwell.custody.home import current_home
from linkwell.custody.supplies.models import Receipt, Supply
from linkwell.ledger import receipts
from linkwell.vault.custodian_keys import receipt_key


def give(supply: Supply, kind: receipts.Kind, facts: Mapping[str, object]) -> Receipt:
    """Sign and keep a receipt; call after the event was recorded, in the same transaction.

    A receipt is given once: asked for again, the one that was given is returned.
    """
    given = supply.receipts.filter(kind=kind.value).first()
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
    return Receipt.objects.create(supply=supply, kind=kind.value, document=signed.to_json())
