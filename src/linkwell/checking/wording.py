"""Collect findings by rule and column, and put them into the sentences of `findings.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import resources

from linkwell.checking.sources import Source
from linkwell.checking.verdict import Finding, Fixable, Severity

_ORDER = list(Severity)


@cache
def rules() -> dict[str, dict[str, str]]:
    """Every rule: severity, what, why, fix, fixable."""
    text = resources.files("linkwell.checking").joinpath("findings.toml").read_text("utf-8")
    return tomllib.loads(text)


class Collector:
    """Findings while a check runs: row positions by (rule, source, column, detail)."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, str, str], list[int]] = {}
        self._sources: dict[str, Source] = {}
        self._counts: dict[tuple[str, str, str, str], int] = {}

    def add(
        self,
        code: str,
        source: Source | str,
        rows: Iterable[int] = (),
        *,
        column: str = "",
        detail: str = "",
        count: int | None = None,
    ) -> None:
        """Add row positions (0-based in the source) to one finding; no rows and no count adds nothing."""
        name = source if isinstance(source, str) else source.name
        if isinstance(source, Source):
            self._sources[name] = source
        found = list(rows)
        if not found and count is None:
            return
        key = (code, name, column, detail)
        self._found.setdefault(key, []).extend(found)
        self._counts[key] = self._counts.get(key, 0) + (len(found) if count is None else count)

    def add_numbers(
        self, code: str, table: str, numbers: list[int], *, column: str = "", detail: str = ""
    ) -> None:
        """Add rows that are known by their own numbers, with no source behind them."""
        key = (code, table, column, detail)
        self._found.setdefault(key, []).extend(numbers)
        self._counts[key] = self._counts.get(key, 0) + len(numbers)

    def findings(self) -> tuple[Finding, ...]:
        """Everything found, one finding per rule, file, column and detail; worst first."""
        made = [finding for key in self._found for finding in self._made(*key)]
        return tuple(
            sorted(
                made,
                key=lambda f: (_ORDER.index(f.severity), -f.count, f.table, f.file, f.column, f.code, f.what),
            )
        )

    def _made(self, code: str, name: str, column: str, detail: str) -> Iterable[Finding]:
        positions = sorted(set(self._found[code, name, column, detail]))
        source = self._sources.get(name)
        if source is None or not positions:
            count = self._counts[code, name, column, detail]
            yield _finding(code, name, column, detail, "", tuple(positions), count)
            return
        for file, numbers in source.by_file(positions, column).items():
            rows = tuple(sorted(set(numbers)))  # two rows here may share one of another export
            yield _finding(code, name, column, detail, file, rows, len(numbers))


def _finding(
    code: str, table: str, column: str, detail: str, file: str, rows: tuple[int, ...], count: int
) -> Finding:
    rule = rules()[code]
    facts = {"n": f"{count:,}", "column": f"“{column}”", "detail": detail}
    return Finding(
        code=code,
        severity=Severity(rule["severity"]),
        table=table,
        column=column,
        what=_one_or_many(rule["what"], count).format(**facts),
        why=rule["why"].format(**facts),
        fix=rule["fix"].format(**facts),
        fixable=Fixable(rule["fixable"]),
        rows=rows,
        count=count,
        file=file,
    )


_CHOICE = re.compile(r"\[([^|\]]*)\|([^\]]*)\]")


def _one_or_many(what: str, count: int) -> str:
    """Take the first of "[row has|rows have]" for one and the second for several."""
    return _CHOICE.sub(lambda found: found[1 if count == 1 else 2], what)
