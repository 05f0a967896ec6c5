"""Restoring a backup into a folder that does not exist yet: all that the given keys open, or nothing."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from linkwell.custody.backups import archive, databases
from linkwell.custody.backups.parts import REGISTRY_DUMP
from linkwell.errors import RefusedByRule, WrongUse
from linkwell.vault import keys
from linkwell.vault.zones import Home, ZoneName


@dataclass(frozen=True)
class Restored:
    """What came back: files per opened part, parts no given key opens, and the backup's manifest."""

    home: Path
    opened: Mapping[str, int]
    closed: tuple[str, ...]
    manifest: Mapping[str, Any]
    signed_by: str


def restore(
    backup: Path, home: Path, *, with_keys: Sequence[keys.PrivateKey], database: Mapping[str, Any] | None
) -> Restored:
    """Open a backup into `home`, which appears only when everything in it has verified to the last byte.

    Args:
        with_keys: private recovery keys; parts sealed to none of them stay closed and are named.
        database: settings of an empty PostgreSQL database when LINKWELL_DATABASE names one, else None.

    Raises:
        WrongUse: `home` is not empty, or the backup is of the other kind of database.
        RefusedByRule: none of the keys opens the registry, or the backup was altered.
    """
    signed = archive.read_manifest(backup)
    manifest = signed["manifest"]
    _check(home, manifest, database)
    part = home.with_name(f".{home.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700, parents=True)
    try:
        opened, closed = _open_parts(backup, manifest, with_keys, part)
        _check_signature(part, signed)
        _finish_home(part, database)
        if home.exists():
            home.rmdir()
        part.rename(home)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return Restored(home, opened, closed, manifest, str(signed["signed_by"]))


def _check(home: Path, manifest: Mapping[str, Any], database: Mapping[str, Any] | None) -> None:
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise WrongUse(
            "This folder is not empty.", where=str(home), why="Restoring never writes over anything.",
            fix="Name a new folder.",
        )  # fmt: skip
    if (manifest["database"] == "postgresql") != (database is not None):
        raise WrongUse(
            f"This backup holds a registry kept in {manifest['database']}.",
            fix="Set LINKWELL_DATABASE to an empty PostgreSQL database."
            if database is None
            else "Leave LINKWELL_DATABASE unset; the registry comes back as SQLite in the home.",
        )


def _open_parts(
    backup: Path, manifest: Mapping[str, Any], with_keys: Sequence[keys.PrivateKey], into: Path
) -> tuple[dict[str, int], tuple[str, ...]]:
    opened: dict[str, int] = {}
    closed: list[str] = []
    for name, length, stream in archive.sealed_parts(backup):
        key = archive.key_for(stream, with_keys)
        if key is None:
            closed.append(name)
            continue
        context = f"{manifest['context']}/{name}"
        opened[name] = archive.open_files(stream, length=length, key=key, context=context, into=into)
    missing = set(manifest["parts"]) - set(opened) - set(closed)
    if "registry" not in opened or missing:
        raise RefusedByRule(
            "None of these keys opens the registry." if not missing else "A part of this backup is missing.",
            why="Without the registry nothing says what the other files are.",
            fix="Give one of the recovery keys: --key identity-recovery.key.pem",
        )
    return opened, tuple(closed)


def _check_signature(part: Path, signed: Mapping[str, Any]) -> None:
    key = keys.read_private_key(part / "keys" / "receipts.key.pem").public_key()
    if not archive.signature_fits(signed, key):
        raise RefusedByRule(
            "The backup's cover page was not signed by the custodian it holds.",
            why="Somebody may have changed it or put it together from parts.",
            fix="Use another copy of the backup, and tell the auditor.",
        )


def _finish_home(part: Path, database: Mapping[str, Any] | None) -> None:
    dump = part / REGISTRY_DUMP
    for zone in ZoneName:
        (part / zone.value).mkdir(mode=0o700, exist_ok=True)
    Home.open(part)  # there is one
    for path in part.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    if database is not None:
        databases.restore_postgresql(database, dump)
        dump.unlink()
