"""One joint file for several members: their sealed files one after another, behind an index.

Whoever passes it on needs no key and holds none: every member sealed its own part on its own computer and
signed it with its own key. Taken apart, each part is the very file the member sealed. The form is in
docs/package-format.md.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from linkwell.errors import RefusedByRule, WrongUse
from linkwell.ledger.canonical import canonical_json, parse_canonical
from linkwell.supply.manifest import Manifest
from linkwell.supply.package import Progress, read_manifest
from linkwell.vault.zones import written_whole

MAGIC = b"LINKWELL-JOINT 1\n"
FORMAT = "linkwell-joint/1"
LONGEST_INDEX = 1 << 20
MOST_PARTS = 1000
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Part:
    """One member's sealed file inside a joint file.

    Attributes:
        agreement, package: as its own signed cover page says. offset: where it begins.
    """

    agreement: str
    package: str
    bytes: int
    sha384: str
    offset: int


def join(packages: Sequence[Path], out: Path, *, progress: Progress | None = None) -> tuple[Part, ...]:
    """Put sealed files into one joint file, in the order of their agreements.

    Raises:
        WrongUse: none, or too many, or one is not a sealed file.
        RefusedByRule: one is not signed by the key it names, or the same delivery is there twice.
    """
    named = sorted(((read_manifest(path), path) for path in packages), key=lambda each: each[0].agreement)
    _refuse_twice([manifest for manifest, _ in named])
    sizes = [path.stat().st_size for _, path in named]
    index = [
        {"agreement": manifest.agreement, "package": manifest.package, "bytes": size, "sha384": _digest(path)}
        for (manifest, path), size in zip(named, sizes, strict=True)
    ]
    head = canonical_json({"format": FORMAT, "parts": index})
    done, total = 0, sum(sizes)
    with written_whole(out) as part, part.open("wb") as file:
        file.write(MAGIC + struct.pack(">I", len(head)) + head)
        for _, path in named:
            with path.open("rb") as source:
                for block in iter(lambda source=source: source.read(_BLOCK), b""):  # type: ignore[misc]
                    file.write(block)
                    done += len(block)
                    if progress is not None:
                        progress(done, total)
    return read_joint(out)


def _refuse_twice(manifests: Sequence[Manifest]) -> None:
    if not manifests or len(manifests) > MOST_PARTS:
        raise WrongUse(
            f"A joint file holds one to {MOST_PARTS:,} sealed files.", fix="Name the members' sealed files."
        )
    seen: set[str] = set()
    for manifest in manifests:
        if manifest.package in seen:
            raise RefusedByRule(
                "The same delivery is there twice.",
                where=manifest.agreement,
                why="Its people would be counted twice.",
                fix="Name each member's sealed file once.",
            )
        seen.add(manifest.package)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha384").hexdigest()


def is_joint(path: Path) -> bool:
    """Whether a file begins like a joint file."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def read_joint(path: Path) -> tuple[Part, ...]:
    """What a joint file holds, by its index; the parts themselves are checked when they are taken out.

    Raises:
        WrongUse: missing, not a joint file, cut short or longer than its index says.
    """
    if not is_joint(path):
        raise WrongUse("This is not a joint file.", where=path.name, fix="Make one: linkwell batch join")
    with path.open("rb") as file:
        entries, start = _index(file)
    parts, offset = [], start
    for entry in entries:
        parts.append(Part(entry["agreement"], entry["package"], entry["bytes"], entry["sha384"], offset))
        offset += entry["bytes"]
    if offset != path.stat().st_size:
        raise WrongUse(
            "This joint file is cut short, or has something after its end.", fix="Make or fetch it again."
        )
    return tuple(parts)


def _index(file: BinaryIO) -> tuple[list[dict[str, Any]], int]:
    file.seek(len(MAGIC))
    length = int.from_bytes(file.read(4), "big")
    head = file.read(length) if length <= LONGEST_INDEX else b""
    try:
        found = parse_canonical(head)
        entries = found["parts"]
        right = found["format"] == FORMAT and set(found) == {"format", "parts"} and _well_formed(entries)
    except (ValueError, KeyError, TypeError):
        right, entries = False, []
    if not right:
        raise WrongUse("The index of this joint file cannot be read.", fix="Make or fetch it again.")
    return entries, len(MAGIC) + 4 + length


def _well_formed(entries: object) -> bool:
    return isinstance(entries, list) and 0 < len(entries) <= MOST_PARTS and all(
        isinstance(each, dict)
        and set(each) == {"agreement", "package", "bytes", "sha384"}
        and isinstance(each["bytes"], int)
        and each["bytes"] > 0
        and all(isinstance(each[name], str) for name in ("agreement", "package", "sha384"))
        for each in entries
    )  # fmt: skip


def take_out(path: Path, part: Part, out: Path) -> Path:
    """Write one part to a file of its own, once it is what the index and its own cover page say.

    Raises:
        RefusedByRule: it was altered, or is another delivery than the index says.
    """
    if out.exists() and _digest(out) == part.sha384:
        return out
    found = hashlib.sha384()
    with written_whole(out) as made, made.open("wb") as file, path.open("rb") as source:
        source.seek(part.offset)
        left = part.bytes
        while left and (block := source.read(min(_BLOCK, left))):
            left -= len(block)
            found.update(block)
            file.write(block)
        if left or found.hexdigest() != part.sha384:
            raise RefusedByRule(
                "A part of this joint file was altered.", where=part.agreement, fix="Ask for it again."
            )
    manifest = read_manifest(out)
    if (manifest.agreement, manifest.package) != (part.agreement, part.package):
        out.unlink()
        raise RefusedByRule(
            "A part is not what the index of this joint file says.",
            where=part.agreement,
            why="The member's own signature counts, not the index.",
            fix="Ask whoever joined the files to join them again.",
        )
    return out


def parts_folder(path: Path) -> Path:
    """Where the parts of a joint file lie while they are sent; gone once every one has its receipt."""
    return path.with_name(path.name + ".parts")


def take_all_out(path: Path, parts: Iterable[Part]) -> list[Path]:
    """Every part as a file of its own, beside the joint file."""
    folder = parts_folder(path)
    folder.mkdir(exist_ok=True)
    return [take_out(path, part, folder / f"{part.package}.lwp") for part in parts]
