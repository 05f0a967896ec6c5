"""Only the person who started the desk, in the browser it opened, on this computer."""

from pathlib import Path

import pytest
from django.urls import get_resolver
from tests.desk.conftest import Visitor

from linkwell.desk.desk import Desk
from linkwell.desk.door import running_at, say_running
from linkwell.desk.guard import POLICY


def addresses() -> list[str]:
    """Every address of the desk, with something in each gap."""
    import linkwell.desk.urls as urls

    gaps = {"<slug:question_id>": "dates", "<int:number>": "0", "<slug:number_id>": "participants",
            "<slug:kind>": "toml", "<slug:table>": "person", "<slug:field>": "nhi",
            "<path:name>": "linkwell/app.css"}  # fmt: skip
    found = []
    for pattern in urls.urlpatterns:
        route = str(pattern.pattern)
        for gap, filled in gaps.items():
            route = route.replace(gap, filled)
        found.append(f"/{route}")
    return found


INSIDE = [each for each in addresses() if not each.startswith(("/open/", "/knock/", "/static/"))]


@pytest.mark.parametrize("address", INSIDE)
def test_without_the_key_no_page_opens_and_none_says_anything(address: str, stranger: Visitor) -> None:
    for answer in (stranger.get(address), stranger.post(address)):
        assert answer.status_code == 403
        page = answer.content.decode()
        assert "This desk is locked" in page
        assert str(stranger.desk.workspace.path) not in page


@pytest.mark.parametrize("address", addresses())
def test_every_answer_has_the_strict_policy(address: str, visitor: Visitor) -> None:
    for answer in (visitor.get(address), visitor.post(address)):
        assert answer.headers["Content-Security-Policy"] == POLICY
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "unsafe" not in POLICY
        assert "no-store" in answer.headers["Cache-Control"] or address.startswith("/static/")


def test_the_key_works_once(desk: Desk) -> None:
    key = desk.door.new_key()
    assert Visitor(desk).get("/open/", {"key": key}).status_code == 302
    again = Visitor(desk).get("/open/", {"key": key})
    assert again.status_code == 403
    assert "used already" in again.content.decode()


def test_opening_a_used_address_in_the_same_browser_goes_home(desk: Desk) -> None:
    visitor, key = Visitor(desk), desk.door.new_key()
    visitor.get("/open/", {"key": key})
    assert visitor.get("/open/", {"key": key}).headers["Location"] == "/"


def test_a_key_is_good_for_fifteen_minutes(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    key, now = desk.door.new_key(), time.monotonic()
    monkeypatch.setattr("linkwell.desk.door.time.monotonic", lambda: now + 15 * 60 + 5)
    assert desk.door.exchange(key) == ""


def test_the_cookie_is_strict_and_closed_to_script(desk: Desk) -> None:
    visitor = Visitor(desk).opened()
    cookie = visitor.cookies["linkwell-desk-8350"]
    assert cookie["samesite"] == "Strict"
    assert cookie["httponly"]
    assert not cookie["max-age"]


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "127.0.0.1:9999", "evil.example:8350", "localhost"]
)
def test_another_host_name_is_refused_whoever_asks(host: str, visitor: Visitor) -> None:
    assert visitor.get("/", HTTP_HOST=host).status_code == 421


def test_localhost_is_the_same_computer(visitor: Visitor) -> None:
    assert visitor.get("/", HTTP_HOST="localhost:8350").status_code == 200


def test_another_computer_is_refused(visitor: Visitor) -> None:
    assert visitor.get("/", REMOTE_ADDR="192.168.1.20").status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_website_may_lead_nobody_here(site: str, visitor: Visitor) -> None:
    assert visitor.get("/copies/", headers={"sec-fetch-site": site}).status_code == 403
    assert visitor.post("/close/", headers={"sec-fetch-site": site}).status_code == 403


def test_a_form_from_elsewhere_is_not_taken(desk: Desk) -> None:
    visitor = Visitor(desk, enforce_csrf_checks=True).opened()
    answer = visitor.post("/keys/", {})
    assert answer.status_code == 403
    assert "too old" in answer.content.decode()
    assert not desk.workspace.secrets.exists()


def test_a_second_start_knocks_with_what_only_its_owner_can_read(desk: Desk, stranger: Visitor) -> None:
    say_running(desk.workspace.running, port=8350, knock=desk.door.knock)
    found = running_at(desk.workspace.running)
    assert found == (8350, desk.door.knock)
    assert desk.workspace.running.stat().st_mode & 0o077 == 0
    answer = stranger.post("/knock/", headers={"X-Linkwell-Knock": found[1]})
    assert desk.door.exchange(answer.json()["key"])
    assert stranger.post("/knock/", headers={"X-Linkwell-Knock": "guess"}).status_code == 403
    assert stranger.get("/knock/").status_code == 405


@pytest.mark.parametrize(
    "name",
    [
        "../desk/urls.py",
        "..%2fsettings.py",
        "/etc/passwd",
        "desk/../../urls.py",
        "linkwell",
        "",
        "desk/missing.css",
    ],
)
def test_only_our_own_static_files_are_served(name: str, visitor: Visitor) -> None:
    assert visitor.get(f"/static/{name}").status_code == 404


def test_style_font_and_script_are_served_without_the_key(stranger: Visitor) -> None:
    for name, kind in (("linkwell/app.css", "text/css"), ("desk/desk.css", "text/css"),
                       ("desk/autosave.js", "text/javascript"),
                       ("linkwell/fonts/noto-sans-latin-400.woff2", "font/woff2")):  # fmt: skip
        answer = stranger.get(f"/static/{name}")
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith(kind)


def test_no_address_carries_anything_about_a_person_or_a_path() -> None:
    assert all(
        "path" not in str(p.pattern) or "static" in str(p.pattern)
        for p in get_resolver("linkwell.desk.urls").url_patterns
    )


def test_closing_asks_first_then_stops_and_locks(visitor: Visitor, desk: Desk) -> None:
    stopped: list[bool] = []
    desk.close = lambda: stopped.append(True)
    assert "Close the desk?" in visitor.text("/close/")
    assert not stopped
    assert "The desk is closed" in visitor.press("/close/").content.decode()
    assert stopped
    assert visitor.get("/").status_code == 403


def test_a_desk_folder_that_holds_other_things_is_refused(tmp_path: Path) -> None:
    from linkwell.desk.workspace import open_workspace
    from linkwell.errors import WrongUse

    (tmp_path / "letter.docx").write_text("mine")
    with pytest.raises(WrongUse, match="other things"):
        open_workspace(tmp_path)
    with pytest.raises(WrongUse, match="A file lies"):
        open_workspace(tmp_path / "letter.docx")
