"""Opening the release ledger, and proving that nothing is missing from it."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict
from pathlib import Path

from linkwell.confidentiality.history import stopped
from linkwell.confidentiality.release_ledger import Head, ReleaseLedger
from linkwell.errors import TryAgain
from linkwell.ledger import canonical_json
from linkwell.ledger.chain import Checkpoint, verify
from linkwell.vault.zones import write_whole


def open_ledger(path: Path, key_check: str, *, witnesses: list[Head], seen: list[str]) -> ReleaseLedger:
    """Open the ledger at `path` (made if nothing ever left), and prove that nothing is missing from it.

    Args:
        key_check: names the rounding secret.
        witnesses: heads others remember (beside the file, in the registry).
        seen: release ids that are known to have left.

    Raises:
        RefusedByRule: the ledger is lost, older than something that left, altered, or of another secret.
    """
    if not path.exists() and (witnesses or seen):
        raise stopped("The release ledger is missing, but numbers have already left.")
    try:
        return _proven(ReleaseLedger(path), key_check, witnesses, seen)
    except sqlite3.DatabaseError as problem:
        if isinstance(problem, sqlite3.OperationalError) and "locked" in str(problem):
            raise TryAgain("The release ledger is busy.", fix="Try again in a minute.") from problem
        raise stopped("The release ledger cannot be read.") from problem


def _proven(ledger: ReleaseLedger, key_check: str, witnesses: list[Head], seen: list[str]) -> ReleaseLedger:
    if ledger.key_check() is None:
        if witnesses or seen:
            raise stopped("The release ledger is empty, but numbers have already left.")
        with ledger.writing():
            if ledger.key_check() is None:
                ledger.create(key_check)
        ledger.path.chmod(0o600)
    if ledger.key_check() != key_check:
        raise stopped("The release ledger belongs to another rounding secret.")
    checkpoints = [Checkpoint(head.ledger, head.seq, head.hash, "") for head in witnesses]
    verdict = verify(ledger.events(), checkpoints=checkpoints)
    if not verdict.ok:
        raise stopped(f"The release ledger does not hold together: {verdict.faults[0]}.")
    if any(ledger.release(release_id) is None for release_id in seen):
        raise stopped("The release ledger is older than a release that has left.")
    return ledger


def read_head(path: Path) -> list[Head]:
    """The head kept beside the ledger, as a list of none or one."""
    try:
        return [Head(**json.loads(path.read_text("utf-8")))]
    except FileNotFoundError:
        return []


def write_head(path: Path, head: Head) -> None:
    """Keep where the ledger stands beside it."""
    write_whole(path, canonical_json(asdict(head)))
