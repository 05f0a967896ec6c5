"""Several like services told about together: each says yes for itself, and can take it back."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.db import transaction
from tests import deciding
from tests.custody.removing import Site, do_jobs, make_site, make_world, people

from linkwell.cli.custodian import custodian
from linkwell.custody.agreements.models import Agreement, SpecificationText
from linkwell.custody.agreements.seeing import own_notices
from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.commissioning.actions import pass_on
from linkwell.custody.machine import WrongState
from linkwell.custody.organisations.models import Organisation, Person
from linkwell.custody.organisations.roles import Role
from linkwell.custody.outputs import actions as outputs
from linkwell.custody.outputs.models import Output, Release
from linkwell.custody.outputs.permissions import own_releases
from linkwell.custody.outputs.pooling import standings, told_beside, waits
from linkwell.custody.permissions import NotAllowed
from linkwell.custody.projects.actions import close_project
from linkwell.custody.projects.models import Project
from linkwell.custody.projects.pooling import begin_pool, members_of
from linkwell.custody.projects.protocols import protocol_of
from linkwell.custody.refreshes import actions as refreshes
from linkwell.custody.refreshes.models import Refresh
from linkwell.custody.uses.actions import answer_use
from linkwell.custody.uses.models import LaterUse
from linkwell.errors import RefusedByRule, WrongUse
from linkwell.vault.zones import ZoneName

MEASURES = """[[measure]]
code = "main_benefit"
label = "Time on a main benefit"
domain = "Income"
kind = "days"
source = "MSD"
covers_from = 2020-01-01
covers_to = 2026-06-30
"""


@pytest.fixture
def site(registry, tmp_path: Path) -> Site:
    world = make_world(tmp_path / "world")
    (world / "measures.toml").write_text(MEASURES, "utf-8")
    made = make_site(registry, tmp_path, world)
    registry.people["third"] = deciding.somebody(
        registry, "third", made.agreements[2].organisation, Role.PROVIDER_LEAD
    )
    deciding.own_keys()
    return made


def begin(site: Site, agreements: list[Agreement] | None = None, **how: str) -> Project:
    registry = site.registry
    return begin_pool(
        by=registry.person("manager"), code="visits", service="Home visits",
        agreements=site.agreements if agreements is None else agreements,
        analysts=[registry.person("analyst")], **how,
    )  # fmt: skip


def answer(site: Site, name: str, verb: str = "agree") -> LaterUse:
    person = site.registry.person(name)
    use = LaterUse.objects.get(agreement__organisation__memberships__person=person, project="visits")
    return answer_use(by=person, use=use, verb=verb)


def loaded(site: Site, label: str = "2026-11"):
    draw = random.Random(3)
    for which in range(3):
        site.deliver(which, people(draw, which))
    refreshes.load(by=site.registry.person("integrator"), label=label)
    do_jobs()
    return refreshes.find(label)


def work_out(site: Site, project: Project, refresh) -> Output:
    made, _ = outputs.analyse(by=site.registry.person("analyst"), project=project, refresh=refresh)
    do_jobs()
    return outputs.find(made.reference)


def test_each_member_is_asked_in_words_and_nothing_is_worked_out_before_three_say_yes(site) -> None:
    project = begin(site)
    asked = LaterUse.objects.get(agreement=site.agreements[0], project="visits")
    assert "Riverbend Other, Third, and you" in asked.purpose
    assert own_notices(site.registry.person("provider")).filter(kind="use_asked").exists()
    refresh = Refresh.objects.create(label="2026-10", state="ready", digest="ab" * 48)
    for name in ("provider", "other"):
        answer(site, name)
    with pytest.raises(RefusedByRule, match="Fewer than 3 independent organisations"):
        work_out(site, project, refresh)
    answer(site, "third", "not agree")
    assert [(each.agreement.organisation.code, each.said) for each in members_of(project)] == [
        ("aroha", "agreed"), ("other", "agreed"), ("third", "not agreed"),
    ]  # fmt: skip
    with pytest.raises(RefusedByRule):
        work_out(site, project, refresh)


def test_a_pooled_report_goes_to_its_members_alike_while_all_of_them_say_yes(site) -> None:
    checker, project = site.registry.person("output_checker"), begin(site)
    for name in ("provider", "other", "third"):
        answer(site, name)
    output = work_out(site, project, loaded(site))
    assert (output.state, output.members) == ("ready to check", ["aroha", "other", "third"])
    answer(site, "other", "not agree")
    with pytest.raises(RefusedByRule, match="Two of the 3 independent organisations"):
        outputs.release(by=checker, output=output)
    answer(site, "other")
    earlier = Project.objects.create(code="earlier", title="x", service="Home visits", state="approved")
    told = Output.objects.create(reference="e", project=earlier, refresh=output.refresh, state="released",
                                 members=["aroha", "fourth", "other"])  # fmt: skip
    with pytest.raises(RefusedByRule, match="cannot be told about together"):
        outputs.release(by=checker, output=output)
    told.delete()
    assert outputs.find(output.reference).state == "ready to check"
    outputs.release(by=checker, output=output)
    do_jobs()
    output.refresh_from_db()
    assert output.state == "released", output.reasons
    _read_alike(site, Release.objects.get(output=output))


def _read_alike(site: Site, release: Release) -> None:
    """Every member reads it, none passes it on, and each one's delivery says so."""
    for name in ("provider", "other", "third"):
        assert list(own_releases(site.registry.person(name))) == [release]
        assert own_notices(site.registry.person(name)).filter(kind="pooled_report_released").exists()
    folder = site.registry.home.zone(ZoneName.RELEASED) / release.reference
    assert "Riverbend Aroha, Riverbend Other and Third" in (folder / "report.html").read_text("utf-8")
    assert json.loads((folder / "release.json").read_text("utf-8"))["release_id"] == release.reference
    payer = Organisation.objects.create(code="payer", name="Payer", kind="commissioner")
    with pytest.raises(NotAllowed):
        pass_on(by=site.registry.person("provider"), release=release, to=payer)
    for supply in release.output.refresh.supplies.all():
        assert AuditEvent.objects.filter(verb="output.released", subject=supply.subject).exists()


def test_who_may_not_be_known_to_share_who_has_ended_and_pairs_are_no_members(site) -> None:
    with pytest.raises(WrongUse, match="at least 3 organisations"):
        begin(site, site.agreements[:2])
    with pytest.raises(WrongUse, match="at least 3 organisations"):
        begin(site, [*site.agreements[:2], site.agreements[0]])
    Agreement.objects.filter(pk=site.agreements[2].pk).update(state="ended")
    with pytest.raises(RefusedByRule, match="not in force"):
        begin(site, list(Agreement.objects.order_by("pk")))
    with pytest.raises(NotAllowed):
        begin_pool(by=site.registry.person("analyst"), code="visits", service="x",
                   agreements=site.agreements, analysts=[])  # fmt: skip
    assert not Project.objects.exclude(service="").exists()


def test_members_that_share_a_vendor_are_one_and_the_refusal_names_none_of_them(site) -> None:
    project = begin(site)
    for name in ("provider", "other", "third"):
        answer(site, name)
    vendor = Organisation.objects.create(code="v", name="Vendor", kind="vendor")
    Agreement.objects.filter(pk__in=[each.pk for each in site.agreements[:2]]).update(via=vendor)
    refresh = Refresh.objects.create(label="2026-10", state="ready", digest="ab" * 48)
    with pytest.raises(RefusedByRule, match="Fewer than 3 independent") as said:
        work_out(site, project, refresh)
    assert not any(name in str(said.value) for name in ("Vendor", "Riverbend", "Third"))
    further = sorted(["aroha", "other", "third", *(each.organisation.code for each in more(site, 1))])
    assert told_beside(further) == ((("aroha", "other"), ("further0",), ("third",)),)  # so the desk is told
    with pytest.raises(RefusedByRule, match="independent of each other"):
        begin_pool(by=site.registry.person("manager"), code="another", service="Home visits",
                   agreements=site.agreements, analysts=[])  # fmt: skip


def more(site: Site, number: int) -> list[Agreement]:
    """Further organisations that share nothing, each with an agreement like the third's."""
    made = []
    for code in [f"further{place}" for place in range(number)]:
        row = Agreement.objects.get(pk=site.agreements[2].pk)
        row.organisation = Organisation.objects.create(code=code, name=code, kind="provider")
        row.pk, row.reference = None, code
        row._state.adding = True
        row.save()
        made.append(row)
    return made


def test_what_happens_next_is_said_as_it_will_be_however_many_are_left(site) -> None:
    """Of a pool of seven more leave each time; the words are then held against what is really done."""
    project = begin(site, [*site.agreements, *more(site, 4)])
    LaterUse.objects.filter(project="visits").update(state="agreed")
    everybody = sorted(each.agreement.organisation.code for each in members_of(project))
    first = Refresh.objects.create(label="2026-10", state="ready", digest="ab" * 48)
    later = Refresh.objects.create(label="2026-11", state="ready", digest="ac" * 48)
    output = Output.objects.create(reference="o", project=project, refresh=first, state="ready to check",
                                   analyst="x", members=everybody)  # fmt: skip
    said = {}
    for gone in (1, 5, 6, 7):
        LaterUse.objects.filter(agreement__organisation__code__in=everybody[:gone]).update(state="not agreed")
        with pytest.raises(RefusedByRule, match="taken its yes back") as refused:
            outputs.release(by=site.registry.person("output_checker"), output=output)
        said[gone] = refused.value.fix
        assert really(site, project, later) == ("is worked out without it" in refused.value.fix)
    assert {gone: words.split(". ")[1].split(" ")[0] for gone, words in said.items()} == {
        1: "The", 5: "Two", 6: "One", 7: "None",
    }  # fmt: skip
    LaterUse.objects.filter(project="visits").update(state="agreed")
    LaterUse.objects.filter(agreement__organisation__code=everybody[0]).update(state="not agreed")
    Output.objects.create(reference="e", project=project, refresh=Refresh.objects.create(label="2026-09"),
                          state="released", members=everybody)  # fmt: skip
    with pytest.raises(RefusedByRule, match="beside an earlier report"):
        outputs.release(by=site.registry.person("output_checker"), output=output)
    assert not really(site, project, later)


def really(site: Site, project: Project, refresh: Refresh) -> bool:
    """Whether the next data update is worked out; undone again."""
    try:
        with transaction.atomic():
            outputs.analyse(by=site.registry.person("analyst"), project=project, refresh=refresh)
            transaction.set_rollback(True)
    except RefusedByRule:
        return False
    return True


def test_an_organisation_that_must_not_be_known_to_share_is_in_no_pool(site) -> None:
    from dataclasses import replace

    from linkwell.custody.agreements.specifications import agreed_specification
    from linkwell.specification.file import render

    agreed, refuge = agreed_specification(site.agreements[2]), ("A refuge",)
    secret = replace(agreed, sensitive=refuge, initiatives=refuge)
    text = SpecificationText.objects.create(digest=secret.digest, toml=render(secret))
    Agreement.objects.filter(pk=site.agreements[2].pk).update(specification=text)
    with pytest.raises(RefusedByRule, match="must not be known"):
        begin(site, list(Agreement.objects.order_by("pk")))


def test_what_a_pool_is_about_is_fixed_and_asking_again_asks_nobody_twice(site) -> None:
    project = begin(site)
    assert begin(site) == project
    assert LaterUse.objects.filter(project="visits").count() == 3
    with pytest.raises(RefusedByRule, match="fixed"):
        begin_pool(by=site.registry.person("manager"), code="visits", service="Something else",
                   agreements=site.agreements, analysts=[])  # fmt: skip
    assert {one.by for one in protocol_of(project).slices} <= {"gender", "age", "attended"}
    assert protocol_of(project).title == "Home visits"


def test_a_pool_is_no_research_project_and_loses_who_is_no_analyst_any_more(site) -> None:
    from linkwell.custody.projects.actions import unname
    from linkwell.custody.projects.seeing import visible_projects

    project = begin(site)
    assert not visible_projects(site.registry.person("manager")).filter(pk=project.pk).exists()
    assert unname(Person.objects.get(username="analyst")) == ["visits"]


def test_a_closed_pool_has_no_further_run_and_every_member_is_told(site) -> None:
    registry, project = site.registry, begin(site)
    for name in ("provider", "other"):
        answer(site, name)
    refresh = Refresh.objects.create(label="2026-10", state="ready", digest="ab" * 48)
    output = Output.objects.create(reference="o", project=project, refresh=refresh, state="ready to check",
                                   analyst="x", members=["aroha", "other", "third"])  # fmt: skip
    with pytest.raises(NotAllowed):
        close_project(by=registry.person("analyst"), project=project)
    close_project(by=registry.person("manager"), project=project)
    assert LaterUse.objects.get(agreement=site.agreements[2]).state == "taken back"
    for name in ("provider", "other", "third"):
        assert own_notices(registry.person(name)).filter(kind="pool_closed", about="visits").count() == 1
    later = Refresh.objects.create(label="2026-11", state="ready", digest="ac" * 48)
    LaterUse.objects.filter(project="visits").update(state="agreed")
    for known in (project, Project.objects.get(pk=project.pk)):  # also by whoever saw it open a moment ago
        with pytest.raises(RefusedByRule, match="project is closed"):
            outputs.analyse(by=registry.person("analyst"), project=known, refresh=later)
    with pytest.raises(RefusedByRule, match="pool is closed"):
        outputs.release(by=registry.person("output_checker"), output=output)
    with pytest.raises(RefusedByRule, match="pool is closed"):
        begin(site)
    with pytest.raises(WrongState):
        close_project(by=registry.person("manager"), project=project)


def test_what_was_released_before_a_pool_closed_stays_with_its_members(site) -> None:
    project = begin(site)
    refresh = Refresh.objects.create(label="2026-10", state="ready", digest="ab" * 48)
    output = Output.objects.create(reference="o", project=project, refresh=refresh, state="released",
                                   analyst="x", members=["aroha", "other", "third"])  # fmt: skip
    release = Release.objects.create(reference="R", output=output, title="x", report_digest="0" * 96,
                                     organisation=Organisation.objects.get(is_custodian=True))  # fmt: skip
    release.readers.add(*(each.organisation for each in site.agreements))
    close_project(by=site.registry.person("manager"), project=project)
    assert list(own_releases(site.registry.person("third"))) == [release]


def test_members_are_told_when_further_organisations_are_asked(site) -> None:
    begin(site)
    further = more(site, 2)
    begin(site, further)
    told = own_notices(site.registry.person("provider")).filter(kind="pool_widened")
    assert told.count() == 1
    assert not further[0].organisation.notices.filter(kind="pool_widened").exists()
    assert "Riverbend Other, Third, further1, and you" in LaterUse.objects.get(agreement=further[0]).purpose


def test_an_agreement_that_ended_keeps_nobody_from_being_asked(site) -> None:
    project = begin(site)
    Agreement.objects.filter(pk=site.agreements[0].pk).update(state="ended")
    begin(site, more(site, 1))
    assert [each.why for each in members_of(project)] == ["asked"] * 4
    LaterUse.objects.filter(project="visits").update(state="agreed")
    assert sorted(each.why for each in members_of(project)) == ["", "", "", "over"]


def test_where_a_pool_stands_and_what_waits_on_whom(site) -> None:
    project = begin(site)
    assert [standings([project])[0].state, len(waits(standings([project])[0]))] == ["waits", 3]
    for name in ("provider", "other", "third"):
        answer(site, name)
    refresh = Refresh.objects.create(label="2026-10", state="ready", digest="ab" * 48)
    now = standings([Project.objects.get(pk=project.pk)])[0]
    assert now.state == "works"
    assert waits(now) == [("A report from the data of 2026-10", "an analyst at the custodian")]
    Output.objects.create(reference="o", project=project, refresh=refresh, state="released",
                          members=["aroha", "other", "third"])  # fmt: skip
    assert waits(now) == []
    member = deciding.somebody(site.registry, "both", site.agreements[0].organisation, Role.PROVIDER_STAFF)
    member.memberships.create(organisation=site.agreements[1].organisation, role=Role.PROVIDER_STAFF)
    now = standings([Project.objects.get(pk=project.pk)])[0]
    assert (now.state, now.apart) == ("waits", (("aroha", "other"), ("third",)))
    assert [now.with_others(each) for each in now.members] == [["Riverbend Other"], ["Riverbend Aroha"], []]
    member.memberships.all().delete()
    begin(site, more(site, 1))
    LaterUse.objects.filter(project="visits").update(state="agreed")
    assert standings([Project.objects.get(pk=project.pk)])[0].state == "stuck"  # one more would be told apart
    close_project(by=site.registry.person("manager"), project=project)
    now = standings([Project.objects.get(pk=project.pk)])[0]
    assert (now.state, waits(now)) == ("closed", [])


def test_a_pool_is_begun_listed_and_closed_by_command(site, monkeypatch, password) -> None:
    monkeypatch.setenv("LINKWELL_PASSWORD", password)
    monkeypatch.setenv("LINKWELL_HOME", str(site.registry.home.path))

    def run(*words: str) -> dict[str, object]:
        done = CliRunner().invoke(custodian, ["pool", *words, "--as=manager", "--json"])
        assert done.exit_code == 0, done.output
        found: dict[str, object] = json.loads(done.stdout)
        return found

    agreements = [f"--agreement={each.reference}" for each in site.agreements]
    run("begin", "visits", "--service=Home visits", *agreements, "--analyst=analyst")
    LaterUse.objects.filter(project="visits").update(state="agreed")
    listed = run("list")["pools"]
    said = dict.fromkeys(("DSA-2026-001", "DSA-2026-002", "DSA-2026-003"), "agreed")
    assert listed == [{"pool": "visits", "service": "Home visits", "state": "works", "independent": 3,
                       "members": said}]  # fmt: skip
    assert run("close", "visits") == {"pool": "visits", "state": "closed"}
