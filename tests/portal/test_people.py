"""A locked sign-in is opened by a manager; a lost device takes two people, and the record names both."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from linkwell.custody.agreements.models import UploadToken
from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.leaving.actions import end_person
from linkwell.custody.leaving.why import Why
from linkwell.custody.organisations.actions import add_person
from linkwell.custody.organisations.models import Organisation
from linkwell.custody.organisations.roles import Role
from linkwell.custody.permissions import NotAllowed
from linkwell.custody.proposals.actions import begin
from linkwell.custody.signin import factors, lost
from linkwell.custody.signin.models import LostDevice, Passkey, PersonSession
from linkwell.custody.signin.passwords import give_password
from linkwell.errors import RefusedByRule, WrongUse

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def house(registry, settings, password):
    settings.ALLOWED_HOSTS = ["testserver"]
    custodian = Organisation.objects.get(is_custodian=True)
    registry.people["second_manager"] = add_person(
        by=registry.person("manager"), username="second_manager", name="Second", password=password,
        organisation=custodian, roles=[Role.CUSTODIAN_MANAGER],
    )  # fmt: skip
    for name in ("provider", "provider_staff", "linker"):
        Passkey.objects.create(person=registry.person(name), name="Phone", credential_id=f"id-{name}")
        factors.new_recovery_codes(registry.person(name))
    return registry


def at(house, name: str) -> Client:
    client = Client()
    client.force_login(house.person(name), backend=BACKEND)
    return client


def test_a_manager_opens_a_lock_and_the_record_says_who(house, password) -> None:
    # whoever has no factor of their own shows it with a password alone
    for _ in range(3):
        Client().post("/signin/", {"username": "researcher", "password": "wrong"})
    assert Client().post("/signin/", {"username": "researcher", "password": password}).status_code == 429
    manager = at(house, "manager")
    assert "locked" in manager.get("/people/").content.decode()
    number = house.person("researcher").pk
    assert at(house, "linker").post(f"/people/{number}/unlock").status_code == 403
    assert at(house, "provider").post(f"/people/{number}/unlock").status_code == 403
    assert manager.post(f"/people/{number}/unlock").status_code == 302
    assert Client().post("/signin/", {"username": "researcher", "password": password}).status_code == 302
    event = AuditEvent.objects.get(verb="sign-in.unlocked")
    assert (event.actor, event.subject) == ("manager", "person/researcher")


def test_a_forgotten_password_is_replaced_and_the_factor_stays_with_its_owner(
    house, password, settings
) -> None:
    settings.CONFIGURATION = replace(settings.CONFIGURATION, second_factor=True)
    staff, manager = house.person("provider_staff"), house.person("manager")
    theirs = at(house, "provider_staff")
    theirs.get("/me/")
    with pytest.raises(NotAllowed):
        give_password(by=manager, person=manager, first="another four plain words")
    give_password(by=manager, person=staff, first="another four plain words")
    assert not PersonSession.objects.filter(person=staff).exists()
    staff.refresh_from_db()
    assert (staff.check_password("another four plain words"), staff.password_own) == (True, False)
    assert factors.has_factor(staff)
    given = {"username": "provider_staff", "password": "another four plain words"}
    assert Client().post("/signin/", given)["Location"] == "/signin/second/"
    bare = house.person("researcher")
    bare.password_own = True
    bare.save()
    with pytest.raises(RefusedByRule, match="no second factor"):
        give_password(by=manager, person=bare, first="another four plain words")
    event = AuditEvent.objects.get(verb="password.given")
    assert (event.actor, event.subject) == ("manager", "person/provider_staff")


def test_a_manager_gives_a_first_password_in_the_portal(house, password) -> None:
    staff, client = house.person("provider_staff"), at(house, "manager")
    where = f"/people/{staff.pk}/password"
    weak = client.post(where, {"first": "short", "password": password}).content.decode()
    assert "not strong enough" in weak
    assert client.post(where, {"first": "another four plain words", "password": password}).status_code == 302
    assert at(house, "provider").get(where).status_code == 403


def test_nobody_opens_their_own_lock(house) -> None:
    with pytest.raises(NotAllowed):
        lost.unlock(by=house.person("manager"), person=house.person("manager"))


def test_a_lead_and_a_manager_together_replace_a_lost_device(house, password) -> None:
    staff = house.person("provider_staff")
    theirs = at(house, "provider_staff")
    theirs.get("/me/")
    UploadToken.objects.create(
        key_id="x", secret_hash="x", person=staff, expires_at=timezone.now() + timedelta(hours=1)
    )
    lead = at(house, "provider")
    assert lead.post(f"/people/{staff.pk}/lost", {"password": "wrong"}).status_code == 200
    assert not LostDevice.objects.exists()
    lead.post(f"/people/{staff.pk}/lost", {"password": password})
    lead.post(f"/people/{staff.pk}/lost", {"password": password})
    asked = LostDevice.objects.get()
    assert factors.has_factor(staff)
    manager = at(house, "manager")
    page = manager.get(f"/people/lost/{asked.pk}/").content.decode()
    assert "call the person on a number that was known before" in page
    manager.post(f"/people/lost/{asked.pk}/", {"decision": "confirm", "password": password})
    assert not factors.has_factor(staff)
    assert factors.codes_left(staff) == 0
    assert not PersonSession.objects.filter(person=staff).exists()
    assert not UploadToken.objects.filter(person=staff, ended_at=None).exists()
    assert Client().post("/signin/", {"username": "provider_staff", "password": password}).status_code == 302
    event = AuditEvent.objects.get(verb="lost device.confirmed")
    assert (event.actor, event.details["asked_by"]) == ("manager", "provider")


def test_the_lead_of_an_organisation_of_one_is_helped_by_two_at_the_custodian(house) -> None:
    lead = house.person("provider")
    with pytest.raises(NotAllowed):
        lost.ask(by=lead, person=lead)
    asked = lost.ask(by=house.person("manager"), person=lead)
    with pytest.raises(NotAllowed, match="same person"):
        lost.decide(by=house.person("manager"), lost=asked, confirm=True)
    lost.decide(by=house.person("second_manager"), lost=asked, confirm=True)
    assert not factors.has_factor(lead)


def test_a_managers_own_device_needs_another_manager(house) -> None:
    manager = house.person("manager")
    asked = lost.ask(by=house.person("linker"), person=manager)
    with pytest.raises(NotAllowed, match="their own"):
        lost.decide(by=manager, lost=asked, confirm=True)
    lost.decide(by=house.person("second_manager"), lost=asked, confirm=True)


@pytest.mark.parametrize("name", ["other", "provider_staff", "researcher", "kaitiaki"])
def test_nobody_else_speaks_for_a_person(house, name: str) -> None:
    with pytest.raises(NotAllowed):
        lost.ask(by=house.person(name), person=house.person("linker" if name == "other" else "provider"))


@pytest.mark.parametrize("name", ["provider", "linker", "integrator", "auditor", "assessor"])
def test_only_a_manager_confirms(house, name: str) -> None:
    asked = lost.ask(by=house.person("provider"), person=house.person("provider_staff"))
    for confirm in (True, False):
        with pytest.raises(NotAllowed):
            lost.decide(by=house.person(name), lost=asked, confirm=confirm)
    assert factors.has_factor(house.person("provider_staff"))


def test_what_was_not_believed_or_asked_too_long_ago_changes_nothing(house) -> None:
    staff = house.person("provider_staff")
    asked = lost.ask(by=house.person("provider"), person=staff)
    lost.decide(by=house.person("manager"), lost=asked, confirm=False)
    with pytest.raises(WrongUse):
        lost.decide(by=house.person("manager"), lost=asked, confirm=True)
    again = lost.ask(by=house.person("provider"), person=staff)
    LostDevice.objects.filter(pk=again.pk).update(asked_at=timezone.now() - timedelta(hours=25))
    with pytest.raises(WrongUse, match="too long ago"):
        lost.decide(by=house.person("manager"), lost=again, confirm=True)
    assert at(house, "manager").get(f"/people/lost/{again.pk}/").status_code == 404
    assert factors.has_factor(staff)


def test_a_lead_sees_the_people_of_their_own_organisation_only(house) -> None:
    page = at(house, "provider").get("/people/").content.decode()
    assert "Provider_Staff" in page
    assert "Linker" not in page
    assert "Other" not in page
    assert at(house, "provider").get(f"/people/{house.person('other').pk}/lost").status_code == 404


def test_the_record_is_read_about_a_thing_or_a_person_and_says_why(house) -> None:
    end_person(by=house.person("manager"), person=house.person("researcher"), why=Why.CONCERN)
    auditor = at(house, "auditor")
    every = auditor.get("/custodian/record/").content.decode()
    assert "role: researcher; why: There is a worry about security or privacy" in every
    about = auditor.get("/custodian/record/?about=DSA-2026-002").content.decode()
    assert "agreement/DSA-2026-002" in about
    assert "person/researcher" not in about
    number = house.person("researcher").pk
    whose = auditor.get(f"/custodian/record/?person={number}").content.decode()
    assert "person/researcher" in whose
    assert "agreement/" not in whose
    assert "Nothing of it is in the record" in auditor.get("/custodian/record/?about=zzz").content.decode()


def test_a_party_reads_who_did_it_colleagues_by_name_and_others_by_their_side(house) -> None:
    lead = house.person("provider")
    begin(by=house.person("provider_staff"), organisation=house.agreement.organisation, title="x")
    begin(by=lead, organisation=house.agreement.organisation, title="y")
    end_person(by=house.person("manager"), person=house.person("provider_staff"), why=Why.LEFT)
    text = at(house, "provider").get("/trail/").content.decode()
    for who in ("provider", "provider_staff", "Stats NZ (demonstration)"):
        assert f'<td class="govuk-table__cell">{who}</td>' in text
    assert ">manager<" not in text
