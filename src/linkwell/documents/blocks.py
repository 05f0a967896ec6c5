"""A document as plain blocks, so that one text becomes a web page, a PDF and a Word file alike."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is the highest below the title, and `key` its address in a web page.

    With `new_page` what follows is an enclosure, on a sheet of its own where there are pages.
    """

    text: str
    level: int = 1
    key: str = ""
    new_page: bool = False


@dataclass(frozen=True)
class Text:
    """One paragraph; `small` for what is there to be looked up."""

    text: str
    small: bool = False


@dataclass(frozen=True)
class Bullets:
    """A list; numbered where the order matters."""

    items: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True)
class Box:
    """Paragraphs set apart because they matter most, or because they warn."""

    text: str
    rest: tuple[str, ...] = ()
    caution: bool = False

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """Every paragraph in order."""
        return (self.text, *self.rest)


@dataclass(frozen=True)
class Facts:
    """Names with what they mean, as (name, text)."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Grid:
    """A table: its caption, its column headings, its rows; the first column heads each row.

    Attributes:
        widths: relative widths of the columns; equal when empty.
        numbers: every column but the first holds numbers, set flush right.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...] = ()
    numbers: bool = False


@dataclass(frozen=True)
class Picture:
    """A drawing (SVG text without script) and what it shows, in a sentence."""

    svg: str
    alternative: str


@dataclass(frozen=True)
class Figure:
    """Drawings under a title that says their finding, with the same numbers as a table below."""

    title: str
    pictures: tuple[Picture, ...]
    below: Grid | None = None


@dataclass(frozen=True)
class Beside:
    """Two or more parts side by side where there is room, else one after the other."""

    parts: tuple[tuple[Block, ...], ...]


@dataclass(frozen=True)
class ToFill:
    """A line to fill in by hand, with its label and, for a choice, its boxes to tick."""

    label: str
    options: tuple[str, ...] = ()
    hint: str = ""


Block = Heading | Text | Bullets | Box | Facts | Grid | Figure | Beside | ToFill


@dataclass(frozen=True)
class Document:
    """A whole document.

    Attributes:
        lead: one line above the title ("Draft", the organisation's name).
        footer: stands at the foot of every page.
        wide: pages lie on their side, for wide tables.
        series: what kind of document it is, said after its title in a browser's tab.
    """

    title: str
    blocks: tuple[Block, ...]
    lead: str = ""
    footer: str = ""
    wide: bool = False
    series: str = ""
    keywords: tuple[str, ...] = field(default=())
