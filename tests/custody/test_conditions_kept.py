"""Conditions that Linkwell keeps: nothing leaves before what they ask for is said of these very files."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests import applying, asking

from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.labs import looking
from linkwell.custody.labs.jobs import _refuse_groups
from linkwell.custody.labs.models import LabWork
from linkwell.custody.machine import WrongState
from linkwell.custody.permissions import NotAllowed
from linkwell.custody.projects.conditions import choices
from linkwell.custody.projects.models import Project
from linkwell.custody.requests import deciding as decided
from linkwell.custody.requests import filling
from linkwell.custody.requests.keeping import TO_SAY, awaited, may_say, say_kept, still_open
from linkwell.custody.requests.models import OutputRequest
from linkwell.custody.requests.permissions import visible_requests
from linkwell.custody.requests.seeing import files_seen
from linkwell.errors import BlockingFindings, RefusedByRule, WrongUse

IWI = "iwi,count\nTe Aupōuri,30\nNgāti Kahu,45\nTe Rarawa,12\n"
AREAS = "area,count\nFar North,30\nWhangārei,45\nKaipara,12\n"
HEADED = "Territorial authority,count\nFirst,30\nSecond,45\nThird,12\n"


@pytest.fixture
def two(registry):
    return asking.checkers(registry)


def now(request: OutputRequest) -> OutputRequest:
    return OutputRequest.objects.select_related("project__organisation", "about").get(pk=request.pk)


def approved(registry, two, *codes: str, **facts: str) -> OutputRequest:
    made = asking.submitted(applying.approved(registry, codes=codes), **facts)
    return both_say_yes(made, two)


def both_say_yes(made: OutputRequest, two) -> OutputRequest:
    for checker in two:
        asking.yes(checker, made)
    return decided.approve_request(by=two[0], request=now(made))


def test_every_condition_to_choose_from_is_kept_by_the_software_and_says_how() -> None:
    known = {*TO_SAY, "providers first", "single provider", "no small areas", looking.CONTROL}
    assert {each.control for each in choices().values()} == known
    assert all(each.kept_by for each in choices().values())


def test_nothing_leaves_before_kaitiaki_have_said_that_they_saw_these_files(registry, two) -> None:
    kaitiaki = registry.person("kaitiaki")
    project = applying.approved(registry, codes=["kaitiaki-see-first"])
    submitted = asking.submitted(project)
    assert not visible_requests(kaitiaki).exists()
    with pytest.raises(WrongState):
        say_kept(by=kaitiaki, request=submitted, code="kaitiaki-see-first", said="Seen.")
    made = both_say_yes(submitted, two)
    assert [file.name for file in files_seen(made, kaitiaki)] == ["table.csv"]
    with pytest.raises(RefusedByRule, match="not kept yet"):
        decided.release_request(by=two[0], request=made)
    for person in (made.project.lead, two[0]):
        with pytest.raises(NotAllowed):
            say_kept(by=person, request=made, code="kaitiaki-see-first", said="Seen.")
    with pytest.raises(WrongUse):
        say_kept(by=kaitiaki, request=made, code="kaitiaki-see-first", said="  ")
    with pytest.raises(WrongUse):
        say_kept(by=kaitiaki, request=made, code="own", said="Seen.")
    say_kept(by=kaitiaki, request=made, code="kaitiaki-see-first", said="We saw it, it is good.")
    assert decided.release_request(by=two[0], request=now(made)).state == "released"
    assert AuditEvent.objects.get(verb="request.condition kept").actor == kaitiaki.username


def test_what_was_said_counts_no_more_when_a_file_is_changed(registry, two) -> None:
    kaitiaki = registry.person("kaitiaki")
    made = approved(registry, two, "kaitiaki-see-first")
    say_kept(by=kaitiaki, request=made, code="kaitiaki-see-first", said="Seen.")
    assert still_open(now(made)) == []
    decided.return_request(by=two[0], request=now(made), reasons="One more row.")
    assert still_open(now(made)) == []
    asking.put(now(made), "table.csv", asking.TABLE.replace("12", "15").encode(), "leaves")
    assert [each.code for each, _ in still_open(now(made))] == ["kaitiaki-see-first"]


def test_the_lead_says_who_was_told_and_nobody_else_can(registry, two) -> None:
    made = approved(registry, two, "report-back")
    with pytest.raises(NotAllowed):
        say_kept(by=registry.person("kaitiaki"), request=made, code="report-back", said="Told.")
    assert [each.code for each, _ in may_say(made, made.project.lead)] == ["report-back"]
    say_kept(by=made.project.lead, request=made, code="report-back", said="Told at the hui.")
    assert decided.release_request(by=two[0], request=now(made)).state == "released"


def test_every_provider_reads_first_and_has_its_days_or_replies(registry, two) -> None:
    made = approved(registry, two, "providers-see-first")
    lead = registry.person("provider")
    assert [each.code for each in awaited(made)] == ["aroha"]
    assert made in visible_requests(lead)
    assert [file.name for file in files_seen(made, lead)] == ["table.csv"]
    with pytest.raises(RefusedByRule, match="to reply"):
        decided.release_request(by=two[0], request=made)
    until = made.reply_until
    assert isinstance(until, date)
    decided.reply(by=lead, request=made, text="The north is right.")
    assert awaited(now(made)) == []
    assert decided.release_request(by=two[0], request=now(made)).state == "released"


def test_its_days_end_without_a_reply_too(registry, two) -> None:
    made = approved(registry, two, "providers-see-first")
    OutputRequest.objects.filter(pk=made.pk).update(reply_until=made.reply_until - timedelta(days=15))
    assert decided.release_request(by=two[0], request=now(made)).state == "released"


def test_without_the_condition_a_provider_sees_nothing_that_is_not_about_it(registry, two) -> None:
    made = approved(registry, two)
    assert made.reply_until is None
    assert not visible_requests(registry.person("provider")).exists()
    with pytest.raises(NotAllowed):
        decided.reply(by=registry.person("provider"), request=made, text="What is it?")


@pytest.mark.parametrize("table", [AREAS, HEADED], ids=["by their names", "by the heading"])
def test_small_areas_are_found_and_kept_back(registry, table: str) -> None:
    project = applying.approved(registry, codes=["no-small-areas"])
    with pytest.raises(BlockingFindings):
        asking.submitted(project, table=table)
    found = now(project.output_requests.get()).checked["findings"]
    assert {each["rule"] for each in found if each["verdict"] == "fail"} == {"small_area"}
    assert asking.submitted(project, title="By region").state == "under review"


def test_without_the_condition_areas_may_be_told(registry) -> None:
    assert asking.submitted(applying.approved(registry), table=AREAS).state == "under review"


def test_what_tells_by_iwi_waits_for_the_word_that_they_agreed(registry, two) -> None:
    made = approved(registry, two, "iwi-by-agreement", table=IWI)
    with pytest.raises(RefusedByRule, match="not kept yet"):
        decided.release_request(by=two[0], request=made)
    say_kept(by=registry.person("kaitiaki"), request=made, code="iwi-by-agreement", said="All three agreed.")
    assert decided.release_request(by=two[0], request=now(made)).state == "released"
    made = filling.submit(by=made.project.lead, request=asking.filled(made.project, title="By region"))
    assert still_open(made) == []


def test_the_lab_counts_nothing_by_what_is_kept_back(registry) -> None:
    project = applying.approved(registry, codes=["no-small-areas", "iwi-by-agreement"])
    for column in ("ta_code", "iwi", "SA2"):
        with pytest.raises(RefusedByRule, match="keeps this count back"):
            _refuse_groups(LabWork(project=project, asked={"by": {column: []}}))
        with pytest.raises(RefusedByRule, match="keeps this count back"):
            _refuse_groups(LabWork(project=project, asked={"by": {}, "formula": f"ols: n ~ age + {column}"}))
    _refuse_groups(LabWork(project=project, asked={"by": {"region": [], "age_band": []}}))
    _refuse_groups(LabWork(project=Project(conditions=[]), asked={"by": {"iwi": []}}))
