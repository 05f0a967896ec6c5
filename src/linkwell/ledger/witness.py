"""Set a ledger beside the receipts others kept: whoever rewrote, cut or rebuilt it cannot also change those.

Each receipt carries a signed checkpoint. One older than a fault is enough to show it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from linkwell.errors import LinkwellError, WrongUse
from linkwell.ledger.chain import ChainVerdict, Checkpoint, Event
from linkwell.ledger.chain import verify as verify_chain
from linkwell.ledger.checkpoints import (
    CHECKPOINT_FORMAT,
    Statement,
    check_statement,
    read_checkpoint,
    verify_checkpoint,
)
from linkwell.ledger.receipts import FORMAT as RECEIPT_FORMAT
from linkwell.vault.keys import PublicKey


@dataclass(frozen=True)
class WitnessVerdict:
    """What the ledger and the papers say of each other.

    Attributes:
        chain: what was found in the ledger itself, and against the checkpoints that are genuine.
        papers: how many receipts and checkpoints were genuine.
        forged: (file name, what is wrong with it) of papers that are not what the custodian signed.
    """

    chain: ChainVerdict
    papers: int
    forged: tuple[tuple[str, str], ...]

    @property
    def ok(self) -> bool:
        """Whether the ledger holds and every paper is genuine."""
        return self.chain.ok and not self.forged

    @property
    def faults(self) -> tuple[str, ...]:
        """Every fault as a plain sentence."""
        return (*self.chain.faults, *(f"{name}: {what}" for name, what in self.forged))


def verify_witnessed(events: Iterable[Event], *, papers: Iterable[Path], key: PublicKey) -> WitnessVerdict:
    """Check a ledger against receipts and checkpoints.

    Args:
        events: in the order they are stored.
        papers: receipt files and checkpoint files (JSON).
        key: the custodian's receipt key, from a place the ledger's keeper cannot change.
    """
    held: list[Checkpoint] = []
    forged: list[tuple[str, str]] = []
    for path in papers:
        try:
            held.append(_witnessed_by(path, key))
        except LinkwellError as error:
            forged.append((path.name, error.what))
    return WitnessVerdict(verify_chain(events, checkpoints=held), len(held), tuple(forged))


def papers_in(places: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """The papers among `places`, and what lies beside them in the folders and is none.

    Files count as they are; of folders every JSON file below them that is, or may have been, a receipt or
    checkpoint. A folder of receipts also holds notes and OKs, which say nothing about the ledger.

    Raises:
        WrongUse: nothing is there.
    """
    papers: list[Path] = []
    beside: list[Path] = []
    for place in places:
        if not place.exists():
            raise WrongUse("There is nothing at this place.", where=str(place))
        if not place.is_dir():
            papers.append(place)
            continue
        for path in sorted(each for each in place.rglob("*.json") if each.is_file()):
            (beside if _something_else(path) else papers).append(path)
    return papers, beside


def _something_else(path: Path) -> bool:
    """Whether a JSON file is whole and no receipt or checkpoint, not even a damaged one."""
    try:
        found = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return False
    if not isinstance(found, dict) or "statement" not in found:
        return True
    said = found["statement"].get("format") if isinstance(found["statement"], dict) else None
    return isinstance(said, str) and said not in (CHECKPOINT_FORMAT, RECEIPT_FORMAT)


def _witnessed_by(path: Path, key: PublicKey) -> Checkpoint:
    statement = Statement.from_json(path.read_bytes())
    if statement.body["format"] == CHECKPOINT_FORMAT:
        return verify_checkpoint(statement, key)
    check_statement(statement, key, what="receipt")
    return read_checkpoint(statement.body)
