"""A document as plain blocks, so that one text becomes a web page, a PDF and a Word file alike."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is the highest below the title."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Text:
    """One paragraph."""

    text: str


@dataclass(frozen=True)
class Bullets:
    """A list; numbered where the order matters."""

    items: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True)
class Box:
    """A paragraph set apart because it matters most."""

    text: str


@dataclass(frozen=True)
class Facts:
    """Names with what they mean, as (name, text)."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Grid:
    """A table: its caption, its column headings, its rows; the first column heads each row.

    Attributes:
        widths: relative widths of the columns; equal when empty.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...] = ()


@dataclass(frozen=True)
class ToFill:
    """A line to fill in by hand, with its label and, for a choice, its boxes to tick."""

    label: str
    options: tuple[str, ...] = ()
    hint: str = ""


Block = Heading | Text | Bullets | Box | Facts | Grid | ToFill


@dataclass(frozen=True)
class Document:
    """A whole document.

    Attributes:
        lead: one line above the title ("Draft", the organisation's name).
        footer: stands at the foot of every page.
        wide: pages lie on their side, for wide tables.
    """

    title: str
    blocks: tuple[Block, ...]
    lead: str = ""
    footer: str = ""
    wide: bool = False
    keywords: tuple[str, ...] = field(default=())
