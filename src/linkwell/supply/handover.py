"""Write a supply as plain files for a custodian's own transfer service: identity and content apart.

The files are not encrypted. They belong on a private disk and go only through the custodian's secure service.
"""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from linkwell.checking.verdict import Verdict
from linkwell.documents.everywhere import render_everywhere, shapes
from linkwell.errors import TryAgain, WrongUse
from linkwell.specification.document import specification_document
from linkwell.specification.file import render
from linkwell.specification.model import Specification
from linkwell.supply.preview import preview, preview_text
from linkwell.supply.split import Split, SplitTable

SUMS = "SHA384SUMS"


@dataclass(frozen=True)
class Handover:
    """What was written: file names relative to `folder`, with SHA-384 sums, and rows by table."""

    folder: Path
    files: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, int], ...]


def hand_over(split: Split, spec: Specification, verdict: Verdict, out: Path) -> Handover:
    """Write the agreed tables, control totals, checksums, the specification and a cover sheet into `out`.

    The folder appears whole or not at all. An earlier handover in the same place is replaced; a folder that
    holds anything else is refused.

    Raises:
        WrongUse: `out` holds something that is not a handover.
        TryAgain: the disk would not take it.
    """
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / SUMS).exists())):
        raise WrongUse(
            "The folder for the handover already holds something else.",
            where=str(out),
            fix="Name a new folder with --out.",
        )
    part = out.with_name(f".{out.name}.part")
    try:
        sums = _write_all(part, _files(split, spec, verdict))
        if out.exists():
            shutil.rmtree(out)
        part.replace(out)
    except OSError as error:
        shutil.rmtree(part, ignore_errors=True)
        raise TryAgain(
            f"The handover could not be written: {error.strerror}.",
            where=str(out),
            fix="Make room or choose another disk, and run the same command again.",
        ) from None
    rows = tuple((table.name, len(table.rows)) for table in (split.identity, *split.content))
    return Handover(out, sums, rows)


def _files(split: Split, spec: Specification, verdict: Verdict) -> dict[str, Iterable[bytes]]:
    files: dict[str, Iterable[bytes]] = {"identity/identity.csv": split.identity.blocks()}
    for table in split.content:
        files[f"content/{table.name}.csv"] = table.blocks()
    files["control-totals.csv"] = [_control_totals(split)]
    files["specification.toml"] = [render(spec).encode()]
    for shape, data in render_everywhere(specification_document(spec)).items():
        files[f"specification.{shape}"] = [data]
    files["cover-sheet.txt"] = [_cover_sheet(split, spec, verdict).encode()]
    return files


def _write_all(part: Path, files: Mapping[str, Iterable[bytes]]) -> tuple[tuple[str, str], ...]:
    """Write every file and the list of their fingerprints; returns the list."""
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700, parents=True)
    sums = tuple((name, _write(part / name, blocks)) for name, blocks in files.items())
    _write(part / SUMS, ["".join(f"{digest}  {name}\n" for name, digest in sums).encode()])
    return sums


def _write(path: Path, blocks: Iterable[bytes]) -> str:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.touch(mode=0o600)
    seen = hashlib.sha384()
    with path.open("wb") as file:
        for data in blocks:
            seen.update(data)
            file.write(data)
    return seen.hexdigest()


def _control_totals(split: Split) -> bytes:
    """Rows, and filled cells a column, so that whoever loads the files can see that all of it arrived."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("file", "column", "rows", "filled", "different"))
    for file, table in (("identity", split.identity), *((table.name, table) for table in split.content)):
        filled = [0] * len(table.columns)
        different: list[set[str]] = [set() for _ in table.columns]
        for row in table.rows:
            for at, cell in enumerate(row):
                if cell:
                    filled[at] += 1
                    different[at].add(cell)
        for column, count, seen in zip(table.columns, filled, different, strict=True):
            writer.writerow((f"{file}.csv", column, len(table.rows), count, len(seen)))
    return text.getvalue().encode()


def _left_out(verdict: Verdict) -> list[str]:
    """How many stay behind because they were not told or objected: whoever analyses needs to know."""
    told = (
        (verdict.left_out.not_told, "of the people in the files left out because they have not been told."),
        (verdict.left_out.objected, "of the people in the files left out because of an objection."),
    )
    return [f"{count:,} {words}" for count, words in told if count]


def _cover_sheet(split: Split, spec: Specification, verdict: Verdict) -> str:
    """One page in plain words."""
    tables: list[tuple[str, SplitTable]] = [("identity/identity.csv", split.identity)]
    tables += [(f"content/{table.name}.csv", table) for table in split.content]
    lines = [spec.title, "=" * len(spec.title), ""]
    if spec.demo:
        lines += ["DEMO: these people are invented. This is not a real supply.", ""]
    lines += [
        f"From: {spec.organisation or '(organisation not named)'}",
        f"Why: {spec.purpose}",
        "",
        "Files",
        *(f"  {name}: {len(table.rows):,} rows, {len(table.columns)} columns" for name, table in tables),
        "  control-totals.csv: rows and filled cells of every column",
        "  specification.toml: what was agreed, field by field, for software",
        f"  specification.{', .'.join(shapes())}: the same to read, under the IDI data dictionary's headings",
        f"  {SUMS}: fingerprints of the files above; check them with: sha384sum -c {SUMS}",
        "",
        "All tables are UTF-8 text with commas, one heading row, dates as year-month-day, and nothing for",
        "a missing value. record_key joins the identity file to the content files. It was drawn for this",
        "supply and means nothing elsewhere. Keep the two folders apart: whoever links people needs only",
        "identity, whoever analyses needs only content.",
        "",
        "THESE FILES ARE NOT ENCRYPTED. Send them only through the secure transfer service you were given",
        "a login for, and delete this folder when the receipt has come.",
        "",
        *(
            f"Of {counts.read:,} rows of {counts.table}, {counts.kept:,} are in this supply "
            f"and {counts.refused:,} stay behind."
            for counts in verdict.counts
        ),
        *_left_out(verdict),
        "",
        preview_text(preview(spec, verdict)),
        f"Specification fingerprint: {spec.digest}",
        f"Check fingerprint:         {verdict.digest}",
    ]
    return "\n".join(lines) + "\n"
