"""Starts a real desk in a process of its own that has nothing only Unix has, as on a Windows laptop."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from pathlib import Path

UNIX_ONLY = (
    "resource", "fcntl", "pwd", "grp", "termios", "pty", "tty", "syslog", "crypt", "spwd", "nis", "readline",
    "curses", "_curses", "posixshmem", "ossaudiodev",
)  # fmt: skip
# What the plain install does not bring along: importing any of it would break on the provider's computer.
NOT_INSTALLED = (
    "numpy", "pyarrow", "duckdb", "scipy", "altair", "vl_convert", "axes", "csp", "django_tasks",
    "django_tasks_db", "whitenoise", "gunicorn", "psycopg", "docx", "typst",
)  # fmt: skip

_BLOCK = """
import sys

class Without:
    # stands before one finder and knows nothing of what is not there, as on a computer that has not got it
    def __init__(self, finder):
        self.finder = finder

    def find_spec(self, name, path=None, target=None):
        return None if name.partition(".")[0] in {blocked!r} else self.finder.find_spec(name, path, target)

    def __getattr__(self, name):
        return getattr(self.finder, name)

for name in {blocked!r}:
    sys.modules.pop(name, None)
sys.meta_path[:] = [Without(finder) for finder in sys.meta_path]
"""


def without_unix(folder: Path) -> dict[str, str]:
    """An environment whose Python, and its children's, has none of these modules."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sitecustomize.py").write_text(_BLOCK.format(blocked=(*UNIX_ONLY, *NOT_INSTALLED)))
    source = Path(__file__).parents[2] / "src"
    ours = {"DJANGO_SETTINGS_MODULE", "LINKWELL_HOME"}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return {**kept, "PYTHONPATH": f"{folder}{os.pathsep}{source}", "PYTHONUNBUFFERED": "1"}


class RunningDesk:
    """`linkwell desk` in a process; `address` opens it once."""

    def __init__(self, workspace: Path, environment: dict[str, str]) -> None:
        command = [sys.executable, "-c", "from linkwell.cli.main import main; main()", "desk", "--no-browser"]
        self.process = subprocess.Popen(
            [*command, "--workspace", str(workspace)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace",
            env=environment,
        )  # fmt: skip
        self.address = self._address()

    def _address(self) -> str:
        assert self.process.stdout is not None
        giving_up = threading.Timer(60, self.process.kill)
        giving_up.start()
        try:
            for line in self.process.stdout:
                if found := re.search(r"http://127\.0\.0\.1:\d+/open/\S+", line):
                    return found[0]
        finally:
            giving_up.cancel()
        assert self.process.stderr is not None
        raise AssertionError(f"the desk did not start: {self.process.stderr.read()}")

    @property
    def root(self) -> str:
        return self.address.partition("/open/")[0]

    def kill(self) -> None:
        """As when the power goes."""
        self.process.kill()
        self.process.communicate(timeout=120)

    def ended(self) -> int:
        """Wait for the end; the exit code."""
        self.process.communicate(timeout=120)
        return self.process.returncode
