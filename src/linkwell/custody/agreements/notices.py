"""Telling each side what it has to know, about an agreement or about one other thing; every notice once."""

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
from linkwell.custody.organisations.roles import Kind
from linkwell.standards.clock import in_words

WARN_DAYS = 60


@cache
def _words() -> dict[str, dict[str, str]]:
    return tomllib.loads((files("linkwell.custody.agreements") / "notices.toml").read_text("utf-8"))


def words(notice: Notice) -> tuple[str, str]:
    """Title and text of a notice."""
    said, agreement = _words()[notice.kind], notice.agreement
    facts: dict[str, object] = {"about": place(notice)[1]}
    if agreement is not None:
        facts |= {"starts": in_words(agreement.starts), "ends": in_words(agreement.ends)}
        facts |= {"reference": agreement.reference, "day": _day(notice.about)}
    return said["title"], said["text"].format(**facts)


def _day(about: str) -> str:
    """The day a notice is about, in words, where it is about one."""
    try:
        return in_words(datetime.date.fromisoformat(about))
    except ValueError:
        return about


def title(kind: str) -> str:
    """The title of a kind of notice; it names nobody and nothing."""
    return _words()[kind]["title"]


def place(notice: Notice) -> tuple[str, str]:
    """The portal's page for what a notice is about, and the reference it takes."""
    page = _words()[notice.kind].get("page", "agreement")
    if page == "agreement" and notice.agreement is not None:
        return page, notice.agreement.reference
    return page, notice.about.partition("#")[0]


def tell(agreement: Agreement | None, kind: str, *organisations: Organisation, about: str = "") -> None:
    """Tell organisations once about a thing; call in the transaction of the change itself.

    Args:
        about: what makes it one of its kind; without an agreement the reference of the thing, and after a #
            what tells one time from another.
    """
    for organisation in organisations:
        Notice.objects.get_or_create(organisation=organisation, agreement=agreement, kind=kind, about=about)


def custodian() -> Organisation:
    """The custodian's own organisation."""
    return Organisation.objects.get(is_custodian=True)


def tell_all(agreement: Agreement, kind: str, *, about: str = "") -> None:
    """Tell every party, the custodian among them.

    A commissioner that passes files on is told when one can be sent, never that somebody stopped.
    """
    relay = agreement.via
    if relay is not None and relay.kind == Kind.COMMISSIONER and kind != "in_force":
        relay = None
    parties = [agreement.organisation, *([relay] if relay else []), custodian()]
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
    """Who an agreement waits on, in words; "nobody" once it has ended, or was signed on paper."""
    # Both read whole, so that a list of agreements can fetch them beforehand for all of them.
    version = next(reversed(agreement.versions.all()), None)
    if agreement.state == AgreementState.ENDED:
        return "nobody"
    if version is None and agreement.state != AgreementState.BEING_AGREED:
        return "nobody"
    if version is None or version.state == VersionState.DRAFT:
        return "the custodian, to finish the text"
    if version.state != VersionState.OFFERED:
        return "the custodian" if agreement.state == AgreementState.BEING_AGREED else "nobody"
    if version.own_agreement == "still needed":
        return "the provider, to make an agreement of its own with whoever sends for it"
    signed = {signature.side for signature in version.signatures.all()}
    waiting = [side for side in ("provider", "intermediary", "custodian") if side not in signed]
    if version.route != "intermediary" and "intermediary" in waiting:
        waiting.remove("intermediary")
    return "the signature of the " + " and the ".join(waiting)
