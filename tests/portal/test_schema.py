"""The registry's tables, while they are made: killed at whatever entry, the next start goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from linkwell.vault.zones import Home

# Kills itself just after the entry of this number was written, or, with 0, never; then says what is missing.
START = """
import os, signal, sys
from pathlib import Path
from linkwell.portal.start import start
start(Path(sys.argv[1]), migrate=False)
from django.db import connection
from linkwell.portal.schema import WholeSteps, bring_up_to_date
entries = [0]
def note(execute, sql, params, many, context):
    done = execute(sql, params, many, context)
    entries[0] += sql.startswith('INSERT INTO "django_migrations"')
    if entries[0] == int(sys.argv[2]) > 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return done
with connection.execute_wrapper(note):
    bring_up_to_date()
steps = WholeSteps(connection)
print(entries[0], len(steps.migration_plan(steps.loader.graph.leaf_nodes())))
"""


def ended(home: Path, at: int) -> tuple[int, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("LINKWELL", "DJANGO"))}
    done = subprocess.run(
        [sys.executable, "-c", START, str(home), str(at)],
        env=own,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.slow
def test_killed_between_a_step_and_its_entry_the_registry_goes_on(tmp_path: Path) -> None:
    home = tmp_path / "home"
    Home.create(home, name="Stats NZ (demonstration)", demo_seed=1)
    for entry in (2, 17, 9):  # early, and among those of the step that stands for fifteen older ones
        assert ended(home, entry)[0] == -signal.SIGKILL
    code, said = ended(home, 0)
    assert (code, said.split()[-1]) == (0, "0"), said
    assert ended(home, 0) == (0, "0 0\n")
