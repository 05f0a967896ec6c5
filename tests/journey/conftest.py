"""One small walk of the road, shared by the tests that look at where it ended."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from linkwell.cli.demo.stages import STAGES
from tests import registries
from tests.journey.canaries import plant

# just above 500 participants, where intervals need no bootstrap: a walk takes half as long
SIZES = ("--people", "20000", "--participants", "580", "--interactions", "4000", "--seed", "3")


LINKWELL = (sys.executable, "-u", "-c", "from linkwell.cli.main import main; main()")


def environment(home: Path | None) -> dict[str, str]:
    """This process's environment without what its own tests set, and where the home's registry is."""
    ours = ("LINKWELL", "DJANGO")
    plain = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return plain | (registries.of(home) if home else {})


def linkwell(
    *arguments: str, home: Path | None = None, timeout: float = 300, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run the installed command as a person would, in a process of its own; `more` are variables it reads."""
    return subprocess.run(
        [*LINKWELL, *arguments],
        capture_output=True,
        text=True,
        timeout=timeout,
        env=environment(home) | more,
        check=False,
    )


def walk(home: Path, *more: str) -> dict[str, Any]:
    """Walk the road in `home` and return its summary."""
    result = linkwell("demo", "--no-serve", "--json", "--home", str(home), *SIZES, *more, home=home)
    assert result.returncode == 0, result.stdout + result.stderr
    summary: dict[str, Any] = json.loads(result.stdout.strip().splitlines()[-1])
    return summary


KEPT = ("custodian", "describe", "accept")
"""Stages before which the home is kept, so that a walk about a later part need not begin anew."""


@dataclass(frozen=True)
class Road:
    """A walk nobody interrupted: its summary, and copies of its home as it was on the way."""

    summary: dict[str, Any]
    copies: Path

    def until(self, stage: str, home: Path) -> Path:
        """In `home`, what there was when every stage before this one had ended."""
        copy_of(self.copies / stage, home)
        notes = home / "demo.json"  # names files by where they lay
        notes.write_text(notes.read_text("utf-8").replace(self.summary["home"], str(home)), "utf-8")
        return home


def copy_of(home: Path, to: Path) -> None:
    """The same home once more, with its registry."""
    shutil.copytree(home, to)
    registries.copy(home, to)


@pytest.fixture(scope="session")
def road(tmp_path_factory: pytest.TempPathFactory) -> Road:
    """A walk nobody interrupted, that rested on the way, with canary people planted where it begins."""
    home, copies = tmp_path_factory.mktemp("road") / "home", tmp_path_factory.mktemp("copies")
    names = [stage.name for stage in STAGES]
    for stage in KEPT:
        walk(home, "--stop-after", names[names.index(stage) - 1])
        if stage == KEPT[0]:
            plant(home)
        copy_of(home, copies / stage)
    return Road(walk(home), copies)


@pytest.fixture(scope="session")
def undisturbed(road: Road) -> dict[str, Any]:
    """The summary of a walk nobody interrupted."""
    return road.summary


@pytest.fixture(scope="session")
def with_canaries(road: Road) -> tuple[Path, dict[str, Any]]:
    """The home walked to the end, and its summary."""
    return Path(road.summary["home"]), road.summary
