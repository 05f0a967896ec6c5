"""Signing a command line in by a code (RFC 8628), what it may do, and signing it out again."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.test import Client
from django.utils import timezone

from linkwell.cli.receipts import receipt
from linkwell.cli.sign_in import sign_in as sign_in_command
from linkwell.cli.sign_in import sign_out as sign_out_command
from linkwell.cli.supply import send as send_command
from linkwell.custody.agreements.models import Agreement, UploadToken
from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.organisations.models import Membership
from linkwell.custody.signin.commands import decide as decide_command
from linkwell.custody.signin.models import CommandSignIn
from linkwell.custody.supplies.models import Supply
from linkwell.errors import LinkwellError, RefusedByRule, TryAgain, WrongUse
from linkwell.supply import portal_sign_in

BACKEND = "django.contrib.auth.backends.ModelBackend"
GRANT = portal_sign_in.GRANT


@pytest.fixture
def door(registry, settings):
    settings.ALLOWED_HOSTS = ["testserver", "localhost"]
    return registry


def asked(**more: str) -> dict[str, object]:
    return Client().post("/api/sign-in/code", {"computer": "desk 4", **more}).json()


def poll(device_code: object):
    return Client().post("/api/sign-in/token", {"grant_type": GRANT, "device_code": device_code})


def waited(seconds: float = 6) -> None:
    """Let time pass since the last poll."""
    CommandSignIn.objects.update(polled_at=timezone.now() - timedelta(seconds=seconds))


def person_at(door, name: str) -> Client:
    client = Client()
    client.force_login(door.person(name), backend=BACKEND)
    return client


def decide(door, name: str, code: object, password: str, decision: str = "allow") -> Client:
    client = person_at(door, name)
    assert client.post("/command/", {"code": code})["Location"] == "/command/decide/"
    client.post("/command/decide/", {"password": password, "decision": decision})
    return client


def test_the_whole_way_to_a_token_and_only_once(door, password) -> None:
    said = asked()
    assert set(said) == {"device_code", "user_code", "verification_uri", "expires_in", "interval"}
    assert str(said["verification_uri"]).endswith("/command/")  # and never with the code in it
    assert poll(said["device_code"]).json() == {"error": "authorization_pending"}
    decide(door, "provider", str(said["user_code"]).lower().replace("-", " "), password)
    waited()
    got = poll(said["device_code"])
    assert got.status_code == 200
    assert got["Cache-Control"] == "no-store"
    assert got.json()["person"] == "provider"
    assert got.json()["expires_in"] == 8 * 3600
    waited()
    assert poll(said["device_code"]).json() == {"error": "invalid_grant"}
    verbs = list(AuditEvent.objects.order_by("-seq").values_list("verb", flat=True)[:2])
    assert verbs == ["command line.signed in", "command line.allowed"]
    assert CommandSignIn.objects.get().address == ""


def test_asking_too_often_slows_down_by_five_seconds_more_each_time(door) -> None:
    said = asked()
    poll(said["device_code"])
    assert poll(said["device_code"]).json() == {"error": "slow_down"}
    assert CommandSignIn.objects.get().interval == 10
    waited(6)  # enough for the first interval, not for the longer one
    assert poll(said["device_code"]).json() == {"error": "slow_down"}
    waited(16)
    assert poll(said["device_code"]).json() == {"error": "authorization_pending"}


def test_a_no_a_late_answer_and_a_wrong_code_are_told_apart(door, password) -> None:
    said = asked()
    decide(door, "provider", said["user_code"], password, decision="deny")
    assert poll(said["device_code"]).json() == {"error": "access_denied"}
    late = asked()
    CommandSignIn.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert poll(late["device_code"]).json() == {"error": "expired_token"}
    client = person_at(door, "provider")
    assert "No command line waits" in client.post("/command/", {"code": late["user_code"]}).content.decode()
    assert poll("something else").json() == {"error": "invalid_grant"}
    assert Client().post("/api/sign-in/token", {}).json() == {"error": "unsupported_grant_type"}


def test_the_page_says_who_asks_from_where_and_for_what(door) -> None:
    said = Client(REMOTE_ADDR="203.0.113.7").post("/api/sign-in/code", {"computer": "desk <4>\n"}).json()
    client = person_at(door, "provider")
    client.post("/command/", {"code": said["user_code"]})
    page = client.get("/command/decide/").content.decode()
    assert "desk &lt;4&gt;" in page
    assert "203.0.113.7" in page
    assert "another than this browser" in page
    assert door.agreement.reference in page
    assert door.other_agreement.reference not in page
    assert str(said["user_code"]) in page


def test_saying_yes_asks_for_the_password_and_saying_no_does_not(door, password) -> None:
    said = asked()
    client = person_at(door, "provider")
    client.post("/command/", {"code": said["user_code"]})
    refused = client.post("/command/decide/", {"decision": "allow", "password": ""})
    assert "Enter your password" in refused.content.decode()
    assert "not your password" in client.post(
        "/command/decide/", {"decision": "allow", "password": "wrong"}
    ).content.decode()  # fmt: skip
    assert CommandSignIn.objects.get().state == "waiting"


def test_nobody_tries_codes_out(door) -> None:
    client = person_at(door, "provider")
    said = asked()
    for _ in range(6):
        client.post("/command/", {"code": "BBBB-BBBB"})
    answer = client.post("/command/", {"code": said["user_code"]}).content.decode()
    assert "Too many codes" in answer


def test_one_address_does_not_keep_everybody_else_waiting(door) -> None:
    for _ in range(20):
        asked()
    full = Client().post("/api/sign-in/code", {"computer": "desk 5"})
    assert full.status_code == 503
    assert "Too many computers" in full.json()["what"]
    elsewhere = Client(REMOTE_ADDR="203.0.113.7").post("/api/sign-in/code", {"computer": "desk 6"})
    assert elsewhere.status_code == 200


def test_somebody_who_sends_for_nobody_lets_nothing_in(door, password) -> None:
    said = asked()
    client = person_at(door, "auditor")
    assert client.post("/command/", {"code": said["user_code"]}).status_code == 403
    assert client.post("/command/decide/", {"password": password, "decision": "allow"}).status_code == 403
    with pytest.raises(RefusedByRule):
        decide_command(by=door.person("auditor"), request=CommandSignIn.objects.get(), allow=True)
    assert CommandSignIn.objects.get().state == "waiting"


def token_of(door, name: str, password: str) -> str:
    said = asked()
    decide(door, name, said["user_code"], password)
    return str(poll(said["device_code"]).json()["access_token"])


def begin(token: str, agreement: str = ""):
    headers = {"authorization": f"Bearer {token}", "tus-resumable": "1.0.0", "upload-length": "10"}
    if agreement:
        headers["linkwell-agreement"] = agreement
    return Client().post("/api/uploads/", headers=headers)


def test_a_persons_token_sends_under_their_own_agreements_in_their_name(door, password) -> None:
    token = token_of(door, "provider", password)
    assert begin(token).status_code == 201  # they have one agreement
    assert begin(token, door.agreement.reference).status_code == 201
    assert begin(token, door.other_agreement.reference).status_code == 401
    assert begin(token, "DSA-2099-001").content == begin(token, door.other_agreement.reference).content
    assert AuditEvent.objects.filter(verb="supply.begun").last().actor == "provider"
    assert Client().get("/reports/", headers={"authorization": f"Bearer {token}"}).status_code == 302


def test_a_persons_token_dies_with_their_role_their_agreement_and_its_day(door, password) -> None:
    token = token_of(door, "provider", password)
    held = Membership.objects.get(person=door.person("provider"))
    Membership.objects.filter(pk=held.pk).delete()
    assert begin(token).status_code == 401
    held.save(force_insert=True)
    assert begin(token).status_code == 201
    Agreement.objects.update(state="ended")
    assert begin(token).status_code == 401
    Agreement.objects.update(state="in force")
    UploadToken.objects.filter(person__isnull=False).update(expires_at=timezone.now())
    assert begin(token).status_code == 401


def test_a_command_line_is_ended_on_its_persons_page_and_by_nobody_else(door, password) -> None:
    token = token_of(door, "provider", password)
    key_id = token.split("_")[1]
    person_at(door, "other").post("/me/commands/end", {"token": key_id})
    assert begin(token).status_code == 201
    mine = person_at(door, "provider")
    assert "desk 4" in mine.get("/me/").content.decode()
    mine.post("/me/commands/end", {"token": key_id})
    assert begin(token).status_code == 401
    assert "desk 4" not in mine.get("/me/").content.decode()


def test_signing_out_ends_the_token_and_saying_it_twice_is_no_mistake(door, password) -> None:
    token = token_of(door, "provider", password)
    for _ in range(2):
        done = Client().post("/api/sign-in/end", headers={"authorization": f"Bearer {token}"})
        assert done.status_code == 204
    assert begin(token).status_code == 401
    machine = Client().post("/api/sign-in/end", headers={"authorization": f"Bearer {door.token}"})
    assert machine.status_code == 204
    assert begin(door.token).status_code == 201  # a machine's token is its manager's to end


# The command line itself, against a portal


@pytest.fixture
def portal(flushable, registry, live_server, tmp_path, monkeypatch):
    monkeypatch.setenv("LINKWELL_CONFIG", str(tmp_path / "config"))
    monkeypatch.delenv("LINKWELL_TOKEN", raising=False)
    return live_server.url


def run(command, *arguments: str) -> dict[str, object]:
    done = CliRunner().invoke(command, [*arguments, "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout.strip().splitlines()[-1])


@pytest.fixture
def answered(registry, password, monkeypatch):
    """The person enters the code while the command waits, instead of the waiting."""

    def answer(name: str, decision: str = "allow") -> None:
        def entered(seconds: float) -> None:
            waited()
            row = CommandSignIn.objects.get(state="waiting")
            decide(registry, name, row.user_code, password, decision)

        monkeypatch.setattr("time.sleep", entered)
        monkeypatch.setattr(portal_sign_in.wait, "__kwdefaults__", {**portal_sign_in.wait.__kwdefaults__,
                                                                     "sleep": entered})  # fmt: skip

    return answer


def test_sign_in_send_fetch_receipts_and_sign_out(portal, registry, answered, settings, tmp_path) -> None:
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    answered("provider")
    said = run(sign_in_command, "--portal", portal)
    assert said["person"] == "provider"
    kept = portal_sign_in.file()
    assert kept.stat().st_mode & 0o777 == 0o600
    receipts = str(tmp_path / "receipts")
    package = str(registry.sealed.path)
    sent = run(send_command, package, "--to", portal, "--receipts", receipts,
               "--agreement", registry.agreement.reference)  # fmt: skip
    assert sent["kind"] == "received"
    assert Supply.objects.get().state == "received"
    assert AuditEvent.objects.filter(verb="supply.received").get().actor == "provider"
    fetched = run(receipt.commands["fetch"], package, "--to", portal, "--receipts", receipts)
    assert [each["kind"] for each in fetched["receipts"]] == ["received"]
    assert run(sign_out_command)["portal_told"] is True
    assert json.loads(kept.read_text()) == {}
    with pytest.raises(WrongUse, match="not signed in"):
        run(send_command, package, "--to", portal, "--receipts", str(tmp_path / "others"))


def test_a_no_in_the_portal_ends_the_command_in_words(portal, answered, settings) -> None:
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    answered("provider", "deny")
    with pytest.raises(RefusedByRule, match="said no"):
        run(sign_in_command, "--portal", portal)
    assert not portal_sign_in.file().exists()


def test_a_vendor_sends_with_its_token_for_the_client_the_file_was_sealed_for(
    portal, registry, tmp_path, monkeypatch
) -> None:
    from linkwell.custody.agreements.actions import issue_vendor_token
    from linkwell.custody.clients.models import ClientOk
    from linkwell.custody.organisations.actions import enter_organisation
    from linkwell.custody.organisations.roles import Kind

    vendor = enter_organisation(
        by=registry.person("manager"), code="tui", name="Tūī Systems", kind=Kind.VENDOR
    )
    Agreement.objects.update(route="vendor", via=vendor)
    monkeypatch.setenv("LINKWELL_TOKEN", issue_vendor_token(by=registry.person("manager"), vendor=vendor))
    package, receipts = str(registry.sealed.path), str(tmp_path / "receipts")
    with pytest.raises(LinkwellError, match="another agreement"):
        run(send_command, package, "--to", portal, "--agreement", registry.other_agreement.reference)
    with pytest.raises(RefusedByRule):  # no OK yet
        run(send_command, package, "--to", portal, "--receipts", receipts)
    ClientOk.objects.update_or_create(agreement=registry.agreement, defaults={"state": "given"})
    assert run(send_command, package, "--to", portal, "--receipts", receipts)["kind"] == "received"
    assert Supply.objects.get().agreement == registry.agreement


def test_an_address_that_is_no_portal_is_told_in_words(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("LINKWELL_CONFIG", str(tmp_path))
    with pytest.raises(RefusedByRule, match="not encrypted"):
        portal_sign_in.begin("http://portal.example.nz", computer="desk 4")
    with pytest.raises(TryAgain, match="does not answer"):
        portal_sign_in.begin("http://127.0.0.1:9", computer="desk 4")
