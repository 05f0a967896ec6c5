"""The states of a noun: which moves exist, who makes them, and what each state means in plain words.

The diagrams and tables in docs/states.md are generated from these objects, so the page cannot drift from
the code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from linkwell.errors import WrongUse


class WrongState(WrongUse):
    """The thing exists and the person may act on it, but not from the state it is in."""


@dataclass(frozen=True)
class Move:
    """One allowed change of state. `start` is None for the move that brings the thing into being."""

    verb: str
    start: StrEnum | None
    end: StrEnum
    owner: str
    sentence: str


@dataclass(frozen=True)
class Machine:
    """All moves of one noun, and one plain sentence for each of its states."""

    noun: str
    states: type[StrEnum]
    meaning: Mapping[StrEnum, str]
    moves: tuple[Move, ...]

    def after(self, verb: str, state: str | None) -> StrEnum:
        """The state `verb` leads to from `state`.

        Raises:
            WrongState: there is no such move.
        """
        for move in self.moves:
            if move.verb == verb and move.start == state:
                return move.end
        possible = sorted({str(move.start) for move in self.moves if move.verb == verb and move.start})
        raise WrongState(
            f"This {self.noun} cannot be changed that way now: it is {state!s}.",
            why=f"“{verb}” is only possible when it is {' or '.join(possible) or 'new'}.",
            fix="Look at its page or list to see where it stands and who acts next.",
        )

    def may(self, verb: str, state: str | None) -> bool:
        """Whether `verb` is possible from `state`."""
        return any(move.verb == verb and move.start == state for move in self.moves)
