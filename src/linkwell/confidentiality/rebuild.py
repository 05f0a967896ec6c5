"""Making a lost, older or damaged release ledger whole again from what was released."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from linkwell.confidentiality.copies import append_copies, newest
from linkwell.confidentiality.history import stopped
from linkwell.confidentiality.ledger_files import HEAD, LEDGER, LOCK, SECRET, alone, copies_of, released_ids
from linkwell.confidentiality.proof import open_ledger, read_head, write_head
from linkwell.confidentiality.release_ledger import Head, ReleaseLedger
from linkwell.confidentiality.rounding import RoundingKeys
from linkwell.errors import RefusedByRule
from linkwell.vault.secrets import keep_secret
from linkwell.vault.zones import Home, ZoneName, written_whole


@dataclass(frozen=True)
class Rebuilt:
    """Entries the ledger has now, how many of them came from copies, and the name of the old file, if any."""

    entries: int
    from_copies: int
    put_aside: str


def rebuild(home: Home, *, expected_head: Head | None = None) -> Rebuilt:
    """Make the release ledger of a home whole from the sealed copies in `released/ledger/`.

    Starts from the ledger that is there, if it holds together, else from nothing. The new ledger takes the
    old one's place only when it holds everything that is known to have left; the old file is kept beside it.

    Args:
        expected_head: where the registry says the ledger stands.

    Raises:
        RefusedByRule: the rounding secret is missing, or a copy is missing or damaged. Nothing was changed.
    """
    zone = home.zone(ZoneName.DISCLOSURE)
    path, copies = zone / LEDGER, copies_of(home)
    if not (zone / SECRET).exists():
        raise RefusedByRule(
            "The rounding secret is missing; without it the copies cannot be read.",
            where="disclosure/rounding.secret",
            fix="Put the secret back from the custodian's recovery copy, then rebuild.",
        )
    secret = keep_secret(zone / SECRET)
    check = RoundingKeys.derive(secret).check
    witnesses = [*read_head(zone / HEAD), *newest(copies), *([expected_head] if expected_head else [])]
    with alone(zone / LOCK):
        with written_whole(path.with_name("rebuilt.sqlite")) as part:
            whole = _start_from(path, part, check)
            ledger = ReleaseLedger(part)
            try:
                with ledger.writing():
                    added = append_copies(ledger, copies, secret)
            finally:
                ledger.close()
            open_ledger(part, check, witnesses=witnesses, seen=released_ids(home)).close()
        aside = "" if whole and not added else _put_aside(path)
        path.with_name("rebuilt.sqlite").replace(path)
        path.chmod(0o600)
        made = open_ledger(path, check, witnesses=witnesses, seen=released_ids(home))
        try:
            head = made.head()
            if head is not None:
                write_head(zone / HEAD, head)
        finally:
            made.close()
    return Rebuilt(0 if head is None else head.seq, added, aside)


def _start_from(path: Path, part: Path, check: str) -> bool:
    """Copy the ledger that is there into `part` if it holds together (True); else begin an empty one."""
    try:
        if path.exists():
            old = open_ledger(path, check, witnesses=[], seen=[])
            try:
                with sqlite3.connect(part) as new:
                    old.copy_into(new)
                new.close()
            finally:
                old.close()
            return True
    except RefusedByRule as problem:
        if "another rounding secret" in problem.what:
            raise stopped(problem.what) from problem
        part.unlink(missing_ok=True)
    ledger = ReleaseLedger(part)
    try:
        with ledger.writing():
            ledger.create(check)
    finally:
        ledger.close()
    return False


def _put_aside(path: Path) -> str:
    if not path.exists():
        return ""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    aside = path.with_name(f"releases.before-{stamp}.sqlite")
    path.replace(aside)
    return aside.name
