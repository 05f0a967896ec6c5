"""Receipts: what the custodian says happened to a supply, signed, so that either side can prove it later.

A receipt carries counts, digests and states only, and the newest checkpoint of the custodian's ledger, so
every provider's receipts witness that ledger.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from linkwell.errors import WrongUse
from linkwell.ledger.canonical import canonical_json
from linkwell.ledger.chain import Checkpoint, utc_text
from linkwell.ledger.checkpoints import Statement, check_statement, read_checkpoint, state
from linkwell.vault.keys import PrivateKey, PublicKey, spoken

FORMAT = "linkwell-receipt/1"


class Kind(StrEnum):
    """What a receipt can say happened."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    ACCEPTED_WITH_GAPS = "accepted_with_gaps"
    REJECTED = "rejected"
    LINKED = "linked"
    LOADED = "loaded"
    USED = "used"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"
    DESTROYED = "destroyed"


PLAIN: Mapping[Kind, str] = {
    Kind.RECEIVED: "The sealed file arrived whole. Nobody has opened it yet.",
    Kind.ACCEPTED: "The file was opened, checked and accepted.",
    Kind.ACCEPTED_WITH_GAPS: "The file was opened and accepted; some things in it are missing.",
    Kind.REJECTED: "The file was not accepted. Nothing of it was used.",
    Kind.LINKED: "People in the file were looked for among everyone who has ever lived here.",
    Kind.LOADED: "The file is part of the de-identified data. Names and numbers were left behind.",
    Kind.USED: "An approved project used the data.",
    Kind.RELEASED: "Results were checked and released.",
    Kind.WITHDRAWN: "The file was withdrawn.",
    Kind.DESTROYED: "The file was destroyed.",
}


@dataclass(frozen=True)
class Receipt:
    """A signed receipt; everything in it is in `statement.body`."""

    statement: Statement

    @property
    def kind(self) -> Kind:
        return Kind(self.statement.body["kind"])

    @property
    def facts(self) -> Mapping[str, Any]:
        """Counts, digests and states; flat, text and whole numbers."""
        facts = self.statement.body["facts"]
        assert isinstance(facts, Mapping)
        return facts

    @property
    def custodian(self) -> str:
        return str(self.statement.body["custodian"])

    @property
    def time(self) -> str:
        return str(self.statement.body["time"])

    @property
    def demo(self) -> bool:
        return bool(self.statement.body["demo"])

    @property
    def test(self) -> bool:
        return bool(self.statement.body["test"])

    @property
    def checkpoint(self) -> Checkpoint:
        return read_checkpoint(self.statement.body)

    @property
    def signed_by(self) -> str:
        return self.statement.signed_by

    def to_json(self) -> str:
        """The file form (see `Statement.to_json`): serve and store exactly these characters."""
        return self.statement.to_json()

    @classmethod
    def from_json(cls, text: str | bytes) -> Receipt:
        """Read a receipt; this does not check its signature.

        Raises:
            WrongUse: not a receipt.
        """
        statement = Statement.from_json(text)
        body = statement.body
        try:
            Kind(body["kind"])
            whole = body["format"] == FORMAT and isinstance(body["facts"], dict)
            whole = whole and {"custodian", "time", "demo", "test", "checkpoint"} <= set(body)
        except (KeyError, ValueError):
            whole = False
        if not whole:
            raise WrongUse("This is signed, but it is not a receipt.", fix="Give the receipt's .json file.")
        read_checkpoint(body)
        return cls(statement)

    def to_text(self) -> str:
        """The short form for people; the JSON form is the one that can be checked."""
        marks = [mark for mark, on in (("DEMO", self.demo), ("TEST", self.test)) if on]
        point = self.checkpoint
        lines = [
            *([f"*** {' '.join(marks)}: this receipt proves nothing about real data ***"] if marks else []),
            f"Receipt: {self.kind.value.replace('_', ' ')}",
            PLAIN[self.kind],
            "",
            f"From:  {self.custodian}",
            f"Time:  {self.time}",
            *(f"{name.replace('_', ' ')}: {_shown(value)}" for name, value in self.facts.items()),
            "",
            f"Record nobody can rewrite: entry {point.seq}, {point.hash[:32]}…",
            f"Signed with key: {spoken(self.signed_by)}",
            "Check it with: linkwell receipt verify (the .json file)",
        ]
        return "\n".join(lines) + "\n"


def issue(
    kind: Kind | str,
    facts: Mapping[str, object],
    *,
    signing_key: PrivateKey,
    checkpoint: Checkpoint,
    demo: bool,
    custodian: str = "",
    test: bool = False,
    time: datetime | None = None,
) -> Receipt:
    """Sign a receipt.

    Args:
        facts: text, whole numbers, or lists of them; never a personal value. A "received" receipt must carry
            `package`, `sha384` and `bytes`, computed by the receiver over the bytes it holds.
        checkpoint: the ledger's newest.

    Raises:
        ValueError: an unknown kind, or facts that have no canonical form.
    """
    body = {
        "format": FORMAT,
        "kind": Kind(kind).value,
        "custodian": custodian,
        "time": utc_text(time or datetime.now(UTC)),
        "facts": dict(facts),
        "checkpoint": checkpoint.as_dict(),
        "demo": demo,
        "test": test,
    }
    try:
        canonical_json(body)
    except TypeError as error:
        raise ValueError(str(error)) from None
    return Receipt(state(body, signing_key=signing_key))


def verify(receipt: Receipt, public_key: PublicKey) -> None:
    """Check a receipt's signature, offline.

    Raises:
        RefusedByRule: signed with another key, or changed after it was signed.
    """
    check_statement(receipt.statement, public_key, what="receipt")


def load(path: Path) -> Receipt:
    """Read a receipt file.

    Raises:
        WrongUse: missing, or not a receipt.
    """
    try:
        return Receipt.from_json(path.read_bytes())
    except (FileNotFoundError, IsADirectoryError):
        raise WrongUse("There is no receipt at this place.", where=str(path)) from None


def _shown(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
