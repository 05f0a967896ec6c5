"""Who sends for others: a vendor for sixty clients, an intermediary for its members, a commissioner."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from tests import deciding

from linkwell.custody.agreements import signing
from linkwell.custody.agreements.actions import issue_vendor_token, token_holder
from linkwell.custody.agreements.models import Agreement, Notice, Route
from linkwell.custody.agreements.notices import waits_for
from linkwell.custody.agreements.seeing import own_notices
from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.clients import actions as clients
from linkwell.custody.organisations.actions import enter_organisation
from linkwell.custody.organisations.models import Membership, Organisation, Person
from linkwell.custody.organisations.roles import Kind, Role
from linkwell.custody.supplies.actions import begin_upload
from linkwell.custody.supplies.models import Supply
from linkwell.custody.supplies.practice import base_of, need_practice
from linkwell.errors import RefusedByRule
from linkwell.standards.clock import today
from linkwell.vault.zones import Home

SIXTY = 60


def relay(registry, kind: Kind, role: Role, *, code: str = "tui-systems") -> Organisation:
    made = enter_organisation(by=registry.person("manager"), code=code, name="Tūī Systems", kind=kind)
    deciding.somebody(registry, "sender", made, role)
    return made


@pytest.fixture
def sixty(registry):
    """A vendor with sixty clients, each with an agreement in force and a lead of its own."""
    vendor = relay(registry, Kind.VENDOR, Role.VENDOR_SENDER)
    day = today()
    for n in range(SIXTY):
        owner = Organisation.objects.create(code=f"client-{n:02}", name=f"Te Puna {n:02}")
        lead = Person.objects.create(username=f"lead-{n:02}", name=f"Lead {n}")
        Membership.objects.create(person=lead, organisation=owner, role=Role.PROVIDER_LEAD)
        agreement = Agreement.objects.create(
            reference=f"DSA-C-{n:02}", organisation=owner, specification=registry.agreement.specification,
            starts=day, ends=day + timedelta(days=365), route=Route.VENDOR, via=vendor,
        )  # fmt: skip
        clients.ok_of(agreement)
    return vendor


def decide(n: int, verb: str) -> None:
    agreement = Agreement.objects.get(reference=f"DSA-C-{n:02}")
    clients.decide(by=Person.objects.get(username=f"lead-{n:02}"), agreement=agreement, verb=verb)


def taken(token: str) -> set[int]:
    """For which clients the vendor's one token begins an upload now."""
    done = set()
    for n in range(SIXTY):
        try:
            holder = clients.for_client(token_holder(token), f"DSA-C-{n:02}")
            begin_upload(token=holder, length=10)
            done.add(n)
        except RefusedByRule:
            continue
    return done


def test_one_token_sends_for_sixty_clients_and_no_pause_or_refusal_stops_another(registry, sixty) -> None:
    token = issue_vendor_token(by=registry.person("manager"), vendor=sixty)
    assert taken(token) == set()
    for n in range(SIXTY - 10):
        decide(n, "give")
    listed = clients.client_list(sixty)
    assert [each.ok for each in listed].count("waiting") == 10
    assert taken(token) == set(range(50))
    decide(3, "pause")
    decide(4, "refuse")
    Agreement.objects.filter(reference="DSA-C-05").update(state="ended")
    assert taken(token) == set(range(50)) - {3, 4, 5}
    decide(3, "give")
    assert 3 in taken(token)


def test_one_practice_send_serves_every_client_on_the_same_base_and_none_on_another(
    registry, sixty, settings, tmp_path
) -> None:
    first, last = (Agreement.objects.get(reference=f"DSA-C-{n:02}") for n in (0, SIXTY - 1))
    manifest = {"test": True, "base": base_of(first), "sender": "a key"}
    settings.LINKWELL_HOME = Home.create(tmp_path / "real", name="Stats NZ").path
    with pytest.raises(RefusedByRule, match="practice send has to come first"):
        need_practice(last, sender="a key")
    practice = Supply.objects.create(
        reference="DSA-C-00-p001", agreement=first, state="practised", manifest=manifest
    )
    for n in range(SIXTY):
        need_practice(Agreement.objects.get(reference=f"DSA-C-{n:02}"), sender="a key")
    practice.manifest["base"] = "another base"
    practice.save()
    with pytest.raises(RefusedByRule):
        need_practice(last, sender="a key")


def test_the_page_of_sixty_clients_asks_no_more_than_of_one(registry, sixty, settings) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    client.force_login(registry.person("sender"), backend="django.contrib.auth.backends.ModelBackend")
    client.get("/me/")
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/clients/").content.decode()
    assert page.count("Te Puna") == SIXTY
    assert f"{SIXTY} of {SIXTY} still have to give their OK" in page
    assert len(asked) <= 25


def test_no_client_learns_of_another_or_of_its_pause(registry, sixty, settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    decide(0, "give")
    decide(0, "pause")
    client = Client()
    client.force_login(
        Person.objects.get(username="lead-01"), backend="django.contrib.auth.backends.ModelBackend"
    )
    for place in ("/agreements/", "/notices/", "/trail/", "/agreements/DSA-C-01/sender/"):
        page = client.get(place).content.decode()
        assert "Te Puna 00" not in page
        assert "DSA-C-00" not in page
    for place in ("/agreements/DSA-C-00/sender/", "/agreements/DSA-C-00/vendor"):
        assert client.get(place).status_code == 404


def test_a_senders_computer_is_told_who_gave_an_ok_and_a_providers_token_is_not(
    registry, sixty, settings
) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    decide(7, "give")
    token = issue_vendor_token(by=registry.person("manager"), vendor=sixty)
    found = Client().get("/api/clients/", headers={"authorization": f"Bearer {token}"}).json()["clients"]
    assert len(found) == SIXTY
    assert [each["agreement"] for each in found if each["may_send"]] == ["DSA-C-07"]
    for wrong in (registry.token, "lwu_x_y", ""):
        assert Client().get("/api/clients/", headers={"authorization": f"Bearer {wrong}"}).status_code == 401


def by_intermediary(registry, kind=Kind.INTERMEDIARY):
    hub = relay(registry, kind, Role.INTERMEDIARY, code="hub")
    version = deciding.offered(registry, route=Route.INTERMEDIARY, via=hub)
    version = deciding.signed(registry, version, "provider", "manager", "sender", own_agreement="not needed")
    return hub, Agreement.objects.get(pk=version.agreement_id)


def test_each_member_of_an_intermediary_has_an_ok_of_its_own_and_can_pause(registry) -> None:
    hub, agreement = by_intermediary(registry)
    token = issue_vendor_token(by=registry.person("manager"), vendor=hub)
    with pytest.raises(RefusedByRule, match="has not given its OK"):
        clients.for_client(token_holder(token), agreement.reference)
    clients.decide(by=registry.person("provider"), agreement=agreement, verb="give")
    begin_upload(token=clients.for_client(token_holder(token), agreement.reference), length=10)
    clients.decide(by=registry.person("provider"), agreement=agreement, verb="pause")
    with pytest.raises(RefusedByRule, match="has not given its OK"):
        clients.for_client(token_holder(token), agreement.reference)
    said = [event.details["now"] for event in AuditEvent.objects.filter(verb="client.decided")]
    assert said[-2:] == ["given", "paused"]


def test_whether_a_provider_needs_an_agreement_of_its_own_is_asked_kept_and_waited_for(registry) -> None:
    hub = relay(registry, Kind.INTERMEDIARY, Role.INTERMEDIARY, code="hub")
    version = deciding.offered(registry, route=Route.INTERMEDIARY, via=hub)
    version = signing.answer_own_agreement(
        by=registry.person("provider"), version=version, answer="still needed"
    )
    assert "agreement of its own" in waits_for(version.agreement)
    assert Notice.objects.filter(kind="own_agreement_needed", organisation=hub).exists()
    with pytest.raises(RefusedByRule, match="agreement of your own"):
        signing.sign(by=registry.person("provider"), version=version, digest=version.digest)
    version = signing.answer_own_agreement(by=registry.person("provider"), version=version, answer="have")
    version = signing.sign(by=registry.person("provider"), version=version, digest=version.digest)
    assert version.signatures.get(side="provider").own_agreement == "have"


def test_a_commissioner_that_passes_files_on_never_sees_who_does_not_share(registry, settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    hub, agreement = by_intermediary(registry, Kind.COMMISSIONER)
    assert clients.client_list(hub) == []
    clients.decide(by=registry.person("provider"), agreement=agreement, verb="give")
    assert [each.agreement for each in clients.client_list(hub)] == [agreement]
    clients.decide(by=registry.person("provider"), agreement=agreement, verb="pause")
    assert clients.client_list(hub) == []
    signing.leave(by=registry.person("provider"), agreement=agreement)
    told = set(own_notices(registry.person("sender")).values_list("kind", flat=True))
    assert told <= {"offered", "in_force"}
    client = Client()
    client.force_login(registry.person("sender"), backend="django.contrib.auth.backends.ModelBackend")
    for place in ("/clients/", "/agreements/", "/notices/", "/trail/"):
        assert "Paused" not in client.get(place).content.decode()
    assert client.get(f"/clients/{agreement.reference}/").status_code == 404
