"""One command and one token for many: a joint file of two members through the portal, and one may pause."""

from __future__ import annotations

import json
import os
from datetime import timedelta

import pytest
from click.testing import CliRunner
from tests import deciding

from linkwell.cli.batch import batch
from linkwell.cli.custodian import custodian
from linkwell.custody.agreements.actions import issue_vendor_token
from linkwell.custody.agreements.models import Agreement, Route
from linkwell.custody.clients import actions as clients
from linkwell.custody.organisations.actions import enrol_sender_key, enter_organisation
from linkwell.custody.organisations.roles import Kind, Role
from linkwell.custody.supplies.models import Supply
from linkwell.standards.clock import today
from linkwell.supply.seal import package_id
from linkwell.vault.keys import public_pem

pytestmark = pytest.mark.usefixtures("flushable")


@pytest.fixture
def hub(registry, settings, live_server, tmp_path):
    """An intermediary of both providers, its token in a file, and both members' sealed files."""
    settings.ALLOWED_HOSTS = ["*"]
    manager = registry.person("manager")
    made = enter_organisation(by=manager, code="hub", name="A hub", kind=Kind.INTERMEDIARY)
    deciding.somebody(registry, "between", made, Role.INTERMEDIARY)
    Agreement.objects.update(route=Route.INTERMEDIARY, via=made, ends=today() + timedelta(days=9))
    (tmp_path / "token.txt").write_text(issue_vendor_token(by=manager, vendor=made))
    return made


@pytest.fixture
def joint_file(registry, hub, seal_to, tmp_path):
    sealed = []
    for n, agreement in enumerate((registry.agreement, registry.other_agreement)):
        one = seal_to(registry.home, name=f"m{n}.lwp", agreement=agreement.reference,
                      package=package_id(bytes([n + 7]) * 32))  # fmt: skip
        enrol_sender_key(
            by=registry.person("manager"), organisation=agreement.organisation,
            public_pem=public_pem(one.sender.public_key()),
        )  # fmt: skip
        sealed.append(str(one.path))
    done = CliRunner().invoke(
        batch, ["join", *sealed, "--out", str(tmp_path / "joint.lwj"), "--json"], catch_exceptions=False
    )
    assert json.loads(done.stdout)["agreements"] == ["DSA-2026-001", "DSA-2026-002"]
    return tmp_path / "joint.lwj"


def say(registry, agreement, verb: str) -> None:
    lead = registry.person("provider" if agreement == registry.agreement else "other")
    clients.decide(by=lead, agreement=Agreement.objects.get(pk=agreement.pk), verb=verb)


def send(live_server, tmp_path, *arguments: str):
    to = ["--to", live_server.url, "--token-file", str(tmp_path / "token.txt")]
    return CliRunner().invoke(batch, [*arguments, *to, "--json"], catch_exceptions=False)


def test_one_joint_file_arrives_for_those_who_gave_an_ok_and_the_rest_follow_later(
    registry, live_server, joint_file, tmp_path
) -> None:
    say(registry, registry.agreement, "give")
    command = ["send", str(joint_file), "--receipts", str(tmp_path / "receipts")]
    done = send(live_server, tmp_path, *command)
    said = json.loads(done.stdout)
    assert (said["sent"], said["not_sent"], done.exit_code) == (1, 1, 4)
    assert "not given its OK" in said["results"][1]["why"]
    say(registry, registry.other_agreement, "give")
    done = send(live_server, tmp_path, *command)
    assert (json.loads(done.stdout)["sent"], done.exit_code) == (2, 0)
    assert Supply.objects.filter(state="received").count() == 2
    for reference in ("DSA-2026-001", "DSA-2026-002"):
        assert list((tmp_path / "receipts" / reference).glob("*.json"))
        assert Supply.objects.filter(agreement__reference=reference).count() == 1
    assert not joint_file.with_name("joint.lwj.parts").exists()


def test_the_list_of_clients_says_who_still_has_to_give_an_ok(registry, live_server, hub, tmp_path) -> None:
    say(registry, registry.agreement, "give")
    said = json.loads(send(live_server, tmp_path, "clients").stdout)
    assert said["waiting"] == 1
    assert [each["may_send"] for each in said["clients"]] == [True, False]


def test_a_couriers_joint_file_comes_in_part_by_part(registry, joint_file, password, monkeypatch) -> None:
    monkeypatch.setenv("LINKWELL_PASSWORD", password)
    say(registry, registry.agreement, "give")
    where = ["--home", os.environ["LINKWELL_HOME"], "--as", "integrator", "--json"]
    done = CliRunner().invoke(custodian, ["receive", str(joint_file), *where], catch_exceptions=False)
    said = json.loads(done.stdout)
    assert (said["taken"], done.exit_code) == (1, 1)
    assert Supply.objects.get().agreement.reference == "DSA-2026-001"
