"""A table found in a sheet: rows with their labels, columns with their headings, and the words around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from linkwell.confidentiality.output_check.cells import Cell
from linkwell.confidentiality.output_check.words import is_total, plain, words

COUNTS = ("count", "weighted")
AMOUNTS = ("mean", "total", "sd", "measure")
SHARES = ("percentage", "rate", "ratio")


@dataclass(frozen=True)
class Column:
    """A column of numbers.

    Attributes:
        at: its place in the sheet, from 1. headings: from the top; kind: what its numbers are.
        role: "raw", "conf", or "" where nothing says.
        cells: by row number, only filled ones.
    """

    at: int
    headings: tuple[str, ...]
    kind: str
    role: str
    cells: dict[int, Cell]

    @property
    def heading(self) -> str:
        """All its headings in one line."""
        return " / ".join(dict.fromkeys(each for each in self.headings if each))

    @property
    def name(self) -> str:
        """The heading in normal form without what says raw or conf: the same in RAW and in CONF."""
        return bare_name(self.heading)

    @property
    def is_total(self) -> bool:
        """Whether it stands for all of its line."""
        return any(is_total(each) for each in self.headings if each)


@dataclass(frozen=True)
class Table:
    """One table.

    Attributes:
        rows: row numbers of its body. labels: per row number its labels, outermost first.
        label_names: headings of the label columns, () for a section's.
        texts: cells around it: title, notes, headings. role: as the file's or sheet's name says.
    """

    file: str
    sheet: str
    rows: tuple[int, ...]
    labels: dict[int, tuple[str, ...]]
    label_names: tuple[str, ...]
    label_columns: tuple[int, ...]
    columns: tuple[Column, ...]
    texts: tuple[Cell, ...]
    role: str

    @property
    def title(self) -> str:
        """What is written around it."""
        return " ".join(cell.text for cell in self.texts)

    def role_of(self, column: Column) -> str:
        """ "raw" or "conf": the column's own word before the file's; "" where nothing says."""
        return column.role or self.role

    def leaving(self, *kinds: str) -> Iterator[Column]:
        """The columns of these kinds (all if none) that are to leave."""
        for column in self.columns:
            if self.role_of(column) != "raw" and (not kinds or column.kind in kinds):
                yield column

    def raw(self, *kinds: str) -> Iterator[Column]:
        """The raw columns of these kinds (all if none)."""
        for column in self.columns:
            if self.role_of(column) == "raw" and (not kinds or column.kind in kinds):
                yield column

    @property
    def has_raw(self) -> bool:
        """Whether any column is raw."""
        return any(self.role_of(column) == "raw" for column in self.columns)

    def is_base_row(self, row: int) -> bool:
        """Whether a row is the number of people its column is about: "N", "Number of clients"."""
        labels = self.labels.get(row, ())
        return bool(labels) and bool(words().one["base"].match(plain(labels[-1])))

    def is_total_row(self, row: int) -> bool:
        """Whether a row stands for all of its line in some dimension."""
        return any(is_total(label) for label in self.labels.get(row, ()))


def bare_name(heading: str) -> str:
    """A heading or label in normal form, without the words that say raw or conf."""
    text = plain(heading)
    for name in ("raw", "conf"):
        text = words().one[name].sub(" ", text)
    return " ".join(text.replace("(", " ").replace(")", " ").replace("/", " ").split())


def role_of_name(name: str) -> str:
    """What a file's, sheet's or column's name says: "raw", "conf" or ""."""
    text = plain(name.replace("/", " ").replace("\\", " "))
    raw, conf = (words().one[each].search(text) for each in ("raw", "conf"))
    if raw and not (conf and conf.start() > raw.start()):
        return "raw"
    return "conf" if conf else ""
