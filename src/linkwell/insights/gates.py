"""Gates as data: each value against its red and amber limit; any red means no number anywhere."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Level = Literal["green", "amber", "red"]


@dataclass(frozen=True)
class Gate:
    """One gate of `gates.toml`."""

    id: str
    value: str
    worse: Literal["below", "above"]
    helps: str
    amber: float
    amber_sentence: str
    red: float | None = None
    red_sentence: str = ""

    def level(self, value: float) -> Level:
        """Where a value falls; not a number is red where the gate has a red, else amber."""
        for level, limit in (("red", self.red), ("amber", self.amber)):
            if limit is not None and (math.isnan(value) or self._past(value, limit)):
                return "red" if level == "red" else "amber"
        return "green"

    def _past(self, value: float, limit: float) -> bool:
        return value < limit if self.worse == "below" else value > limit


@dataclass(frozen=True, repr=False)
class GateResult:
    """How one gate came out. `value` is internal: it never leaves; the sentence may."""

    gate: Gate
    value: float
    level: Level

    @property
    def sentence(self) -> str:
        """The plain sentence, empty when green."""
        return {"red": self.gate.red_sentence, "amber": self.gate.amber_sentence, "green": ""}[self.level]


@cache
def gates() -> Mapping[str, Gate]:
    """`gates.toml`, by id."""
    text = resources.files("linkwell.insights").joinpath("gates.toml").read_text("utf-8")
    return {entry["id"]: Gate(**entry) for entry in tomllib.loads(text)["gate"]}


def judge(values: Mapping[str, float]) -> tuple[GateResult, ...]:
    """Every value against its gate, in the order of `gates.toml`."""
    return tuple(
        GateResult(gate, values[gate.id], gate.level(values[gate.id]))
        for gate in gates().values()
        if gate.id in values
    )


def usual(values: NDArray[np.float64]) -> float:
    """The value most people have."""
    found, times = np.unique(values, return_counts=True)
    return float(found[times.argmax()]) if len(found) else math.nan


def refused(results: Sequence[GateResult]) -> bool:
    """Whether any gate is red."""
    return any(result.level == "red" for result in results)
