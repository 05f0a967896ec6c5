"""A provider's OK to a file somebody else sealed for it: signed here, after a look at the very rows inside.

The vendor hands over the rows it sealed; that they are the same is shown by the fingerprints on the signed
cover page. Nobody who passes the OK on can change it, and it opens nothing.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from linkwell.errors import RefusedByRule, WrongUse
from linkwell.ledger.chain import utc_text
from linkwell.ledger.checkpoints import Statement, check_statement, state
from linkwell.supply.manifest import REPLACES, Manifest
from linkwell.supply.package import check_sealed_bytes, read_manifest
from linkwell.supply.split import Split
from linkwell.vault.keys import PrivateKey, PublicKey
from linkwell.vault.zones import written_whole

FORMAT = "linkwell-ok/1"
SHOWN_ROWS = 5


@dataclass(frozen=True)
class Looked:
    """What is in a sealed file, as the provider may look at it before saying yes.

    Attributes:
        sha384: of the whole sealed file.
        tables: name to (rows below the heading, heading, the first few rows).
    """

    manifest: Manifest
    sha384: str
    tables: Mapping[str, tuple[int, list[str], list[list[str]]]]


def look(package: Path, rows: Path) -> Looked:
    """Check that the tables in a folder are the very ones that were sealed, and show their beginning.

    Args:
        rows: a folder with one CSV a table, as `linkwell seal --rows` writes them.

    Raises:
        WrongUse: not a package, or a table is missing. RefusedByRule: a table is not the one that was sealed,
            or the package was changed.
    """
    manifest = read_manifest(package)
    sha384 = check_sealed_bytes(package, manifest)
    tables = {}
    for half, table in manifest.tables():
        path = rows / _file_name(half.name, table.name)
        try:
            with path.open("rb") as file:
                seen = hashlib.file_digest(file, "sha384").hexdigest()
        except FileNotFoundError:
            raise WrongUse(
                "A table of the sealed file is not among the rows you were given.",
                where=path.name,
                fix="Ask whoever sealed it for all its tables (linkwell seal --rows FOLDER writes them).",
            ) from None
        if seen != table.sha384:
            raise RefusedByRule(
                "These rows are not the ones that were sealed.",
                where=path.name,
                why="You would say yes to something you have not seen.",
                fix="Ask whoever sealed the file for the rows again; if they differ again, say no.",
            )
        with path.open(newline="", encoding="utf-8") as text:
            heading, *first = islice(csv.reader(text), SHOWN_ROWS + 1)
        tables[path.stem] = (table.rows, heading, first)
    return Looked(manifest, sha384, tables)


def write_rows(split: Split, folder: Path) -> None:
    """Write the rows of a split as they are sealed, one CSV a table, readable by their owner only."""
    for half, tables in split.halves().items():
        for table in tables:
            with written_whole(folder / _file_name(half, table.name)) as part:
                part.touch(mode=0o600)
                with part.open("wb") as file:
                    file.writelines(table.blocks())


def _file_name(half: str, table: str) -> str:
    """Only the lists of whom a delivery replaces have one name in both halves."""
    return f"{table}-{half}.csv" if table == REPLACES else f"{table}.csv"


def approve(looked: Looked, *, signing_key: PrivateKey, time: datetime | None = None) -> Statement:
    """Sign an OK for the package that was looked at."""
    manifest = looked.manifest
    body = {
        "format": FORMAT,
        "package": manifest.package,
        "sha384": looked.sha384,
        "agreement": manifest.agreement,
        "rows": {name: count for name, (count, _, _) in looked.tables.items()},
        "time": utc_text(time or datetime.now(UTC)),
    }
    return state(body, signing_key=signing_key)


def check_approval(
    statement: Statement, keys: Mapping[str, PublicKey], *, package: str, sha384: str, agreement: str
) -> None:
    """Check that an OK is for these very bytes and signed by one of the provider's keys.

    Args:
        keys: the provider's own enrolled keys by fingerprint; never those of whoever sealed for it.

    Raises:
        WrongUse: not an OK. RefusedByRule: for another file, or signed by somebody else.
    """
    body = statement.body
    if body.get("format") != FORMAT:
        raise WrongUse("This is signed, but it is not an OK.", fix="Give the file `linkwell ok` wrote.")
    if (body.get("package"), body.get("sha384"), body.get("agreement")) != (package, sha384, agreement):
        raise RefusedByRule(
            "This OK is for another sealed file.",
            why="A yes to one file says nothing about another.",
            fix="Look at the rows of this file, and sign an OK for it.",
        )
    key = keys.get(statement.signed_by)
    if key is None:
        raise RefusedByRule(
            "This OK is not signed with a key of the provider.",
            where=f"signed by {statement.signed_by[:16]}…",
            why="Only the provider itself can agree to what is sent about its people.",
            fix="Sign it on the provider's own computer, with the key that was read out over the phone.",
        )
    check_statement(statement, key, what="OK")
