"""Collect findings by rule and column, and put them into the sentences of `findings.toml`."""

from __future__ import annotations

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

    def findings(self) -> tuple[Finding, ...]:
        """Everything found, one finding per rule, file, column and detail; worst first."""
        made = [finding for key in self._found for finding in self._made(*key)]
        return tuple(
            sorted(made, key=lambda f: (_ORDER.index(f.severity), f.table, f.file, f.column, f.code, f.what))
        )

    def _made(self, code: str, name: str, column: str, detail: str) -> Iterable[Finding]:
        positions = sorted(set(self._found[code, name, column, detail]))
        source = self._sources.get(name)
        if source is None or not positions:
            yield _finding(code, name, column, detail, "", (), self._counts[code, name, column, detail])
            return
        by_file: dict[str, list[int]] = {}
        for position in positions:
            file, number = source.where(position)
            by_file.setdefault(file, []).append(number)
        for file, numbers in by_file.items():
            yield _finding(code, name, column, detail, file, tuple(numbers), len(numbers))


def _finding(
    code: str, table: str, column: str, detail: str, file: str, rows: tuple[int, ...], count: int
) -> Finding:
    rule = rules()[code]
    facts = {"n": f"{count:,}", "column": f"“{column}”", "detail": detail}
    what = rule["what"].format(**facts)
    return Finding(
        code=code,
        severity=Severity(rule["severity"]),
        table=table,
        column=column,
        what=_one_or_many(what, count),
        why=rule["why"].format(**facts),
        fix=rule["fix"].format(**facts),
        fixable=Fixable(rule["fixable"]),
        rows=rows,
        count=count,
        file=file,
    )


_ONE = (
    ("1 rows have", "1 row has"), ("1 rows share", "1 row shares"), ("1 rows repeat", "1 row repeats"),
    ("1 rows are", "1 row is"), ("1 rows list", "1 row lists"), ("1 rows belong", "1 row belongs"),
    ("1 rows overlap", "1 row overlaps"), ("1 rows ", "1 row "), ("1 cells in", "1 cell in"),
    ("1 people share", "1 person shares"), ("1 people have", "1 person has"), ("1 people are", "1 person is"),
    ("1 people signed up under one contact have", "1 person signed up under a shared contact has"),
    ("1 visits or contacts belong", "1 visit or contact belongs"), ("1 dates in", "1 date in"),
    ("1 visits or contacts repeat", "1 visit or contact repeats"), ("1 names in", "1 name in"),
    ("1 visits or contacts", "1 visit or contact"), ("1 NHI numbers in", "1 NHI number in"),
    ("1 birth dates in", "1 birth date in"),
)  # fmt: skip


def _one_or_many(what: str, count: int) -> str:
    """Sentences are written for several; "1 rows have" becomes "1 row has"."""
    if count != 1:
        return what
    for many, one in _ONE:
        if many in what:
            return what.replace(many, one, 1).replace("They stay with you", "It stays with you")
    return what
