"""The process a session's statements run in. It holds one project's database and nothing else: no key, no
ledger, no network, no environment; and it ends when its parent says so or is gone.

Orders come as JSON lines on standard input, answers go as frames to standard output: a line of JSON that
says how many bytes follow, and the bytes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, BinaryIO

from linkwell.lab.frames import say
from linkwell.lab.isolation import isolate
from linkwell.lab.limits import Limits
from linkwell.lab.refusals import Refusal

if TYPE_CHECKING:
    from linkwell.lab.engine import Engine

Answer = tuple[dict[str, Any], list[bytes]]


def main(orders: BinaryIO, answers: BinaryIO) -> None:
    """Take the first order ({database, folder, limits, look, trial}), lock oneself in, and do the rest."""
    engine, probes = load()
    start = json.loads(orders.readline())
    limits = Limits(**start["limits"])
    if "script" in start:
        from linkwell.lab import inside

        inside.main(start, limits, orders, answers)
        return
    database, folder = Path(start["database"]), Path(start["folder"])
    kept = [Path(each) for each in start["kept"]]
    layers = isolate(limits, read=[database, *kept], write=[folder])
    try:
        connection = engine.connect(database, folder, limits)
        open_engine = engine.Engine(connection, limits, *kept)
    except Exception as error:  # noqa: BLE001  its text may hold a path or a value: only its kind goes on
        say(answers, {"refused": "engine", "kind": type(error).__name__, "layers": layers})
        return
    say(answers, {"ready": True, "layers": layers})
    for line in orders:
        order = json.loads(line)
        if start["trial"]:
            order["given"]["own"] = str(folder)
            tried = probes.tried(order, connection)
            say(answers, {"through": tried})
            continue
        answer, parts = _done(open_engine, order, look=bool(start["look"]))
        say(answers, answer, parts)


def load() -> tuple[ModuleType, ModuleType]:
    """Everything a worker needs from the disk, while it may still read it."""
    import numpy.ma  # noqa: F401

    from linkwell.lab import engine, probes, statements

    statements.allowed()
    return engine, probes


def _done(engine: Engine, order: dict[str, Any], *, look: bool) -> Answer:
    does: dict[str, Callable[[], Answer]] = {
        "run": lambda: (engine.run(order["text"], look=look), []),
        "look": lambda: (_look(engine, order, look=look), []),
        "members": lambda: _members(engine, order),
        "labels": lambda: _labels(engine, order, look=look),
        "tables": lambda: ({"tables": engine.tables()}, []),
        "export": lambda: engine.export(order["tables"], order["secret"], order["of"], order["part"]),
        "load": lambda: ({"columns": engine.load(order["table"], order["batch"])}, []),
    }
    try:
        return does[order["do"]]()
    except Refusal as refusal:
        return {"refused": refusal.kind, "position": refusal.position}, []
    except MemoryError:
        return {"refused": "memory", "position": None}, []
    except Exception:  # noqa: BLE001  whatever it was, its text is not for anybody outside this process
        return {"refused": "engine", "position": None}, []


def _look(engine: Engine, order: dict[str, Any], *, look: bool) -> dict[str, Any]:
    if not look:
        raise Refusal("statement")
    return engine.look(order["text"], order["most"])


def _labels(engine: Engine, order: dict[str, Any], *, look: bool) -> Answer:
    if not look:
        raise Refusal("statement")
    return {"labels": engine.labels(order["table"], order["column"])}, []


def _members(engine: Engine, order: dict[str, Any]) -> Answer:
    found = engine.members(order["table"], order["unit"], order["by"], order["amounts"])
    return {}, [each.tobytes() for each in (found["units"], *found["codes"], *found["amounts"])]


def first_order(
    database: Path, folder: Path, limits: Limits, *, look: bool, trial: bool, kept: Sequence[Path] = ()
) -> bytes:
    """The line that begins a worker's life."""
    order = {"database": str(database), "folder": str(folder), "limits": asdict(limits), "look": look,
             "trial": trial, "kept": [str(each) for each in kept]}  # fmt: skip
    return json.dumps(order).encode() + b"\n"


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
