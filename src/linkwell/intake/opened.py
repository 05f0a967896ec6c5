"""Where the opened halves of a supply lie: named when whole, found again, closed and swept."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from linkwell.errors import RefusedByRule
from linkwell.supply.manifest import REPLACES, CompartmentFacts, Manifest
from linkwell.vault.custodian_keys import COMPARTMENTS
from linkwell.vault.zones import Home, ZoneName, write_whole

ZONE_OF = {"identity": ZoneName.IDENTITY, "content": ZoneName.RESEARCH}
_STAGING = ".opening-"
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class IntakeResult:
    """What came out of a package.

    Attributes:
        rows: rows by table.
        people: record keys in the identity table.
        identity_only: people about whom no content was sent.
        content_only: people with content but nobody to link it to; always 0 here, since that is refused.
        gaps: agreed columns ("table.column") that are empty in every row.
        changes: people new, changed and gone, against the supply this one follows; empty for a full one.
        verdicts: by compartment, what the re-run check found (see `checking.package_verdict`).
        identity: the identity table, inside the identity zone.
        content: the content tables by name, inside the research zone.
    """

    supply_id: str
    package: str
    rows: Mapping[str, int]
    people: int
    identity_only: int
    content_only: int
    gaps: tuple[str, ...]
    changes: Mapping[str, int]
    verdicts: Mapping[str, Any]
    demo: bool
    test: bool
    identity: Path
    content: Mapping[str, Path]


def is_supply_id(text: str) -> bool:
    """Whether a text can be a supply's id, which names folders."""
    return _SAFE.fullmatch(text) is not None


def lies_open(home: Home, supply_id: str) -> bool:
    """Whether anything of a supply lies opened in a zone under its final name."""
    return any(final_folder(home, name, supply_id).exists() for name in COMPARTMENTS)


def close_opened(home: Home, supply_id: str) -> bool:
    """Remove what was opened of a supply that was not taken in after all; returns whether anything was."""
    if not is_supply_id(supply_id):
        raise ValueError("a supply id is letters, digits, dots and hyphens")
    folders = [final_folder(home, name, supply_id) for name in COMPARTMENTS]
    there = [folder for folder in folders if folder.exists()]
    _record_path(home, supply_id).unlink(missing_ok=True)
    for folder in there:
        shutil.rmtree(folder)
    return bool(there)


def sweep_openings(home: Home, *, under_way: Collection[str]) -> int:
    """Remove opened tables a killed opening left behind, except of supplies being opened now.

    Returns how many folders were removed.
    """
    left = [
        folder
        for zone in ZONE_OF.values()
        for folder in home.zone(zone).folder("supplies").glob(f"{_STAGING}*")
        if folder.name.removeprefix(_STAGING) not in under_way
    ]
    scratch = home.zone(ZoneName.INTAKE).folder("opening")
    left += [folder for folder in scratch.iterdir() if folder.name not in under_way]
    for folder in left:
        shutil.rmtree(folder, ignore_errors=True)
    return len(left)


def file_names(half: CompartmentFacts) -> dict[str, str]:
    """The identity table is always `identity.csv`; content tables keep their names."""
    if half.name == "identity":
        return {half.tables[0].name: "identity.csv"}
    return {table.name: f"{table.name}.csv" for table in half.tables if table.name != REPLACES}


def final_folder(home: Home, compartment: str, supply_id: str) -> Path:
    return home.zone(ZONE_OF[compartment]).folder("supplies") / supply_id


def staging_folder(home: Home, compartment: str, supply_id: str) -> Path:
    """An empty folder beside the final one; a killed run's leavings are cleared first."""
    folder = final_folder(home, compartment, supply_id).with_name(f"{_STAGING}{supply_id}")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    return folder


def publish(staging: Path, final: Path, manifest: Manifest) -> None:
    """Give a finished half its name; one that a killed run had already named stays, if it is the same."""
    write_whole(staging / "package.json", json.dumps(_identity_of(manifest)).encode())
    if final.exists():
        if package_in(final) != _identity_of(manifest):
            raise _another_package(final.name)
        return
    staging.rename(final)


def _identity_of(manifest: Manifest) -> dict[str, str]:
    return {"package": manifest.package, "supply": manifest.supply_digest}


def package_in(folder: Path) -> object:
    try:
        found: object = json.loads((folder / "package.json").read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return found


def _record_path(home: Home, supply_id: str) -> Path:
    return home.zone(ZoneName.INTAKE).folder("opened") / f"{supply_id}.json"


def remember(home: Home, result: IntakeResult, manifest: Manifest) -> None:
    """Keep the answer for a second call; paths are kept relative to the home."""
    kept = asdict(result)
    del kept["identity"], kept["content"]
    record = {"of": _identity_of(manifest), "result": kept}
    write_whole(_record_path(home, result.supply_id), json.dumps(record).encode())


def already_open(home: Home, supply_id: str, manifest: Manifest) -> IntakeResult | None:
    folders = [final_folder(home, name, supply_id) for name in COMPARTMENTS]
    found = [package_in(folder) for folder in folders if folder.exists()]
    if any(each != _identity_of(manifest) for each in found):
        raise _another_package(supply_id)
    try:
        record = json.loads(_record_path(home, supply_id).read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    if len(found) != len(folders) or record["of"] != _identity_of(manifest):
        return None
    content = file_names(manifest.compartment("content"))
    return IntakeResult(
        **{
            **record["result"],
            "gaps": tuple(record["result"].get("gaps", ())),
            "changes": record["result"].get("changes", {}),
        },
        identity=folders[0] / "identity.csv",
        content={name: folders[1] / file for name, file in content.items()},
    )


def _another_package(supply_id: str) -> RefusedByRule:
    return RefusedByRule(
        "Another sealed file was already opened as this supply.",
        where=supply_id,
        why="What was accepted once is never replaced in silence.",
        fix="Receive the new file as a new supply.",
    )
