"""A manager sees an organisation's people, keys and tokens, enrols a key by telephone, ends them."""

from __future__ import annotations

import json
import os
from importlib.resources import files

import pytest
from click.testing import CliRunner
from django.test import Client

from linkwell.cli.custodian import custodian
from linkwell.custody.agreements.models import UploadToken
from linkwell.custody.organisations.actions import enrol_sender_key
from linkwell.custody.organisations.models import Organisation, SenderKey
from linkwell.custody.projects.models import Project
from linkwell.errors import WrongUse
from linkwell.vault import keys

WHERE = "/custodian/organisations/aroha/"


@pytest.fixture
def manager(registry) -> Client:
    client = Client(headers={"host": "localhost"})
    client.force_login(registry.person("manager"), backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_key_is_enrolled_only_with_the_fingerprint_its_owner_reads_out(registry, manager, password) -> None:
    pem = keys.public_pem(keys.new_key().public_key())
    spoken = keys.spoken(keys.fingerprint(keys.read_public_key(pem)))
    given = {"pem": pem, "password": password}
    for heard, said in (
        (spoken.replace(spoken[0], "z"), "not the fingerprint"),
        ("", "Enter what they read"),
    ):
        assert said in manager.post(f"{WHERE}keys/new", {**given, "spoken": heard}).content.decode()
    assert "There is a problem" in manager.post(
        f"{WHERE}keys/new", {**given, "pem": "no key", "spoken": spoken}
    ).content.decode()  # fmt: skip
    assert SenderKey.objects.filter(organisation__code="aroha").count() == 1
    assert manager.post(f"{WHERE}keys/new", {**given, "spoken": spoken.upper()}).status_code == 302
    page = manager.get(WHERE).content.decode()
    assert spoken in page
    assert "Provider: provider lead" in page.replace("</a>", "").replace("\n", "")


def test_keys_and_tokens_are_ended_and_others_stay(registry, manager, password) -> None:
    key = SenderKey.objects.get(organisation__code="aroha")
    token = UploadToken.objects.get(agreement=registry.agreement)
    assert manager.post(f"{WHERE}keys/{key.pk}/end", {"password": "wrong"}).status_code == 200
    assert manager.post(f"/custodian/organisations/other/keys/{key.pk}/end", {}).status_code == 404
    assert manager.post(f"{WHERE}keys/{key.pk}/end", {"password": password}).status_code == 302
    assert manager.post(f"{WHERE}tokens/{token.key_id}/end", {"password": password}).status_code == 302
    assert not SenderKey.objects.filter(organisation__code="aroha", ended_at=None).exists()
    assert not UploadToken.objects.filter(agreement=registry.agreement, ended_at=None).exists()
    assert SenderKey.objects.filter(organisation__code="other", ended_at=None).exists()
    with pytest.raises(WrongUse, match="was ended"):  # it does not come back
        enrol_sender_key(
            by=registry.person("manager"), organisation=key.organisation, public_pem=key.public_pem
        )
    assert "Ended" in manager.get(WHERE).content.decode()


def test_the_same_by_command(registry, password, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("LINKWELL_PASSWORD", password)
    file = tmp_path / "sender.pub.pem"
    file.write_text(keys.public_pem(keys.new_key().public_key()))

    def run(*arguments: str) -> list[bool]:
        home = ["--home", os.environ["LINKWELL_HOME"], "--as", "manager", "--json"]
        done = CliRunner().invoke(
            custodian, ["sender-key", "aroha", *arguments, *home], catch_exceptions=False
        )
        return [each["trusted"] for each in json.loads(done.stdout)["keys"]]

    assert run("--add", str(file)) == [True, True]
    assert run("--end", keys.fingerprint(keys.read_public_key(file.read_text()))[:12]) == [False, True]


def test_room_for_sealed_files_is_set_and_given_back_to_what_everybody_has(registry, manager) -> None:
    assert "21.5 gigabytes are left" in manager.get(WHERE).content.decode()
    assert "gigabytes are left now" in manager.get(f"{WHERE}room").content.decode()
    for given, bytes_ in (("0.5", 500_000_000), ("0", 0), ("", None)):
        assert manager.post(f"{WHERE}room", {"gigabytes": given}).status_code == 302
        assert Organisation.objects.get(code="aroha").quota_bytes == bytes_
    for wrong in ("-1", "much", "NaN", "1e99"):
        assert "There is a problem" in manager.post(f"{WHERE}room", {"gigabytes": wrong}).content.decode()
    assert Organisation.objects.get(code="aroha").quota_bytes is None


def test_the_insights_project_is_set_up_in_the_portal_and_another_analyst_named(
    registry, manager, password
) -> None:
    page, where = "/agreements/DSA-2026-001/", "/custodian/agreements/DSA-2026-001/insights"
    assert "Set up its insights project" in manager.get(page).content.decode()
    wrong = {"analysts": ["linker"], "plan": "no = plan", "password": password}
    said = manager.post(where, wrong).content.decode()
    assert "This is not a plan" in said
    assert "linker is not one of the available choices" in said
    assert "Enter your password" in manager.post(where, {"analysts": ["analyst"]}).content.decode()
    assert not Project.objects.exists()
    plan = (files("linkwell.insights") / "protocol.toml").read_text("utf-8")
    given = {"analysts": ["analyst"], "plan": plan, "password": password}
    assert manager.post(where, given).status_code == 302
    project = Project.objects.get(code="insights-DSA-2026-001")
    assert project.protocol.replace("\r\n", "\n").strip() == plan.strip()
    said = manager.get(where).content.decode()
    assert "Name them" in said
    assert "A plan of its own" not in said  # it was fixed with the approval
    assert "Insights are worked out by: Analyst" in manager.get(page).content.decode()
