"""Sending from a browser: in pieces, after a reload from where it stopped, and only what is sealed."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.browser.test_portal_pages import sign_in
from tests.conftest import split_of

from linkwell.custody.supplies.models import Supply, Upload

PIECE = 4 * 1024 * 1024


@pytest.fixture
def site(flushable, registry, live_server):
    return live_server.url


@pytest.fixture
def large(registry, seal_to) -> Path:
    """Three pieces of the page's size: the one note of each interaction is long."""
    spec = registry.sealed.specification
    path = seal_to(registry.home, name="large.lwp", split=split_of(spec, people=40_000)).path
    assert path.stat().st_size > 2 * PIECE
    return path


def choose(page, path: Path) -> None:
    page.get_by_label("The sealed file").set_input_files(path)
    page.get_by_role("button", name="Send").click()


def test_a_sealed_file_goes_in_pieces_and_after_a_reload_goes_on_where_it_stopped(
    site, registry, password, page, faults, axe, large
) -> None:
    sign_in(page, site, "provider", password)
    page.goto(f"{site}/send/")
    assert axe() == []
    done = []

    def second_piece_hangs(route) -> None:
        if route.request.method == "PATCH" and done:
            route.abort()  # the line drops here
        else:
            done.append(1) if route.request.method == "PATCH" else None
            route.continue_()

    page.route("**/api/uploads/**", second_piece_hangs)
    choose(page, large)
    expect(page.locator("[data-said]")).to_contain_text("Nothing is lost", timeout=30_000)
    upload = Upload.objects.get()
    part = registry.home.path / "intake" / "incoming" / f"{upload.pk}.part"
    assert part.stat().st_size == PIECE
    assert axe() == []
    page.reload()  # first, or the page itself would go on before it is left
    page.unroute("**/api/uploads/**")
    expect(page.locator("[data-begun]")).to_be_visible()
    sent = []
    page.on("request", lambda request: sent.append((request.method, request.url)))
    choose(page, large)
    expect(page.get_by_role("heading", level=1)).to_contain_text("It arrived", timeout=30_000)
    uploading = [method for method, url in sent if "/api/uploads/" in url]
    assert uploading == ["HEAD", "PATCH", "PATCH", "GET"]  # two of three pieces, and no new upload
    assert Upload.objects.count() == 1
    supply = Supply.objects.get()
    kept = registry.home.path / "intake" / "quarantine" / f"{supply.reference}.lwp"
    assert kept.read_bytes() == large.read_bytes()
    assert supply.digest in page.content()
    assert axe() == []
    assert [fault for fault in faults if "ERR_FAILED" not in fault] == []
    assert page.evaluate("localStorage.length") == 0


def test_what_is_not_sealed_or_for_another_agreement_never_leaves(
    site, registry, password, page, faults, tmp_path, seal_to
) -> None:
    sign_in(page, site, "provider", password)
    page.goto(f"{site}/send/")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    people = tmp_path / "people.csv"
    people.write_text("name\nAnahera\n" * 1000)
    other = seal_to(registry.home, name="other.lwp", agreement="DSA-2099-009").path
    cut = tmp_path / "cut.lwp"
    cut.write_bytes(registry.sealed.path.read_bytes()[:-1])
    for path, sentence in (
        (people, "not a sealed file"),
        (other, "sealed under DSA-2099-009"),
        (cut, "damaged"),
    ):
        choose(page, path)
        expect(page.locator("[data-said]")).to_contain_text(sentence, timeout=30_000)
    assert not [url for url in asked if "/api/" in url]
    assert not Upload.objects.exists()
    assert faults == []


def test_it_can_be_paused(site, registry, password, page, large) -> None:
    sign_in(page, site, "provider", password)
    page.goto(f"{site}/send/")
    page.route("**/api/uploads/*", lambda route: (time.sleep(0.3), route.continue_()))
    choose(page, large)
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Go on")).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("It arrived", timeout=30_000)


def test_without_script_a_small_file_goes_in_one_piece(site, registry, password, plain_page) -> None:
    page = plain_page
    sign_in(page, site, "provider", password)
    page.goto(f"{site}/send/")
    choose(page, registry.sealed.path)
    expect(page.get_by_role("heading", level=1)).to_contain_text("It arrived", timeout=30_000)
    assert re.search(r"/send/DSA-2026-001-001/$", page.url)


def test_it_fits_a_phone_and_works_by_keyboard(site, password, page) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    sign_in(page, site, "provider", password)
    page.goto(f"{site}/send/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_label("Under which agreement?").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.type") == "file"
