"""The drill: restore a backup aside, ask it everything that can be asked, and write a dated report.

A report that only said "passed" would be believed too much, so it also says what no drill can know.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from linkwell.custody.backups import databases
from linkwell.custody.backups.restore import Restored, restore
from linkwell.errors import TryAgain
from linkwell.vault import keys
from linkwell.vault.zones import write_whole

CANNOT_KNOW = (
    "What happened after the backup was made. Receipts others hold can show it: give them with --receipt.",
    "Whether anything was released after it: before the desk releases again, compare with the reports "
    "providers hold, or differences between old and new numbers may tell on somebody.",
    "Which tokens, keys, people or agreements were ended after it: after a restore they are alive again.",
    "Whether a file was already wrong, or had been changed by somebody, before it was copied.",
    "Whether the recovery keys are with the people who should have them; only that these keys fit.",
    "Whether the machine, the network and the people will be there on the day.",
)


@dataclass(frozen=True)
class Drill:
    """What the drill found; `passed` is False if any check failed (not asked is no failure)."""

    passed: bool
    report: Mapping[str, Any]
    written: Path


def drill(
    backup: Path,
    *,
    with_keys: Sequence[keys.PrivateKey],
    checkpoints: Sequence[Mapping[str, object]],
    reports: Path,
    database: Mapping[str, Any] | None,
) -> Drill:
    """Restore `backup` in a temporary folder beside the reports, look at it, remove it, write the report.

    Args:
        checkpoints: of receipts other people kept.
        reports: folder for drill-<time>.json and .txt; on an encrypted disk, as the restored copy lies there.
        database: settings of the PostgreSQL server to restore aside on, or None for SQLite.
    """
    reports.mkdir(parents=True, exist_ok=True)
    began = datetime.now(UTC)
    with _room(reports) as folder, _aside(database) as settings:
        restored = restore(backup, folder / "home", with_keys=with_keys, database=settings)
        found = _look(restored, settings, checkpoints)
    report = _report(backup, began, restored, found, checkpoints)
    name = f"drill-{began:%Y-%m-%dT%H%M%SZ}"
    write_whole(reports / f"{name}.json", json.dumps(report, indent=1, ensure_ascii=False).encode())
    text = reports / f"{name}.txt"
    write_whole(text, in_words(report).encode())
    return Drill(bool(report["passed"]), report, text)


@contextmanager
def _room(reports: Path) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=".drill-", dir=reports))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _aside(database: Mapping[str, Any] | None) -> Iterator[dict[str, Any] | None]:
    """A database of this drill's own on the same server, removed afterwards."""
    if database is None:
        yield None
        return
    name = f"linkwell_drill_{secrets.token_hex(4)}"
    databases.create_postgresql(database, name)
    try:
        yield {**database, "NAME": name}
    finally:
        databases.drop_postgresql(database, name)


def _look(
    restored: Restored, settings: Mapping[str, Any] | None, checkpoints: Sequence[Mapping[str, object]]
) -> dict[str, Any]:
    """Ask a process of its own, because this one's settings point at the living home."""
    asked = {
        "opened": sorted(restored.opened),
        "checkpoints": [restored.manifest["record"], *checkpoints],
    }
    environment = {name: value for name, value in os.environ.items() if name != "LINKWELL_DATABASE"}
    environment["LINKWELL_HOME"] = str(restored.home)
    if settings is not None:
        environment["LINKWELL_DATABASE"] = _address(settings)
    done = subprocess.run(
        [sys.executable, "-m", "linkwell.portal.restored"], env=environment, input=json.dumps(asked),
        capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["no words"]
        raise TryAgain(
            "The restored home could not be looked at.", why=last[0][:200],
            fix="Restore it by hand into a new folder and look at what it says.",
        )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _address(settings: Mapping[str, Any]) -> str:
    from urllib.parse import quote

    who = f"{quote(str(settings['USER']))}:{quote(str(settings['PASSWORD']))}"
    port = f":{settings['PORT']}" if settings["PORT"] else ""
    return f"postgresql://{who}@{settings['HOST']}{port}/{quote(str(settings['NAME']))}"


def _report(
    backup: Path, began: datetime, restored: Restored, found: Mapping[str, Any], checkpoints: Sequence[object]
) -> dict[str, Any]:
    cannot = list(CANNOT_KNOW)
    if restored.closed:
        cannot.insert(
            0, f"Whether these parts open: {', '.join(restored.closed)}. No key for them was given."
        )
    if restored.manifest["left_out"]:
        left = ", ".join(restored.manifest["left_out"])
        cannot.insert(0, f"Anything about these parts, which are not in this backup: {left}.")
    return {
        "drill": f"{began:%Y-%m-%dT%H:%M:%SZ}",
        "seconds": round((datetime.now(UTC) - began).total_seconds(), 1),
        "custodian": restored.manifest["custodian"],
        "demo": restored.manifest["demo"],
        "backup": backup.name,
        "backup_made": restored.manifest["made"],
        "receipts_key": restored.signed_by,
        "opened": dict(restored.opened),
        "closed": list(restored.closed),
        "receipts_compared": len(checkpoints),
        "passed": all(check["ok"] is not False for check in found["checks"]),
        "checks": found["checks"],
        "to_do": found["to_do"],
        "cannot_know": cannot,
    }


def in_words(report: Mapping[str, Any]) -> str:
    """The report as plain text."""
    marks = {True: "yes", False: "NO", None: "not asked"}
    lines = [
        f"Restore drill of {report['drill']}: {'PASSED' if report['passed'] else 'FAILED'}",
        f"{report['custodian']}{' (DEMONSTRATION)' if report['demo'] else ''}",
        f"Backup {report['backup']}, made {report['backup_made']}; restored in {report['seconds']} s.",
        f"Receipts of others compared with it: {report['receipts_compared']}",
        "",
        "What was asked",
        *(f"  {marks[check['ok']]:<9} {check['name']}: {check['words']}" for check in report["checks"]),
        "",
        "To do after a real restore",
        *(f"  - {line}" for line in report["to_do"] or ["nothing more than usual"]),
        "",
        "What this drill cannot know",
        *(f"  - {line}" for line in report["cannot_know"]),
    ]
    return "\n".join(lines) + "\n"
