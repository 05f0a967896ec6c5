"""A batch script in Python: what it says of itself, and running it so that each row it makes is one person's.

A script sees people together, and could write what it learned of one into the rows of all. So it is run over
everybody, over two halves and over eight small parts, drawn anew in secret, each time in a fresh process; and
what it makes of somebody has to be the same, to the last bit, whoever else is there.
"""

from __future__ import annotations

import hashlib
import io
import re
import secrets
import time
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

import numpy as np

from linkwell.errors import WrongUse
from linkwell.lab.derived import MOST_TABLES, Derived, Ints, received
from linkwell.lab.inside import first_order
from linkwell.lab.limits import Limits
from linkwell.lab.lists import refuse_somebodys
from linkwell.lab.nest import Nest
from linkwell.lab.pipe import Pipe
from linkwell.lab.refusals import LabRefused, Refusal
from linkwell.lab.session import Session
from linkwell.lab.sources import is_id
from linkwell.lab.statements import plain_name

SMALL_PARTS, ONE_OF = 8, 16
MOST_BYTES = 64_000
_SHARES = {ONE_OF: 1, 2: 1, 1: 1}
"""Of the time: small parts, halves and everybody, a third each."""
_SECRET = 1 << 60
_HEAD = re.compile(r"^#\s*(reads|makes)\s*:(.*)$", re.MULTILINE)

Shapes = dict[str, tuple[tuple[str, str], ...]]
"""Table -> names and kinds of its columns."""


@dataclass(frozen=True)
class Script:
    """A script that was taken in.

    Attributes:
        name: of the file. reads, makes: tables, as its own first lines say.
    """

    name: str
    text: str
    reads: tuple[str, ...]
    makes: tuple[str, ...]

    @property
    def digest(self) -> str:
        """What this very text is called."""
        return hashlib.sha384(self.text.encode()).hexdigest()


def script_in(name: str, data: bytes) -> Script:
    """Look a script through and take it in; it is not run, nor read as a programme.

    Raises:
        WrongUse: no .py, no UTF-8, too long, or without the lines that say what it reads and makes.
        RefusedByRule: it holds what may be somebody's.
    """
    if PurePath(name).suffix.lower() != ".py":
        raise WrongUse("A batch script ends in .py.", fix="Save it as text with this ending.")
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise WrongUse("This is no text.", fix="Save it as UTF-8.") from None
    if len(data) > MOST_BYTES or "\0" in text:
        raise WrongUse("A script has up to 64,000 characters of text.", fix="Bring it in as two scripts.")
    told = {kind: tuple(part.strip().lower() for part in names.split(",") if part.strip())
            for kind, names in reversed(_HEAD.findall(text))}  # fmt: skip
    reads, makes = told.get("reads", ()), told.get("makes", ())
    if not reads or not makes:
        raise WrongUse(
            "A script says which tables it reads and makes.",
            fix="Begin it with two lines: “# reads: person” and “# makes: scored”; commas between names.",
        )
    if any(not plain_name(each) or is_id(each) for each in (*reads, *makes)):
        raise WrongUse("A table is called with letters a to z, digits and underscores.", where="reads, makes")
    if len(makes) > MOST_TABLES or len(set(makes)) != len(makes) or set(reads) & set(makes):
        raise WrongUse(f"A script makes 1 to {MOST_TABLES} tables, none it reads, each once.")
    _look_through(text)
    return Script(PurePath(name).name[:80], text, tuple(dict.fromkeys(reads)), makes)


def _look_through(text: str) -> None:
    """Refuse what looks like somebody's in texts, numbers and comments."""
    try:
        found = [(each.string, f"line {each.start[0]}")
                 for each in tokenize.generate_tokens(io.StringIO(text).readline)
                 if each.type not in (tokenize.NAME, tokenize.OP)]  # fmt: skip
    except (tokenize.TokenError, IndentationError, SyntaxError):
        raise WrongUse("This cannot be read as Python.", fix="Run it on your own computer first.") from None
    refuse_somebodys(found)


def run(
    script: Script, session: Session, nest: Nest, limits: Limits, *, shapes: Shapes | None = None,
    paced: bool = False,
) -> tuple[list[Derived], int]:  # fmt: skip
    """Run a script over parts and over everybody; what it made of everybody, and the most memory (MiB).

    Small parts come first and everybody last, so that no run knows what only a larger one could.

    Args:
        session: on the same database, with the tables it reads; it outlasts the run.
        nest: one for scripts. limits: of time for all runs together; of the rest for each.
        shapes: what it made on the twin; nothing else is taken.
        paced: every run begins at its own moment and has its own share of the time, so that none can tell
            those after it anything by how long it took.

    Raises:
        LabRefused: it failed, made something else, or mixed people.
    """
    # Gathering who is there takes its time once, and not that of the first run.
    session.export(script.reads, secret=secrets.randbelow(_SECRET), of=_SECRET, part=0)
    begun = time.monotonic()
    share = limits.seconds / sum(_SHARES.values())
    parts: list[tuple[Ints, list[Derived]]] = []
    most, ends = 0, begun if paced else begun + limits.seconds
    for of, part, secret in _runs():
        if paced:
            time.sleep(max(0.0, ends - time.monotonic()))
            ends += share * _SHARES[of] / (SMALL_PARTS if of == ONE_OF else of)
        left = ends - time.monotonic()
        if left <= 0:
            raise LabRefused("time")
        units, tables, used = _once(script, session, nest, replace(limits, seconds=left), of, part, secret)
        parts.append((units, _as_said(script, tables, shapes)))
        most = max(most, used)
    _, whole = parts.pop()
    for units, tables in parts:
        if not all(all_of.of(units).same_as(some) for all_of, some in zip(whole, tables, strict=True)):
            raise LabRefused("apart")
    return whole, most


def _runs() -> Iterator[tuple[int, int, int]]:
    """(of, part, secret): small parts of draws of their own, the two halves of one draw, all."""
    for _ in range(SMALL_PARTS):
        yield ONE_OF, 0, secrets.randbelow(_SECRET)
    once = secrets.randbelow(_SECRET)
    yield 2, 0, once
    yield 2, 1, once
    yield 1, 0, secrets.randbelow(_SECRET)


def _once(
    script: Script, session: Session, nest: Nest, limits: Limits, of: int, part: int, secret: int
) -> tuple[Ints, list[Derived], int]:
    _, (names, *streams) = session.export(script.reads, secret=secret, of=of, part=part)
    units = np.frombuffer(names, dtype=np.int64)
    sizes = [(name, len(data)) for name, data in zip(script.reads, streams, strict=True)]
    with Pipe(nest, limits) as process:
        answer, parts = process.order(first_order(script.text, sizes, limits), *streams)
    try:
        made = received(answer.get("made"), parts, len(units))
    except Refusal as refusal:
        raise LabRefused(refusal.kind) from None
    told = answer.get("mebibytes")
    return (
        units,
        [each.under(units) for each in made],
        told if type(told) is int and 0 <= told < 1 << 20 else 0,
    )


def _as_said(script: Script, tables: Sequence[Derived], shapes: Shapes | None) -> list[Derived]:
    found = {each.name: each for each in tables}
    if set(found) != set(script.makes):
        raise LabRefused("made")
    made = [found[name] if shapes is None else found[name].made(shapes[name]) for name in script.makes]
    if any(each is None for each in made):
        raise LabRefused("made")
    return [each for each in made if each is not None]
