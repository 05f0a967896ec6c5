"""A role taken away or a sign-in ended holds from that moment; nobody is stuck, and no duty is got round."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests import deciding

from linkwell.custody.agreements.models import UploadToken
from linkwell.custody.assessments import actions as assessments
from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.leaving.actions import end_person, take_role
from linkwell.custody.leaving.waits import left_behind
from linkwell.custody.leaving.why import Why
from linkwell.custody.machine import WrongState
from linkwell.custody.mail.models import Rhythm
from linkwell.custody.mail.sending import choice_of, choose_mail
from linkwell.custody.organisations.actions import add_person
from linkwell.custody.organisations.models import Membership, Organisation, Person
from linkwell.custody.organisations.roles import Role
from linkwell.custody.permissions import NotAllowed
from linkwell.custody.projects.actions import approve_standing_project
from linkwell.custody.signin import factors, lost, proof
from linkwell.custody.signin.commands import ask as ask_command
from linkwell.custody.signin.commands import decide as decide_command
from linkwell.custody.signin.commands import fetch, find
from linkwell.custody.signin.models import Passkey, PersonSession
from linkwell.errors import RefusedByRule, WrongUse

BACKEND = "django.contrib.auth.backends.ModelBackend"


def at(person: Person) -> Client:
    client = Client(headers={"host": "localhost"})
    client.force_login(person, backend=BACKEND)
    return client


def custodian() -> Organisation:
    return Organisation.objects.get(is_custodian=True)


def second_manager(registry) -> Person:
    return deciding.somebody(registry, "second_manager", custodian(), Role.CUSTODIAN_MANAGER)


def test_everything_that_lets_somebody_in_ends_the_same_moment(registry, password) -> None:
    manager, leaver = registry.person("manager"), registry.person("provider_staff")
    Passkey.objects.create(person=leaver, name="Phone", credential_id="id")
    factors.new_recovery_codes(leaver)
    choose_mail(by=leaver, rhythm=Rhythm.DAILY, address="lee@example.org.nz")
    browser, asked = at(leaver), ask_command(computer="laptop", address="127.0.0.1")
    assert browser.get("/supplies/").status_code == 200
    decide_command(by=leaver, request=find(asked.user_code), allow=True)
    token, _ = fetch(asked.device_code)
    waiting = ask_command(computer="second laptop", address="127.0.0.1")
    decide_command(by=leaver, request=find(waiting.user_code), allow=True)
    begun = {"Authorization": f"Bearer {token}", "Tus-Resumable": "1.0.0", "Upload-Length": "100"}
    assert Client().post("/api/uploads/", headers={**begun, "host": "localhost"}).status_code == 201

    end_person(by=manager, person=leaver, why=Why.LEFT)
    assert browser.get("/supplies/")["Location"].startswith("/signin/")
    assert Client().post("/api/uploads/", headers={**begun, "host": "localhost"}).status_code == 401
    with pytest.raises(Exception, match="invalid_grant"):
        fetch(waiting.device_code)
    leaver.refresh_from_db()
    assert not factors.has_factor(leaver)
    assert (leaver.memberships.count(), leaver.email, choice_of(leaver).rhythm) == (0, "", Rhythm.OFF)
    with pytest.raises(RefusedByRule):
        proof.sign_in(username="provider_staff", password=password)
    said = AuditEvent.objects.filter(subject="person/provider_staff").order_by("-seq")[:2]
    assert [(each.verb, each.actor, each.details["why"]) for each in said] == [
        ("person.ended", "manager", "left"), ("role.taken away", "manager", "left"),
    ]  # fmt: skip
    assert [each.about for each in said] == ["", registry.agreement.organisation.code]


def test_a_lead_takes_the_staff_role_away_and_nothing_of_anybody_elses(registry) -> None:
    lead, staff = registry.person("provider"), registry.person("provider_staff")
    there, elsewhere = registry.agreement.organisation, registry.other_agreement.organisation
    Membership.objects.create(person=staff, organisation=elsewhere, role=Role.PROVIDER_STAFF)
    page = at(lead).get(f"/people/{staff.pk}/").content.decode()
    assert there.name in page
    assert elsewhere.name not in page
    with pytest.raises(NotAllowed):
        take_role(by=lead, person=staff, organisation=elsewhere, role=Role.PROVIDER_STAFF, why=Why.LEFT)
    with pytest.raises(NotAllowed):
        take_role(by=registry.person("other"), person=staff, organisation=there, role=Role.PROVIDER_STAFF,
                  why=Why.LEFT)  # fmt: skip
    browser = at(staff)
    browser.get("/me/")
    take_role(by=lead, person=staff, organisation=there, role=Role.PROVIDER_STAFF, why=Why.LEFT)
    assert not PersonSession.objects.filter(person=staff).exists()
    staff.refresh_from_db()
    assert staff.is_active  # they work elsewhere as well, of which the lead learns nothing
    assert at(lead).get(f"/people/{staff.pk}/").status_code == 404


@pytest.mark.parametrize("elsewhere", [True, False])
def test_the_lead_reads_the_same_whether_or_not_they_work_elsewhere(
    registry, password, elsewhere: bool
) -> None:
    lead, staff = registry.person("provider"), registry.person("provider_staff")
    if elsewhere:
        Membership.objects.create(
            person=staff, organisation=registry.other_agreement.organisation, role=Role.PROVIDER_STAFF
        )
    answer = at(lead).post(
        f"/people/{staff.pk}/aroha/provider_staff/end", {"why": "left", "password": password}, follow=True
    )
    assert "is not provider staff any more, and signed out." in answer.content.decode()
    assert "provider_staff" not in answer.content.decode()


def test_a_lead_takes_no_other_leads_role(registry) -> None:
    second = deciding.somebody(registry, "second_lead", registry.agreement.organisation, Role.PROVIDER_LEAD)
    with pytest.raises(NotAllowed):
        take_role(by=registry.person("provider"), person=second, why=Why.LEFT,
                  organisation=registry.agreement.organisation, role=Role.PROVIDER_LEAD)  # fmt: skip


def test_the_last_custodian_manager_stays_whoever_tries(registry) -> None:
    manager, other = registry.person("manager"), second_manager(registry)
    for by in (manager, registry.person("provider"), registry.person("auditor"), registry.person("linker")):
        with pytest.raises(NotAllowed):
            end_person(by=by, person=manager, why=Why.LEFT)
    with pytest.raises(NotAllowed, match="their own"):
        take_role(by=manager, person=manager, organisation=custodian(), role=Role.CUSTODIAN_MANAGER,
                  why=Why.CHANGED)  # fmt: skip
    take_role(by=manager, person=other, organisation=custodian(), role=Role.CUSTODIAN_MANAGER, why=Why.LEFT)
    with pytest.raises(NotAllowed):  # who was taken away a moment ago takes nobody with them
        end_person(by=other, person=manager, why=Why.CONCERN)
    assert Membership.objects.filter(role=Role.CUSTODIAN_MANAGER).count() == 1


def test_an_assessment_under_way_waits_for_another_assessor(registry) -> None:
    taken = deciding.taken(registry)
    gone, manager = registry.person("assessor"), registry.person("manager")
    assert taken.reference in [each.name for each in left_behind(manager, gone)]
    end_person(by=manager, person=gone, why=Why.LEFT)
    taken.refresh_from_db()
    assert (taken.state, taken.assessor) == ("waiting", "")
    second = deciding.somebody(registry, "second_assessor", custodian(), Role.ASSESSOR)
    assert assessments.take(by=second, assessment=taken).assessor == "second_assessor"


def test_an_analyst_who_comes_back_is_named_anew(registry) -> None:
    manager, analyst = registry.person("manager"), registry.person("analyst")
    project = approve_standing_project(by=manager, agreement=registry.agreement, analysts=[analyst])
    assert ("project_alone", project.code) in [(e.kind, e.name) for e in left_behind(manager, analyst)]
    take_role(by=manager, person=analyst, organisation=custodian(), role=Role.ANALYST, why=Why.CHANGED)
    assert not project.members.exists()
    assert not Person.objects.get(pk=analyst.pk).is_active
    with pytest.raises(NotAllowed, match="does not bring it back"):
        add_person(by=manager, username="analyst", name="x", password="another four plain words",
                   organisation=custodian(), roles=[Role.ANALYST])  # fmt: skip
    assert not Person.objects.get(pk=analyst.pk).is_active
    back = add_person(
        by=second_manager(registry), username="analyst", name="x", password="another four plain words",
        organisation=custodian(), roles=[Role.ANALYST],
    )  # fmt: skip
    assert back.is_active
    assert not back.password_own
    assert not project.members.exists()
    assert proof.sign_in(username="analyst", password="another four plain words") == back


def test_who_saw_names_sees_no_service_details_for_a_year(registry) -> None:
    manager, linker = registry.person("manager"), registry.person("linker")
    second = second_manager(registry)
    end_person(by=manager, person=linker, why=Why.CHANGED)

    def become(role: Role) -> Person:
        return add_person(by=second, username="linker", name="x", password="four plain words here",
                          organisation=custodian(), roles=[role])  # fmt: skip

    for role in (Role.INTEGRATOR, Role.ANALYST):
        with pytest.raises(NotAllowed, match="365 days"):
            become(role)
    linker.refresh_from_db()
    assert not linker.is_active  # refused, nothing of it happened
    assert become(Role.LINKER).is_active


def test_a_mistake_counts_for_nothing_and_only_within_a_day(registry) -> None:
    manager = registry.person("manager")
    new = deciding.somebody(registry, "newcomer", custodian(), Role.LINKER)
    take_role(by=manager, person=new, organisation=custodian(), role=Role.LINKER, why=Why.MISTAKE)
    add_person(by=second_manager(registry), username="newcomer", name="x", password="four plain words here",
               organisation=custodian(), roles=[Role.INTEGRATOR])  # fmt: skip
    Membership.objects.filter(person=new).update(created_at=timezone.now() - timedelta(days=2))
    with pytest.raises(WrongUse, match="more than a day ago"):
        end_person(by=manager, person=new, why=Why.MISTAKE)
    assert Membership.objects.filter(person=new).exists()


def test_who_left_a_provider_lately_does_not_assess_its_proposals(registry) -> None:
    manager = registry.person("manager")
    assessment = deciding.put_forward(registry)
    mover = deciding.somebody(registry, "mover", registry.agreement.organisation, Role.PROVIDER_STAFF)
    end_person(by=manager, person=mover, why=Why.CHANGED)
    add_person(by=second_manager(registry), username="mover", name="x", password="four plain words here",
               organisation=custodian(), roles=[Role.ASSESSOR])  # fmt: skip
    with pytest.raises(NotAllowed, match="within the last year"):
        assessments.take(by=Person.objects.get(pk=mover.pk), assessment=assessment)


def test_the_word_of_somebody_who_is_gone_takes_no_device_away(registry) -> None:
    manager = registry.person("manager")
    asked = lost.ask(by=registry.person("linker"), person=registry.person("provider"))
    end_person(by=manager, person=registry.person("linker"), why=Why.CONCERN)
    assert not lost.standing().exists()
    with pytest.raises(WrongUse, match="cannot sign in"):
        lost.decide(by=manager, lost=asked, confirm=True)


def test_what_goes_with_them_is_shown_before(registry) -> None:
    UploadToken.objects.filter(agreement=registry.other_agreement).update(ended_at=timezone.now())
    manager = registry.person("manager")
    found = {each.kind for each in left_behind(manager, registry.person("provider"))}
    assert found == {"alone", "token"}
    text = at(manager).get(f"/people/{registry.person('provider').pk}/end").content.decode()
    assert "Nobody else holds this role" in text


def test_ended_is_ended_and_is_listed_apart(registry) -> None:
    manager, gone = registry.person("manager"), registry.person("researcher")
    end_person(by=manager, person=gone, why=Why.LEFT)
    with pytest.raises(WrongState):
        end_person(by=manager, person=gone, why=Why.LEFT)
    client = at(manager)
    assert ">Researcher<" not in client.get("/people/").content.decode()
    assert ">Researcher<" in client.get("/people/?ended=1").content.decode()
    assert "Ended" in client.get(f"/people/{gone.pk}/").content.decode()


def test_a_manager_gives_a_role_in_the_portal(registry, password) -> None:
    client = at(registry.person("manager"))
    where = "/custodian/organisations/aroha/people/new"
    given = {"username": "kim", "name": "Kim", "roles": ["provider_staff"], "password": password}
    assert "Enter a first password" in client.post(where, given).content.decode()
    assert "not strong enough" in client.post(where, {**given, "first": "short"}).content.decode()
    assert client.post(where, {**given, "first": "another four plain words"}).status_code == 302
    kim = Person.objects.get(username="kim")
    assert (kim.roles(), kim.password_own) == ({Role.PROVIDER_STAFF}, False)
    again = {**given, "roles": ["provider_lead"]}
    assert client.post(where, again).status_code == 302
    assert kim.roles() == {Role.PROVIDER_STAFF, Role.PROVIDER_LEAD}
    assert "linker" not in client.get(where).content.decode().lower()  # no role of the custodian's
