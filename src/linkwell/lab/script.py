"""A script, cut into its statements by the engine's own reading of words."""

from __future__ import annotations

import duckdb

from linkwell.lab.refusals import LabRefused


def statements_of(text: str) -> list[tuple[int, str]]:
    """The statements of a script, each with the line it starts on (from 1); empty ones are left out.

    Raises:
        LabRefused: the script cannot be read.
    """
    raw = text.encode()
    try:
        found = [(at, str(kind)) for at, kind in duckdb.tokenize(text)]
    except (duckdb.Error, RuntimeError, ValueError):
        raise LabRefused("syntax") from None
    marks = [at for at, kind in found if "comment" not in kind]
    statements: list[tuple[int, int]] = []
    start: int | None = None
    for at in marks:
        if raw[at : at + 1] == b";":
            if start is not None:
                statements.append((start, at))
            start = None
        elif start is None:
            start = at
    if start is not None:
        statements.append((start, len(raw)))
    return [(raw[:begin].count(b"\n") + 1, raw[begin:end].decode()) for begin, end in statements]
