"""What a session says when it does not do something: a class and a place, never the engine's own words.

The engine's messages quote values, paths and names (sdc.md §5). What is said here is chosen from a list.
"""

from __future__ import annotations

from typing import Any

from linkwell.errors import RefusedByRule

_LONGEST_CLASS, _MOST_LINES = 60, 100_000

WORDS: dict[str, tuple[str, str]] = {
    "syntax": ("This cannot be read as SQL.", "Look at the place that is named."),
    "statement": (
        "Only SELECT, CREATE TABLE ... AS SELECT and DROP TABLE are done here.",
        "Write one of these; one statement at a time.",
    ),
    "rows": ("To look at rows, write one SELECT.", "Tables are made from elsewhere, on the twin."),
    "length": ("This statement is too long.", "Make a table in steps."),
    "function": ("This function is not on the lab's list.", "See the list: linkwell lab functions"),
    "construct": ("This way of writing is not on the lab's list.", "Write it with plain joins and columns."),
    "name": ("There is no such table or column here.", "Look at the catalogue beside the editor."),
    "taken": ("A table of the project already has this name.", "Choose another name."),
    "types": ("The columns do not fit together in this way.", "Look at their types in the catalogue."),
    "person": (
        "A table of people keeps each person to their own rows.",
        "Keep snz_uid as it is; join on it, group by it, and use it in no reckoning.",
    ),
    "value": ("A value could not be used in this way.", "Use TRY_CAST, or leave such rows out first."),
    "memory": ("This needs more memory than a session has.", "Make a smaller table first."),
    "time": ("This took longer than a session may.", "Make a smaller table first."),
    "size": ("The answer is larger than a session gives.", "Ask for less."),
    "script": ("The script stopped with an error.", "Mend it, and try it on the twin again."),
    "made": (
        "The script did not make what it says it makes.",
        "Call make(name, snz_uid, column=values) for each table of its “makes” line: one row a person, plain "
        "names, texts of up to 200 characters and 2,000 kinds.",
    ),
    "apart": (
        "A table the script made is not each person's own: of fewer people it came out differently.",
        "Reckon each row from that person's rows alone: no chance, no averages over others, no use of the "
        "order or the numbers of people. Round what you reckon where it can be a hair off.",
    ),
    "layers": (
        "This machine lacks a lock that scripts need.",
        "Tell whoever runs it: linkwell lab self-test",
    ),
    "engine": ("This could not be done.", "Try it on the twin, in smaller steps."),
}


class Refusal(Exception):
    """A class from `WORDS` and where in the statement (characters from its start), or None."""

    def __init__(self, kind: str, position: int | None = None) -> None:
        super().__init__(kind)
        self.kind, self.position = kind if kind in WORDS else "engine", position


class LabRefused(RefusedByRule):
    """A refusal in words, for whoever asked.

    Attributes:
        kind, position: as in `Refusal`.
    """

    def __init__(
        self, kind: str, position: int | None = None, *, words: str = "", line: int | None = None
    ) -> None:
        known = kind if kind in WORDS else "engine"
        what, fix = WORDS[known]
        where = "" if position is None else f"character {position + 1} of the statement"
        where = where if not line else f"line {line} of the script"
        super().__init__(what, where=where, why=words, fix=fix)
        self.kind, self.position = known, position


_ENGINE = {
    "parser": "syntax", "syntax": "syntax", "catalog": "name", "binder": "name", "conversion": "value",
    "invalid input": "value", "out of range": "value", "mismatch type": "types", "constraint": "value",
    "out of memory": "memory", "interrupt": "time", "expression depth": "construct",
}  # fmt: skip


def of_engine(kind: str, position: int | None) -> Refusal:
    """The refusal behind one of the engine's kinds of error ("Binder", "OUT_OF_RANGE", ...)."""
    plain = kind.lower().replace("_", " ").removesuffix("exception").removesuffix("error").strip()
    return Refusal(_ENGINE.get(plain, "engine"), position)


def of_answer(answer: dict[str, Any]) -> LabRefused:
    """The refusal a worker answered with; of a script the class of its error and the line."""
    position, line, kind = answer.get("position"), answer.get("line"), answer.get("kind")
    named = isinstance(kind, str) and kind.isidentifier() and kind.isascii() and len(kind) <= _LONGEST_CLASS
    return LabRefused(
        str(answer["refused"])[:20], position if type(position) is int else None,
        words=f"Its error was a {kind}." if named and answer["refused"] == "script" else "",
        line=line if type(line) is int and 0 < line < _MOST_LINES else None,
    )  # fmt: skip
