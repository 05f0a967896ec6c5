"""Telling each side of an agreement what it has to know; every notice is given once."""

from __future__ import annotations

import datetime
import tomllib
from functools import cache
from importlib.resources import files

from django.db import transaction
from django.utils import timezone

from linkwell.custody.agreements.models import Agreement, Notice
from linkwell.custody.agreements.states import AGREEMENT, AgreementState, VersionState
from linkwell.custody.audit.record import SYSTEM, record
from linkwell.custody.organisations.models import Organisation

WARN_DAYS = 60


@cache
def _words() -> dict[str, dict[str, str]]:
    return tomllib.loads((files("linkwell.custody.agreements") / "notices.toml").read_text("utf-8"))


def words(notice: Notice) -> tuple[str, str]:
    """Title and text of a notice."""
    agreement, said = notice.agreement, _words()[notice.kind]
    facts = {"reference": agreement.reference, "starts": agreement.starts, "ends": agreement.ends}
    return said["title"], said["text"].format(**facts)


def tell(agreement: Agreement, kind: str, *organisations: Organisation, about: str = "") -> None:
    """Tell organisations once about a thing; call in the transaction of the change itself."""
    for organisation in organisations:
        Notice.objects.get_or_create(organisation=organisation, agreement=agreement, kind=kind, about=about)


def tell_all(agreement: Agreement, kind: str, *, about: str = "") -> None:
    """Tell every party, the custodian among them."""
    custodian = Organisation.objects.filter(is_custodian=True)
    parties = [agreement.organisation, *([agreement.via] if agreement.via else []), *custodian]
    tell(agreement, kind, *parties, about=about)


def watch_dates(today: datetime.date | None = None) -> int:
    """Lapse every agreement whose last day has passed, warn where it comes near; returns how many lapsed.

    Nothing waits for this: sending and access ask for the dates themselves. It writes down and tells.
    """
    day, lapsed = today or timezone.localdate(), 0
    for agreement in Agreement.objects.filter(state=AgreementState.IN_FORCE, ends__lt=day):
        with transaction.atomic():
            row = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
            if row.state != AgreementState.IN_FORCE or row.ends >= day:
                continue
            row.state = AGREEMENT.after("lapse", row.state)
            row.save(update_fields=["state"])
            record("agreement.lapsed", by=SYSTEM, subject=row.subject, about=row.organisation.code)
            tell_all(row, "lapsed", about=row.ends.isoformat())
            lapsed += 1
    soon = day + datetime.timedelta(days=WARN_DAYS)
    for agreement in Agreement.objects.filter(state=AgreementState.IN_FORCE, ends__range=(day, soon)):
        with transaction.atomic():
            tell_all(agreement, "ends_soon", about=agreement.ends.isoformat())
    return lapsed


def waits_for(agreement: Agreement) -> str:
    """Who an agreement that is being agreed waits on, in words."""
    # Both read whole, so that a list of agreements can fetch them beforehand for all of them.
    version = next(reversed(agreement.versions.all()), None)
    if version is None or version.state == VersionState.DRAFT:
        return "the custodian, to finish the text"
    if version.state != VersionState.OFFERED:
        return "the custodian" if agreement.state == AgreementState.BEING_AGREED else "nobody"
    signed = {signature.side for signature in version.signatures.all()}
    waiting = [side for side in ("provider", "intermediary", "custodian") if side not in signed]
    if version.route != "intermediary" and "intermediary" in waiting:
        waiting.remove("intermediary")
    return "the signature of the " + " and the ".join(waiting)
