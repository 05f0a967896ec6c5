"""The only manager's lost device: two people at the machine, seen by everybody, and no other way round."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from tests import deciding

from linkwell.custody.agreements.models import Notice
from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.organisations.models import Organisation, Person
from linkwell.custody.organisations.roles import Role
from linkwell.custody.signin import factors
from linkwell.custody.signin.machine_help import enter_second_manager, replace_device
from linkwell.custody.signin.models import Passkey, PersonSession
from linkwell.errors import RefusedByRule, WrongUse
from linkwell.vault import keys
from linkwell.vault.custodian_keys import create_custodian_keys
from linkwell.vault.zones import Home

WHY = "Phone stolen on the bus"


@pytest.fixture
def key(registry) -> Path:
    return registry.home.path / "keys" / "recovery" / "identity-recovery.key.pem"


def at(person: Person) -> Client:
    client = Client(headers={"host": "localhost"})
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def replace(registry, key: Path, **other: object) -> Person:
    asked = {"home": registry.home, "username": "manager", "key": key, "reason": WHY, **other}
    return replace_device(**asked)  # type: ignore[arg-type]


def test_the_only_manager_sets_a_factor_up_again_and_everybody_there_sees_it(registry, key) -> None:
    manager = registry.person("manager")
    Passkey.objects.create(person=manager, name="Phone", credential_id="id")
    at(manager).get("/me/")
    replace(registry, key)
    assert not factors.has_factor(manager)
    assert not PersonSession.objects.filter(person=manager).exists()
    event = AuditEvent.objects.get(verb="manager.device replaced")
    assert (event.actor, event.subject, event.about) == ("linkwell", "person/manager", "custodian")
    assert event.details["reason"] == WHY
    assert Notice.objects.filter(kind="manager_helped").count() == 1
    for name in ("linker", "auditor", "output_checker", "manager"):
        assert WHY in at(registry.person(name)).get("/me/").content.decode(), name
    assert WHY not in at(registry.person("provider")).get("/me/").content.decode()


def test_where_another_manager_can_confirm_two_people_do_it_as_ever(registry, key) -> None:
    custodian = Organisation.objects.get(is_custodian=True)
    deciding.somebody(registry, "second_manager", custodian, Role.CUSTODIAN_MANAGER)
    for act in (
        lambda: replace(registry, key),
        lambda: enter_second_manager(home=registry.home, username="ari", name="Ari", key=key, reason=WHY,
                                     password="another four plain words"),
    ):  # fmt: skip
        with pytest.raises(RefusedByRule, match="other"):
            act()
    assert not Person.objects.filter(username="ari").exists()


def test_a_manager_who_is_gone_gets_a_second_beside_them(registry, key) -> None:
    ari = enter_second_manager(home=registry.home, username="ari", name="Ari", key=key, reason=WHY,
                               password="another four plain words")  # fmt: skip
    assert (ari.roles(), ari.password_own) == ({Role.CUSTODIAN_MANAGER}, False)
    assert AuditEvent.objects.filter(verb="manager.entered", subject="person/ari").exists()
    assert WHY in at(registry.person("linker")).get("/me/").content.decode()


@pytest.mark.parametrize("other", [
    {"username": "linker"}, {"username": "nobody"}, {"reason": " "}, {"reason": "x" * 201},
])  # fmt: skip
def test_only_a_manager_and_only_with_a_reason(registry, key, other: dict[str, str]) -> None:
    with pytest.raises(WrongUse):
        replace(registry, key, **other)


def test_another_key_and_one_that_lies_in_the_home_show_nobodys_consent(registry, tmp_path) -> None:
    stranger = tmp_path / "stranger.key.pem"
    keys.kept_key(stranger)
    with pytest.raises(RefusedByRule, match="not a recovery key"):
        replace(registry, stranger)
    real = Home.create(tmp_path / "real", name="Stats NZ")
    create_custodian_keys(real)
    inside = real.path / "keys" / "recovery" / "content-recovery.key.pem"
    with pytest.raises(RefusedByRule, match="lies in the home"):
        replace(registry, inside, home=real)
    assert not AuditEvent.objects.filter(verb="manager.device replaced").exists()
