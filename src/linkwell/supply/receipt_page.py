"""A receipt as one page for people (PDF or web page); the signed JSON stays the one that proves anything."""

from __future__ import annotations

from linkwell.documents.blocks import Block, Box, Document, Facts, Text
from linkwell.ledger.receipts import PLAIN, Receipt
from linkwell.standards.clock import moment_in_words
from linkwell.vault.keys import spoken

LONGEST_LIST = 12
"""More entries than this would break the one page; the JSON form has them all."""


def receipt_page(receipt: Receipt) -> Document:
    """The page of a receipt; whoever makes it checks the signature first (`ledger.receipts.verify`)."""
    marks = [mark for mark, on in (("DEMO", receipt.demo), ("TEST", receipt.test)) if on]
    point = receipt.checkpoint
    warning: tuple[Block, ...] = (
        (Box(f"{' '.join(marks)}: this receipt proves nothing about real data."),) if marks else ()
    )
    return Document(
        title=f"Receipt: {receipt.kind.value.replace('_', ' ')}",
        lead=receipt.custodian,
        footer=f"{receipt.custodian} · {moment_in_words(receipt.time)}",
        blocks=(
            *warning,
            Text(PLAIN[receipt.kind]),
            Facts(
                (
                    ("Time", f"{moment_in_words(receipt.time)} in Aotearoa"),
                    *((_name(name), _shown(value)) for name, value in receipt.facts.items()),
                )
            ),
            Text(
                "Below is where the custodian's record that nobody can rewrite stood when this was signed. "
                "Keep this receipt: it would show if that record were ever cut or changed."
            ),
            Facts(
                (
                    ("Entry", f"{point.seq:,}"),
                    ("Fingerprint of the entry", _groups(point.hash)),
                    ("Signed with key", spoken(receipt.signed_by)),
                )
            ),
            Text(
                "This page is for reading. The .json file of the same receipt is what was signed; check it "
                "on your own computer with: linkwell receipt verify FILE"
            ),
        ),
    )


def _name(fact: str) -> str:
    words = fact.replace("_", " ")
    return {"sha384": "Fingerprint (SHA-384)"}.get(fact, words[:1].upper() + words[1:])


def _shown(value: object) -> str:
    if isinstance(value, list | tuple):
        shown = ", ".join(str(each) for each in value[:LONGEST_LIST])
        more = len(value) - LONGEST_LIST
        return f"{shown} and {more} more" if more > 0 else shown
    if isinstance(value, bool) or not isinstance(value, int):
        text = str(value)
        is_digest = len(text) == 96 and text.isalnum()
        return _groups(text) if is_digest else text
    return f"{value:,}"


def _groups(digest: str) -> str:
    return " ".join(digest[at : at + 8] for at in range(0, len(digest), 8))
