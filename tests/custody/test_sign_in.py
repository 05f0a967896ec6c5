"""The numbers of sign-in, codes by the standard's own vectors, what is kept, and the command line."""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.conf import settings as django_settings
from django.utils import timezone

from linkwell.cli.custodian import custodian
from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.organisations.actions import add_person
from linkwell.custody.organisations.models import Organisation
from linkwell.custody.organisations.roles import Role
from linkwell.custody.signin import factors, sealing, totp
from linkwell.custody.signin.models import AuthenticatorApp, LostDevice, RecoveryCode
from linkwell.custody.signin.numbers import number, numbers
from linkwell.custody.signin.proof import CodeNeeded, sign_in
from linkwell.errors import RefusedByRule, WrongUse
from linkwell.portal import middleware

DOCS = Path(__file__).parents[2] / "docs" / "sign-in.md"
RFC_6238 = [(59, "94287082"), (1111111109, "07081804"), (1111111111, "14050471"), (1234567890, "89005924"),
            (2000000000, "69279037"), (20000000000, "65353130")]  # fmt: skip
"""Appendix B, SHA-1, eight digits."""


@pytest.mark.parametrize(("seconds", "code"), RFC_6238)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    secret = b"12345678901234567890"
    assert totp.code_at(secret, seconds // 30, digits=8) == code
    assert totp.step_of(secret, code[2:], now=seconds) == seconds // 30


def test_a_phone_may_be_half_a_minute_off_and_no_more() -> None:
    secret, now = totp.new_secret(), 1_800_000_000
    codes = {steps: totp.code_at(secret, now // 30 + steps) for steps in range(-3, 4)}
    assert len(set(codes.values())) == 7
    found = {steps for steps, code in codes.items() if totp.step_of(secret, code, now=now) is not None}
    assert found == {-1, 0, 1}


def test_an_app_reads_the_address_back() -> None:
    from urllib.parse import parse_qs, unquote, urlsplit

    secret = totp.new_secret()
    address = urlsplit(totp.address(secret, issuer="Tatauranga Aotearoa", account="mere"))
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert unquote(address.path) == "/Tatauranga Aotearoa:mere"
    said = parse_qs(address.query)
    assert said["issuer"] == ["Tatauranga Aotearoa"]
    assert said["secret"] == [totp.as_text(secret).replace(" ", "")]


def test_settings_and_pages_follow_the_numbers() -> None:
    assert django_settings.AXES_FAILURE_LIMIT == number("failures") == 3
    assert django_settings.AXES_COOLOFF_TIME.total_seconds() == number("lock_minutes") * 60
    assert django_settings.AUTH_PASSWORD_VALIDATORS[0]["OPTIONS"]["min_length"] == 16
    assert number("longest_hours") * 3600 == django_settings.SESSION_COOKIE_AGE
    assert number("idle_minutes_staff") * 60 == middleware.IDLE_SECONDS_STAFF
    assert number("idle_minutes") * 60 == middleware.IDLE_SECONDS


def test_every_number_is_in_the_documents_with_its_source() -> None:
    lines = DOCS.read_text("utf-8").splitlines()
    for name, each in numbers().items():
        assert f"| {name} | {each.value} {each.unit} | {each.what} | {each.source} |" in lines


def test_what_is_kept_opens_for_nobody_else_and_under_no_other_secret(registry, settings) -> None:
    sealed = sealing.seal(b"a secret", about="person 1")
    assert sealing.open_sealed(sealed, about="person 1") == b"a secret"
    assert sealing.seal(b"a secret", about="person 1") != sealed
    with pytest.raises(RefusedByRule):
        sealing.open_sealed(sealed, about="person 2")
    before = sealing.keyed_hash("code", purpose="recovery code")
    settings.SECRET_KEY = "another"
    with pytest.raises(RefusedByRule, match="cannot be checked"):
        sealing.open_sealed(sealed, about="person 1")
    assert sealing.keyed_hash("code", purpose="recovery code") != before


def test_what_a_backup_of_the_registry_holds_opens_no_sign_in(registry) -> None:
    person = registry.person("provider")
    secret = factors.secret_of(factors.begin_app(person))
    codes = factors.new_recovery_codes(person)
    kept = bytes(AuthenticatorApp.objects.get().sealed)
    assert secret not in kept
    digests = " ".join(RecoveryCode.objects.values_list("digest", flat=True))
    assert not [code for code in codes if code in digests or code.replace("-", "") in digests]


# The custodian's command line


@pytest.fixture
def real(registry, settings):
    """A registry that asks for a second factor."""
    settings.CONFIGURATION = replace(settings.CONFIGURATION, second_factor=True)
    return registry


@pytest.fixture
def run(registry, password, monkeypatch):
    monkeypatch.setenv("LINKWELL_PASSWORD", password)

    def command(person: str, *arguments: str, code: str = "") -> dict[str, object]:
        monkeypatch.setenv("LINKWELL_CODE", code) if code else monkeypatch.delenv("LINKWELL_CODE", False)
        home = ["--home", os.environ["LINKWELL_HOME"], "--as", person, "--json"]
        done = CliRunner().invoke(custodian, [*arguments, *home], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    return command


def with_app(person) -> bytes:
    app = factors.begin_app(person)
    app.confirmed_at = timezone.now()
    app.save()
    return factors.secret_of(app)


def now(secret: bytes, steps: int = 0) -> str:
    return totp.code_at(secret, int(time.time()) // 30 + steps)


def test_without_a_factor_a_real_home_lets_nobody_work(real, run) -> None:
    with pytest.raises(RefusedByRule, match="no second factor yet"):
        run("manager", "tokens")


def test_the_first_manager_sets_a_factor_up_in_the_terminal_and_works_with_it(
    real, run, monkeypatch, password
) -> None:
    manager = real.person("manager")
    app = factors.begin_app(manager)  # what the command finds begun, so that the test knows its secret
    made = run("manager", "second-factor", code=now(factors.secret_of(app)))
    assert len(made["recovery_codes"]) == 10
    with pytest.raises(CodeNeeded):
        sign_in(username="manager", password=password)
    second = now(factors.secret_of(app), 1)  # once, so that no half minute begins between the two
    assert run("manager", "tokens", code=second)["tokens"]
    with pytest.raises(WrongUse, match="used already"):
        run("manager", "tokens", code=second)
    assert run("manager", "tokens", code=made["recovery_codes"][0])["tokens"]
    with pytest.raises(RefusedByRule, match="have a second factor"):
        run("manager", "second-factor", code="000000")


def test_a_wrong_first_code_sets_nothing_up(real, run) -> None:
    with pytest.raises(WrongUse, match="not the code"):
        run("manager", "second-factor", code="nothing")
    assert not factors.has_factor(real.person("manager"))
    assert not RecoveryCode.objects.exists()


def test_three_wrong_codes_lock_the_command_line_too_and_another_manager_opens_it(
    real, run, password
) -> None:
    secret = with_app(real.person("manager"))
    second = add_person(
        by=real.person("manager"), username="second", name="Second", password=password,
        organisation=Organisation.objects.get(is_custodian=True), roles=[Role.CUSTODIAN_MANAGER],
    )  # fmt: skip
    theirs = with_app(second)
    for _ in range(3):
        with pytest.raises(RefusedByRule):
            run("manager", "tokens", code="nothing at all 1")
    with pytest.raises(RefusedByRule, match="locked"):
        run("manager", "tokens", code=now(secret))
    assert run("second", "unlock", "manager", code=now(theirs))["unlocked"] is True
    assert run("manager", "tokens", code=now(secret))["tokens"]
    assert AuditEvent.objects.get(verb="sign-in.unlocked").actor == "second"


def test_a_lost_device_by_two_commands(registry, run) -> None:
    lead = registry.person("provider")
    with_app(lead)
    assert run("linker", "lost-device", "provider")["state"] == "asked"
    with pytest.raises(WrongUse, match="Nobody has said"):
        run("manager", "lost-device", "other", "--confirm")
    assert run("manager", "lost-device", "provider", "--confirm")["state"] == "done"
    assert not factors.has_factor(lead)
    done = LostDevice.objects.get()
    assert (done.asked_by.username, done.decided_by.username) == ("linker", "manager")


def test_the_first_manager_chose_their_own_password_and_nobody_else_did(registry) -> None:
    assert registry.person("manager").password_own
    assert not registry.person("provider").password_own
