"""What the check says: a verdict for every column, and every fault with its cells; never a value."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any


class Verdict(StrEnum):
    """From harmless to not to be released."""

    PASS = "pass"  # noqa: S105  no password
    NOTE = "note"
    REVIEW = "review"
    FAIL = "fail"


ORDER = list(Verdict)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The gravest; a note alone is a pass."""
    found = max(verdicts, key=ORDER.index, default=Verdict.PASS)
    return Verdict.PASS if found is Verdict.NOTE else found


@dataclass(frozen=True)
class Rule:
    """One entry of `rules.toml`."""

    name: str
    verdict: Verdict
    what: str
    why: str
    fix: str
    source: str


@dataclass(frozen=True)
class Finding:
    """One fault, or one thing for a person to judge.

    Attributes:
        rule: its name in `rules.toml`. sheet: "" in a CSV file.
        cells: addresses; () for what has none. column: the heading above. detail: more, never a value.
    """

    rule: str
    verdict: Verdict
    file: str
    sheet: str = ""
    cells: tuple[str, ...] = ()
    column: str = ""
    detail: str = ""

    @property
    def words(self) -> Rule:
        """What it means and what to do."""
        return rules()[self.rule]

    @property
    def where(self) -> str:
        """File, sheet and the first cells, for a person."""
        shown = ", ".join(self.cells[:12]) + (
            f" and {len(self.cells) - 12:,} more" if len(self.cells) > 12 else ""
        )
        sheet = f"sheet '{self.sheet}'" if self.sheet else ""
        return ", ".join(part for part in (self.file, sheet, shown) if part)

    def as_dict(self) -> dict[str, Any]:
        """For machines."""
        return {**asdict(self), "verdict": self.verdict.value, "cells": list(self.cells)}


@dataclass(frozen=True)
class ColumnVerdict:
    """What one column was tested under, and how it came out.

    Attributes:
        role: "leaves", or "evidence" for RAW. kind: count, percentage, mean, ... tested: rules by name.
    """

    file: str
    sheet: str
    column: str
    heading: str
    role: str
    kind: str
    tested: tuple[str, ...]
    verdict: Verdict
    cells: tuple[str, ...]


@cache
def rules() -> dict[str, Rule]:
    """Every rule by its name."""
    text = (resources.files("linkwell.confidentiality.output_check") / "rules.toml").read_text("utf-8")
    return {
        name: Rule(name, Verdict(rule["verdict"]), rule["what"], rule["why"], rule["fix"], rule["source"])
        for name, rule in tomllib.loads(text).items()
    }


def found(
    rule: str,
    file: str,
    sheet: str = "",
    cells: Iterable[str] = (),
    *,
    column: str = "",
    detail: str = "",
    verdict: Verdict | None = None,
) -> Finding:
    """A finding under a rule; `verdict` only where this case is other than the rule's usual one."""
    return Finding(rule, verdict or rules()[rule].verdict, file, sheet, tuple(cells), column, detail)
