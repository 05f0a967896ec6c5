"""Killed at any stage, the same command ends where an undisturbed walk ends."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from linkwell.cli.demo.stages import STAGES
from tests.journey.conftest import LINKWELL, SIZES, Road, environment, walk

pytestmark = [pytest.mark.slow, pytest.mark.one_database]

# Where it is killed: at what share of the time the stage took when nobody interrupted it, and after how many
# seconds at most, for a machine that was busy then and hurries now; the rest is in test_worker_killed.
MOMENTS = (
    ("custodian", 0.3, 1.0),
    ("seal", 0.4, 0.2),
    ("send", 0.3, 0.15),
    ("link", 0.4, 0.3),
    ("release", 0.5, 0.8),
)


def kill_in(stage: str, seconds: float, home: Path) -> None:
    """Start a walk, wait until the stage before has ended, wait a little more, and kill -9 all of it."""
    names = [each.name for each in STAGES]
    before = names.index(stage)
    process = subprocess.Popen(
        [*LINKWELL, "demo", "--no-serve", "--home", str(home), *SIZES],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        env=environment(home),
    )  # fmt: skip
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if re.match(rf"\s*{before}/", line):
            break
    else:
        pytest.fail("the walk ended before it could be killed:\n" + "".join(said))
    time.sleep(seconds)
    os.killpg(process.pid, signal.SIGKILL)
    process.stdout.close()
    process.wait()


def test_killed_at_five_stages_the_same_command_ends_where_it_would_have(road: Road, tmp_path: Path) -> None:
    home, in_time = road.until(MOMENTS[0][0], tmp_path / "home"), []
    takes = json.loads((Path(road.summary["home"]) / "demo.json").read_text("utf-8"))["seconds"]
    for stage, share, most in MOMENTS:
        kill_in(stage, min(share * takes[stage], most), home)
        in_time.append(stage not in json.loads((home / "demo.json").read_text("utf-8"))["results"])
    assert sum(in_time) >= 3  # a stage can end early on a machine that hurries just then
    again = walk(home)
    assert again["state"] == road.summary["state"]
    for name in ("rows_read", "rows_refused", "people_supplied", "people_linked", "people_analysed"):
        assert again[name] == road.summary[name]


def test_a_second_walk_does_nothing_twice(undisturbed: dict[str, Any]) -> None:
    home = Path(undisturbed["home"])
    receipts = sorted(path.name for path in (home / "provider" / "receipts").iterdir())
    releases = sorted(path.name for path in (home / "released").iterdir())
    assert walk(home)["state"] == undisturbed["state"]
    assert sorted(path.name for path in (home / "provider" / "receipts").iterdir()) == receipts
    assert sorted(path.name for path in (home / "released").iterdir()) == releases
