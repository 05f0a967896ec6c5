"""Key periods: new keys to seal to, and the end of the old ones, which then open nothing here any more.

An ended period's private keys stay for a while, for what is on its way, and are then destroyed. The recovery
keys are in other people's hands and outlive a period; what they could open is destroyed on its own clock.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from linkwell.vault.custodian_keys import (
    COMPARTMENTS,
    CustodianKeys,
    create_custodian_keys,
    earlier_folder,
    zone_key_path,
)
from linkwell.vault.keys import fingerprint, read_private_key
from linkwell.vault.zones import Home, write_whole

_FACTS = "period.json"


@dataclass(frozen=True)
class Period:
    """An ended period: the fingerprints of its keys, and until when they still open anything."""

    folder: Path
    until: str
    fingerprints: tuple[str, ...]


def begin_period(home: Home, *, until: datetime) -> CustodianKeys:
    """End the period there is and begin another with fresh keys; killed half-way, it is run again.

    Args:
        until: how long the old keys still open what is on its way; with a zone.
    """
    old = create_custodian_keys(home).compartments  # a killed run may have left one half without a key
    marks = [fingerprint(old[name].zone) for name in COMPARTMENTS]
    folder = earlier_folder(home) / marks[0][:16]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    facts = {"until": _utc(until), "ended": _utc(datetime.now(UTC)), "fingerprints": marks}
    write_whole(folder / _FACTS, json.dumps(facts).encode())
    for name in COMPARTMENTS:
        zone_key_path(home, name).replace(folder / f"{name}.key.pem")
    return create_custodian_keys(home)


def ended_periods(home: Home) -> list[Period]:
    """The ended periods whose private keys are still here, the first to be destroyed first."""
    found = []
    for path in sorted(earlier_folder(home).glob(f"*/{_FACTS}")):
        facts = json.loads(path.read_bytes())
        found.append(Period(path.parent, str(facts["until"]), tuple(facts["fingerprints"])))
    return sorted(found, key=lambda period: period.until)


def destroy_ended(home: Home, *, now: datetime, in_use: Collection[str] = ()) -> list[Period]:
    """Destroy the private keys of every period whose time is over; returns which.

    Args:
        in_use: fingerprints that sealed files still waiting here are sealed to: their keys stay.
    """
    gone = []
    for period in ended_periods(home):
        if period.until > _utc(now) or set(period.fingerprints) & set(in_use):
            continue
        shutil.rmtree(period.folder)
        gone.append(period)
    return gone


def key_path_for(home: Home, compartment: str, recipients: Sequence[str]) -> Path:
    """The private key a half was sealed to: this period's, or an ended one's that is still here."""
    current = zone_key_path(home, compartment)
    for path in (current, *sorted(earlier_folder(home).glob(f"*/{compartment}.key.pem"))):
        if fingerprint(read_private_key(path).public_key()) in recipients:
            return path
    return current


def _utc(time: datetime) -> str:
    if time.tzinfo is None:
        raise ValueError("a time without a zone ends no period")
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
