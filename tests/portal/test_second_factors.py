"""Second factors in the portal: setting up, signing in, locking, removing; what a real home requires."""

from __future__ import annotations

import json
import re
import time
from dataclasses import replace

import pytest
from django.test import Client
from django.utils import timezone
from tests.portal.authenticator import Device

from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.signin import factors, totp
from linkwell.custody.signin.models import AuthenticatorApp, Passkey, PersonSession, RecoveryCode

PRESSED = {"pressed": "yes"}
"""A form whose button was pressed and that is otherwise empty."""


@pytest.fixture
def real(registry, settings):
    """The registry as a real one asks: nobody does anything without a second factor."""
    settings.ALLOWED_HOSTS = ["localhost"]
    settings.CONFIGURATION = replace(settings.CONFIGURATION, second_factor=True)
    for person in registry.people.values():
        person.password_own = True
        person.save()
    return registry


def browser() -> Client:
    return Client(headers={"host": "localhost"})


def password_given(name: str, password: str, **more: str) -> Client:
    client = browser()
    client.post("/signin/", {"username": name, "password": password, **more})
    return client


def app_of(person) -> bytes:
    """Give a person an authenticator app that works; returns its secret. Its codes of before are unused."""
    app = factors.begin_app(person)
    app.confirmed_at = timezone.now()
    app.save()
    return factors.secret_of(app)


def code_of(secret: bytes, *, steps: int = 0) -> str:
    return totp.code_at(secret, int(time.time()) // totp.STEP_SECONDS + steps)


def wrong_code(secret: bytes) -> str:
    right = {code_of(secret, steps=steps) for steps in (-2, -1, 0, 1, 2)}
    return next(
        code for code in ("000000", "111111", "222222", "333333", "444444", "555555") if code not in right
    )


def post_json(client: Client, where: str, **body: object):
    return client.post(where, json.dumps(body), content_type="application/json")


def passkey_of(client: Client, password: str, device: Device, name: str = "My phone"):
    """Set a passkey up in the session of `client`."""
    client.post("/again/", {"password": password})
    options = post_json(client, "/me/passkeys/begin").json()
    return post_json(client, "/me/passkeys/finish", answer=device.make(options), name=name)


def passkey_used(client: Client, device: Device, kind: str = "signin", **more: object):
    options = post_json(client, f"/{kind}/passkey/begin").json()
    return post_json(client, f"/{kind}/passkey/finish", answer=device.use(options), **more)


# What is required


def test_without_a_factor_nothing_opens_but_setting_one_up(real, password) -> None:
    client = password_given("provider", password)
    for where in ("/supplies/", "/me/", "/start/", "/agreements/", "/command/", "/me/trail/"):
        assert client.get(where)["Location"] == "/me/second-factor"
    assert client.get("/me/second-factor").status_code == 200
    assert client.get("/me/app").status_code == 200  # the password was given a moment ago


def test_a_role_that_is_not_held_says_nothing_before_the_factor_is_there(real, password) -> None:
    client = password_given("provider", password)
    assert client.get("/custodian/record/")["Location"] == "/me/second-factor"


def test_a_password_somebody_else_chose_is_changed_first(real, password) -> None:
    person = real.person("provider")
    person.password_own = False
    person.save()
    client = password_given("provider", password)
    assert client.get("/supplies/")["Location"] == "/me/password"
    weak = client.post("/me/password", {"password": password, "new": "short", "twice": "short"})
    assert "not strong enough" in weak.content.decode()
    other = "another four plain words"
    assert (
        client.post("/me/password", {"password": password, "new": other, "twice": "not it"}).status_code
        == 200
    )
    done = client.post("/me/password", {"password": password, "new": other, "twice": other})
    assert done["Location"] == "/me/second-factor"
    assert password_given("provider", password).get("/me/second-factor").status_code == 302
    assert password_given("provider", other).get("/me/second-factor").status_code == 200


def test_a_demonstration_asks_for_none_and_says_so(registry, settings, password) -> None:
    settings.ALLOWED_HOSTS = ["localhost"]
    client = password_given("provider", password)
    assert "not required here" in client.get("/me/").content.decode()


# The authenticator app


def test_an_app_is_set_up_and_opens_with_its_codes(real, password) -> None:
    client = password_given("provider", password)
    page = client.get("/me/app").content.decode()
    app = AuthenticatorApp.objects.get()
    secret = factors.secret_of(app)
    assert totp.as_text(secret) in page
    picture = client.get("/me/app.svg")
    assert picture["Content-Type"] == "image/svg+xml"
    assert b"<path" in picture.content
    assert secret not in bytes(app.sealed)
    assert "not the code" in client.post("/me/app", {"code": wrong_code(secret)}).content.decode()
    key = client.session.session_key
    done = client.post("/me/app", {"code": code_of(secret)})
    assert done["Location"] == "/me/codes"
    assert client.session.session_key != key
    assert client.get("/supplies/").status_code == 200
    assert client.get("/me/app.svg").status_code == 404
    again = password_given("provider", password, next="/reports/")
    assert again.get("/supplies/").status_code == 302
    assert again.post("/signin/second/", {"code": code_of(secret, steps=1)})["Location"] == "/reports/"
    assert again.get("/supplies/").status_code == 200


def test_a_code_opens_once(real, password) -> None:
    secret = app_of(real.person("provider"))
    code = code_of(secret)
    assert password_given("provider", password).post("/signin/second/", {"code": code}).status_code == 302
    second = password_given("provider", password)
    for _ in range(4):  # right, but used: no guess, so it does not lock
        assert "used already" in second.post("/signin/second/", {"code": code}).content.decode()
    assert second.post("/signin/second/", {"code": code_of(secret, steps=1)}).status_code == 302


def test_three_wrong_codes_lock_the_sign_in_and_a_right_one_no_longer_opens(real, password) -> None:
    secret = app_of(real.person("provider"))
    client = password_given("provider", password)
    for _ in range(2):
        assert client.post("/signin/second/", {"code": wrong_code(secret)}).status_code == 200
    assert client.post("/signin/second/", {"code": wrong_code(secret)}).status_code == 429
    fresh = browser()
    locked = fresh.post("/signin/", {"username": "provider", "password": password})
    assert locked.status_code == 429
    assert fresh.post("/signin/second/", {"code": code_of(secret)})["Location"] == "/signin/"
    locked = AuditEvent.objects.get(verb="sign-in.locked")  # once, however often it is tried
    assert (locked.actor, locked.subject) == ("linkwell", "person/provider")


def test_passwords_and_codes_count_together(real, password) -> None:
    secret = app_of(real.person("provider"))
    browser().post("/signin/", {"username": "provider", "password": "wrong"})
    client = password_given("provider", password)
    client.post("/signin/second/", {"code": wrong_code(secret)})
    assert client.post("/signin/second/", {"code": wrong_code(secret)}).status_code == 429


def test_the_second_step_opens_nothing_without_the_first_and_runs_out(real, password) -> None:
    secret = app_of(real.person("provider"))
    assert browser().get("/signin/second/")["Location"] == "/signin/"
    client = password_given("provider", password)
    session = client.session
    session["half signed in"] = {**session["half signed in"], "at": time.time() - 301}
    session.save()
    assert client.post("/signin/second/", {"code": code_of(secret)})["Location"] == "/signin/"


def test_what_was_typed_beside_a_wrong_password_or_code_is_kept_nowhere(real, password) -> None:
    from axes.models import AccessAttempt

    secret = app_of(real.person("provider"))
    client = password_given("provider", password)
    client.post("/signin/second/", {"code": wrong_code(secret), "next": "/somewhere/"})
    kept = AccessAttempt.objects.get(username="provider")
    assert (kept.get_data, kept.post_data) == ("", "")
    assert "kept nowhere" in kept.user_agent


# Recovery codes


def set_up(real, name: str, password: str) -> tuple[Client, bytes]:
    """Somebody signed in with an app."""
    secret = app_of(real.person(name))
    client = password_given(name, password)
    assert client.post("/signin/second/", {"code": code_of(secret)}).status_code == 302
    return client, secret


def test_recovery_codes_are_shown_once_and_open_once(real, password) -> None:
    client, _ = set_up(real, "provider", password)
    assert client.get("/me/codes")["Location"].startswith("/again/")
    client.post("/again/", {"password": password})
    assert client.get("/me/codes").status_code == 200
    page = client.post("/me/codes").content.decode()
    codes = re.findall(r"[a-z2-9]{4}(?:-[a-z2-9]{4}){3}", page)
    assert len(set(codes)) == 10
    assert not set(codes) & set(re.findall(r"[a-z2-9-]{19}", client.get("/me/codes").content.decode()))
    assert not RecoveryCode.objects.filter(digest__in=codes).exists()
    lost = password_given("provider", password)
    assert lost.post("/signin/second/", {"code": codes[0].upper().replace("-", " ")}).status_code == 302
    assert "9 left" in lost.get("/me/").content.decode()
    twice = password_given("provider", password)
    assert "used already" in twice.post("/signin/second/", {"code": codes[0]}).content.decode()
    client.post("/me/codes")
    assert "not right" in twice.post("/signin/second/", {"code": codes[1]}).content.decode()


def test_another_persons_recovery_code_opens_nothing(real, password) -> None:
    app_of(real.person("provider"))
    app_of(real.person("other"))
    theirs = factors.new_recovery_codes(real.person("other"))
    client = password_given("provider", password)
    assert "not right" in client.post("/signin/second/", {"code": theirs[0]}).content.decode()
    assert factors.codes_left(real.person("other")) == 10


# Passkeys


def test_a_passkey_is_set_up_and_signs_in_with_and_without_a_password(real, password) -> None:
    device, client = Device(), password_given("provider", password)
    assert passkey_of(client, password, device).json() == {"next": "/me/codes"}
    assert "My phone" in client.get("/me/").content.decode()
    second = password_given("provider", password, next="/reports/")
    assert passkey_used(second, device).json() == {"next": "/reports/"}
    assert second.get("/supplies/").status_code == 200
    alone = browser()
    assert passkey_used(alone, device, next="https://evil.nz/").json() == {"next": "/start/"}
    assert alone.get("/supplies/").status_code == 200


@pytest.mark.parametrize("device", [Device(origin="https://localhost.evil.nz"), Device(verifies=False)])
def test_a_passkey_made_elsewhere_or_without_its_person_is_not_kept(real, password, device) -> None:
    client = password_given("provider", password)
    assert passkey_of(client, password, device).status_code == 400
    assert not Passkey.objects.exists()


def test_a_passkeys_answer_counts_once_here_and_not_from_a_copy(real, password) -> None:
    device, client = Device(), password_given("provider", password)
    passkey_of(client, password, device)
    stranger = browser()
    early = device.use(post_json(stranger, "/signin/passkey/begin").json())
    device.origin = "https://evil.nz"
    phished = device.use(post_json(stranger, "/signin/passkey/begin").json())
    device.origin = "http://localhost"
    assert post_json(stranger, "/signin/passkey/finish", answer=phished).status_code == 400
    assert post_json(stranger, "/signin/passkey/finish", answer=early).status_code == 409  # nothing is asked
    post_json(stranger, "/signin/passkey/begin")
    assert post_json(stranger, "/signin/passkey/finish", answer=early).status_code == 400  # another was asked
    post_json(stranger, "/signin/passkey/begin")
    assert post_json(stranger, "/signin/passkey/finish", answer={"id": "nobody"}).status_code == 400
    assert stranger.get("/me/")["Location"].startswith("/signin/")
    assert passkey_used(browser(), device).status_code == 200
    device.count = 0  # a copy of an older state of the device
    assert passkey_used(browser(), device).status_code == 400


def test_whoever_gave_their_password_cannot_finish_with_another_persons_passkey(real, password) -> None:
    device = Device()
    passkey_of(password_given("provider", password), password, device)
    app_of(real.person("other"))
    half = password_given("other", password)
    assert passkey_used(half, device).status_code == 400
    assert half.get("/me/")["Location"].startswith("/signin/")


def test_a_locked_sign_in_is_locked_for_its_passkey_too(real, password) -> None:
    device = Device()
    passkey_of(password_given("provider", password), password, device)
    for _ in range(3):
        browser().post("/signin/", {"username": "provider", "password": "wrong"})
    assert passkey_used(browser(), device).status_code == 429


def test_a_passkey_is_renamed_and_removed_but_never_the_last_factor(real, password) -> None:
    client, device = password_given("provider", password), Device()
    passkey_of(client, password, device)
    number = Passkey.objects.get().pk
    client.post(f"/me/passkeys/{number}/name", {"name": "Key ring"})
    assert "Key ring" in client.get("/me/").content.decode()
    kept = client.post(f"/me/passkeys/{number}/remove", {"password": password})
    assert "only second factor" in kept.content.decode()
    assert Passkey.objects.exists()
    app_of(real.person("provider"))
    assert "not your password" in client.post(
        f"/me/passkeys/{number}/remove", {"password": "wrong"}
    ).content.decode()  # fmt: skip
    assert client.post(f"/me/passkeys/{number}/remove", {"password": password})["Location"] == "/me/"
    assert not Passkey.objects.exists()
    assert "only second factor" in client.post("/me/app/remove", {"password": password}).content.decode()


# Asking again


def test_what_binds_asks_every_time_by_password_or_by_passkey(real, password) -> None:
    client, device = password_given("provider", password), Device()
    passkey_of(client, password, device)
    where = f"/agreements/{real.agreement.reference}/end"
    assert (
        "Enter your password" in client.post(where, PRESSED).content.decode()
    )  # also right after another one
    assert passkey_used(client, device, "again").json() == {"done": True}
    assert client.post(where, PRESSED).status_code == 302
    assert "Enter your password" in client.post(where, PRESSED).content.decode()  # used up


def test_a_passkey_used_to_confirm_runs_out_after_two_minutes(real, password) -> None:
    client, device = password_given("provider", password), Device()
    passkey_of(client, password, device)
    passkey_used(client, device, "again")
    session = client.session
    session["passkey again"] = time.time() - 121
    session.save()
    where = f"/agreements/{real.agreement.reference}/end"
    assert "Enter your password" in client.post(where, PRESSED).content.decode()


def test_changing_ones_own_sign_in_asks_again_and_holds_five_minutes(real, password) -> None:
    client, _ = set_up(real, "provider", password)
    asked = client.get("/me/passkeys/new")
    assert asked["Location"] == "/again/?next=%2Fme%2Fpasskeys%2Fnew"
    assert client.post(asked["Location"], {"password": password})["Location"] == "/me/passkeys/new"
    assert client.get("/me/passkeys/new").status_code == 200
    session = client.session
    session["asked again"] = time.time() - 301
    session.save()
    assert client.get("/me/passkeys/new").status_code == 302


def test_opening_a_sealed_file_asks_again(real, password) -> None:
    from linkwell.custody.supplies import actions
    from linkwell.custody.supplies.models import Supply

    supply = actions.import_package(
        by=real.person("integrator"), agreement=real.agreement, package=real.sealed.path
    )
    client, _ = set_up(real, "integrator", password)
    where = f"/custodian/supplies/{supply.reference}/accept"
    assert "Enter your password" in client.post(where, PRESSED).content.decode()
    assert Supply.objects.get().state == "received"
    assert client.post(where, {"password": password}).status_code == 302
    assert Supply.objects.get().state != "received"


# Sessions


def test_a_person_sees_their_sessions_and_ends_the_others(real, password) -> None:
    here, secret = set_up(real, "provider", password)
    there = password_given("provider", password)
    there.post(
        "/signin/second/", {"code": code_of(secret, steps=1)}, headers={"user-agent": "X Firefox/1 Linux"}
    )
    page = here.get("/me/").content.decode()
    assert "Firefox on Linux" in page
    assert here.session.session_key not in page
    assert there.session.session_key not in page
    here.post("/me/sessions/end")
    assert there.get("/me/").status_code == 302
    assert here.get("/me/").status_code == 200


def test_nobody_ends_somebody_elses_session(real, password) -> None:
    from linkwell.custody.signin.sessions import name_of

    provider, _ = set_up(real, "provider", password)
    other, _ = set_up(real, "other", password)
    other.post("/me/sessions/end", {"only": name_of(provider.session.session_key)})
    assert provider.get("/me/").status_code == 200
    assert PersonSession.objects.filter(person=real.person("provider")).count() == 1


def test_signing_in_begins_a_new_session_key(real, password) -> None:
    client = browser()
    client.get("/signin/")
    secret = app_of(real.person("provider"))
    client.post("/signin/", {"username": "provider", "password": password})
    half = client.session.session_key
    client.post("/signin/second/", {"code": code_of(secret)})
    assert client.session.session_key not in (None, half)
    assert not PersonSession.objects.filter(session_key=half).exists()


def test_a_persons_own_trail_holds_what_they_did_and_nothing_of_others(real, password) -> None:
    client, _ = set_up(real, "provider", password)
    set_up(real, "other", password)
    page = client.get("/me/trail/").content.decode()
    assert "Signed in" in page
    assert "person/other" not in page
