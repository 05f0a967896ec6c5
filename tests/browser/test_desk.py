"""The whole road at the desk by keyboard, as wide as a phone: each page axe clean, killed and resumed."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from tests.desk.desk_process import RunningDesk, without_unix
from tests.desk.sending import TOKEN, running_portal
from tests.provider_files import people, visits

from linkwell.primer import load_questions
from linkwell.vault.custodian_keys import public_bundle
from linkwell.vault.zones import Home

PHONE = {"width": 320, "height": 640}
MOST_TABS = 150
PICTURES = os.environ.get("LINKWELL_PICTURES", "")  # a folder: keep a picture of every page at two widths

_FOCUSED = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return ["", ""];
  const label = at.labels && at.labels.length ? at.labels[0].innerText : "";
  return [at.tagName, (at.getAttribute("aria-label") || label || at.innerText || "")
    .replace(/\\s+/g, " ").trim()];
}"""
_VISIBLE = """() => {
  const at = document.activeElement, style = getComputedStyle(at);
  const marked = style.outlineStyle !== "none" || style.boxShadow !== "none";
  const own = at.parentElement && at.parentElement.querySelector("label");
  return marked || (own && getComputedStyle(own, "::before").boxShadow !== "none");
}"""


@dataclass
class Hands:
    """Somebody at a keyboard: Tab, Space, Enter and letters, nothing else. Every page passed is looked at."""

    page: Any
    axe: Callable[[], list[Any]]
    seen: list[str]

    def look(self) -> None:
        """The page as it is: no barrier axe knows, no sideways scrolling, one main heading."""
        page = self.page
        page.wait_for_load_state()
        path = page.url.split("/", 3)[3] or "home"
        assert self.axe() == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
        assert page.locator("h1").count() == 1, path
        if PICTURES:
            name = f"{len(self.seen):02}-{path.partition('?')[0].strip('/').replace('/', '-')}"
            for width in (1000, 320):
                page.set_viewport_size({"width": width, "height": 800})
                page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=True)
            page.set_viewport_size(PHONE)
        self.seen.append(path)

    def to(self, words: str) -> None:
        """Tab to what is called so; it must show that it has the focus."""
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            tag, said = self.page.evaluate(_FOCUSED)
            if tag in {"A", "BUTTON", "INPUT", "SELECT", "TEXTAREA", "SUMMARY"} and said.startswith(words):
                assert self.page.evaluate(_VISIBLE), f"the focus on {words!r} cannot be seen"
                return
        raise AssertionError(f"no way by keyboard to {words!r} on {self.page.url}")

    def press(self, words: str) -> None:
        """Go to a link or button, press Enter, and look at the page that comes."""
        self.to(words)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self.arrive()

    def arrive(self) -> None:
        """Wait until a long step has ended, then look."""
        self.page.wait_for_load_state()
        self.page.wait_for_url(lambda address: "/working/" not in address, timeout=60_000)
        self.look()

    def tick(self, words: str) -> None:
        """Choose a radio or a box."""
        self.to(words)
        if not self.page.evaluate("document.activeElement.checked"):
            self.page.keyboard.press("Space")
        assert self.page.evaluate("document.activeElement.checked")

    def choose(self, value: str) -> None:
        """Choose one radio of the page's group: Tab into the group, then arrows, as a keyboard does."""
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("document.activeElement.type") == "radio":
                break
        for _ in range(40):
            if self.page.evaluate("document.activeElement.value") == value:
                break
            self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("Space")
        assert self.page.evaluate("document.activeElement.checked && document.activeElement.value") == value

    def write(self, label: str, text: str) -> None:
        """Go to a field, and write over what is in it."""
        self.to(label)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def pick(self, label: str, option: str) -> None:
        """Go to a list and choose by its first letters."""
        self.to(label)
        self.page.keyboard.type(option)
        chosen = self.page.evaluate("document.activeElement.selectedOptions[0].innerText")
        assert chosen.startswith(option)

    def give(self, label: str, file: Path) -> None:
        """Reach a file field by Tab; the dialogue it opens is the system's own, so the file is set for it."""
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("document.activeElement.type") == "file":
                break
        assert self.page.evaluate(_FOCUSED)[1].startswith(label)
        self.page.set_input_files("input:focus", file)


@pytest.fixture
def our_files(tmp_path: Path) -> Path:
    """Ten people and their visits, with a date column nobody can read without asking."""
    folder = tmp_path / "Our files"
    folder.mkdir()
    headings = {"Client number": "key", "First name": "first", "Surname": "last", "Date of birth": "dob",
                "Gender": "gender", "NHI": "nhi", "Ethnicity": "ethnicity", "Programme": "programme",
                "Start date": "start", "End date": "end", "Phone": "phone", "Notes": "notes"}  # fmt: skip
    starts = [f"0{1 + number % 9}/0{1 + number % 5}/2023" for number in range(10)]  # no day above 12
    columns = people(start=starts, end=[""] * 10)
    _csv(folder / "people.csv", {heading: columns[kind] for heading, kind in headings.items()})
    came = visits()
    visited = {"Client number": "key", "Service": "type", "Date": "date", "Time": "time", "How": "channel",
               "Attended": "came"}  # fmt: skip
    _csv(folder / "visits.csv", {heading: came[kind] for heading, kind in visited.items()})
    return folder


def _csv(path: Path, columns: dict[str, list[str]]) -> None:
    rows = zip(*columns.values(), strict=True)
    path.write_text("\n".join([",".join(columns), *(",".join(row) for row in rows)]) + "\n", "utf-8")


@pytest.fixture
def start_desk(tmp_path: Path) -> Iterator[Callable[[], RunningDesk]]:
    """Starts the desk of this test in a process; each is ended with the test."""
    environment, started = without_unix(tmp_path / "blocked"), []

    def start() -> RunningDesk:
        started.append(RunningDesk(tmp_path / "desk", environment))
        return started[-1]

    yield start
    for each in started:
        each.kill()


@pytest.mark.slow
def test_the_whole_road_by_keyboard_on_a_phone(
    page: Any,
    axe: Any,
    faults: list[str],
    start_desk: Any,
    our_files: Path,
    custodian_home: Home,
    tmp_path: Path,
) -> None:
    desk = start_desk()
    page.set_viewport_size(PHONE)
    page.set_default_timeout(30_000)
    hands = Hands(page, axe, [])
    page.goto(desk.address)
    hands.look()
    page.keyboard.press("Tab")
    assert page.evaluate(_FOCUSED)[1] == "Skip to main content"
    _get_ready(hands)

    desk.kill()  # the laptop ran out of power
    desk = start_desk()
    page.goto(desk.address)
    hands.look()
    assert "Ready: yes" in page.inner_text("main")

    _choose_and_describe(hands, our_files)
    _check_and_look(hands)
    hands.press("Hand over files")
    hands.press("Write the files")
    assert "Your files are ready to hand over" in page.inner_text("h1")
    hands.press("cover sheet")
    hands.press("Files to hand over")
    hands.press("Hand over, or seal and send")
    bundle = tmp_path / "custodian-keys.json"
    bundle.write_text(json.dumps(public_bundle(custodian_home)))
    with running_portal(custodian_home) as portal:
        _seal_and_send(hands, bundle, portal.url)
        assert portal.received()
    _keys_and_copies(hands)
    _page_that_is_not_there(hands, desk)
    hands.press("Close the desk")
    hands.press("Yes, close it")
    assert "The desk is closed" in page.inner_text("h1")
    assert desk.ended() == 0
    assert [fault for fault in faults if "404" not in fault] == []
    assert (our_files / "people.csv").exists()


def _get_ready(hands: Hands) -> None:
    answers = {"recording": "system", "identifiers": "biographic", "dates": "both", "services": "some",
               "extraction": "own_queries", "route": "direct"}  # fmt: skip
    hands.press("Start: Get ready")
    hands.press("Start")
    hands.press("Save and go on")
    assert hands.page.title().startswith("Error: ")
    hands.write("Name of your organisation", "Riverbend Community Trust")
    hands.press("Save and go on")
    hands.press("Save and see what it means")
    assert hands.page.title().startswith("Error: ")
    for question in (*load_questions().questions, *load_questions().further):
        hands.choose(answers.get(question.id, question.answers[0].id))
        hands.press("Save and see what it means")
        assert "Next step" in hands.page.inner_text("main")
        if question.id == "dates":
            hands.write(question.note, "Joined is the day of the first meeting.")
            hands.page.get_by_text("Saved.", exact=True).wait_for()
            hands.page.reload()
            assert hands.page.input_value("textarea") == "Joined is the day of the first meeting."
        hands.press("Save and")
    hands.write(load_questions().numbers[0].ask, "180")
    hands.press("Save and see your report")
    assert "You are ready" in hands.page.inner_text("h1")
    hands.press("Get the papers")
    hands.press("Make the papers")
    assert "Privacy statement (web page)" in hands.page.inner_text("main")
    hands.press("Your report")
    hands.press("Get ready")
    hands.press("Your road")


def _choose_and_describe(hands: Hands, folder: Path) -> None:
    hands.press("Go on: Choose your files")
    hands.press("Choose from this computer")
    hands.write("Folder on this computer", str(folder))
    hands.press("Go to this folder")
    hands.press("Choose these files")
    assert "Tick at least one file" in hands.page.inner_text("main")
    hands.tick("people.csv")
    hands.tick("visits.csv")
    hands.press("Choose these files")
    hands.press("Go on: describe your data")
    hands.press("Describe these 2 files")
    hands.press("Answer it")
    while "/describe/question/" in hands.page.url:
        hands.choose("dmy")
        hands.press("Save and go on")
    hands.press("Change NHI number")
    hands.press("Leave it out")
    hands.press("Take it back")
    hands.press("Change Notes")
    hands.press("Leave it as it is")
    hands.press("Go on: check")


def _check_and_look(hands: Hands) -> None:
    hands.press("Check now")
    assert "10 people are ready to go" in hands.page.inner_text("h1")
    hands.press("Go on: see what leaves")
    hands.press("See it for one invented person")
    hands.press("What leaves and what stays")
    hands.press("I have read it. Go on")


def _seal_and_send(hands: Hands, bundle: Path, address: str) -> None:
    hands.press("Seal and send")
    hands.press("Use this key file")
    assert "Choose the key file" in hands.page.inner_text("main")
    hands.give("Key file", bundle)
    hands.press("Use this key file")
    hands.tick("Yes, all three rows")
    hands.press("Save and go on")
    hands.press("Seal")
    hands.write("Reference of the agreement", "DSA-2026-001")
    hands.press("Seal")
    hands.write("Address to send to", address)
    hands.write("Upload token", TOKEN)
    hands.press("Send")
    assert "The receipt is genuine" in hands.page.inner_text("main")


def _keys_and_copies(hands: Hands) -> None:
    hands.press("Your keys")
    hands.press("Show the recovery sheet")
    hands.press("Your keys")
    hands.press("Type it in")
    hands.write("Lines from the sheet", "R1 0000")
    hands.press("Put the keys back")
    assert "One line is not as it was printed" in hands.page.inner_text("main")
    hands.press("How it works")
    hands.press("Copies")
    hands.press("Delete all")
    hands.press("Delete")
    assert "copies are deleted" in hands.page.inner_text("main")
    hands.press("Your road")


def _page_that_is_not_there(hands: Hands, desk: RunningDesk) -> None:
    hands.page.goto(f"{desk.root}/nothing/")
    hands.look()
    hands.press("Go to your road")


@pytest.mark.slow
def test_every_further_page_by_keyboard_on_a_phone(
    page: Any, axe: Any, faults: list[str], start_desk: Any, tmp_path: Path
) -> None:
    desk = start_desk()
    page.set_viewport_size(PHONE)
    page.set_default_timeout(30_000)
    hands = Hands(page, axe, [])
    page.goto(desk.address)
    hands.look()
    hands.press("Practise with invented people")
    hands.press("Go on: describe your data")
    hands.write("What is the service called?", "Steady Steps")
    hands.press("Describe these 2 files")
    _say_more_about_the_data(hands, tmp_path)
    hands.press("Go on: check")
    hands.press("Check now")
    hands.press("Will you see anything?")
    hands.press("Check")
    _peoples_choices(hands)

    desk.kill()  # in the middle of a statement: what was typed is there when the laptop runs again
    desk = start_desk()
    page.goto(desk.address)
    hands.look()
    page.goto(f"{desk.root}/people/told/statement/")
    hands.look()
    assert page.input_value("#id_version") == "Version 4"
    hands.press("Throw it away")
    assert page.input_value("#id_version") == ""

    page.goto(f"{desk.root}/check/")
    hands.press("Check again")
    assert "11 people are ready to go" in page.inner_text("h1")
    hands.press("Go on: see what leaves")
    hands.press("I have read it. Go on")
    hands.press("Hand over files")
    hands.press("Write the files")
    hands.press("write down what it said")
    hands.write("Which service did you use?", "Secure transfer")
    hands.write("What did it say?", "No 77")
    hands.press("Save")
    assert "No 77" in page.inner_text("main")
    _papers_and_totals(hands, desk)
    assert [fault for fault in faults if "ERR_CONNECTION_REFUSED" not in fault] == []


def _say_more_about_the_data(hands: Hands, folder: Path) -> None:
    from linkwell.specification.file import load
    from linkwell.specification.workbook import to_excel

    hands.press("Look at what your words mean")
    hands.press("See them (Gender)")
    hands.pick("M", "Another gender")
    hands.press("Save")
    assert "Some meaning is lost" in hands.page.inner_text("main")
    hands.press("What your words mean")
    hands.press("Describe your data")
    hands.press("Take it back")
    hands.press("Change what you do not hold")
    hands.press("Put it on the list")
    assert hands.page.title().startswith("Error: ")
    hands.pick("What do you not hold?", "Earlier last name")
    hands.write("Why not?", "We do not ask for it.")
    hands.write("When will you look at this again?", "1 July 2027")
    hands.press("Put it on the list")
    hands.press("Back to what leaves")
    hands.press("Change which services are a secret")
    hands.tick("Steady Steps")
    hands.press("Save")
    hands.press("Change what the delivery is")
    hands.write("How often is it sent?", "every quarter")
    hands.press("Save")
    hands.press("Change Gender")
    hands.write("What its values mean", "As people see themselves.")
    hands.press("Save")
    hands.press("Bring back one that was edited")
    hands.press("See what changed")
    assert hands.page.title().startswith("Error: ")
    spec = load(folder / "desk" / "specification.toml")
    edited = folder / "edited.xlsx"
    to_excel(replace(spec, retention="ten years"), edited)
    hands.give("The edited file", edited)
    hands.press("See what changed")
    assert "ten years" in hands.page.inner_text("main")
    hands.press("Keep these changes")
    assert "kept as version 2" in hands.page.inner_text("main")


def _peoples_choices(hands: Hands) -> None:
    hands.press("People’s choices")
    hands.press("Who has been told")
    hands.press("Add a statement")
    hands.press("Save")
    assert hands.page.title().startswith("Error: ")
    hands.write("What is this version called?", "Version 3")
    hands.write("From when were people shown it?", "1/3/2024")
    hands.choose("yes")
    hands.write("Where did people see it?", "the sign-up form")
    hands.press("Save")
    assert "4 of 12 people have not been told" in hands.page.inner_text("h1")
    hands.press("Say what stands in")
    hands.choose("told_later")
    hands.write("For people who started from", "1 January 2024")
    hands.write("until", "29 February 2024")
    hands.write("How, and when?", "Letter of 1 August 2026")
    hands.press("Save")
    assert "Everybody has been told" in hands.page.inner_text("h1")
    hands.press("People’s choices")
    hands.press("Somebody says no")
    hands.write("Your own number of that person", "EX-001")
    hands.press("Leave this person out")
    hands.press("Show the slip")
    hands.press("Left out from now on")
    hands.press("People’s choices")
    hands.press("Somebody asks what leaves about them")
    hands.press("People’s choices")
    hands.press("Who has been told")
    hands.press("Add a statement")
    hands.write("What is this version called?", "Version 4")
    hands.page.get_by_text("Kept for later").wait_for()


def _papers_and_totals(hands: Hands, desk: RunningDesk) -> None:
    hands.page.goto(f"{desk.root}/ready/")
    hands.press("What your privacy statement lacks")
    hands.write("Your privacy statement", "We are a trust. Phone 06 000 0000.")
    hands.press("Look at it")
    assert "things to look at" in hands.page.inner_text("h1")
    hands.page.goto(f"{desk.root}/ready/")
    hands.press("Your answers as a file")
    hands.press("Get ready")
    hands.press("Totals instead of data about people")
    assert "Year of first start" in hands.page.inner_text("main")


def test_without_the_key_the_page_says_how_to_get_in(page: Any, axe: Any, start_desk: Any) -> None:
    desk = start_desk()
    page.set_viewport_size(PHONE)
    page.goto(f"{desk.root}/")
    Hands(page, axe, []).look()
    assert "start the desk again" in page.inner_text("main")


def test_every_step_works_without_script(plain_page: Any, start_desk: Any) -> None:
    desk, page = start_desk(), plain_page
    page.set_viewport_size(PHONE)
    page.goto(desk.address)
    page.get_by_role("button", name="Practise with invented people").press("Enter")
    page.get_by_role("button", name="Go on: describe your data").press("Enter")
    page.get_by_role("button", name="Describe these 2 files").press("Enter")
    page.wait_for_url("**/describe/")
    page.get_by_role("button", name="Go on: check").press("Enter")
    page.get_by_role("button", name="Check now").press("Enter")
    page.get_by_role("link", name="Save the report").wait_for()
    assert "12 people are ready to go" in page.inner_text("h1")


@pytest.mark.slow
def test_a_database_by_keyboard_on_a_phone(
    page: Any, axe: Any, faults: list[str], start_desk: Any, our_files: Path
) -> None:
    path = our_files / "clients.db"
    with sqlite3.connect(path) as connection:
        for name in ("people", "visits"):
            with (our_files / f"{name}.csv").open(encoding="utf-8", newline="") as file:
                headings, *rows = csv.reader(file)
            named = ", ".join(f'"{heading}" TEXT' for heading in headings)
            connection.execute(f"CREATE TABLE {name} ({named})")
            connection.executemany(f"INSERT INTO {name} VALUES ({','.join('?' * len(headings))})", rows)
        connection.execute("CREATE TABLE settings (colour TEXT)")
    connection.close()
    desk = start_desk()
    page.set_viewport_size(PHONE)
    page.set_default_timeout(30_000)
    hands = Hands(page, axe, [])
    page.goto(desk.address)
    page.goto(f"{desk.root}/files/")
    hands.press("Read from a database")
    hands.press("Look into it")
    assert hands.page.title().startswith("Error: ")
    hands.write("Address of the database", "postgresql://reader@127.0.0.1:1/clients")
    hands.to("Look into it")
    page.keyboard.press("Enter")
    page.get_by_text("linkwell[sql]").wait_for()  # its driver is not on this computer
    hands.look()
    page.goto(f"{desk.root}/files/look/")
    hands.write("Folder on this computer", str(our_files))
    hands.press("Go to this folder")
    hands.press("Look into clients.db")
    hands.write("Password, if it asks for one", "not needed here")
    hands.press("Look into it")
    hands.press("Choose these tables")
    assert "Tick at least one table" in page.inner_text("main")
    hands.tick("people")
    hands.tick("visits")
    hands.press("Choose these tables")
    hands.press("Go on: describe your data")
    hands.press("Describe these 2 tables")
    assert "Client number" in page.inner_text("main")
    assert faults == []
