"""Upload tokens can be seen and ended by whoever manages agreements, and by nobody else."""

from __future__ import annotations

import pytest

from linkwell.custody.agreements.actions import token_holder
from linkwell.custody.agreements.tokens import end_upload_token, holder, standing, upload_tokens
from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.permissions import NotAllowed
from linkwell.errors import RefusedByRule, WrongUse


def test_a_manager_sees_every_token_with_its_holder(registry) -> None:
    found = upload_tokens(by=registry.person("manager"))
    assert {holder(each) for each in found} == {"aroha", "other"}
    assert {standing(each) for each in found} == {"live"}


def test_an_ended_token_opens_nothing_and_the_other_still_does(registry) -> None:
    key_id = registry.token.split("_")[1]
    ended = end_upload_token(by=registry.person("manager"), key_id=key_id)
    assert standing(ended) == "ended"
    with pytest.raises(RefusedByRule):
        token_holder(registry.token)
    assert token_holder(registry.other_token).live()
    event = AuditEvent.objects.order_by("-seq").first()
    assert event is not None
    assert (event.verb, event.subject, event.about) == ("token.ended", f"token/{key_id}", "aroha")


def test_ending_a_token_twice_does_nothing_twice(registry) -> None:
    key_id = registry.token.split("_")[1]
    first = end_upload_token(by=registry.person("manager"), key_id=key_id)
    assert end_upload_token(by=registry.person("manager"), key_id=key_id).ended_at == first.ended_at
    assert AuditEvent.objects.filter(verb="token.ended").count() == 1


def test_a_token_dies_with_its_time_and_with_its_agreement(registry) -> None:
    from datetime import timedelta

    from django.utils import timezone

    token = registry.agreement.tokens.get()
    token.expires_at = timezone.now() - timedelta(seconds=1)
    assert standing(token) == "expired"
    token.expires_at = timezone.now() + timedelta(days=1)
    token.agreement.ends = token.agreement.starts = timezone.localdate() - timedelta(days=1)
    assert standing(token) == "agreement over"


def test_nobody_else_sees_or_ends_tokens(registry) -> None:
    key_id = registry.token.split("_")[1]
    for name in ("integrator", "linker", "auditor", "provider", "other"):
        with pytest.raises(NotAllowed):
            upload_tokens(by=registry.person(name))
        with pytest.raises(NotAllowed):
            end_upload_token(by=registry.person(name), key_id=key_id)
    with pytest.raises(WrongUse):
        end_upload_token(by=registry.person("manager"), key_id="nothing")
