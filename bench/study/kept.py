"""Draws kept on disk as they are made, so that a study that takes hours can be stopped and gone on with.

They are kept under a fingerprint of the code under test and of the worlds: a change begins anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import bench.study
import linkwell.insights
from bench.study.run import Row


def fingerprint(*sizes: int) -> str:
    """Of every module and data file of `linkwell.insights`, of the study itself, and of its sizes."""
    found = hashlib.sha384(repr(sizes).encode())
    for package in (linkwell.insights, bench.study):
        folder = Path(str(package.__file__)).parent
        for file in sorted(folder.rglob("*")):
            if file.suffix in (".py", ".toml") and file.name not in ("__main__.py", "kept.py"):
                found.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes())
    return found.hexdigest()[:16]


class Kept:
    """The draws of one scenario by number."""

    def __init__(self, folder: Path, scenario: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / f"{scenario.replace(' ', '-')}.jsonl"
        self.draws: dict[int, list[Row]] = {}
        if self._file.exists():
            for line in self._file.read_text("utf-8").splitlines():
                number, rows = json.loads(line)
                self.draws[number] = [Row(**row) for row in rows]

    def add(self, draws: Iterable[tuple[int, list[Row]]]) -> None:
        """Keep more draws, on disk before anything else is begun."""
        with self._file.open("a", encoding="utf-8") as file:
            for number, rows in draws:
                self.draws[number] = rows
                file.write(json.dumps([number, [asdict(row) for row in rows]]) + "\n")
