"""Killed at any stage, the same command ends where an undisturbed walk ends."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from linkwell.cli.demo.stages import STAGES
from tests.journey.conftest import SIZES, Road, walk

pytestmark = pytest.mark.slow

# where it is killed, how long after the stage before it ended, and the stage before which the walk is taken
# up (a little earlier, so that its programs are loaded by then); test_worker_killed does it to the rest
MOMENTS = (
    ("custodian", 1.0, ""),
    ("seal", 0.3, "practised"),
    ("send", 0.15, "practised"),
    ("link", 0.9, "accept"),
    ("release", 2.5, "release"),
)


def kill_in(stage: str, seconds: float, home: Path) -> None:
    """Start a walk, wait until the stage before has ended, wait a little more, and kill -9 all of it."""
    names = [each.name for each in STAGES]
    before = names.index(stage)
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", "from linkwell.cli.main import main; main()",
         "demo", "--no-serve", "--home", str(home), *SIZES],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        env={n: v for n, v in os.environ.items() if not n.startswith(("LINKWELL", "DJANGO"))},
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


@pytest.mark.parametrize(("stage", "seconds", "begun"), MOMENTS, ids=[moment[0] for moment in MOMENTS])
def test_a_killed_walk_goes_on_to_the_same_end(
    stage: str, seconds: float, begun: str, road: Road, tmp_path: Path
) -> None:
    home = road.until(begun, tmp_path / "home") if begun else tmp_path / "home"
    kill_in(stage, seconds, home)
    assert stage not in json.loads((home / "demo.json").read_text("utf-8"))["results"]
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
