"""Signing in, in a browser: passkeys on a virtual device, codes without script, a command line let in."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import replace

import pytest
from click.testing import CliRunner
from playwright.sync_api import expect

from linkwell.custody.signin import factors, lost, totp
from linkwell.custody.signin.models import AuthenticatorApp, CommandSignIn, Passkey


@pytest.fixture
def real(flushable, registry, live_server, settings):
    """A portal where nobody does anything without a second factor, and passwords are people's own."""
    settings.CONFIGURATION = replace(settings.CONFIGURATION, second_factor=True)
    for person in registry.people.values():
        person.password_own = True
        person.save()
    return live_server.url


def device(page):
    """A passkey device that its person unlocks at once."""
    wire = page.context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    wire.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
                "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
            }
        },
    )  # fmt: skip
    return wire


def give_password(page, url: str, name: str, password: str, where: str = "/signin/") -> None:
    page.goto(url + where)
    page.get_by_label("Sign-in name").fill(name)
    page.get_by_label("Password").fill(password)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def code(person, *, steps: int = 0) -> str:
    secret = factors.secret_of(AuthenticatorApp.objects.get(person=person))
    return totp.code_at(secret, int(time.time()) // totp.STEP_SECONDS + steps)


def clean(page, axe) -> None:
    """The page as it is, wide and on a narrow phone."""
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        assert axe() == [], (page.url, width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (page.url, width)
    page.set_viewport_size({"width": 1280, "height": 900})


def test_a_passkey_from_the_first_day_to_signing_in_without_a_password(
    real, registry, page, axe, faults, password
) -> None:
    device(page)
    give_password(page, real, "provider", password)
    expect(page.get_by_role("heading", name="Set up a second factor")).to_be_visible()
    clean(page, axe)
    page.get_by_role("link", name="Set up a passkey").click()
    clean(page, axe)
    page.get_by_role("button", name="Set it up on this device").click()
    expect(page.get_by_role("status")).to_have_text("Give it a name first.")
    page.keyboard.type("My laptop")
    page.keyboard.press("Tab")  # the keyboard alone does it
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    clean(page, axe)
    page.get_by_role("button", name="Make recovery codes").click()
    expect(page.get_by_text("They are shown once")).to_be_visible()
    clean(page, axe)
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("Passkey “My laptop”")).to_be_visible()
    expect(page.get_by_text("10 left")).to_be_visible()
    clean(page, axe)
    page.get_by_role("button", name="Sign out", exact=True).first.click()
    page.goto(real + "/signin/")
    clean(page, axe)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("link", name="What you sent")).to_be_visible()
    page.get_by_role("button", name="Sign out").first.click()
    give_password(page, real, "provider", password, "/signin/?next=/reports/")
    expect(page.get_by_role("heading", name="Your second factor")).to_be_visible()
    clean(page, axe)
    page.get_by_role("button", name="Use your passkey").click()
    page.wait_for_url(re.compile("/reports/$"))
    assert faults == []


def test_a_passkey_in_place_of_the_password_where_something_binds(
    real, registry, page, axe, faults, password
) -> None:
    device(page)
    give_password(page, real, "provider", password)
    page.goto(real + "/me/passkeys/new")
    page.get_by_label("What do you call it?").fill("Key ring")
    page.get_by_role("button", name="Set it up on this device").click()
    page.wait_for_url(re.compile("/me/codes$"))
    reference = registry.agreement.reference
    page.goto(real + f"/agreements/{reference}/end")
    clean(page, axe)
    page.get_by_role("button", name="Use your passkey instead").click()
    expect(page.get_by_role("status")).to_contain_text("Confirmed with your passkey")
    clean(page, axe)
    page.get_by_role("button", name="End it").click()
    expect(page.get_by_text("It has ended.")).to_be_visible()
    assert faults == []


def test_a_device_that_does_not_confirm_changes_nothing_and_says_so(real, page, faults, password) -> None:
    device(page)
    give_password(page, real, "provider", password)
    page.goto(real + "/me/passkeys/new")
    page.evaluate(
        """() => { navigator.credentials.create = () =>
             Promise.reject(new DOMException("", "NotAllowedError")); }"""  # as when nobody touches the key
    )
    page.get_by_label("What do you call it?").fill("Phone")
    page.get_by_role("button", name="Set it up on this device").click()
    expect(page.get_by_role("status")).to_have_text("Nothing was done: the device did not confirm it.")
    expect(page.get_by_role("button", name="Set it up on this device")).to_be_enabled()
    assert not Passkey.objects.exists()
    assert faults == []


def test_an_authenticator_app_and_recovery_codes_work_without_script(
    real, registry, plain_page, password
) -> None:
    page = plain_page
    give_password(page, real, "provider", password)
    page.get_by_role("link", name="Set up a passkey").click()
    expect(page.get_by_text("A passkey needs script")).to_be_visible()
    page.get_by_role("link", name="An authenticator app", exact=True).click()
    picture = page.get_by_role("img", name="The key as a picture")
    assert picture.bounding_box()["width"] > 200
    page.get_by_label("The six digits your app shows now").fill(code(registry.person("provider")))
    page.get_by_role("button", name="Check it").click()
    page.get_by_role("button", name="Make recovery codes").click()
    expect(page.locator("main li")).to_have_count(10)
    codes = page.locator("main li").all_inner_texts()
    for given in (code(registry.person("provider"), steps=1), codes[3]):
        page.context.clear_cookies()
        give_password(page, real, "provider", password, "/signin/?next=/supplies/")
        page.get_by_label("Code").fill(given)
        page.get_by_role("button", name="Sign in").click()
        expect(page).to_have_url(real + "/supplies/")


def test_the_pages_of_the_app_and_of_asking_again_are_clean(
    real, registry, page, axe, faults, password
) -> None:
    give_password(page, real, "provider", password)
    page.goto(real + "/me/app")
    assert page.evaluate("document.querySelector('.lw-qr').naturalWidth") > 100
    clean(page, axe)
    page.get_by_label("The six digits your app shows now").fill("nothing")
    page.get_by_role("button", name="Check it").click()
    expect(page).to_have_title(re.compile("^Error: "))
    clean(page, axe)
    page.get_by_label("The six digits your app shows now").fill(code(registry.person("provider")))
    page.get_by_role("button", name="Check it").click()
    for where in ("/again/", "/me/password", "/me/app/remove", "/me/trail/", "/people/", "/command/"):
        page.goto(real + where)
        clean(page, axe)
    assert faults == []


def test_a_lost_device_by_two_people_in_the_browser(real, registry, page, axe, faults, password) -> None:
    staff = registry.person("provider_staff")
    for name in ("provider", "manager"):
        factors.begin_app(registry.person(name))
        AuthenticatorApp.objects.filter(person=registry.person(name)).update(confirmed_at="2026-01-01T00:00Z")
    Passkey.objects.create(person=staff, name="Phone", credential_id="eA")

    def enter(name: str) -> None:
        page.context.clear_cookies()
        give_password(page, real, name, password)
        page.get_by_label("Code").fill(code(registry.person(name)))
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.goto(real + "/people/")
        clean(page, axe)

    enter("provider")
    page.get_by_role("link", name=re.compile("^Lost device")).click()
    clean(page, axe)
    page.get_by_label("Your password").fill(password)
    page.get_by_role("button", name="The device is lost").click()
    expect(page.get_by_text("A custodian manager decides.")).to_be_visible()
    enter("manager")
    page.get_by_role("link", name=re.compile("^Decide about")).click()
    clean(page, axe)
    page.get_by_label("What do you decide?").select_option("confirm")
    page.get_by_label("Your password").fill(password)
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_text("Their factors are gone")).to_be_visible()
    assert not factors.has_factor(staff)
    assert not lost.standing().exists()
    assert faults == []


def test_a_command_line_shows_a_code_and_its_person_lets_it_in(
    real, registry, page, axe, faults, password, tmp_path, monkeypatch
) -> None:
    from linkwell.cli.sign_in import sign_in

    monkeypatch.setenv("LINKWELL_CONFIG", str(tmp_path))
    person = registry.person("provider")
    factors.begin_app(person)
    AuthenticatorApp.objects.filter(person=person).update(confirmed_at="2026-01-01T00:00Z")
    done: list[object] = []
    asking = threading.Thread(
        target=lambda: done.append(
            CliRunner().invoke(sign_in, ["--portal", real, "--computer", "the desk by the window"])
        )
    )
    asking.start()
    until = time.monotonic() + 20
    while not CommandSignIn.objects.exists() and time.monotonic() < until:
        time.sleep(0.1)
    give_password(page, real, "provider", password, "/signin/?next=/command/")
    page.get_by_label("Code").fill(code(person))
    page.get_by_role("button", name="Sign in", exact=True).click()
    clean(page, axe)
    page.get_by_label("The code your own screen shows").fill("BCDF-GHJK")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("link", name=re.compile("No command line waits"))).to_be_visible()
    page.get_by_label("The code your own screen shows").fill(CommandSignIn.objects.get().user_code.lower())
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("the desk by the window (nobody checked this)")).to_be_visible()
    expect(page.get_by_text("the same as this browser")).to_be_visible()
    clean(page, axe)
    page.get_by_label("Your password").fill(password)
    page.get_by_role("button", name="Yes, let it in").click()
    expect(page.get_by_text("That command line is signed in as you.")).to_be_visible()
    asking.join(20)
    assert "Signed in at" in done[0].output
    assert CommandSignIn.objects.get().user_code not in page.url
    page.reload()
    expect(page.get_by_role("rowheader", name="Command line: the desk by the window")).to_be_visible()
    clean(page, axe)
    page.get_by_role("button", name="Sign out the command line the desk by the window").click()
    expect(page.get_by_text("That command line is signed out.")).to_be_visible()
    assert faults == []
