"""What a researcher has to have in date, read from evidence.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from linkwell.ledger.canonical import digest


@dataclass(frozen=True)
class EvidenceKind:
    """One kind of evidence.

    Attributes:
        kept: "manager" if a custodian manager writes it down, "signed" if the person signs it.
        lasts_days: how long it is in date. words: what it shows. mend: what to do when it has run out.
        text: of what is signed, sentence by sentence.
    """

    code: str
    title: str
    kept: str
    lasts_days: int
    words: str
    mend: str
    text: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Of the text that is signed; empty where nothing is."""
        return digest(list(self.text)) if self.text else ""


@cache
def kinds() -> dict[str, EvidenceKind]:
    """Every kind by its code, in the order pages show them."""
    text = (files("linkwell.custody.researchers") / "evidence.toml").read_text("utf-8")
    found = tomllib.loads(text)["kind"]
    return {each["code"]: EvidenceKind(**each | {"text": tuple(each.get("text", ()))}) for each in found}


def undertaking() -> EvidenceKind:
    """The kind that is signed."""
    return next(each for each in kinds().values() if each.kept == "signed")
