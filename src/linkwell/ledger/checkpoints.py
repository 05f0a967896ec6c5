"""Signed words about where a ledger stands, given to others so that they can witness it.

Statements (checkpoints and receipts) are canonical JSON with an ECDSA P-384 signature. The file puts the
signed bytes on a line of their own, so that `openssl` can check them without us (docs/package-format.md).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from linkwell.errors import RefusedByRule, WrongUse
from linkwell.ledger.canonical import canonical_json
from linkwell.ledger.chain import Checkpoint
from linkwell.vault.keys import PrivateKey, PublicKey, fingerprint, sign, signature_holds

CHECKPOINT_FORMAT = "linkwell-checkpoint/1"


@dataclass(frozen=True)
class Statement:
    """A JSON object and its signature; `body` names the format and the key (`signed_by`)."""

    body: Mapping[str, Any]
    signature: bytes

    @property
    def signed_by(self) -> str:
        """Fingerprint of the key that is said to have signed."""
        return str(self.body.get("signed_by", ""))

    def to_json(self) -> str:
        """The file form: line 2 is exactly what was signed, line 4 the signature in base64 between quotes."""
        signed = canonical_json(self.body).decode("utf-8")
        signature = base64.b64encode(self.signature).decode("ascii")
        return f'{{"statement":\n{signed}\n,"signature":\n"{signature}"\n}}\n'

    @classmethod
    def from_json(cls, text: str | bytes) -> Statement:
        """Read the file form, however a tool has laid it out since.

        Raises:
            WrongUse: not a signed statement.
        """
        try:
            found = json.loads(text)
            body, signature = found["statement"], base64.b64decode(found["signature"], validate=True)
            canonical_json(body)
        except (ValueError, KeyError, TypeError, RecursionError):
            raise _not_a_statement() from None
        if not isinstance(body, dict) or not isinstance(body.get("format"), str):
            raise _not_a_statement()
        return cls(body, signature)


def state(body: Mapping[str, Any], *, signing_key: PrivateKey) -> Statement:
    """Sign a statement; the key's fingerprint becomes part of what is signed."""
    signed = {**body, "signed_by": fingerprint(signing_key.public_key())}
    return Statement(signed, sign(signing_key, canonical_json(signed)))


def check_statement(statement: Statement, key: PublicKey, *, what: str) -> None:
    """Check a statement's signature.

    Raises:
        RefusedByRule: signed by another key, or changed after it was signed; `what` names it in the sentence.
    """
    if statement.signed_by != fingerprint(key):
        raise RefusedByRule(
            f"This {what} was signed with another key.",
            where=f"signed by {statement.signed_by[:16]}…, checked with {fingerprint(key)[:16]}…",
            why="Only the custodian's own key proves what the custodian said.",
            fix="Check with the receipt key in the custodian's key file; compare fingerprints by phone.",
        )
    if not signature_holds(key, statement.signature, canonical_json(statement.body)):
        raise RefusedByRule(
            f"This {what} is not what was signed.",
            why="It was changed or damaged after it was signed, or somebody made it up.",
            fix="Get it again from where it came from, and tell the custodian if it happens twice.",
        )


def sign_checkpoint(checkpoint: Checkpoint, *, signing_key: PrivateKey) -> Statement:
    """A checkpoint as a statement of its own, to publish or hand over."""
    return state({"format": CHECKPOINT_FORMAT, "checkpoint": checkpoint.as_dict()}, signing_key=signing_key)


def read_checkpoint(body: Mapping[str, Any]) -> Checkpoint:
    """The checkpoint inside a statement's body.

    Raises:
        WrongUse: there is none.
    """
    try:
        point = body["checkpoint"]
        return Checkpoint(str(point["ledger"]), int(point["seq"]), str(point["hash"]), str(point["time"]))
    except (KeyError, TypeError, ValueError):
        raise _not_a_statement() from None


def verify_checkpoint(statement: Statement, key: PublicKey) -> Checkpoint:
    """Check a signed checkpoint and return it.

    Raises:
        WrongUse: not a checkpoint.
        RefusedByRule: the signature does not hold.
    """
    if statement.body["format"] != CHECKPOINT_FORMAT:
        raise _not_a_statement()
    check_statement(statement, key, what="checkpoint")
    return read_checkpoint(statement.body)


def _not_a_statement() -> WrongUse:
    return WrongUse(
        "This is not a signed receipt or checkpoint.",
        why="A receipt is a JSON file with a statement and a signature in it.",
        fix="Give the .json file as the custodian sent it.",
    )
