"""The pages of a pool: who was asked, what waits, what a member reads about itself, and closing it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import deciding
from tests.custody.acting import three
from tests.everything import BACKEND

from linkwell.custody.agreements.models import Agreement
from linkwell.custody.agreements.notices import custodian
from linkwell.custody.organisations.models import Organisation
from linkwell.custody.organisations.roles import Role
from linkwell.custody.outputs.models import Output, Release
from linkwell.custody.projects.models import Project
from linkwell.custody.projects.pooling import begin_pool
from linkwell.custody.refreshes.models import Refresh
from linkwell.custody.uses.actions import answer_use
from linkwell.custody.uses.models import LaterUse


@pytest.fixture
def pool(registry, settings) -> Project:
    settings.ALLOWED_HOSTS = ["testserver"]
    agreements = three(registry)
    registry.people["third"] = deciding.somebody(
        registry, "third", agreements[2].organisation, Role.PROVIDER_LEAD
    )
    return begin_pool(
        by=registry.person("manager"), code="visits", service="Home visits", agreements=agreements,
        analysts=[registry.person("analyst")],
    )  # fmt: skip


def more(registry) -> Agreement:
    """A fourth organisation that is asked and has not answered."""
    made = Agreement.objects.get(pk=registry.other_agreement.pk)
    made.organisation = Organisation.objects.create(code="fourth", name="Fourth", kind="provider")
    made.pk, made.reference = None, "DSA-2026-004"
    made._state.adding = True
    made.save()
    Project.objects.get(code="visits").uses.add(made)
    return made


def page(registry, who: str, where: str, status: int = 200) -> str:
    client = Client()
    client.force_login(registry.person(who), backend=BACKEND)
    answer = client.get(where)
    assert answer.status_code == status, (who, where)
    return answer.content.decode().partition("<main")[2]


def released(project: Project) -> Release:
    refresh = Refresh.objects.create(label="2026-10", state="ready", digest="ab" * 48)
    output = Output.objects.create(reference="o-1", project=project, refresh=refresh, state="released",
                                   analyst="analyst", members=["aroha", "other", "third"])  # fmt: skip
    made = Release.objects.create(reference="R1", output=output, title="Visits", report_digest="0" * 96,
                                  organisation=custodian())  # fmt: skip
    made.readers.add(*(each.organisation for each in project.uses.all()))
    return made


def test_the_custodian_sees_members_runs_and_what_waits_on_whom(registry, pool) -> None:
    use = LaterUse.objects.get(agreement=registry.agreement)
    answer_use(by=registry.person("provider"), use=use, verb="not agree")
    assert 'href="/custodian/pools/visits/"' in page(registry, "manager", "/custodian/pools/")
    seen = page(registry, "manager", "/custodian/pools/visits/")
    for words in ("None counts yet; at least 3 independent ones have to", "It said no, or took its yes back",
                  "The answer of Third", "its lead or", "Nothing was worked out yet", "Close this pool",
                  f'href="/uses/{use.reference}/"'):  # fmt: skip
        assert words in seen
    LaterUse.objects.filter(project="visits").update(state="agreed")
    seen = page(registry, "manager", "/custodian/pools/visits/")
    assert "Can be worked out" in seen
    assert "3 independent organisations count now." in seen
    assert "can join later only with others" not in seen
    further = more(registry)
    assert "can join later only with others" in page(registry, "manager", "/custodian/pools/visits/")
    pool.uses.remove(further)
    released(pool)
    seen = page(registry, "output_checker", "/custodian/pools/visits/")
    assert 'href="/reports/R1/"' in seen
    assert 'href="/custodian/outputs/o-1/"' in seen
    assert "Close this pool" not in seen
    assert 'href="/custodian/pools/visits/"' in page(registry, "output_checker", "/custodian/outputs/o-1/")
    assert 'href="/custodian/pools/visits/"' in page(registry, "manager", f"/uses/{use.reference}/")


def test_a_member_sees_what_it_is_in_what_that_means_and_how_to_leave(registry, pool, password) -> None:
    use = LaterUse.objects.get(agreement=registry.agreement)
    assert 'href="/together/visits/"' in page(registry, "provider", "/together/")
    assert 'href="/together/visits/"' in page(registry, "provider", f"/uses/{use.reference}/")
    seen = page(registry, "provider", "/together/visits/")
    for words in ("You are asked", "All of you read the same report", "Riverbend Other", "Third",
                  f'href="/uses/{use.reference}/answer"'):  # fmt: skip
        assert words in seen
    LaterUse.objects.exclude(pk=use.pk).update(state="not agreed")
    assert seen == page(registry, "provider", "/together/visits/")  # what the others said is theirs to tell
    client = Client()
    client.force_login(registry.person("provider"), backend=BACKEND)
    form = client.get(f"/uses/{use.reference}/answer").content.decode()
    assert "Yes: count our people" in form
    assert "They agree" not in form
    said = client.post(
        f"/uses/{use.reference}/answer", {"verb": "agree", "password": "four plain words here"}
    )
    assert said["Location"] == "/together/visits/"
    assert "Take your yes back" in page(registry, "provider", "/together/visits/")
    assert "Take your yes back" not in page(registry, "provider_staff", "/together/visits/")
    made = released(pool)
    assert f'href="/reports/{made.reference}/"' in page(registry, "provider", "/together/visits/")
    assert 'href="/together/visits/"' in page(registry, "provider", "/reports/")


def test_who_was_not_asked_finds_no_pool(registry, pool) -> None:
    pool.uses.remove(registry.other_agreement)
    assert "You were not asked into one yet" in page(registry, "other", "/together/")
    page(registry, "other", "/together/visits/", status=404)
    page(registry, "provider", "/custodian/pools/visits/", status=403)


def test_closing_a_pool_tells_its_members_where_to_look(registry, pool) -> None:
    client = Client()
    client.force_login(registry.person("manager"), backend=BACKEND)
    assert "is not opened again" in client.get("/custodian/pools/visits/close").content.decode()
    client.post("/custodian/pools/visits/close")
    seen = page(registry, "manager", "/custodian/pools/visits/")
    assert "Closed." in seen
    assert "Nothing waits" in seen
    assert 'href="/together/visits/"' in page(registry, "third", "/notices/")
    assert "there is no further report" in page(registry, "third", "/together/visits/")
    assert "/answer" not in page(registry, "third", "/together/visits/")


def test_further_organisations_are_asked_into_the_pool_one_came_from(registry, pool) -> None:
    seen = page(registry, "manager", "/custodian/pools/new?pool=visits")
    assert 'value="Home visits"' in seen
    assert 'value="visits"' in seen


def test_the_lists_ask_no_more_because_there_are_more_pools(registry, pool) -> None:
    def asked(who: str, where: str) -> int:
        client = Client()
        client.force_login(registry.person(who), backend=BACKEND)
        client.get("/me/")  # the first page of a session also notes when it began
        with CaptureQueriesContext(connection) as questions:
            client.get(where)
        return len(questions)

    lists = [("manager", "/custodian/pools/"), ("provider", "/together/")]
    before = [asked(*each) for each in lists]
    for number in range(4):
        begin_pool(by=registry.person("manager"), code=f"more{number}", service="Visits", analysts=[],
                   agreements=list(pool.uses.all()))  # fmt: skip
    assert [asked(*each) for each in lists] == before
    assert max(before) <= 25
