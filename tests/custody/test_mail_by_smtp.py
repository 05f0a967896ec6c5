"""E-mail to a real mail server over a socket: refused, greylisted, hung up on; never twice, never lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.custody import smtp_listener as server
from tests.custody.smtp_listener import Listener, listening

from linkwell.custody.agreements.models import Notice
from linkwell.custody.agreements.notices import tell
from linkwell.custody.jobs.models import Job
from linkwell.custody.jobs.running import run
from linkwell.custody.mail.models import MailChoice, Rhythm
from linkwell.custody.mail.sending import choose_mail, mail_what_is_due
from linkwell.portal.mail import mail_server

ADDRESS = "pat@example.org.nz"


@pytest.fixture
def post(registry, settings) -> Iterator[Listener]:
    """A portal that sends by the listener, as LINKWELL_MAIL would make it, and a lead who wants e-mail."""
    with listening() as found:
        address = f"smtp://127.0.0.1:{found.port}"
        settings.CONFIGURATION = replace(settings.CONFIGURATION, mail_url=address, mail_from="a@b.nz")
        chosen = mail_server(address)
        settings.EMAIL_BACKEND, settings.EMAIL_HOST = chosen["BACKEND"], chosen["HOST"]
        settings.EMAIL_PORT, settings.EMAIL_USE_TLS = chosen["PORT"], chosen["USE_TLS"]
        settings.DEFAULT_FROM_EMAIL = "linkwell@example.govt.nz"
        choose_mail(by=registry.person("provider"), rhythm=Rhythm.SOON, address=ADDRESS)
        yield found


def told(registry) -> None:
    tell(
        registry.agreement, "ends_soon", registry.agreement.organisation, about=f"x#{Notice.objects.count()}"
    )


def rounds(count: int = 1, *, later: timedelta = timedelta()) -> list[str]:
    """Let the quick worker look so often; how its jobs ended."""
    for _ in range(count):
        mail_what_is_due(timezone.now() + later)
        for job in Job.objects.filter(state="waiting"):
            run(job.pk)
    return list(Job.objects.order_by("pk").values_list("state", flat=True))


def test_a_message_goes_over_the_wire_once(registry, post) -> None:
    told(registry)
    assert rounds(3) == ["done"]
    ((_, message),) = post.given
    assert (message["To"], message["From"]) == (ADDRESS, "linkwell@example.govt.nz")
    assert "/notices/" in message.get_payload()


@pytest.mark.parametrize("way", [server.GREY, server.DROPPED])
def test_greylisted_or_hung_up_on_it_is_tried_in_the_next_round_and_arrives_once(
    registry, post, way: str
) -> None:
    post.ways = [way, way, server.WHOLE]
    told(registry)
    assert rounds(5) == ["failed", "failed", "done"]
    assert len(post.numbers()) == 1
    assert ADDRESS not in str(list(Job.objects.values_list("error", flat=True)))


def test_what_the_server_had_when_the_line_dropped_comes_again_under_its_number_and_holds_no_more(
    registry, post
) -> None:
    post.ways = [server.DROPPED_LATE, server.WHOLE]
    told(registry)
    rounds()
    told(registry)  # something new meanwhile: it waits for a message of its own
    rounds()
    assert post.numbers() == post.numbers(server.DROPPED_LATE)
    first, again = (message for _, message in post.given)
    assert first["Subject"] == again["Subject"] == "Linkwell: 1 new notice"
    rounds(later=timedelta(hours=2))
    assert len(set(post.numbers())) == 2
    assert MailChoice.objects.get().told_up_to == Notice.objects.latest("pk").pk


@pytest.mark.parametrize("way", [server.REFUSED, server.SPAM])
def test_an_address_refused_for_good_is_not_tried_for_ever_and_its_person_reads_so(
    registry, post, way: str
) -> None:
    post.ways = [way]
    told(registry)
    assert rounds(4) == ["failed"]
    client = Client(headers={"host": "localhost"})
    client.force_login(registry.person("provider"), backend="django.contrib.auth.backends.ModelBackend")
    assert "The mail server refused" in client.get("/me/notices/").content.decode()
    post.ways = [server.WHOLE]
    choose_mail(by=registry.person("provider"), rhythm=Rhythm.SOON, address="pat@example.nz")
    assert rounds() == ["failed", "done"]
    assert [message["To"] for did, message in post.given if did == server.WHOLE] == ["pat@example.nz"]
