"""A limit for each organisation, and a clock that may not be ahead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from linkwell.custody.agreements.actions import token_holder
from linkwell.custody.organisations.models import Organisation
from linkwell.custody.permissions import NotAllowed
from linkwell.custody.supplies import actions, arrivals, destroying, limits
from linkwell.custody.supplies.models import Supply, Upload
from linkwell.errors import RefusedByRule
from linkwell.supply import seal as sealing

pytestmark = pytest.mark.django_db


def set_quota(registry, amount: int | None) -> Organisation:
    organisation = registry.agreement.organisation
    limits.set_quota(by=registry.person("manager"), organisation=organisation, quota_bytes=amount)
    return Organisation.objects.get(pk=organisation.pk)


def begin(registry, length: int, token: str = "") -> Upload:
    return actions.begin_upload(token=token_holder(token or registry.token), length=length)


def test_what_is_announced_and_what_waits_counts_and_what_is_stopped_does_not(registry) -> None:
    organisation = set_quota(registry, 1000)
    first = begin(registry, 600)
    with pytest.raises(limits.OverQuota):
        begin(registry, 500)
    assert Supply.objects.count() == 1
    assert begin(registry, 400)
    assert limits.room_left(organisation) == 0
    actions.stop_upload(first)
    assert limits.room_left(organisation) == 600


def test_one_organisation_at_its_limit_does_not_touch_another(registry) -> None:
    set_quota(registry, 0)
    with pytest.raises(limits.OverQuota):
        begin(registry, 1)
    assert begin(registry, 10_000, registry.other_token)


def test_a_sealed_file_counts_until_it_is_destroyed(registry) -> None:
    organisation = set_quota(registry, 100_000)
    supply = actions.import_package(
        by=registry.person("integrator"), agreement=registry.agreement, package=registry.sealed.path
    )
    assert limits.waiting_bytes(organisation) == supply.size
    destroying.recall(by=registry.person("provider"), supply=supply)
    assert limits.waiting_bytes(organisation) == 0


def test_a_size_said_later_is_held_to_the_limit_too(registry) -> None:
    set_quota(registry, 1000)
    upload = begin(registry, 0)
    with pytest.raises(limits.OverQuota):
        actions.announce_length(upload, 1001)
    actions.announce_length(upload, 1000)
    assert arrivals.arrived(upload) == 0


def test_uploads_that_are_begun_and_left_have_a_limit_of_their_own(registry, monkeypatch) -> None:
    monkeypatch.setattr(limits, "MOST_UPLOADS", 2)
    begin(registry, 1)
    begin(registry, 2)
    with pytest.raises(limits.OverQuota):
        begin(registry, 3)


@pytest.mark.parametrize("name", ["integrator", "provider", "auditor"])
def test_only_a_manager_sets_a_limit(registry, name) -> None:
    with pytest.raises(NotAllowed):
        limits.set_quota(
            by=registry.person(name), organisation=registry.agreement.organisation, quota_bytes=1
        )


def test_the_door_answers_413_in_words(registry, settings, client) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    set_quota(registry, 10)
    headers = {"Authorization": f"Bearer {registry.token}", "Tus-Resumable": "1.0.0", "Upload-Length": "11"}
    answer = client.post("/api/uploads/", headers=headers)
    assert answer.status_code == 413
    assert "waiting here already" in answer.json()["what"]


@pytest.mark.parametrize(("hours", "taken"), [(-24 * 400, True), (25, True), (27, False), (24 * 365, False)])
def test_a_sender_whose_clock_is_far_ahead_is_told_before_it_matters(
    registry, tmp_path, monkeypatch, hours, taken
) -> None:
    """Else every right supply after it would be the older one."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(UTC) + timedelta(hours=hours)

    monkeypatch.setattr(sealing, "datetime", Clock)
    path = tmp_path / "skewed.lwp"
    sealing.seal(
        registry.sealed.split, registry.sealed.specification, verdict_digest="ab" * 48,
        agreement=registry.agreement.reference, organisation="Riverbend",
        signing_key=registry.sealed.sender, custodian=registry.sealed.custodian, out=path, package="1" * 32,
    )  # fmt: skip
    upload = begin(registry, path.stat().st_size)
    with path.open("rb") as file:
        arrivals.take(upload, offset=0, read=file.read, length=None)
    if taken:
        assert actions.complete_upload(upload).state == "received"
        return
    with pytest.raises(RefusedByRule, match="sealed in the future") as refused:
        actions.complete_upload(upload)
    assert "clock" in refused.value.fix
    assert actions.find(upload.supply.reference).state == "rejected"
