"""Open a verified package into the zones: each half by its own child process, both halves or neither.

This process holds no zone key and sees no plaintext; it starts the two openers, compares the record keys they
found, and gives the finished folders their names.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from linkwell import errors
from linkwell.errors import LinkwellError, RefusedByRule, TryAgain
from linkwell.intake.opened import (
    IntakeResult,
    already_open,
    file_names,
    final_folder,
    is_supply_id,
    package_in,
    publish,
    remember,
    staging_folder,
)  # fmt: skip
from linkwell.intake.record_keys import orphans
from linkwell.specification.file import render
from linkwell.specification.model import Specification
from linkwell.supply.manifest import Changes, CompartmentFacts, Delivery, Manifest
from linkwell.supply.package import read_manifest
from linkwell.vault.custodian_keys import COMPARTMENTS
from linkwell.vault.periods import key_path_for
from linkwell.vault.zones import Home, ZoneName

DEADLINE_SECONDS = 2 * 3600


def open_package(
    path: Path,
    *,
    home: Home,
    supply_id: str,
    specification: Specification,
    scanner: str = "",
    follows: str = "",
) -> IntakeResult:
    """Open a verified package into `identity/supplies/<supply_id>/` and `research/supplies/<supply_id>/`.

    A second call with the same package finds it done. Any failure leaves the package where it lies and
    nothing in the zones.

    Args:
        scanner: address of clamd (see `linkwell.intake.scan`), "" for none.
        follows: the supply that was accepted last, "" for none. A package that is not full is put onto it,
            and what is opened then is everybody.

    Raises:
        WrongUse, RefusedByRule: the package is not what it says, does not follow `follows`, or its tables are
            not those agreed.
        TryAgain: an opener was stopped from outside, or the disk is full.
    """
    manifest = _agreed_manifest(path, supply_id, specification)
    done = already_open(home, supply_id, manifest)
    if done is not None:
        return done
    job = _Opening(path, home, supply_id, manifest, specification, scanner, _earlier(home, manifest, follows))
    with _opened(job) as (result, stagings):
        for name in COMPARTMENTS:
            publish(stagings[name], final_folder(home, name, supply_id), manifest)
        remember(home, result, manifest)
    return result


def check_package(
    path: Path,
    *,
    home: Home,
    supply_id: str,
    specification: Specification,
    scanner: str = "",
    follows: str = "",
) -> IntakeResult:
    """Open a verified package, check everything `open_package` checks, and throw what was opened away.

    For a practice, and for the first of two people who decide about real ones: no plaintext waits for a
    decision. The paths in the result are where the tables would lie; there is nothing there.

    Raises:
        As `open_package`.
    """
    manifest = _agreed_manifest(path, supply_id, specification)
    job = _Opening(path, home, supply_id, manifest, specification, scanner, _earlier(home, manifest, follows))
    with _opened(job) as (result, _):
        return result


def _agreed_manifest(path: Path, supply_id: str, specification: Specification) -> Manifest:
    if not is_supply_id(supply_id):
        raise ValueError("a supply id is letters, digits, dots and hyphens")
    manifest = read_manifest(path)
    if manifest.specification != specification.digest:
        raise RefusedByRule(
            "This sealed file follows another data specification than the one given.",
            fix="Open it with the specification its agreement names.",
        )
    return manifest


@dataclass(frozen=True)
class _Opening:
    """One opening: what, where to, and by which rules."""

    path: Path
    home: Home
    supply_id: str
    manifest: Manifest
    specification: Specification
    scanner: str
    earlier: str


def _earlier(home: Home, manifest: Manifest, follows: str) -> str:
    """The supply a package that is not full is put onto, once it is sure that it is the right one."""
    if manifest.delivery == Delivery.FULL:
        return ""
    folders = [final_folder(home, name, follows) for name in COMPARTMENTS] if is_supply_id(follows) else []
    found = [package_in(folder) for folder in folders]
    if not found or any(not isinstance(each, dict) or each["package"] != manifest.follows for each in found):
        raise RefusedByRule(
            "This sealed file follows another supply than the one accepted last.",
            why="It says only what changed; on top of anything else it would come to something nobody sent.",
            fix="Fetch your receipts, compare again and seal again; or send a full supply.",
        )
    return follows


@contextmanager
def _opened(job: _Opening) -> Iterator[tuple[IntakeResult, Mapping[str, Path]]]:
    """Both halves opened and checked in folders of their own, which are gone again afterwards."""
    folders: list[Path] = []
    try:
        scratch = job.home.zone(ZoneName.INTAKE).folder("opening", job.supply_id)
        folders.append(scratch)
        stagings = {name: staging_folder(job.home, name, job.supply_id) for name in COMPARTMENTS}
        folders += stagings.values()
        with ThreadPoolExecutor(max_workers=len(COMPARTMENTS)) as both:
            openers = {
                half.name: both.submit(_open_half, job, half, stagings[half.name], scratch)
                for half in job.manifest.compartments
            }
        answers = {name: opener.result() for name, opener in openers.items()}
        identity_only, content_only = orphans(*(scratch / f"{name}.keys" for name in COMPARTMENTS))
        if content_only:
            raise _nobody_to_link(content_only)
        changes = job.manifest.changes
        if changes is not None and answers["identity"]["changes"] != asdict(changes):
            raise _other_changes(changes, Changes(**answers["identity"]["changes"]))
        yield _result(job.home, job.supply_id, job.manifest, answers, identity_only), stagings
    except OSError as error:
        raise _disk(error) from None
    finally:
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)


def _other_changes(said: Changes, found: Changes) -> RefusedByRule:
    return RefusedByRule(
        "What changed is not what the sender was shown.",
        where=f"cover page: {said.words()}; against what was accepted last: {found.words()}",
        why="Then the two sides do not hold the same people, and nobody could say who is right.",
        fix="Fetch your receipts, compare again and seal again; or send a full supply.",
    )


def _disk(error: OSError) -> TryAgain:
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return TryAgain(
        "The disk is full." if full else "A folder of the zones cannot be written.",
        why="Nothing was half-opened; the sealed file lies untouched in quarantine.",
        fix="Make room, then try again." if full else "Mend its owner and mode, then try again.",
    )


def _open_half(job: _Opening, half: CompartmentFacts, staging: Path, scratch: Path) -> dict[str, Any]:
    """Run one opener and return its answer, or raise the error it answered with."""
    asked = {
        "package": str(job.path.resolve()),
        "manifest": hashlib.sha384(job.manifest.to_bytes()).hexdigest(),
        "compartment": half.name,
        "key": str(key_path_for(job.home, half.name, half.recipients).resolve()),
        "staging": str(staging.resolve()),
        "files": file_names(half),
        "earlier": str(final_folder(job.home, half.name, job.earlier).resolve()) if job.earlier else "",
        "keys": str((scratch / f"{half.name}.keys").resolve()),
        "specification": render(job.specification),
        "scanner": job.scanner,
    }
    keep = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "SYSTEMROOT") if name in os.environ}
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "linkwell.intake.opener"],
            input=json.dumps(asked).encode(),
            capture_output=True,
            env={**keep, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"},
            cwd=staging,
            timeout=DEADLINE_SECONDS,
            check=False,
        )
        answer = json.loads(ended.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        # What the child wrote to its error stream is not shown: a traceback may carry somebody's cell.
        raise TryAgain(
            "The process that opens the sealed file stopped before it was done.",
            where=half.name,
            why="Nothing was half-opened; the sealed file lies untouched in quarantine.",
            fix="Check free disk space and memory, then run the same command again.",
        ) from None
    if "error" in answer:
        raise _as_error(answer["error"])
    found: dict[str, Any] = answer
    return found


def _as_error(words: Mapping[str, Any]) -> LinkwellError:
    kind = getattr(errors, str(words["error"]), RefusedByRule)
    raised: LinkwellError = kind(words["what"], where=words["where"], why=words["why"], fix=words["fix"])
    return raised


def _result(
    home: Home, supply_id: str, manifest: Manifest, answers: Mapping[str, Any], identity_only: int
) -> IntakeResult:
    content = file_names(manifest.compartment("content"))
    return IntakeResult(
        supply_id=supply_id,
        package=manifest.package,
        rows={name: count for answer in answers.values() for name, count in answer["rows"].items()},
        people=answers["identity"]["people"],
        identity_only=identity_only,
        content_only=0,
        gaps=tuple(sorted(gap for answer in answers.values() for gap in answer["gaps"])),
        changes=answers["identity"]["changes"],
        verdicts={name: answer["verdict"] for name, answer in answers.items()},
        demo=manifest.demo,
        test=manifest.test,
        identity=final_folder(home, "identity", supply_id) / "identity.csv",
        content={name: final_folder(home, "content", supply_id) / file for name, file in content.items()},
    )


def _nobody_to_link(count: int) -> RefusedByRule:
    return RefusedByRule(
        f"{count} of the people in the service details are not among the names and numbers.",
        why="Nobody could ever be linked to those details, so they should not have been sent.",
        fix="Ask the sender to seal both files again from one check.",
    )
