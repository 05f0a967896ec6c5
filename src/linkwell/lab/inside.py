"""The process a Python script runs in, and what the script finds there.

Nothing here is believed by anybody: a script can change all of it. What holds is what the kernel was told
before the script was read, and what the parent makes of the answer (`derived.received`, `batches`).
"""

from __future__ import annotations

import json
import resource
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, replace
from types import FrameType
from typing import Any, BinaryIO

import duckdb
import numpy as np

from linkwell.lab.derived import NO_NUMBER
from linkwell.lab.frames import say
from linkwell.lab.isolation import isolate
from linkwell.lab.kernel import NotThere
from linkwell.lab.limits import Limits
from linkwell.lab.seccomp import close_files

SCRIPT = "<script>"
NEEDED = ("files", "calls")
"""Layers without which no script runs: who writes Python calls the kernel by themselves."""


def load() -> None:
    """Everything a script may import, while it can still be read."""
    import importlib

    for name in ("pyarrow", "scipy.stats", "scipy.optimize", "pandas", "statsmodels.api", "patsy",
                 "statsmodels.formula.api", "statistics", "datetime", "math", "re", "decimal", "fractions",
                 "collections", "itertools", "functools", "random", "string", "zoneinfo"):  # fmt: skip
        with suppress(ImportError):  # statsmodels comes with the extra "lab"
            importlib.import_module(name)


def main(start: dict[str, Any], limits: Limits, orders: BinaryIO, answers: BinaryIO) -> None:
    """Lock oneself in, take the tables, shut the last door, run the script, say what it made."""
    layers = isolate(replace(limits, spill_bytes=0), read=[], write=[])
    tables = [(str(name), orders.read(int(size))) for name, size in start["tables"]]
    orders.close()
    try:
        data = _with(tables, limits)
        tables.clear()
        close_files()
    except (NotThere, MemoryError, duckdb.Error) as error:
        say(answers, {"refused": "layers" if isinstance(error, NotThere) else "memory"})
        return
    if any(layers[each].startswith("missing") for each in NEEDED):
        say(answers, {"refused": "layers"})
        return
    _run(str(start["script"]), data, answers)


def _with(tables: list[tuple[str, bytes]], limits: Limits) -> duckdb.DuckDBPyConnection:
    """An engine with these tables, in memory alone."""
    import pyarrow.ipc

    settings: dict[str, Any] = {
        "threads": "1",
        "memory_limit": f"{limits.memory_bytes}B",
        "temp_directory": "",
    }
    data = duckdb.connect(config=settings)
    for name, sent in tables:
        data.register("sent", pyarrow.ipc.open_stream(sent).read_all())
        data.execute(f'CREATE TABLE "{name}" AS SELECT * FROM sent')
        data.unregister("sent")
    return data


def _run(text: str, data: duckdb.DuckDBPyConnection, answers: BinaryIO) -> None:
    head: list[dict[str, Any]] = []
    parts: list[bytes] = []
    world: dict[str, Any] = {"__name__": "__main__", "data": data, "make": _maker(head, parts)}
    try:
        exec(compile(text, SCRIPT, "exec"), world)  # noqa: S102  that is what this process is for
    except MemoryError:
        say(answers, {"refused": "memory"})
    except BaseException as error:  # noqa: BLE001  also SystemExit: only its kind and place go on
        say(answers, {"refused": "script", "kind": type(error).__name__[:60], "line": _line(error)})
    else:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        say(answers, {"made": head, "mebibytes": most}, parts)


def _line(error: BaseException) -> int:
    """The last line of the script that was being done; 0 if none."""
    if isinstance(error, SyntaxError) and error.filename == SCRIPT:
        return error.lineno or 0
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if _ours(frame)]
    return lines[-1] if lines else 0


def _ours(frame: FrameType) -> bool:
    return frame.f_code.co_filename == SCRIPT


def _maker(head: list[dict[str, Any]], parts: list[bytes]) -> Callable[..., None]:
    def make(name: str, snz_uid: Any, **columns: Any) -> None:
        """Keep a table of one row a person: their numbers, and columns as long as these."""
        told = []
        sent = [np.asarray(snz_uid).astype("<i8").tobytes()]
        for column, values in columns.items():
            whole = values if isinstance(values, np.ma.MaskedArray) else np.asarray(values)
            kind, data, labels = _encoded(whole)
            told.append({"name": column, "kind": kind, "labels": labels})
            sent.append(data)
        head.append({"name": name, "columns": told})
        parts.extend(sent)

    return make


def _encoded(values: np.ndarray[Any, Any]) -> tuple[str, bytes, list[str]]:
    """Kind, bytes and labels of a column; what is masked, None or no number is missing."""
    hidden = np.broadcast_to(np.ma.getmaskarray(values), values.shape)
    values = np.ma.getdata(values)
    kind = values.dtype.kind
    if kind in "iu":
        return "BIGINT", np.where(hidden, NO_NUMBER, values.astype("<i8")).astype("<i8").tobytes(), []
    if kind == "f":
        return "DOUBLE", np.where(hidden, np.nan, values.astype("<f8")).tobytes(), []
    if kind == "M":
        values = values.astype("datetime64[D]").astype(str).astype(object)
    values = values.astype(object)
    gone = [each is None or str(each) in ("nan", "NaT", "<NA>") for each in values]
    empty = hidden | np.array(gone, dtype=bool)
    there = values[~empty]
    if kind == "b" or (len(there) and all(isinstance(each, bool | np.bool_) for each in there)):
        told = np.full(len(values), -1, dtype="<i1")
        told[~empty] = there.astype(bool)
        return "BOOLEAN", told.tobytes(), []
    labels, places = np.unique(np.array([str(each) for each in there], dtype=str), return_inverse=True)
    codes = np.full(len(values), -1, dtype="<i4")
    codes[~empty] = places
    return "VARCHAR", codes.tobytes(), labels.tolist()


def first_order(script: str, tables: list[tuple[str, int]], limits: Limits) -> bytes:
    """The line that begins the life of a script's process; the tables' bytes follow it."""
    order = {"script": script, "tables": tables, "limits": asdict(limits)}
    return json.dumps(order).encode() + b"\n"
