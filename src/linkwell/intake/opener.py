"""Opens one half of a package, as a child process that holds only that half's key.

Started by `linkwell.intake.opening`; takes its job as JSON on standard input and answers with counts as
JSON on standard output. No cell of the tables ever leaves by either.
"""

from __future__ import annotations

import csv
import errno
import hashlib
import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import asdict
from importlib.metadata import version
from itertools import chain, groupby
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from linkwell.checking.package import package_verdict
from linkwell.checking.verdict import Finding, Severity
from linkwell.errors import LinkwellError, RefusedByRule, TryAgain
from linkwell.intake.applying import apply
from linkwell.intake.record_keys import RECORD_KEY, merge
from linkwell.intake.scan import scan
from linkwell.specification.file import parse
from linkwell.specification.model import Specification
from linkwell.supply.manifest import REPLACES, CompartmentFacts, Manifest, TableFacts
from linkwell.supply.ordered import Row, csv_blocks
from linkwell.supply.package import altered, open_compartment, read_manifest
from linkwell.supply.practice import practice_specification
from linkwell.vault.keys import read_private_key

MEMORY_LIMIT = 4 << 30
PROCESSOR_SECONDS = 3600
_LONGEST_CELL = 1 << 16


def main() -> int:
    """Do the job on standard input; exit code 0 with an answer, or 1 with an error in the answer."""
    job = json.load(sys.stdin)
    try:
        answer: dict[str, Any] = _open(job)
    except LinkwellError as error:
        answer = {"error": error.as_dict()}
    except MemoryError:
        answer = {"error": _too_much().as_dict()}
    except OSError as error:
        answer = {"error": _no_place(error).as_dict()}
    json.dump(answer, sys.stdout)
    return 1 if "error" in answer else 0


def _open(job: dict[str, Any]) -> dict[str, Any]:
    path, staging = Path(job["package"]), Path(job["staging"])
    manifest = read_manifest(path)
    if hashlib.sha384(manifest.to_bytes()).hexdigest() != job["manifest"]:
        raise altered()
    half = manifest.compartment(job["compartment"])
    earlier = (
        {name: Path(job["earlier"]) / file for name, file in job["files"].items()} if job["earlier"] else {}
    )
    _limit(half, sum(file.stat().st_size for file in earlier.values()))
    key = read_private_key(Path(job["key"]))
    files = {name: staging / file for name, file in job["files"].items()}
    everything = files | ({REPLACES: staging / f".{REPLACES}"} if earlier else {})
    _write_tables(path, manifest, half, key, everything)
    if job.get("scanner"):
        for file in everything.values():
            scan(file, job["scanner"])
    facts = {table.name: table for table in half.tables}
    keys = {name: staging / f".{name}.keys" for name in everything}
    shapes = {name: _check_table(everything[name], facts[name], keys[name], half=half.name) for name in facts}
    verdict = _package_verdict(_agreed(job, manifest), half, files, manifest.software)
    changes = {}
    if earlier:
        replaces = everything.pop(REPLACES)
        changes = asdict(apply(files, earlier, replaces, named=half.name == "identity"))
        for left in (replaces, keys.pop(REPLACES)):
            left.unlink()
        shapes = {name: _check_table(files[name], facts[name], keys[name], half=half.name, said=False)
                  for name in files}  # fmt: skip
    people = merge(list(keys.values()), Path(job["keys"]))
    for file in keys.values():
        file.unlink()
    rows = {name: count for name, (count, _) in shapes.items()}
    gaps = [f"{name}.{column}" for name, (_, empty) in shapes.items() for column in empty]
    return {"rows": rows, "people": people, "verdict": verdict, "gaps": gaps, "changes": changes}


def _agreed(job: dict[str, Any], manifest: Manifest) -> Specification:
    specification = parse(job["specification"])
    if specification.digest != manifest.specification:
        raise altered()
    return practice_specification(specification) if manifest.test else specification


def _limit(half: CompartmentFacts, earlier_bytes: int = 0) -> None:
    """Bound what this process can take, where the system can (Unix)."""
    try:
        import resource
    except ImportError:
        return
    largest_file = max(half.plaintext_bytes + earlier_bytes, 1 << 20) + (1 << 20)
    for limit, value in (
        (resource.RLIMIT_CORE, 0),  # a crash must not leave plaintext in a core file
        (resource.RLIMIT_AS, MEMORY_LIMIT),
        (resource.RLIMIT_CPU, PROCESSOR_SECONDS),
        (resource.RLIMIT_FSIZE, largest_file),
    ):
        _, most = resource.getrlimit(limit)
        resource.setrlimit(limit, (value if most == resource.RLIM_INFINITY else min(value, most), most))


def _write_tables(
    path: Path, manifest: Manifest, half: CompartmentFacts, key: Any, files: dict[str, Path]
) -> None:
    for file in files.values():
        file.touch(mode=0o600)
    for name, pieces in groupby(open_compartment(path, manifest, half.name, key), lambda found: found[0]):
        with files[name].open("wb") as out:
            _write(out, (piece for _, piece in pieces))


def _write(out: BinaryIO, pieces: Iterable[bytes]) -> None:
    for piece in pieces:
        out.write(piece)
    out.flush()
    os.fsync(out.fileno())


def _check_table(
    file: Path, facts: TableFacts, keys_to: Path, *, half: str, said: bool = True
) -> tuple[int, tuple[str, ...]]:
    """Check the canonical shape (columns, record keys, order, count) and write the record keys, once each.

    Args:
        said: whether the table is as it was sealed, with as many rows as the cover page says.

    Returns the number of rows, and the agreed columns that are empty in every one of them.
    """
    unique = half == "identity" or facts.name == REPLACES
    csv.field_size_limit(_LONGEST_CELL)
    with file.open(newline="", encoding="utf-8") as text, keys_to.open("w", encoding="ascii") as keys:
        try:
            reader = csv.reader(text, strict=True)
            header = next(reader, [])
            if len(header) != facts.columns or header[:2] != ["record_key", "client_ref"]:
                raise _not_canonical(facts.name, 1, "its headings are not those of a sealed table")
            rows = _Rows(reader, facts, keys, unique=unique)
            seen = hashlib.sha384()
            for data in csv_blocks(chain([tuple(header)], rows)):
                seen.update(data)
        except (csv.Error, UnicodeDecodeError):
            raise _not_canonical(facts.name, 0, "it is not CSV in UTF-8") from None
    if said and rows.count != facts.rows:
        raise _not_canonical(
            facts.name, rows.count + 1, "it has another number of rows than its cover page says"
        )
    if said and seen.hexdigest() != facts.sha384:  # two readers of CSV could read two things in it
        raise _not_canonical(facts.name, 0, "it is not written in the one form a sealed table has")
    return rows.count, tuple(header[at] for at in rows.empty) if rows.count else ()


class _Rows:
    """The rows of a table, each checked as it goes by; afterwards how many, and the columns empty in all."""

    def __init__(self, rows: Iterable[list[str]], facts: TableFacts, keys: TextIO, *, unique: bool) -> None:
        self._rows, self._facts, self._keys, self._unique = rows, facts, keys, unique
        self.count = 0
        self.empty = list(range(2, facts.columns))  # shrinks with the first rows, so looking costs little

    def __iter__(self) -> Iterator[Row]:
        before, name = "", self._facts.name
        for row in self._rows:
            self.count += 1
            if len(row) != self._facts.columns or not RECORD_KEY.fullmatch(row[0]):
                raise _not_canonical(name, self.count + 1, "a row is not complete")
            if row[0] < before or (self._unique and row[0] == before):
                raise _not_canonical(name, self.count + 1, "rows are doubled or not in order")
            if row[0] != before:
                self._keys.write(row[0] + "\n")
            if self.empty:
                self.empty = [at for at in self.empty if not row[at]]
            before = row[0]
            yield tuple(row)


def _package_verdict(
    specification: Specification, half: CompartmentFacts, files: dict[str, Path], software: str
) -> dict[str, Any]:
    """Check this half against the agreed specification again; the provider's own check is only its word."""
    with ExitStack() as opened:
        tables = {}
        for name, file in files.items():
            text = opened.enter_context(file.open(newline="", encoding="utf-8"))
            rows = csv.reader(text, strict=True)
            tables[name] = (next(rows), rows)
        verdict = package_verdict(specification, half.name, tables)
    if verdict.blocks:
        raise _not_as_agreed(
            [found for found in verdict.findings if found.severity is Severity.BLOCK], software
        )
    return verdict.as_dict()


def _not_canonical(table: str, row: int, what: str) -> RefusedByRule:
    return RefusedByRule(
        f"The table {table} inside the sealed file cannot be used: {what}.",
        where=f"table {table}" + (f", row {row}" if row else ""),
        why="Only tables in the agreed form can be linked and loaded without guessing.",
        fix="Ask the sender to seal the files again with `linkwell seal`.",
    )


def _not_as_agreed(findings: list[Finding], software: str) -> RefusedByRule:
    """The worst finding first, and why the sender's own check can have said otherwise."""
    first, more = findings[0], len(findings) - 1
    return RefusedByRule(
        f"What is inside the sealed file is not as agreed: {first.what}"
        + (f" ({more} more of this kind or another.)" if more else ""),
        where=f"table {first.table}" + (f", column {first.column}" if first.column else ""),
        why=f"{first.why} {_difference(software)}".strip(),
        fix=first.fix,
    )


def _difference(software: str) -> str:
    ours = f"linkwell {version('linkwell')}"
    if software == ours:
        return (
            "The sender's own check let this through, though the same version did it: the tables were "
            "changed after the check, or not made by it."
        )
    return (
        f"The sender's own check let this through: it was done by {software}, and this one by {ours}, whose "
        "rules differ."
    )


def _no_place(error: OSError) -> TryAgain:
    """Our own disk, not the sender's file; what the system says may name a path, so it is not repeated."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        what, fix = "The disk is full.", "Make room, then try again."
    elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        what, fix = "A folder of the zones cannot be written.", "Mend its owner and mode, then try again."
    else:
        what, fix = "The disk did not do as it was told.", "Look at the disk, then try again."
    return TryAgain(
        what,
        why="Nothing was half-opened; the sealed file lies untouched in quarantine.",
        fix=fix,
    )


def _too_much() -> RefusedByRule:
    return RefusedByRule(
        "Opening this part needed more memory than it may have.",
        why="A limit keeps a harmful file from stopping the whole service.",
        fix="Ask the sender to send it in smaller supplies.",
    )


if __name__ == "__main__":
    sys.exit(main())
