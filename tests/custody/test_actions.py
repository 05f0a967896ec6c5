"""Actions refuse the wrong role and the wrong state, and say so in words; duties stay with two people."""

from __future__ import annotations

from datetime import date, timedelta
from importlib import resources

import pytest

from linkwell.custody.agreements import actions as agreements
from linkwell.custody.agreements.models import Agreement, UploadToken
from linkwell.custody.linkage import actions as linkage
from linkwell.custody.machine import WrongState
from linkwell.custody.organisations import actions as people
from linkwell.custody.organisations.roles import PLACES, Kind, Role
from linkwell.custody.outputs import actions as outputs
from linkwell.custody.outputs.models import Output
from linkwell.custody.permissions import NotAllowed
from linkwell.custody.projects.actions import approve_standing_project
from linkwell.custody.projects.models import Project
from linkwell.custody.refreshes import actions as refreshes
from linkwell.custody.refreshes.models import Refresh
from linkwell.custody.signin.proof import sign_in
from linkwell.custody.supplies import actions as supplies
from linkwell.custody.supplies.models import Supply
from linkwell.errors import RefusedByRule, WrongUse
from linkwell.standards.clock import today

EVERYONE = [
    "manager", "integrator", "linker", "analyst", "output_checker", "researcher", "auditor",
    "provider", "provider_staff", "other",
]  # fmt: skip


@pytest.fixture
def supply(registry) -> Supply:
    return supplies.import_package(
        by=registry.person("integrator"), agreement=registry.agreement, package=registry.sealed.path
    )


@pytest.fixture
def output(registry) -> Output:
    project = approve_standing_project(
        by=registry.person("manager"), agreement=registry.agreement, analysts=[registry.person("analyst")]
    )
    refresh = Refresh.objects.create(label="2026-11", state="ready")
    made, _ = outputs.analyse(by=registry.person("analyst"), project=project, refresh=refresh)
    Output.objects.update(state="ready to check")
    return outputs.find(made.reference)


def test_a_plan_is_read_before_it_is_fixed_and_another_one_is_refused_afterwards(registry) -> None:
    how = {"by": registry.person("manager"), "agreement": registry.agreement,
           "analysts": [registry.person("analyst")]}  # fmt: skip
    plan = (resources.files("linkwell.insights") / "protocol.toml").read_text("utf-8")
    for wrong in ("kind =", plan.replace('"dollars"', '"percent"'), plan.replace("= 12", "= 0")):
        with pytest.raises(WrongUse, match=r"protocol"):
            approve_standing_project(**how, protocol_toml=wrong)
    assert not Project.objects.exists()
    made = approve_standing_project(**how, protocol_toml=plan)
    again = approve_standing_project(**how, protocol_toml=plan.replace("\n", "\r\n"))
    assert made == again == approve_standing_project(**how)
    with pytest.raises(RefusedByRule, match="fixed"):
        approve_standing_project(**how, protocol_toml=plan.replace("= 12", "= 24"))
    made.refresh_from_db()
    assert made.protocol == plan


@pytest.mark.parametrize("name", [name for name in EVERYONE if name != "integrator"])
def test_only_a_data_integrator_accepts_turns_down_and_brings_in(registry, supply, name) -> None:
    person = registry.person(name)
    with pytest.raises(NotAllowed):
        supplies.accept(by=person, supply=supply)
    with pytest.raises(NotAllowed):
        supplies.reject(by=person, supply=supply, reason="because")
    with pytest.raises(NotAllowed):
        supplies.import_package(by=person, agreement=registry.agreement, package=registry.sealed.path)
    with pytest.raises(NotAllowed):
        refreshes.load(by=person, label="x")
    assert Supply.objects.get().state == "received"


@pytest.mark.parametrize("name", [name for name in EVERYONE if name != "linker"])
def test_only_a_linker_links(registry, supply, name) -> None:
    Supply.objects.update(state="accepted")
    with pytest.raises(NotAllowed):
        linkage.link(by=registry.person(name), supply=supply)


@pytest.mark.parametrize("name", [name for name in EVERYONE if name != "manager"])
def test_only_a_manager_enrols(registry, name) -> None:
    with pytest.raises(NotAllowed):
        agreements.issue_upload_token(by=registry.person(name), agreement=registry.agreement)
    with pytest.raises(NotAllowed):
        people.add_person(
            by=registry.person(name), username="new", name="New", password="sixteen letters at least",
            organisation=registry.agreement.organisation, roles=[Role.PROVIDER_STAFF],
        )  # fmt: skip


@pytest.mark.parametrize("name", [name for name in EVERYONE if name != "output_checker"])
def test_only_an_output_checker_releases(registry, output, name) -> None:
    with pytest.raises(NotAllowed):
        outputs.release(by=registry.person(name), output=output)


def test_nobody_releases_what_they_worked_out_themselves(registry, output) -> None:
    checker = registry.person("output_checker")
    output.analyst = checker.username
    with pytest.raises(NotAllowed, match="same person"):
        outputs.release(by=checker, output=output)


def test_output_about_one_provider_needs_its_recorded_permission(registry, output) -> None:
    Agreement.objects.update(permits_single_provider_output=False)
    with pytest.raises(RefusedByRule, match="does not permit output"):
        outputs.release(by=registry.person("output_checker"), output=outputs.find(output.reference))


def test_an_analyst_must_be_named_in_the_project(registry, output) -> None:
    project = output.project
    project.members.all().delete()
    with pytest.raises(NotAllowed, match="not named"):
        outputs.analyse(by=registry.person("analyst"), project=project, refresh=output.refresh)


@pytest.mark.parametrize("pair", [("linker", "integrator"), ("linker", "analyst"), ("linker", "researcher")])
def test_roles_that_must_be_two_people_cannot_be_one(registry, pair) -> None:
    custodian = registry.person("linker").memberships.get().organisation
    with pytest.raises(NotAllowed, match="cannot be both"):
        people.add_person(
            by=registry.person("manager"), username=pair[0], name="x", password="sixteen letters at least",
            organisation=custodian, roles=[Role(pair[1])],
        )  # fmt: skip


def test_a_commissioner_can_hold_no_role_that_sees_rows_or_unreleased_results(registry) -> None:
    payer = people.enter_organisation(
        by=registry.person("manager"), code="payer", name="A payer", kind=Kind.COMMISSIONER
    )
    for role in ("linker", "integrator", "analyst", "output_checker", "auditor"):
        with pytest.raises(NotAllowed, match="cannot be both"):
            people.add_person(
                by=registry.person("manager"), username=role, name="x", password="sixteen letters at least",
                organisation=payer, roles=[Role.COMMISSIONER],
            )  # fmt: skip


@pytest.mark.parametrize("role", list(Role))
def test_a_role_is_held_only_in_the_kind_of_organisation_it_belongs_to(registry, role) -> None:
    manager = registry.person("manager")
    for kind in Kind:
        if kind is Kind.CUSTODIAN:
            continue
        where = people.enter_organisation(by=manager, code=f"a-{kind}", name=f"A {kind}", kind=kind)
        facts = {"by": manager, "name": "x", "password": "sixteen letters at least", "roles": [role]}
        if kind in PLACES[role]:
            people.add_person(username=f"new-{kind}", organisation=where, **facts)
        else:
            with pytest.raises(WrongUse, match="in this organisation"):
                people.add_person(username=f"new-{kind}", organisation=where, **facts)


def test_custodian_roles_cannot_be_given_at_a_provider(registry) -> None:
    with pytest.raises(WrongUse):
        people.add_person(
            by=registry.person("manager"), username="new", name="New", password="sixteen letters at least",
            organisation=registry.agreement.organisation, roles=[Role.LINKER],
        )  # fmt: skip


def test_short_passwords_are_refused(registry) -> None:
    with pytest.raises(WrongUse, match="not strong enough"):
        people.add_person(
            by=registry.person("manager"), username="new", name="New", password="fifteen letters",
            organisation=registry.agreement.organisation, roles=[Role.PROVIDER_STAFF],
        )  # fmt: skip


def test_a_supply_cannot_be_linked_before_it_is_accepted_or_accepted_twice(registry, supply) -> None:
    with pytest.raises(WrongState, match="received"):
        linkage.link(by=registry.person("linker"), supply=supply)
    supplies.accept(by=registry.person("integrator"), supply=supply)
    with pytest.raises(WrongState, match="accepting"):
        supplies.accept(by=registry.person("integrator"), supply=supply)


def test_nothing_is_opened_without_an_agreement_in_force(registry, supply) -> None:
    Agreement.objects.update(starts=date(2020, 1, 1), ends=today() - timedelta(days=1))
    with pytest.raises(RefusedByRule, match="not in force"):
        supplies.accept(by=registry.person("integrator"), supply=supplies.find(supply.reference))


def test_an_agreement_reference_is_never_used_for_something_else(registry) -> None:
    agreement = registry.agreement
    with pytest.raises(WrongUse, match="already exists"):
        agreements.enrol_provider(
            by=registry.person("manager"), code="aroha", name="Riverbend Community Trust",
            agreement=agreement.reference,
            specification_toml="x", specification_digest="0" * 96,
            sender_key_pem=agreement.organisation.sender_keys.get().public_pem,
            permits_single_provider_output=True, starts=agreement.starts, ends=agreement.ends,
        )  # fmt: skip


def test_only_the_hash_of_a_token_is_kept(registry) -> None:
    secret = registry.token.split("_", 2)[2]
    assert all(secret not in str(vars(token)) for token in UploadToken.objects.all())


def test_signing_in_locks_after_three_wrong_passwords(registry, password) -> None:
    assert sign_in(username="linker", password=password).username == "linker"
    for _ in range(3):
        with pytest.raises(RefusedByRule):
            sign_in(username="linker", password="wrong")
    with pytest.raises(RefusedByRule, match="locked"):
        sign_in(username="linker", password=password)


def test_turning_down_destroys_the_file_and_gives_a_receipt(
    registry, supply, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        done = supplies.reject(by=registry.person("integrator"), supply=supply, reason="Wrong quarter")
    assert done.state == "rejected"
    assert done.receipts.filter(kind="rejected").exists()
    assert not list((registry.home.path / "intake" / "quarantine").iterdir())


def test_the_same_file_from_disk_is_one_supply(registry, supply) -> None:
    again = supplies.import_package(
        by=registry.person("integrator"), agreement=registry.agreement, package=registry.sealed.path
    )
    assert again.pk == supply.pk
