"""E-mail says that something is new and where to read it, to who wants it, as often as they want it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from tests import deciding

from linkwell.custody.agreements.models import Notice
from linkwell.custody.agreements.notices import tell
from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.jobs.models import Job
from linkwell.custody.jobs.running import run
from linkwell.custody.mail.models import MailChoice, Rhythm
from linkwell.custody.mail.sending import choose_mail, mail_what_is_due
from linkwell.errors import WrongUse
from linkwell.portal.mail import checked_mail, mail_server

ADDRESS = "pat@example.org.nz"


@pytest.fixture
def sending(registry, settings):
    """A portal that sends e-mail, and a provider's lead who wants it once a day."""
    settings.CONFIGURATION = replace(settings.CONFIGURATION, mail_url="smtp://localhost", mail_from="a@b.nz")
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.DEFAULT_FROM_EMAIL = "linkwell@example.govt.nz"
    return choose_mail(by=registry.person("provider"), rhythm=Rhythm.DAILY, address=ADDRESS)


def told(registry, *kinds: str) -> None:
    for kind in kinds:
        tell(registry.agreement, kind, registry.agreement.organisation, about=f"x#{Notice.objects.count()}")


def do_jobs() -> None:
    for job in Job.objects.filter(state="waiting"):
        run(job.pk)


def test_one_message_tells_of_all_that_is_new_and_holds_nothing_else(registry, sending) -> None:
    told(registry, "ends_soon", "lapsed", "lapsed")
    assert mail_what_is_due() == 1
    do_jobs()
    (message,) = mail.outbox
    assert message.to == [ADDRESS]
    assert message.subject == "Linkwell: 3 new notices"
    assert "An agreement has lapsed (2 times)" in message.body
    assert "/notices/" in message.body
    for secret in ("DSA-2026", "Riverbend", "Provider", "aroha", "lwu_", ADDRESS):
        assert secret not in message.subject + message.body


def test_nobody_is_written_to_who_did_not_ask_for_it_or_stopped(registry, sending) -> None:
    told(registry, "lapsed")
    choose_mail(by=registry.person("provider"), rhythm=Rhythm.OFF, address="")
    assert mail_what_is_due() == 0
    assert MailChoice.objects.count() == 1
    registry.person("provider").refresh_from_db()
    assert registry.person("provider").email == ""


def test_nothing_is_told_twice_and_not_more_often_than_wanted(registry, sending) -> None:
    told(registry, "lapsed")
    mail_what_is_due()
    mail_what_is_due()  # while the job waits
    do_jobs()
    assert len(mail.outbox) == 1
    told(registry, "ended")
    assert mail_what_is_due() == 0
    tomorrow = timezone.now() + timedelta(days=1, minutes=1)
    assert mail_what_is_due(tomorrow) == 1
    do_jobs()
    assert [len(mail.outbox), mail.outbox[1].subject] == [2, "Linkwell: 1 new notice"]
    assert mail_what_is_due(tomorrow + timedelta(days=1)) == 0


def test_what_was_told_before_somebody_chose_is_not_sent_after_the_fact(registry, sending) -> None:
    told(registry, "lapsed")
    choose_mail(by=registry.person("provider_staff"), rhythm=Rhythm.SOON, address="lee@example.org.nz")
    mail_what_is_due()
    do_jobs()
    assert [message.to for message in mail.outbox] == [[ADDRESS]]


def test_a_message_sent_again_by_a_killed_worker_carries_the_same_number(registry, sending) -> None:
    from linkwell.custody.mail.jobs import message
    from linkwell.custody.mail.sending import new_notices

    told(registry, "lapsed")
    first, second = (message(sending, new_notices(sending)).message()["Message-ID"] for _ in range(2))
    assert first == second
    assert first.endswith("@example.govt.nz>")


def test_a_portal_without_a_mail_server_sends_nothing_and_tells_in_its_pages(registry) -> None:
    choose_mail(by=registry.person("provider"), rhythm=Rhythm.SOON, address=ADDRESS)
    deciding.put_forward(registry)
    assert mail_what_is_due() == 0
    assert Notice.objects.filter(kind="put_forward").exists()


def test_the_record_says_that_a_message_went_and_never_to_what_address(registry, sending) -> None:
    told(registry, "lapsed")
    mail_what_is_due()
    do_jobs()
    events = AuditEvent.objects.filter(verb__in=("mail.chosen", "mail.sent"))
    assert events.count() == 2
    assert ADDRESS not in str([(event.subject, event.details) for event in events])


@pytest.mark.parametrize("address", ["pat", "pat@", "pat@example.org\nBcc: all@example.org", " "])
def test_an_address_is_one_address(registry, address: str) -> None:
    with pytest.raises(WrongUse, match="not an e-mail address"):
        choose_mail(by=registry.person("provider"), rhythm=Rhythm.DAILY, address=address)


def test_the_mail_server_is_checked_at_start_and_never_spoken_to_in_the_clear() -> None:
    assert mail_server("smtp://user:pass@mail.example.nz")["USE_TLS"] is True
    assert mail_server("smtp://user:pass@mail.example.nz")["PORT"] == 587
    assert mail_server("smtps://mail.example.nz")["USE_SSL"] is True
    assert mail_server("smtp://localhost")["USE_TLS"] is False
    assert mail_server("")["BACKEND"].endswith("dummy.EmailBackend")
    for wrong in ("mail.example.nz", "http://mail.example.nz", "smtp://", "smtp://host:port"):
        with pytest.raises(WrongUse, match="LINKWELL_MAIL"):
            mail_server(wrong)
    with pytest.raises(WrongUse, match="LINKWELL_MAIL_FROM"):
        checked_mail({"LINKWELL_MAIL": "smtp://localhost"})
