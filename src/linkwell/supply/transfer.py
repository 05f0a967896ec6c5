"""What another transfer service said when a handover had arrived: noted beside our own receipts.

It is the provider's own note, not signed by anybody; it says so.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from linkwell.errors import TryAgain, WrongUse
from linkwell.supply.handover import SUMS
from linkwell.vault.zones import write_whole


@dataclass(frozen=True)
class TransferNote:
    """One arrival.

    Attributes:
        handover: the name of the folder that was handed over.
        fingerprint: hex SHA-384 of its list of checksums; "" where the folder was gone already.
        service, reference: which service, and what it said.
        day: when, as YYYY-MM-DD.
    """

    handover: str
    fingerprint: str
    service: str
    reference: str
    day: str


def note_transfer(folder: Path, receipts: Path, *, service: str, reference: str, day: date) -> Path:
    """Write the note about one handover folder; again replaces it.

    Raises:
        WrongUse: the folder is no handover, or nothing is said.
        TryAgain: the disk would not take it.
    """
    if not service.strip() or not reference.strip():
        raise WrongUse("It is not said which service it was, or what it said.", fix="Say both.")
    sums = folder / SUMS
    if not sums.is_file():
        raise WrongUse("This is not a folder that was handed over.", where=folder.name,
                       fix="Name the folder that holds cover-sheet.txt.")  # fmt: skip
    note = TransferNote(
        folder.name, hashlib.sha384(sums.read_bytes()).hexdigest(), service.strip(), reference.strip(),
        day.isoformat(),
    )  # fmt: skip
    path = _path(receipts, folder.name)
    try:
        write_whole(path, json.dumps(asdict(note), ensure_ascii=False, indent=1).encode())
    except OSError as error:
        raise TryAgain(f"The note could not be written ({error.strerror}).", where=path.name) from None
    return path


def transfer_note(receipts: Path, handover: str) -> TransferNote | None:
    """The note about a handover, or None."""
    try:
        return TransferNote(**json.loads(_path(receipts, handover).read_bytes()))
    except (OSError, ValueError, TypeError, RecursionError):
        return None


def _path(receipts: Path, handover: str) -> Path:
    return receipts / f"arrival-{handover}.json"
