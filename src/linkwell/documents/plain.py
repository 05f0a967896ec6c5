"""A document of blocks as plain dicts and lists, for the setter of PDFs and for JSON."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from linkwell.documents.blocks import (
    Beside,
    Box,
    Bullets,
    Document,
    Facts,
    Figure,
    Grid,
    Heading,
    Text,
    ToFill,
)
from linkwell.errors import WrongUse

KINDS: dict[type, str] = {
    Heading: "heading", Text: "text", Bullets: "bullets", Box: "box", Facts: "facts", Grid: "grid",
    ToFill: "fill", Figure: "figure", Beside: "beside",
}  # fmt: skip


def missing_extra(what: str) -> WrongUse:
    """Said where a document of this kind cannot be made on this computer."""
    return WrongUse(
        f"A {what} document needs a part of Linkwell that is not installed.",
        fix='Install it with: pip install "linkwell[documents]". The web page needs nothing more.',
    )


def visible(words: str) -> str:
    """Words without the characters that no document format can hold (control codes, half characters)."""
    return "".join(each for each in words if each.isprintable() or each in "\n\t\u00a0")


def as_plain(document: Document) -> dict[str, Any]:
    """Every part of the document, with visible text only; each block says its kind."""
    facts: dict[str, Any] = _plain(document)
    return facts


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return visible(value)
    if is_dataclass(value):
        kind = KINDS.get(type(value))
        inside = {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
        return inside | ({"kind": kind} if kind else {})
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value
