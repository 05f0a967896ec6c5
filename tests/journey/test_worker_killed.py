"""Web and workers killed while a long action runs: started again, nothing is lost, nothing happens twice."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from linkwell.custody.demo import password_of
from linkwell.custody.jobs.kinds import KINDS
from linkwell.vault.zones import Home
from tests import registries
from tests.journey.conftest import LINKWELL, SIZES, Road, environment, walk
from tests.journey.test_portal_opens import free_port, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.one_database]

# the stage ("": the linker's own command), the kind of its job, and which child of `serve` is killed
ACTIONS = (
    ("accept", "supply.accept", "linkwell.portal.worker quick"),
    ("link", "supply.link", "linkwell.portal.worker heavy"),
    ("load", "refresh.load", "linkwell.portal.worker heavy"),
    ("insights", "output.analyse", "linkwell.portal.web"),
    ("", "supply.link again", "linkwell.portal.worker heavy"),
    ("release", "output.release", "linkwell.portal.worker heavy"),
)
ELSEWHERE = {"agreement.destroy", "notices.mail", "removal.destroy", "lab.build", "lab.run"}
"""Killed in tests/custody/test_killed_keeping.py, beside upload, backup and restore."""


def said_by(home: Path, port: int) -> Path:
    """What the portal on a port said."""
    return home.parent / f"portal-{port}.txt"


def serve(home: Path, port: int, env: dict[str, str] | None = None) -> subprocess.Popen[Any]:
    """Start the portal and its workers, and wait until it is ready; what it says is kept beside the home."""
    with said_by(home, port).open("ab") as said:
        process = subprocess.Popen(
            [*LINKWELL, "serve", "--home", str(home), "--port", str(port)],
            stdout=said, stderr=said, start_new_session=True, env=env or environment(home),
        )  # fmt: skip
    wait_for(f"http://localhost:{port}/healthz", process)
    for _ in range(300):
        if httpx.get(f"http://localhost:{port}/readyz", timeout=10).status_code == 200:
            return process
        time.sleep(0.1)
    raise AssertionError("it was never ready")


def children(parent: int) -> dict[str, int]:
    """Command line -> process id of every child of a process (Linux)."""
    found = {}
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and f"PPid:\t{parent}\n" in (folder / "status").read_text():
                found[(folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()] = int(folder.name)
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def wait_until_back(victim: str, portal: subprocess.Popen[Any], home: Path, port: int) -> None:
    """Wait until the portal has started its killed part again, and is ready."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert portal.poll() is None, said_by(home, port).read_text("utf-8")[-3000:]
        try:
            back = any(victim in line for line in children(portal.pid))
            if back and httpx.get(f"http://localhost:{port}/readyz", timeout=10).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("what was killed never came back")


def newest(home: Path, kind: str) -> tuple[int, str]:
    """Number and state of the newest job of a kind; 0 if there is none."""
    rows = registries.ask(home, f"SELECT id, state FROM custody_job WHERE kind = '{kind}' ORDER BY id DESC")
    number, state = rows[0] if rows else (0, "")
    return number, state


def kill_while_running(
    home: Path, kind: str, victim: str, parent: int, walker: subprocess.Popen[Any], before: int
) -> str:
    """Wait until the job of this kind runs, then kill -9 one child; returns the job's state at that time."""
    found = next(pid for line, pid in children(parent).items() if victim in line)
    until = time.monotonic() + 240
    while time.monotonic() < until:
        number, state = newest(home, kind)
        if number > before and state in ("running", "done"):
            os.kill(found, signal.SIGKILL)
            return str(state)
        assert walker.poll() is None, f"the walk ended before {kind} began"
        time.sleep(0.01)
    raise AssertionError(f"{kind} never began")


def to_stage(home: Path, stage: str) -> list[str]:
    """The command that walks up to a stage."""
    return ["demo", "--no-serve", "--json", "--home", str(home), *SIZES, "--stop-after", stage]


def again(home: Path) -> list[str]:
    """The command by which a linker links the newest delivery again."""
    (folder,) = (home / "identity" / "links").iterdir()
    return ["custodian", "link", folder.name, "--again", "--home", str(home), "--as", "linker"]


def test_every_kind_of_long_work_is_killed_somewhere() -> None:
    assert {kind for _, kind, _ in ACTIONS} | ELSEWHERE == set(KINDS)


def test_killed_during_every_long_action_the_road_ends_where_it_would_have(
    road: Road, tmp_path: Path
) -> None:
    home, undisturbed = road.until("accept", tmp_path / "home"), road.summary
    caught = []
    port = free_port()
    portal = serve(home, port)
    for stage, kind, victim in ACTIONS:
        before = newest(home, kind)[0]  # a practice send has been accepted already
        with (tmp_path / "said.txt").open("ab") as said:
            walker = subprocess.Popen(
                [*LINKWELL, *(to_stage(home, stage) if stage else again(home))],
                stdout=said, stderr=said, start_new_session=True,
                env=environment(home) | {"LINKWELL_PASSWORD": password_of(Home.open(home), "linker")},
            )  # fmt: skip
        try:
            caught.append(kill_while_running(home, kind, victim, portal.pid, walker, before))
        finally:
            os.killpg(walker.pid, signal.SIGKILL)  # and the person's own command dies too
            walker.wait()
        wait_until_back(victim, portal, home, port)  # it goes on with what was left; the next walk asks again
    walk(home, "--stop-after", ACTIONS[-1][0])
    portal.terminate()
    portal.wait(timeout=120)
    assert caught.count("running") >= 3, caught  # it was killed in the middle of the work, not after it
    end = walk(home)
    assert end["state"] == undisturbed["state"]
    for name in ("rows_read", "rows_refused", "people_supplied", "people_linked", "people_analysed"):
        assert end[name] == undisturbed[name]
    assert len(list((home / "released").glob("R-*"))) == 1
    once = "SELECT kind || subject, count(*) FROM custody_job WHERE state = 'done' GROUP BY 1"
    assert {number for _, number in registries.ask(home, once)} == {1}
