"""Writing to one person: how many notices are new and what kind, and where to read them. Nothing else.

The message names nobody, no agreement and no number, and no link in it opens anything without signing in.
"""

from __future__ import annotations

import hashlib
import smtplib
from collections import Counter

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone

from linkwell.custody.agreements.models import Notice
from linkwell.custody.agreements.notices import title
from linkwell.custody.audit.record import SYSTEM, record
from linkwell.custody.jobs.kinds import Tick
from linkwell.custody.jobs.models import Job
from linkwell.custody.mail.models import MailChoice, Rhythm
from linkwell.custody.mail.sending import new_notices
from linkwell.errors import LinkwellError, RefusedByRule, TryAgain


def work_mail(job: Job, tick: Tick) -> int | None:
    """Send one message; returns the newest notice it told of, or None where there was nothing to tell.

    Raises:
        TryAgain: the mail server did not take it. RefusedByRule: it never will.
    """
    choice = MailChoice.objects.select_related("person").filter(pk=int(job.subject)).first()
    if choice is None or choice.rhythm == Rhythm.OFF or not choice.person.email or choice.refused_at:
        return None
    new = _begun(choice)
    if not new:
        return None
    try:
        message(choice, new).send()
    except (OSError, smtplib.SMTPException) as error:  # its text may hold the address: only its kind goes on
        if _for_good(error):
            MailChoice.objects.filter(pk=choice.pk).update(refused_at=timezone.now())
            raise RefusedByRule(
                "The mail server refused an address or a message for good.",
                where=type(error).__name__,
                fix="Nothing is sent to it until its person chooses e-mail again, on Notices by e-mail.",
            ) from None
        raise TryAgain(
            "The mail server did not take a message.",
            where=type(error).__name__,
            fix="It is tried again. Look at LINKWELL_MAIL and at the mail server.",
        ) from None
    return new[-1].pk


def _begun(choice: MailChoice) -> list[Notice]:
    """What the message tells of; noted before it goes, because a line may drop after the server has it.

    Tried again, it is the very message with the very number, so that nobody reads the same twice; what is
    newer is the next message's.
    """
    new = new_notices(choice)
    begun = [notice for notice in new if notice.pk <= choice.trying_up_to] or new
    if begun and begun[-1].pk != choice.trying_up_to:
        MailChoice.objects.filter(pk=choice.pk).update(trying_up_to=begun[-1].pk)
    return begun


def _for_good(error: Exception) -> bool:
    """Whether the server said that trying again is of no use (5xx to the address or the message)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    return isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500


def message(choice: MailChoice, new: list[Notice]) -> EmailMessage:
    """The message about these notices."""
    count = len(new)
    kinds = Counter(title(notice.kind) for notice in new)
    address = settings.CONFIGURATION.address()
    lines = [f"- {words}" + (f" ({times} times)" if times > 1 else "") for words, times in kinds.items()]
    body = "\n".join(
        [
            "Kia ora",
            "",
            f"There {'is 1 new notice' if count == 1 else f'are {count} new notices'} for you:",
            "",
            *lines,
            "",
            f"Sign in to read {'it' if count == 1 else 'them'}: {address}/notices/",
            "",
            "This message never holds names, numbers or results, and nobody will ask you by e-mail for your",
            f"password. To get fewer messages, or none: {address}/me/notices/",
        ]
    )
    subject = f"Linkwell: {count} new notice{'' if count == 1 else 's'}"
    # Sent again after a killed worker, a message carries the same number, so mail programs show it once.
    told = f"{choice.pk}/{new[0].pk}/{new[-1].pk}/{settings.SECRET_KEY}"
    number = hashlib.sha384(told.encode()).hexdigest()
    sender = settings.DEFAULT_FROM_EMAIL
    host = sender.rpartition("@")[2].rstrip(">")
    headers = {"Message-ID": f"<{number[:32]}@{host}>", "Auto-Submitted": "auto-generated"}
    return EmailMessage(subject, body, sender, [choice.person.email], headers=headers)


def finish_mail(job: Job, result: int | None) -> None:
    """Remember up to where they were told."""
    if result is None:
        return
    choice = (
        MailChoice.objects.select_for_update(of=("self",)).select_related("person").get(pk=int(job.subject))
    )
    choice.told_up_to, choice.told_at = max(choice.told_up_to, result), timezone.now()
    choice.save(update_fields=["told_up_to", "told_at"])
    record("mail.sent", by=SYSTEM, subject=f"person/{choice.person.username}")


def give_up_mail(job: Job, error: LinkwellError) -> None:
    """Nothing to undo: they are still due, and the next round leaves a new job."""
