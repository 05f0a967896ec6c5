"""A commissioner reads what a provider passed on to it, and not one thing more, at any address."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests import deciding
from tests.everything import arguments

from linkwell.custody.agreements import drafting
from linkwell.custody.agreements.models import Agreement
from linkwell.custody.agreements.seeing import own_notices
from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.commissioning import actions as passing
from linkwell.custody.machine import WrongState
from linkwell.custody.organisations.actions import enter_organisation
from linkwell.custody.organisations.models import Organisation
from linkwell.custody.organisations.roles import Kind, Role
from linkwell.custody.outputs.models import Output, Release
from linkwell.custody.permissions import NotAllowed
from linkwell.custody.refreshes.models import Refresh
from linkwell.errors import WrongUse
from linkwell.portal.access import PAGES, SIGNED_IN
from linkwell.portal.urls import urlpatterns

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def payer(registry, settings) -> Organisation:
    settings.ALLOWED_HOSTS = ["testserver"]
    made = enter_organisation(
        by=registry.person("manager"), code="ministry", name="A ministry", kind=Kind.COMMISSIONER
    )
    deciding.somebody(registry, "payer", made, Role.COMMISSIONER)
    return made


@pytest.fixture
def release(registry) -> Release:
    return deciding.released(registry)


def as_payer(registry) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(registry.person("payer"), backend=BACKEND)
    return client


def test_a_report_is_read_once_the_provider_passed_it_on_and_not_after_it_stopped(
    registry, payer, release
) -> None:
    client = as_payer(registry)
    places = [reverse("report", args=["R1"]), reverse("report-file", args=["R1", "reach.csv"])]
    assert {client.get(place).status_code for place in places} == {404}
    passing.pass_on(by=registry.person("provider"), release=release, to=payer)
    assert "Insights" in client.get("/passed-on/").content.decode()
    for place in places:
        answer = client.get(place)
        assert answer.status_code == 200
        if answer.streaming:
            list(answer.streaming_content)
    passing.stop_passing(by=registry.person("provider"), release=release, to=payer)
    assert {client.get(place).status_code for place in places} == {404}
    assert "There is none." in client.get("/passed-on/").content.decode()


def test_every_other_address_is_closed_to_a_commissioner(registry, payer, release) -> None:
    passing.pass_on(by=registry.person("provider"), release=release, to=payer)
    deciding.offered(registry)
    client, opened = as_payer(registry), set()
    assert urlpatterns
    for page in PAGES:
        if page.name == "signout":
            continue
        where = reverse(page.name, args=arguments(page.name, page.route, "DSA-2026-001-001"))
        answer = client.get(where) if "GET" in page.methods else client.post(where)
        if answer.streaming:
            list(answer.streaming_content)
        if page.who == SIGNED_IN or isinstance(page.who, str):
            continue
        if answer.status_code != 403:
            opened.add(page.name)
    assert opened == {"passed-on", "report", "report-file", "notices", "me-notices", "own-trail"}


def test_no_page_of_a_commissioner_names_who_passed_nothing_on(registry, payer, release) -> None:
    passing.pass_on(by=registry.person("provider"), release=release, to=payer)
    client = as_payer(registry)
    for place in ("/passed-on/", "/notices/", "/me/", "/start/", "/trail/"):
        text = client.get(place, follow=True).content.decode()
        assert "Riverbend Other" not in text
        assert "DSA-2026" not in text
    # a count of "1 of 2 providers" would be a mark against the second
    assert " of 2" not in client.get("/passed-on/").content.decode()


def test_an_output_that_is_not_released_or_was_refused_is_never_passed_on(registry, payer, release) -> None:
    refresh = Refresh.objects.create(label="later", state="ready", digest="ab" * 48)
    for state in ("ready to check", "refused"):
        Output.objects.update_or_create(
            reference="out-2",
            defaults={"project": release.output.project, "refresh": refresh, "state": state, "analyst": "x"},
        )
        passing.pass_on(by=registry.person("provider"), release=release, to=payer)
        page = as_payer(registry).get("/passed-on/").content.decode()
        assert page.count("/reports/R1/") == 2  # the report and its one table
        assert "out-2" not in page
        assert "later" not in page


@pytest.mark.parametrize("name", ["provider_staff", "other", "manager", "output_checker", "analyst"])
def test_only_the_lead_of_the_provider_it_is_about_passes_a_report_on(
    registry, payer, release, name: str
) -> None:
    with pytest.raises(NotAllowed):
        passing.pass_on(by=registry.person(name), release=release, to=payer)


def test_a_report_goes_to_a_commissioner_and_to_nobody_else(registry, payer, release) -> None:
    with pytest.raises(WrongUse, match="commissioner"):
        passing.pass_on(
            by=registry.person("provider"), release=release, to=registry.other_agreement.organisation
        )
    with pytest.raises(WrongState):
        passing.stop_passing(by=registry.person("provider"), release=release, to=payer)


def agreed(registry, payer, release, days: int | None) -> Agreement:
    """An agreement in force under which the release was made, released ten days ago."""
    agreement = deciding.in_force(registry, commissioner=payer, passes_on_days=days)
    project = release.output.project
    project.agreement = agreement
    project.save()
    Release.objects.filter(pk=release.pk).update(released_at=timezone.now() - timedelta(days=10))
    return agreement


def test_the_agreement_can_say_when_and_the_provider_has_it_first_and_is_told(
    registry, payer, release
) -> None:
    agreement = agreed(registry, payer, release, 11)
    assert "11 days after its release" in str(agreement.versions.get().document)
    assert passing.pass_on_what_is_due() == 0
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert passing.pass_on_what_is_due(tomorrow) == 1
    assert passing.pass_on_what_is_due(tomorrow) == 0
    assert own_notices(registry.person("provider")).filter(kind="passed_on_as_agreed").count() == 1
    assert own_notices(registry.person("payer")).filter(kind="report_passed_on").count() == 1
    event = AuditEvent.objects.filter(verb="report.passed on").get()
    assert (event.actor, event.about) == ("linkwell", "aroha")
    passing.stop_passing(by=registry.person("provider"), release=release, to=payer)
    assert passing.pass_on_what_is_due(tomorrow) == 0  # what the provider stopped stays stopped


@pytest.mark.parametrize("change", [{"state": "ended"}, {"passes_on_days": None}])
def test_nothing_is_passed_on_by_itself_after_the_end_or_where_the_provider_decides(
    registry, payer, release, change
) -> None:
    agreement = agreed(registry, payer, release, 5)
    Agreement.objects.filter(pk=agreement.pk).update(**change)
    assert passing.pass_on_what_is_due() == 0


def test_what_is_agreed_about_passing_on_is_locked_by_the_fingerprint(registry, payer) -> None:
    first = deciding.drafted(registry, commissioner=payer)
    second = drafting.draft(
        by=registry.person("integrator"), proposal=deciding.approved(registry).proposal,
        wanted=deciding.wanted(commissioner=payer, passes_on_days=30),
    )  # fmt: skip
    assert "or not; not passing on is never shown" in str(first.document)
    assert "30 days after its release" in str(second.document)
    with pytest.raises(WrongUse, match="passing reports on"):
        deciding.drafted(registry, commissioner=registry.agreement.organisation)
    with pytest.raises(WrongUse, match="passing reports on"):
        deciding.drafted(registry, passes_on_days=30)
