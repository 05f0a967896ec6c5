"""What can be asked of a restored home: does the record hold, is everything there that the registry names?

Runs inside a process whose settings point at the restored home; see `linkwell.portal.restored`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from linkwell.custody.agreements.models import UploadToken
from linkwell.custody.audit.record import verify_record
from linkwell.custody.outputs.models import Release
from linkwell.custody.signin.models import PersonSession
from linkwell.custody.supplies.models import Supply
from linkwell.custody.supplies.states import SupplyState
from linkwell.ledger.chain import Checkpoint

OPENED = (SupplyState.ACCEPTED, SupplyState.LINKED, SupplyState.LOADED)


@dataclass(frozen=True)
class Check:
    """One question, whether it holds (None: could not be asked), and what was found, in words."""

    name: str
    ok: bool | None
    words: str

    def as_dict(self) -> dict[str, object]:
        """For the report."""
        return asdict(self)


def checks(home: Path, *, opened: frozenset[str], witnessed: Iterable[Checkpoint]) -> list[Check]:
    """Every check of a restored home; `opened` are the parts that could be opened."""
    return [
        _database(),
        _migrations(),
        _record(list(witnessed)),
        _supplies(home, opened),
        _releases(home),
        _ledger(home, opened),
    ]


def _database() -> Check:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            return Check("the database is whole", True, "PostgreSQL restored it in one transaction.")
        cursor.execute("PRAGMA integrity_check")
        said = [row[0] for row in cursor.fetchall()]
        cursor.execute("PRAGMA foreign_key_check")
        loose = len(cursor.fetchall())
    ok = said == ["ok"] and not loose
    words = (
        "Every page and every reference holds." if ok else f"{len(said)} faults, {loose} loose references."
    )
    return Check("the database is whole", ok, words)


def _migrations() -> Check:
    executor = MigrationExecutor(connection)
    known, applied = set(executor.loader.disk_migrations), set(executor.loader.applied_migrations)
    known |= {old for step in executor.loader.disk_migrations.values() for old in step.replaces}
    newer = len(applied - known)
    waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    words = f"{len(applied)} steps are in it, {waiting} are to come, {newer} are unknown to this version."
    return Check("this version can read it", not newer, words)


def _record(witnessed: list[Checkpoint]) -> Check:
    verdict = verify_record(witnessed)
    words = f"{verdict.events:,} events in one chain." if verdict.ok else "; ".join(verdict.faults[:5])
    return Check("the record holds", verdict.ok, words)


def _supplies(home: Path, opened: frozenset[str]) -> Check:
    if not {"identity", "content"} <= opened:
        return Check(
            "accepted supplies are there", None, "Not every part was opened, so this was not looked at."
        )
    references = list(Supply.objects.filter(state__in=OPENED).values_list("reference", flat=True))
    missing = [name for name in references if not all(_there(home, name))]
    words = f"{len(references) - len(missing)} of {len(references)} supplies have both their halves."
    return Check("accepted supplies are there", not missing, words)


def _there(home: Path, reference: str) -> Iterator[bool]:
    yield (home / "identity" / "supplies" / reference).is_dir()
    yield (home / "research" / "supplies" / reference).is_dir()


def _releases(home: Path) -> Check:
    releases = list(Release.objects.values_list("reference", "report_digest"))
    wrong = 0
    for reference, digest in releases:
        report = home / "released" / reference / "report.html"
        wrong += not report.exists() or hashlib.sha384(report.read_bytes()).hexdigest() != digest
    words = f"{len(releases) - wrong} of {len(releases)} reports are the ones that were released."
    return Check("released reports are unchanged", not wrong, words)


def _ledger(home: Path, opened: frozenset[str]) -> Check:
    from linkwell.confidentiality.release_ledger import ReleaseLedger
    from linkwell.ledger.chain import verify

    name, path = "the release ledger holds", home / "disclosure" / "releases.sqlite"
    if "disclosure" not in opened:
        return Check(name, None, "That part was not opened.")
    if not path.exists():
        released = Release.objects.count()
        return Check(name, not released, f"There is no ledger, and {released} releases.")
    ledger = ReleaseLedger(path)
    try:
        verdict = verify(ledger.events())
    finally:
        ledger.close()
    words = f"{verdict.events:,} entries." if verdict.ok else "; ".join(verdict.faults[:5])
    return Check(name, verdict.ok, words)


def to_do() -> list[str]:
    """What a person must look at before the restored home goes to work."""
    found = []
    waiting = Supply.objects.filter(state=SupplyState.RECEIVED).count()
    if waiting:
        found.append(
            f"{waiting} sealed files had arrived and were not opened yet; backups do not hold them. "
            "Ask their senders to send them again."
        )
    alive = UploadToken.objects.filter(ended_at=None, expires_at__gt=timezone.now()).count()
    if alive:
        found.append(
            f"{alive} upload tokens open the door again, also any that was ended after the backup was made: "
            "look through them with linkwell custodian tokens."
        )
    return found


def end_sessions() -> int:
    """Sign everybody out: a session of the past must not come back to life."""
    count, _ = PersonSession.objects.all().delete()
    return count
