"""One small walk of the road, shared by the tests that look at where it ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.journey.canaries import plant

# just above 500 participants, where intervals need no bootstrap: a walk takes half as long
SIZES = ("--people", "20000", "--participants", "580", "--interactions", "4000", "--seed", "3")


def linkwell(*arguments: str, timeout: float = 300, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the installed command as a person would, in a process of its own; `more` are variables it reads."""
    ours = ("LINKWELL", "DJANGO")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)} | more
    return subprocess.run(
        [sys.executable, "-c", "from linkwell.cli.main import main; main()", *arguments],
        capture_output=True,
        text=True,
        timeout=timeout,
        env=environment,
        check=False,
    )


def walk(home: Path, *more: str) -> dict[str, Any]:
    """Walk the road in `home` and return its summary."""
    result = linkwell("demo", "--no-serve", "--json", "--home", str(home), *SIZES, *more)
    assert result.returncode == 0, result.stdout + result.stderr
    summary: dict[str, Any] = json.loads(result.stdout.strip().splitlines()[-1])
    return summary


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The summary of a walk nobody interrupted."""
    return walk(tmp_path_factory.mktemp("road") / "home")


@pytest.fixture(scope="session")
def with_canaries(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A home walked to the end with canary people among the spine and the participants."""
    home = tmp_path_factory.mktemp("canary") / "home"
    walk(home, "--stop-after", "provider")
    plant(home)
    return home, walk(home)
