"""When somebody is due an e-mail, and the choice itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from linkwell.custody.agreements.models import Notice
from linkwell.custody.agreements.seeing import own_notices
from linkwell.custody.audit.record import SYSTEM, record
from linkwell.custody.jobs import tasks
from linkwell.custody.mail.models import MailChoice, Rhythm
from linkwell.custody.organisations.models import Person
from linkwell.errors import WrongUse

MAIL = "notices.mail"
GAP = {
    Rhythm.SOON: timedelta(hours=1),
    Rhythm.DAILY: timedelta(days=1),
    Rhythm.WEEKLY: timedelta(days=7),
}


def sends_mail() -> bool:
    """Whether this installation sends e-mail at all (LINKWELL_MAIL)."""
    return bool(settings.CONFIGURATION.mail_url)


def choice_of(person: Person) -> MailChoice:
    """The person's choice; no e-mail where none was made."""
    return MailChoice.objects.filter(person=person).first() or MailChoice(person=person, rhythm=Rhythm.OFF)


def choose_mail(*, by: Person, rhythm: Rhythm, address: str) -> MailChoice:
    """Choose how often to be written to, about what is new from now on.

    Raises:
        WrongUse: an e-mail is wanted and the address is none.
    """
    address = address.strip()
    if rhythm is not Rhythm.OFF or address:
        try:
            validate_email(address)
        except ValidationError:
            raise WrongUse(
                "This is not an e-mail address.", fix="Write it such as name@example.org.nz."
            ) from None
    newest = Notice.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    with transaction.atomic():
        person = Person.objects.select_for_update().get(pk=by.pk)
        person.email = address
        person.save(update_fields=["email"])
        made, created = MailChoice.objects.get_or_create(person=person)
        if created or made.rhythm == Rhythm.OFF:
            made.told_up_to = newest
        made.rhythm, made.refused_at = rhythm, None
        made.save()
        record("mail.chosen", by=by, subject=f"person/{by.username}", details={"rhythm": rhythm.value})
    return made


def new_notices(choice: MailChoice) -> list[Notice]:
    """What this person was not written about yet, oldest first."""
    return list(own_notices(choice.person).filter(pk__gt=choice.told_up_to).order_by("pk"))


def mail_what_is_due(now: datetime | None = None) -> int:
    """Leave a job for everybody who is due a message and has something new; returns how many.

    One message holds all that is new. A job that failed is left anew in the next round.
    """
    if not sends_mail():
        return 0
    at, count = now or timezone.now(), 0
    wanting = MailChoice.objects.exclude(rhythm=Rhythm.OFF).filter(refused_at=None).select_related("person")
    for choice in wanting.filter(person__is_active=True).exclude(person__email=""):
        gap = GAP[Rhythm(choice.rhythm)]
        if (choice.told_at is not None and at - choice.told_at < gap) or not new_notices(choice):
            continue
        with transaction.atomic():
            tasks.leave(MAIL, subject=str(choice.pk), by=SYSTEM)
        count += 1
    return count
