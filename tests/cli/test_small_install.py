"""What a charity's laptop has: a command that needs more says so in words, and how to get it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from linkwell.cli.main import ROAD

ABSENT = """
import json, sys
ABSENT = {"duckdb", "numpy", "pyarrow", "scipy", "altair", "vl_convert", "docx", "typst", "fido2", "segno"}
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ABSENT:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Absent())
from linkwell.cli.main import main
ended = []
for words in json.loads(sys.argv[1]):
    try:
        main(words)
    except SystemExit as end:
        ended.append(end.code or 0)
    sys.stderr.write("\\x1e")
print("\\n" + json.dumps(ended))
"""


def ran(tmp_path: Path, *asked: str) -> list[tuple[int, str]]:
    """Exit code and what was said of each command line, where only the small install is there."""
    words = json.dumps([each.split() for each in asked])
    found = subprocess.run(
        [sys.executable, "-c", ABSENT, words], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in found.stderr, found.stderr
    codes = json.loads(found.stdout.splitlines()[-1])
    return list(zip(codes, found.stderr.split("\x1e"), strict=False))


def test_every_command_gives_help_or_says_what_it_needs(tmp_path: Path) -> None:
    names = [name for commands in ROAD.values() for name, _, _ in commands]
    for name, (code, said) in zip(names, ran(tmp_path, *(f"{n} --help" for n in names)), strict=True):
        assert code == 0 or (code == 2 and "not installed" in said), name


def test_a_part_that_is_missed_while_a_command_runs_is_named(tmp_path: Path) -> None:
    for name in ("list.csv", "spine.csv"):
        (tmp_path / name).write_text("rec_id,spine_id,first_name,last_name,dob\n1,1,Ana,Hay,1990-01-02\n")
    asked = (
        "link list.csv spine.csv --out linked",
        "dedupe list.csv --out once",
        "impact --table list.csv --treated rec_id --outcome dob --covariates spine_id",
        "output check list.csv",
    )
    for line, (code, said) in zip(asked, ran(tmp_path, *asked), strict=True):
        assert code == 2, (line, said)
        assert 'pip install "linkwell[custodian]"' in said
        assert sys.executable in said  # not whichever pip happens to come first
