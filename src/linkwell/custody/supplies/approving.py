"""A provider's OK to a sealed file that somebody else made for it: needed before anything is opened."""

from __future__ import annotations

from django.db import transaction

from linkwell.custody.agreements.models import Route
from linkwell.custody.audit.record import record
from linkwell.custody.organisations.models import Person, SenderKey
from linkwell.custody.supplies.models import ProviderOk, Supply
from linkwell.custody.supplies.states import SupplyState
from linkwell.errors import RefusedByRule
from linkwell.ledger.checkpoints import Statement
from linkwell.supply.approval import check_approval
from linkwell.vault.keys import PublicKey, read_public_key

BEFORE_OPENING = (SupplyState.RECEIVED, SupplyState.CHECKED)


def own_keys(supply: Supply) -> dict[str, PublicKey]:
    """The live signing keys of the provider itself, by fingerprint."""
    keys = SenderKey.objects.filter(organisation=supply.organisation, ended_at=None)
    return {each.fingerprint: read_public_key(each.public_pem) for each in keys}


def needs_ok(supply: Supply) -> bool:
    """Whether somebody else sealed it: what the provider signed itself, it has agreed to."""
    if supply.agreement.route == Route.DIRECT or supply.practice:
        return False
    return supply.manifest.get("sender") not in own_keys(supply)


def ok_given(supply: Supply) -> bool:
    """Whether the OK is there."""
    return ProviderOk.objects.filter(supply=supply).exists()


def give_ok(*, supply: Supply, document: str, by: Person | str) -> ProviderOk:
    """Take in a signed OK; whoever brings it, the signature is the provider's. It is kept once.

    Raises:
        WrongUse: not an OK. RefusedByRule: for another file, by somebody else, or no longer wanted.
    """
    statement = Statement.from_json(document)
    _check(supply, statement)
    with transaction.atomic():
        row = Supply.objects.select_for_update().select_related("agreement__organisation").get(pk=supply.pk)
        given = ProviderOk.objects.filter(supply=row).first()
        if given is not None:
            return given
        if row.state not in BEFORE_OPENING or not needs_ok(row):
            raise RefusedByRule(
                "No OK is waited for.",
                where=row.reference,
                why="It was signed by the provider itself, or somebody has decided about it already.",
            )
        given = ProviderOk.objects.create(supply=row, document=statement.to_json())
        record(
            "supply.ok given", by=by, subject=row.subject, about=row.organisation.code,
            details={"sha384": row.digest, "key": statement.signed_by},
        )  # fmt: skip
    return given


def refuse_without_ok(supply: Supply) -> None:
    """Raise unless the provider agreed to these bytes; asked when opening is begun, and again by the opening.

    Raises:
        RefusedByRule: it has not.
    """
    if not needs_ok(supply):
        return
    given = ProviderOk.objects.filter(supply=supply).first()
    if given is None:
        raise RefusedByRule(
            "The provider has not given its OK to this file.",
            where=supply.reference,
            why="Somebody else sealed it: nothing about its people is opened before the provider agreed.",
            fix="Ask the provider to look at the rows and sign: linkwell ok FILE --rows FOLDER",
        )
    _check(supply, Statement.from_json(given.document))


def _check(supply: Supply, statement: Statement) -> None:
    check_approval(
        statement,
        own_keys(supply),
        package=str(supply.manifest.get("package", "")),
        sha384=supply.digest,
        agreement=supply.agreement.reference,
    )
