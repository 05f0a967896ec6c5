"""The desk as it really runs: a process on loopback, without what only Unix has, killed and started again."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.desk.desk_process import UNIX_ONLY, RunningDesk, without_unix

WORKBOOK = (
    "Client number,First name,Surname,Date of birth,Gender",
    "K1,Aroha,Example,1994-03-14,F",
    "K2,Ben,Sample,1987-05-06,M",
)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return without_unix(tmp_path / "blocked")


@pytest.fixture
def running(tmp_path: Path, environment: dict[str, str]) -> Iterator[RunningDesk]:
    desk = RunningDesk(tmp_path / "desk", environment)
    yield desk
    desk.kill()


class Browser:
    """A browser without script: follows forms by hand."""

    def __init__(self, desk: RunningDesk) -> None:
        self.client = httpx.Client(base_url=desk.root, follow_redirects=True, timeout=60, trust_env=False)
        self.page = self.client.get(desk.address).text

    def press(self, path: str, files: object = None, **data: object) -> str:
        token = self.client.cookies.get(next(name for name in self.client.cookies if "form" in name), "")
        answer = self.client.post(
            path,
            data={"csrfmiddlewaretoken": token, **data},
            files=files,  # type: ignore[arg-type]
            headers={"Origin": str(self.client.base_url)},
        )
        while "Refresh" in answer.headers:
            answer = self.client.get("/working/?wait=1")
        assert answer.status_code == 200, answer.text
        return answer.text


def walk(browser: Browser) -> None:
    """From the first question to the files to hand over."""
    from linkwell.primer import load_questions

    for question in load_questions().questions:
        browser.client.get(f"/ready/{question.id}/")
        assert "Next step" in browser.press(f"/ready/{question.id}/", answer=question.answers[0].id)
    assert "Privacy statement (web page)" in browser.press("/ready/papers/")
    browser.press("/practise/")
    assert "What leaves, and why" in browser.press("/describe/start/", initiative="Steady Steps")
    assert "people are ready to go" in browser.press("/check/")
    _further_pages(browser)
    browser.press("/check/")
    browser.press("/look/")
    assert "Your files are ready to hand over" in browser.press("/hand/over/")


def _further_pages(browser: Browser) -> None:
    """What is not on everybody's road, where nothing only Unix has is there."""
    assert "All understood" in browser.press("/describe/words/")
    gap = {"id": "person.ird", "reason": "Not asked.", "review": "1 July 2027"}
    assert "1 July 2027" in browser.press("/describe/not-held/", **gap)
    edited = browser.client.get("/describe/save/xlsx/").content
    assert "Nothing changed" in browser.press("/describe/back/", files={"file": ("back.xlsx", edited)})
    assert "likely to be found" in browser.press("/check/outlook/")
    assert "Year of first start" in browser.press("/totals/")
    assert "things to look at" in browser.press("/ready/statement/", text="We are a trust.")
    told = {"version": "1", "shown_from": "1/3/2024", "names_stats_nz": "yes", "channel": "form"}
    assert "4 of 12 people have not been told" in browser.press("/people/told/statement/", **told)
    assert "left out from now on" in browser.press("/people/no/", client_key="EX-012")
    assert "You are left out" in browser.press("/people/no/slip/", sent="no")


def test_the_whole_road_runs_without_any_module_only_unix_has(running: RunningDesk, tmp_path: Path) -> None:
    walk(Browser(running))
    (folder,) = (tmp_path / "desk" / "handover").iterdir()
    assert (folder / "identity" / "identity.csv").exists()
    assert running.process.poll() is None


def test_a_workbook_is_read_without_them_too(running: RunningDesk, tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "people.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("People")
        for at, row in enumerate(line.split(",") for line in WORKBOOK):
            sheet.write_row(at, 0, row)
    browser = Browser(running)
    browser.client.get("/files/give/")
    browser.press("/files/give/", files={"files": (path.name, path.read_bytes())})
    assert "From your column “Surname”" in browser.press("/describe/start/")


def test_the_block_really_blocks(environment: dict[str, str]) -> None:
    import subprocess
    import sys

    for name in UNIX_ONLY[:4]:
        command = [sys.executable, "-c", f"import {name}"]
        tried = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert "No module named" in tried.stderr


def test_killed_in_the_middle_it_loses_nothing(tmp_path: Path, environment: dict[str, str]) -> None:
    first = RunningDesk(tmp_path / "desk", environment)
    browser = Browser(first)
    browser.client.get("/ready/recording/")
    browser.press("/ready/recording/", answer="system")
    browser.press("/practise/")
    browser.press("/describe/start/")
    token = browser.client.cookies.get(next(name for name in browser.client.cookies if "form" in name))
    browser.client.post("/check/", data={"csrfmiddlewaretoken": token}, follow_redirects=False)
    first.kill()
    second = RunningDesk(tmp_path / "desk", environment)
    try:
        again = Browser(second)
        assert "Your road" in again.page
        assert "1 of " in again.page
        assert "2 files chosen" in again.page
        again.client.get("/check/")
        assert "people are ready to go" in again.press("/check/")
        assert not list((tmp_path / "desk").rglob("*.part"))
    finally:
        second.kill()


def test_a_second_start_opens_the_same_desk(
    running: RunningDesk, tmp_path: Path, environment: dict[str, str]
) -> None:
    second = RunningDesk(tmp_path / "desk", environment)
    assert second.ended() == 0
    assert second.root == running.root
    assert "Your road" in Browser(second).page


def test_the_close_button_ends_the_process_and_its_note(running: RunningDesk, tmp_path: Path) -> None:
    browser = Browser(running)
    browser.client.get("/close/")
    assert "The desk is closed" in browser.press("/close/")
    assert running.ended() == 0
    assert not (tmp_path / "desk" / "desk" / "running.json").exists()


def test_it_listens_on_this_computer_only(running: RunningDesk) -> None:
    assert re.match(r"http://127\.0\.0\.1:\d+$", running.root)
    answer = httpx.get(f"{running.root}/", headers={"Host": "evil.example"}, trust_env=False)
    assert answer.status_code == 421
    assert answer.headers["server"] == "Linkwell"
