"""Access to a project is worked out from the evidence, each time: the day an item runs out it is closed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests import applying, deciding

from linkwell.custody.agreements.models import Agreement
from linkwell.custody.organisations.roles import Role
from linkwell.custody.projects import actions, guarding
from linkwell.custody.projects.access import access, refuse_closed, refuse_release, stopped
from linkwell.custody.projects.applying import take_out
from linkwell.custody.projects.models import Project
from linkwell.custody.researchers import actions as researchers
from linkwell.custody.researchers.evidence import undertaking
from linkwell.custody.researchers.models import Evidence
from linkwell.errors import RefusedByRule, WrongUse
from linkwell.standards.clock import today

DAY = timedelta(days=1)


@pytest.fixture
def project(registry) -> Project:
    return applying.approved(registry)


@pytest.fixture
def researcher(registry, project):
    return applying.team(registry)[1]


def codes(project, person, on=None) -> list[str]:
    return [each.code for each in access(project, person, on).closed]


def test_it_is_open_while_everything_is_in_date_and_says_until_when(project, researcher) -> None:
    found = access(project, researcher)
    assert found.open
    assert found.until == today() + timedelta(days=200)
    assert found.because == "the project"


@pytest.mark.parametrize("kind", ["vetting", "training", "undertaking"])
def test_the_lab_is_open_on_the_last_day_and_closed_the_day_after(project, researcher, kind: str) -> None:
    last = today() + timedelta(days=10)
    Evidence.objects.filter(person=researcher, kind=kind).update(until=last)
    assert access(project, researcher, last).open
    assert access(project, researcher, last - DAY).until == last
    assert codes(project, researcher, last + DAY) == [kind]


def test_an_expired_training_closes_it_the_same_day_and_a_new_one_opens_it(
    registry, project, researcher
) -> None:
    Evidence.objects.filter(person=researcher, kind="training").update(until=today() - DAY)
    assert codes(project, researcher) == ["training"]
    with pytest.raises(RefusedByRule, match="Confidentiality training"):
        refuse_closed(project, researcher)
    researchers.write_down(by=registry.person("manager"), person=researcher, kind="training", since=today())
    assert access(project, researcher).open


def test_ending_training_closes_it_at_once(registry, project, researcher) -> None:
    held = Evidence.objects.get(person=researcher, kind="training")
    researchers.end_evidence(by=registry.person("manager"), evidence=held)
    assert codes(project, researcher) == ["training"]


def test_a_new_wording_of_the_undertaking_has_to_be_signed_again(project, researcher) -> None:
    Evidence.objects.filter(person=researcher, kind="undertaking").update(digest="0" * 96)
    assert codes(project, researcher) == ["undertaking"]
    researchers.sign_undertaking(by=researcher, fingerprint=undertaking().fingerprint)
    assert access(project, researcher).open


def test_it_ends_with_the_projects_last_day_which_is_written_down_later(project, researcher) -> None:
    assert codes(project, researcher, project.ends) == []
    assert codes(project, researcher, project.ends + DAY) == ["run out"]
    assert actions.watch_projects(project.ends) == 0
    assert actions.watch_projects(project.ends + DAY) == 1
    assert codes(Project.objects.get(pk=project.pk), researcher) == ["state"]


def test_every_agreement_behind_it_has_to_be_alive(project, researcher) -> None:
    used = project.uses.get()
    assert codes(project, researcher, used.ends + DAY)[-1:] != []
    Agreement.objects.filter(pk=used.pk).update(state="ended")
    assert codes(project, researcher) == ["agreement"]
    with pytest.raises(RefusedByRule, match="not in force"):
        refuse_release(project)


def test_a_hold_of_kaitiaki_stops_work_and_release_until_they_lift_it(registry, project, researcher) -> None:
    kaitiaki = deciding.somebody(registry, "hana", registry.agreement.organisation, Role.KAITIAKI)
    held = guarding.hold(by=kaitiaki, project=project, said="Talk with us first.")
    assert codes(project, researcher) == ["hold"]
    with pytest.raises(RefusedByRule, match="Kaitiaki of Riverbend Aroha"):
        refuse_release(project)
    with pytest.raises(WrongUse, match="stands already"):
        guarding.hold(by=kaitiaki, project=project, said="Again.")
    guarding.lift(by=kaitiaki, hold=held, agreed="They come and talk before each release.")
    assert access(project, researcher).open
    refuse_release(project)


def test_others_than_the_named_and_who_was_taken_out_are_not_in(registry, project, researcher) -> None:
    assert codes(project, registry.person("researcher")) == ["member"]
    take_out(by=project.lead, project=project, person=researcher)
    assert codes(project, researcher) == ["member"]


def test_who_lost_the_role_is_out(project, researcher) -> None:
    researcher.memberships.all().delete()
    assert codes(project, researcher) == ["role"]


def test_a_standing_project_is_open_to_its_analyst_while_its_agreement_lives(registry) -> None:
    analyst = registry.person("analyst")
    standing = actions.approve_standing_project(
        by=registry.person("manager"), agreement=registry.agreement, analysts=[analyst]
    )
    assert access(standing, analyst).open
    assert stopped(standing, registry.agreement.ends + DAY)
