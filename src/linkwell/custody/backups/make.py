"""Making a backup: snapshots of the databases, then the files they name, sealed to the recovery keys."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from linkwell.custody.audit.record import SYSTEM, checkpoint, record
from linkwell.custody.backups import archive, databases
from linkwell.custody.backups.parts import LEDGER, PARTS, REGISTRY, REGISTRY_DUMP, Part, files_of, part_named
from linkwell.errors import WrongUse
from linkwell.vault import keys
from linkwell.vault.custodian_keys import custodian_keys, receipt_key
from linkwell.vault.envelope import Sealed
from linkwell.vault.zones import Home, ZoneName, data_home_of, written_whole

Tick = Callable[[int, int], None]


@dataclass(frozen=True)
class Backup:
    """What was made: its manifest, its size in bytes and the fingerprint of its manifest's signing key."""

    path: Path
    manifest: Mapping[str, Any]
    size: int


def make(home: Home, out: Path, *, without: frozenset[str] = frozenset(), tick: Tick | None = None) -> Backup:
    """Write one sealed file of the home; the portal may go on working meanwhile.

    The registry is copied first: whatever it names then already lies in the zones, because every artefact is
    written before it is published. Sealed files not accepted yet are not in it; their senders have them.

    Args:
        without: parts to leave out ("identity", "content", "disclosure"), where another backup covers them.

    Raises:
        WrongUse: `out` exists or lies in a data home, or a part has no such name.
    """
    _check(out, without)
    staging = home.zone(ZoneName.PORTAL).folder("backup")
    try:
        witnessed = checkpoint().as_dict()
        snapshots = _snapshots(staging)
        wanted = [part for part in PARTS if part.name not in without]
        context = f"backup {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {witnessed['hash']}"
        sealing = _Sealing(home, snapshots, staging, context)
        sealed: dict[str, Sealed] = {}
        for number, part in enumerate(wanted):
            if tick:
                tick(number, len(wanted))
            sealed[part.name] = SEALERS[part.name](sealing)
        manifest = _manifest(home, context, witnessed, sealed, without)
        with written_whole(out) as temporary:
            files = {name: staging / f"{name}.sealed" for name in sealed}
            archive.write_outer(temporary, manifest, receipt_key(home), files)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    with transaction.atomic():
        details = {"parts": sorted(sealed), "bytes": out.stat().st_size, "seq": witnessed["seq"]}
        record("backup.made", by=SYSTEM, subject="registry", details=details)
    return Backup(out, manifest, out.stat().st_size)


def _check(out: Path, without: frozenset[str]) -> None:
    optional = {part.name for part in PARTS} - {"registry"}
    if not without <= optional:
        raise WrongUse("There is no such part to leave out.", fix="Parts: " + ", ".join(sorted(optional)))
    if out.exists():
        raise WrongUse("This file exists already.", where=str(out), fix="Name a new one.")
    if data_home_of(out.absolute().parent) is not None:
        raise WrongUse(
            "A backup inside a data home is lost with it.", where=str(out), fix="Name a file on another disk."
        )


def _snapshots(staging: Path) -> dict[str, Path]:
    """The databases in use, copied; name inside the backup -> copy."""
    copies: dict[str, Path] = {}
    if connection.vendor == "postgresql":
        copies[REGISTRY_DUMP] = staging / "registry.pgdump"
        databases.dump_postgresql(connection.settings_dict, copies[REGISTRY_DUMP])
    else:
        copies[REGISTRY] = staging / "registry.sqlite"
        databases.snapshot_sqlite(Path(str(connection.settings_dict["NAME"])), copies[REGISTRY])
    ledger = Path(settings.LINKWELL_HOME) / LEDGER
    if ledger.exists():
        copies[LEDGER] = staging / "releases.sqlite"
        databases.snapshot_sqlite(ledger, copies[LEDGER])
    return copies


@dataclass(frozen=True)
class _Sealing:
    """What every part is sealed with."""

    home: Home
    snapshots: Mapping[str, Path]
    staging: Path
    context: str

    def seal(self, name: str, *databases_in_use: str) -> Sealed:
        """Seal one part: its files, and the copies of its databases."""
        part = part_named(name)
        files = [(each, self.snapshots[each]) for each in databases_in_use if each in self.snapshots]
        files += list(files_of(part, self.home.path))
        out = self.staging / f"{name}.sealed"
        return archive.seal_files(
            files, out, recipients=recipients(self.home, part), context=f"{self.context}/{name}"
        )


# One named function per part, because each is a way out of a zone of its own (vault/crossings.toml).
def seal_registry(sealing: _Sealing) -> Sealed:
    """The registry and what was released, to both recovery keys."""
    return sealing.seal("registry", REGISTRY, REGISTRY_DUMP)


def seal_identity(sealing: _Sealing) -> Sealed:
    """Names, numbers and links, to the identity recovery key alone."""
    return sealing.seal("identity")


def seal_content(sealing: _Sealing) -> Sealed:
    """Service details, refreshes and project databases, to the content recovery key alone."""
    return sealing.seal("content")


def seal_disclosure(sealing: _Sealing) -> Sealed:
    """The release ledger, rounding secret and person index, to the content recovery key alone."""
    return sealing.seal("disclosure", LEDGER)


SEALERS = {
    "registry": seal_registry,
    "identity": seal_identity,
    "content": seal_content,
    "disclosure": seal_disclosure,
}


def recipients(home: Home, part: Part) -> list[keys.PublicKey]:
    """The recovery keys that open a part."""
    halves = custodian_keys(home).compartments
    return [halves[name].recovery for name in part.opened_by]


def _manifest(
    home: Home,
    context: str,
    witnessed: Mapping[str, object],
    sealed: Mapping[str, Sealed],
    without: frozenset[str],
) -> dict[str, Any]:
    release = "0"
    with suppress(LookupError, ImportError):
        release = version("linkwell")
    return {
        "format": archive.FORMAT,
        "custodian": home.name,
        "demo": home.demo,
        "made": context.split(" ")[1],
        "context": context,
        "software": release,
        "database": connection.vendor,
        "record": dict(witnessed),
        "left_out": sorted(without),
        "parts": {
            name: {
                "bytes": each.sealed_bytes,
                "plain_bytes": each.plaintext_bytes,
                "sha384": each.sealed_sha384,
            }
            for name, each in sealed.items()
        },
    }
