"""The upload tokens there are, and ending one: for a lost laptop, a changed vendor, or after a restore."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from linkwell.custody.agreements.models import UploadToken
from linkwell.custody.agreements.permissions import MANAGE_AGREEMENTS
from linkwell.custody.agreements.states import TokenState
from linkwell.custody.audit.record import record
from linkwell.custody.organisations.models import Organisation, Person
from linkwell.custody.permissions import check
from linkwell.errors import WrongUse


def upload_tokens(*, by: Person) -> list[UploadToken]:
    """Every upload token, the newest first; never its secret, which is kept nowhere.

    Raises:
        NotAllowed: `by` is not a custodian manager.
    """
    check(by, MANAGE_AGREEMENTS)
    return list(
        UploadToken.objects.select_related("agreement__organisation", "vendor").order_by("-created_at")
    )


def tokens_of(organisation: Organisation) -> QuerySet[UploadToken]:
    """The tokens an organisation's computers send with, newest first; a person's own are not here."""
    theirs = Q(agreement__organisation=organisation) | Q(vendor=organisation)
    return UploadToken.objects.filter(theirs).select_related("agreement", "vendor").order_by("-pk")


def end_upload_token(*, by: Person, key_id: str) -> UploadToken:
    """End a token from now on; ending one that has ended changes nothing.

    Raises:
        NotAllowed: `by` is not a custodian manager.
        WrongUse: there is no such token.
    """
    check(by, MANAGE_AGREEMENTS)
    with transaction.atomic():
        token = UploadToken.objects.select_for_update().filter(key_id=key_id).first()
        if token is None:
            raise WrongUse(
                "There is no such token.", where=key_id, fix="List them: linkwell custodian tokens --as YOU"
            )
        if token.ended_at is None:
            token.ended_at = timezone.now()
            token.save(update_fields=["ended_at"])
            record("token.ended", by=by, subject=f"token/{key_id}", about=holder(token))
    return token


def holder(token: UploadToken) -> str:
    """Code of the organisation that sends with it."""
    if token.agreement is not None:
        return token.agreement.organisation.code
    return token.vendor.code if token.vendor is not None else ""


def standing(token: UploadToken) -> TokenState:
    """Whether it opens the door."""
    if token.ended_at is not None:
        return TokenState.ENDED
    if token.expires_at <= timezone.now():
        return TokenState.EXPIRED
    return TokenState.LIVE if token.live() else TokenState.AGREEMENT_OVER
