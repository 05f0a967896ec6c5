"""What a vendor sealed is opened only after the provider's own signature on the very file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.test import Client

from linkwell.custody import road
from linkwell.custody.agreements.models import Route
from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.clients import actions as clients
from linkwell.custody.organisations.actions import enrol_sender_key, enter_organisation
from linkwell.custody.organisations.roles import Kind
from linkwell.custody.supplies import actions, approving
from linkwell.custody.supplies.models import ProviderOk, Supply
from linkwell.errors import RefusedByRule, WrongUse
from linkwell.ledger.checkpoints import Statement, state
from linkwell.supply.approval import approve, look, write_rows
from linkwell.vault.keys import new_key, public_pem

pytestmark = pytest.mark.django_db


@pytest.fixture
def vendor_key():
    return new_key()


@pytest.fixture
def supply(registry, vendor_key, seal_to, monkeypatch) -> Supply:
    """A supply of the first provider that its vendor sealed with its own key and brought in."""
    vendor = enter_organisation(
        by=registry.person("manager"), code="tui-systems", name="Tūī Systems", kind=Kind.VENDOR
    )
    pem = public_pem(vendor_key.public_key())
    enrol_sender_key(by=registry.person("manager"), organisation=vendor, public_pem=pem)
    registry.agreement.route, registry.agreement.via = Route.VENDOR, vendor
    registry.agreement.save()
    clients.decide(by=registry.person("provider"), agreement=registry.agreement, verb="give")
    monkeypatch.setattr("tests.conftest.new_key", lambda: vendor_key)
    sealed = seal_to(registry.home, name="by-vendor.lwp", on_behalf_of="Riverbend Community Trust")
    return actions.import_package(
        by=registry.person("integrator"), agreement=registry.agreement, package=sealed.path
    )


@pytest.fixture
def looked(registry, supply, tmp_path):
    write_rows(registry.sealed.split, tmp_path / "rows")
    return look(tmp_path / "sealed" / "by-vendor.lwp", tmp_path / "rows")


@pytest.fixture
def ok(registry, looked) -> Statement:
    return approve(looked, signing_key=registry.sealed.sender)


def accept(registry, supply: Supply) -> Supply:
    return road.accept(by=registry.person("integrator"), reference=supply.reference)


def test_without_the_providers_ok_nothing_is_opened(registry, supply) -> None:
    with pytest.raises(RefusedByRule, match="has not given its OK"):
        accept(registry, supply)
    assert actions.find(supply.reference).state == "received"
    assert not list(registry.home.path.rglob("*.csv"))


def test_with_it_the_vendors_file_is_taken_in_and_the_record_says_who_agreed(registry, supply, ok) -> None:
    approving.give_ok(supply=supply, document=ok.to_json(), by="token/x")
    assert accept(registry, supply).state == "accepted"
    said = AuditEvent.objects.get(verb="supply.ok given").details
    assert (said["sha384"], said["key"]) == (supply.digest, ok.signed_by)


def test_an_ok_is_kept_once_and_not_taken_for_what_was_decided(registry, supply, ok) -> None:
    first = approving.give_ok(supply=supply, document=ok.to_json(), by="token/x")
    assert approving.give_ok(supply=supply, document=ok.to_json(), by="token/x") == first
    assert ProviderOk.objects.count() == 1
    first.delete()
    Supply.objects.filter(pk=supply.pk).update(state="rejected")
    with pytest.raises(RefusedByRule, match="No OK is waited for"):
        approving.give_ok(supply=actions.find(supply.reference), document=ok.to_json(), by="token/x")


def forged(ok: Statement, looked, vendor_key, sender) -> dict[str, tuple[Statement, str]]:
    changed = {**ok.body, "rows": {"person": 1}}
    about = {name: value for name, value in ok.body.items() if name != "signed_by"}
    return {
        "by the vendor": (approve(looked, signing_key=vendor_key), "not signed with a key of the provider"),
        "by anybody": (approve(looked, signing_key=new_key()), "not signed with a key of the provider"),
        "changed after": (Statement(changed, ok.signature), "not what was signed"),
        "for other bytes": (state({**about, "sha384": "0" * 96}, signing_key=sender), "another sealed file"),
        "for another agreement": (
            state({**about, "agreement": "DSA-2026-002"}, signing_key=sender), "another sealed file",
        ),
    }  # fmt: skip


@pytest.mark.parametrize(
    "name", ["by the vendor", "by anybody", "changed after", "for other bytes", "for another agreement"]
)
def test_an_ok_that_is_not_the_providers_to_this_file_is_refused(
    registry, supply, ok, looked, vendor_key, name
) -> None:
    statement, sentence = forged(ok, looked, vendor_key, registry.sealed.sender)[name]
    with pytest.raises(RefusedByRule, match=sentence):
        approving.give_ok(supply=supply, document=statement.to_json(), by="token/x")
    assert not ProviderOk.objects.exists()


def test_a_key_that_ended_after_the_ok_no_longer_opens(registry, supply, ok) -> None:
    approving.give_ok(supply=supply, document=ok.to_json(), by="token/x")
    registry.agreement.organisation.sender_keys.update(ended_at="2026-01-01T00:00:00Z")
    with pytest.raises(RefusedByRule, match="not signed with a key"):
        accept(registry, supply)


def test_what_the_provider_signed_itself_needs_no_ok(registry, supply) -> None:
    own = actions.import_package(
        by=registry.person("integrator"), agreement=registry.agreement, package=registry.sealed.path
    ) if registry.sealed.manifest.package != supply.manifest["package"] else None  # fmt: skip
    supply.manifest = {**supply.manifest, "sender": registry.sealed.manifest.sender}
    assert own is None
    assert not approving.needs_ok(supply)


def test_rows_that_are_not_the_ones_inside_are_not_agreed_to(registry, supply, tmp_path: Path) -> None:
    write_rows(registry.sealed.split, tmp_path / "rows")
    person = tmp_path / "rows" / "person.csv"
    person.write_text(person.read_text("utf-8").replace("1990", "1991"), "utf-8")
    sealed = tmp_path / "sealed" / "by-vendor.lwp"
    with pytest.raises(RefusedByRule, match="not the ones that were sealed"):
        look(sealed, tmp_path / "rows")
    person.unlink()
    with pytest.raises(WrongUse, match="not among the rows"):
        look(sealed, tmp_path / "rows")


def test_the_provider_brings_its_ok_on_the_page_and_sees_that_it_is_waited_for(
    registry, supply, ok, tmp_path
) -> None:
    client = Client()
    client.force_login(registry.person("provider"), backend="django.contrib.auth.backends.ModelBackend")
    assert "Give your OK" in client.get(f"/supplies/{supply.reference}/").content.decode()
    page = f"/supplies/{supply.reference}/ok"
    assert "looked at the rows" in client.get(page).content.decode()
    other = tmp_path / "other.json"
    other.write_text("{}")
    with other.open("rb") as file:
        assert "not a signed" in client.post(page, {"ok": file}).content.decode()
    given = tmp_path / "package.lwp.ok.json"
    given.write_text(ok.to_json(), "utf-8")
    with given.open("rb") as file:
        assert client.post(page, {"ok": file}).status_code == 302
    assert "You gave your OK" in client.get(page).content.decode()
    assert accept(registry, supply).state == "accepted"


def test_anybody_who_sends_may_bring_it_by_the_door_for_machines(registry, supply, ok, settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    door = Client(headers={"Authorization": f"Bearer {registry.token}"})
    place = f"/api/packages/{supply.manifest['package']}/ok"
    assert door.put(place, "{}", content_type="application/json").status_code == 422
    assert not ProviderOk.objects.exists()
    answer = door.put(place, ok.to_json(), content_type="application/json")
    assert (answer.status_code, answer.json()["supply"]) == (200, supply.reference)
    stranger = Client(headers={"Authorization": f"Bearer {registry.other_token}"})
    assert stranger.put(place, ok.to_json(), content_type="application/json").status_code == 404
    assert json.loads(ok.to_json())["statement"]["sha384"] == supply.digest
