"""`python -m bench.checking`: the fast and the plain engine, frictionless beside them, and a large workbook.

Each part runs in a process of its own on the same file; frictionless in an environment of its own, made once
in the working folder. Prints seconds, processor seconds, memory and ratios as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from typing import Any

from bench.checking.world import ETHNICITIES, GENDERS, PROGRAMMES, SITES, STATUSES

PEER = "frictionless>=5.18,<6"

NHI = "[A-HJ-NP-Z]{3}([0-9]{4}|[0-9]{2}[A-HJ-NP-Z]{2})"


def main() -> None:
    """Write the files, run every part, print what it took."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=1_000_000)
    asked.add_argument("--book-rows", type=int, default=200_000)
    asked.add_argument("--folder", type=Path, help="keep the files here, for the next run")
    asked.add_argument("--peer-python", type=Path, help="a Python with frictionless, instead of making one")
    asked.add_argument("--peer-rows", type=int, default=0, help="give the peer only so many rows, and say so")
    given = asked.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="linkwell-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        print(json.dumps(_measure(folder, given), indent=2))
    finally:
        if given.folder is None:
            shutil.rmtree(folder)


def _measure(folder: Path, given: argparse.Namespace) -> dict[str, Any]:
    if not (folder / "people.csv").exists():
        _part("write", folder, str(given.rows))
    if not (folder / "people.xlsx").exists():
        _part("book", folder, str(given.book_rows))
    found: dict[str, Any] = {name: json.loads(_part(name, folder)) for name in ("fast", "plain", "xlsx")}
    found["same verdict"] = found["fast"]["digest"] == found["plain"]["digest"]
    found["frictionless"] = _peer(folder, given)
    theirs, ours = found["frictionless"], found["fast"]
    found["times faster, by the clock"] = round(ours["rows_a_second"] / theirs["rows_a_second"], 1)
    found["times faster, by processor seconds"] = round(
        (theirs["cpu"] / theirs["rows"]) / (ours["cpu"] / ours["rows"]), 1
    )
    return found


def _part(*arguments: object) -> str:
    command = [sys.executable, "-m", "bench.checking.parts", *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _peer(folder: Path, given: argparse.Namespace) -> dict[str, Any]:
    python = given.peer_python or _environment(folder)
    source, rows = folder / "people.csv", given.rows
    if given.peer_rows:
        source, rows = folder / "fewer.csv", given.peer_rows
        with (folder / "people.csv").open("rb") as file:
            source.write_bytes(b"".join(line for line, _ in zip(file, range(rows + 1), strict=False)))
    (folder / "schema.json").write_text(json.dumps(_schema(), ensure_ascii=False), "utf-8")
    started, before = time.perf_counter(), os.times()
    asked = [python, "-m", "frictionless", "validate", source.name, "--schema", "schema.json", "--json"]
    ended = subprocess.run([*asked, "--limit-errors", "1000000"], cwd=folder, capture_output=True, text=True)
    after, seconds = os.times(), time.perf_counter() - started
    if ended.returncode > 1:
        raise SystemExit(ended.stderr[-2000:])
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    errors = json.loads(ended.stdout)["stats"]["errors"]
    return {"rows": rows, "seconds": round(seconds, 2), "cpu": round(cpu, 2), "errors": errors,
            "rows_a_second": round(rows / seconds)}  # fmt: skip


def _environment(folder: Path) -> Path:
    home = folder / "peer"
    python = home / "bin" / "python"
    if not python.exists():
        venv.create(home, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", PEER], check=True)
    return python


def _schema() -> dict[str, Any]:
    """What a Table Schema can say of the same rules: types, shapes, lists of values, bounds, required cells.

    It cannot say the check digit, nor anything about several cells or rows: the peer has less to do.
    """
    day = {"type": "date", "format": "%d/%m/%Y"}
    bounds = {"constraints": {"minimum": "01/01/1911", "maximum": "01/06/2026"}}

    def one_of(values: tuple[str, ...]) -> dict[str, Any]:
        return {"type": "string", "constraints": {"enum": [value for value in values if value]}}

    name = {"type": "string", "constraints": {"pattern": r"[^0-9]*"}}
    fields: dict[str, dict[str, Any]] = {
        "Client ID": {"type": "string", "constraints": {"required": True}},
        "NHI": {
            "type": "string",
            "constraints": {"pattern": "[A-HJ-NP-Z]{3}([0-9]{4}|[0-9]{2}[A-HJ-NP-Z]{2})"},
        },
        "First name": name,
        "Surname": name,
        "Date of birth": {**day, **bounds},
        "Gender": one_of(GENDERS),
        "Ethnicity": one_of(ETHNICITIES),
        "Programme": one_of(PROGRAMMES),
        "Site": one_of(SITES),
        "Start date": {**day, **bounds},
        "End date": {**day, **bounds},
        "Status": one_of(STATUSES),
    }
    return {
        "fields": [{"name": heading, **facts} for heading, facts in fields.items()],
        "missingValues": [""],
    }


if __name__ == "__main__":
    main()
