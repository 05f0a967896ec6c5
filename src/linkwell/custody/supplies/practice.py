"""The rule that a practice send comes first: no real people before invented ones went the whole way.

Asked per sender key and base specification. In a demonstration everybody is invented, so it is not asked
there, and the record says so.
"""

from __future__ import annotations

from django.db.models import Q

from linkwell.custody.agreements.models import Agreement, Route
from linkwell.custody.agreements.specifications import agreed_specification
from linkwell.custody.audit.record import SYSTEM, record
from linkwell.custody.home import current_home
from linkwell.custody.supplies.models import Supply
from linkwell.custody.supplies.states import SupplyState
from linkwell.errors import RefusedByRule
from linkwell.supply.manifest import Manifest


def base_of(agreement: Agreement) -> str:
    """The base version an agreement's specification builds on; its own digest where it builds on none."""
    specification = agreed_specification(agreement)
    return specification.base or specification.digest


def practised(agreement: Agreement, *, sender: str = "") -> bool:
    """Whether a practice of this organisation, on this base version (and with this key), was accepted."""
    whose = Q(agreement__organisation=agreement.organisation_id)
    if agreement.route == Route.VENDOR:  # the vendor practises once for all its clients
        whose |= Q(agreement__via=agreement.via_id, agreement__route=Route.VENDOR)
    found = Supply.objects.filter(
        whose,
        state=SupplyState.PRACTISED,
        manifest__base=base_of(agreement),
    )
    return (found.filter(manifest__sender=sender) if sender else found).exists()


def need_practice(agreement: Agreement, *, sender: str = "") -> None:
    """Raise unless a practice came first, or this is a demonstration.

    Raises:
        RefusedByRule: it did not.
    """
    if current_home().demo or practised(agreement, sender=sender):
        return
    raise RefusedByRule(
        "A practice send has to come first.",
        where=agreement.reference,
        why="Invented people show that the line, the keys and the columns are right before real ones travel.",
        fix="Send one with: linkwell send --test …  and wait until it was opened and checked.",
    )


def record_exemption(supply: Supply, manifest: Manifest) -> None:
    """Write down that no practice was asked for, in a demonstration; call inside the change's transaction."""
    if manifest.test or not current_home().demo or practised(supply.agreement, sender=manifest.sender):
        return
    record(
        "supply.practice not asked",
        by=SYSTEM,
        subject=supply.subject,
        about=supply.organisation.code,
        details={"rule": "everybody in a demonstration is invented"},
    )
