"""The words a workbook keeps apart from its cells: each once, with its reading and the look of its pieces."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.etree import ElementTree

from linkwell.confidentiality.output_check.styles import Look, every, look_of, tag_of, words_of


@dataclass(frozen=True)
class Written:
    """Words of a cell.

    Attributes:
        reading: how they are read, in small print that is seldom shown. looks: of pieces that have one.
    """

    words: str
    reading: str = ""
    looks: tuple[Look, ...] = ()


@dataclass
class Strings:
    """All of them, and which of them a cell has used."""

    every: list[Written]
    used: set[int] = field(default_factory=set)

    def use(self, at: int) -> Written:
        """The words a cell points to.

        Raises:
            IndexError: there are not so many.
        """
        self.used.add(at)
        return self.every[at]

    def left_over(self) -> list[str]:
        """Words no cell uses; those of one that is used by another number are no secret."""
        told = {self.every[at].words for at in self.used}
        return [
            each.words
            for at, each in enumerate(self.every)
            if at not in self.used and each.words not in told and each.words
        ]


def strings_of(tree: ElementTree.Element | None) -> Strings:
    """What `sharedStrings.xml` holds."""
    return Strings([] if tree is None else [written(each) for each in every(tree, "si")])


def written(holder: ElementTree.Element) -> Written:
    """The words of an entry, or of a cell that holds its own."""
    reading = "".join(
        text.text or "" for each in every(holder, "rPh") for text in every(each, "t")
    ).strip()  # fmt: skip
    looks = tuple(
        look_of(own)
        for run in every(holder, "r")
        if words_of(run)
        for own in run
        if tag_of(own) == "rPr"
    )  # fmt: skip
    return Written(words_of(holder), reading, looks)
