"""Set a ledger beside the receipts others kept: whoever rewrote, cut or rebuilt it cannot also change those.

Each receipt carries a signed checkpoint. One older than a fault is enough to show it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from linkwell.errors import LinkwellError, WrongUse
from linkwell.ledger.chain import ChainVerdict, Checkpoint, Event
from linkwell.ledger.chain import verify as verify_chain
from linkwell.ledger.checkpoints import Statement, check_statement, read_checkpoint, verify_checkpoint
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


def papers_in(places: Iterable[Path]) -> list[Path]:
    """Every JSON file among `places`: files as they are, folders with all that is below them.

    Raises:
        WrongUse: nothing is there.
    """
    found: list[Path] = []
    for place in places:
        if not place.exists():
            raise WrongUse("There is nothing at this place.", where=str(place))
        found += sorted(place.rglob("*.json")) if place.is_dir() else [place]
    return found


def _witnessed_by(path: Path, key: PublicKey) -> Checkpoint:
    statement = Statement.from_json(path.read_bytes())
    if statement.body["format"] == "linkwell-checkpoint/1":
        return verify_checkpoint(statement, key)
    check_statement(statement, key, what="receipt")
    return read_checkpoint(statement.body)
