"""Turn levels.toml into SQL: each pair of records gets a level per comparison, and how many share the
agreeing value."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import duckdb

from linkwell.linkage.births import SWAPPED
from linkwell.linkage.settings import ModelFiles
from linkwell.linkage.standardise import spelt_columns, spelt_sql

STRATUM = 16  # a code is stratum * 16 + level; level 0 is "nothing to compare"
_COLUMN = re.compile(r"\b([lse])\.(\w+)")
_LEVEL = re.compile(r"\blv_(\w+)")
PLACE = ("street", "street_number", "locality", "home")


@dataclass(frozen=True)
class Level:
    """One way two values can agree; `m` and `u` have one value per stratum."""

    name: str
    label: str
    when: str
    m: tuple[float, ...]
    u: tuple[float, ...]
    seen: str
    times: float
    plus: float
    near_exact: bool


@dataclass(frozen=True)
class Comparison:
    """A field that is compared, with its levels from best to worst.

    `plain` and `absent` say by codes alone that the first level holds, or that there is nothing to compare.
    """

    name: str
    label: str
    missing: str
    strata: tuple[tuple[str, str], ...]
    levels: tuple[Level, ...]
    plain: str
    absent: str
    identifier: bool = False

    def number(self, level: str) -> int:
        """The level's number in a code (1 for the first)."""
        return 1 + next(i for i, known in enumerate(self.levels) if known.name == level)

    @property
    def same_for_all(self) -> int | None:
        """How many share an agreeing value where that is one number for every pair (0: no level says); else
        None."""
        told = {level.seen for level in self.levels if level.seen}
        if not told:
            return 0
        only = told.pop()
        return int(only) if not told and only.isdigit() else None


def comparisons(model: ModelFiles) -> tuple[Comparison, ...]:
    """The comparisons of a model, identifiers last."""
    plain = [
        _comparison(row) for row in model.levels["comparison"] if row["name"] != "address" or model.located
    ]
    for extra in model.extras:
        if extra.get("compare"):
            text = _filled(model.levels["extra"], extra["name"], "{x}")
            plain.append(_comparison({**text, "name": extra["name"], "label": extra["label"]}))
    pattern = model.levels["identifier"]
    for kind in model.identifiers:
        text = _filled(pattern, kind["name"], "{id}")
        plain.append(_comparison({**text, "name": kind["name"], "label": kind["label"]}, identifier=True))
    return tuple(plain)


def _filled(value: Any, name: str, hole: str) -> Any:
    if isinstance(value, str):
        return value.replace(hole, name)
    if isinstance(value, list):
        return [_filled(item, name, hole) for item in value]
    if isinstance(value, dict):
        return {key: _filled(item, name, hole) for key, item in value.items()}
    return value


def _comparison(row: Mapping[str, Any], *, identifier: bool = False) -> Comparison:
    strata = tuple((name, when) for name, when in row.get("strata", [["all", "true"]]))

    def spread(value: float | Mapping[str, float]) -> tuple[float, ...]:
        return tuple(float(value[name]) if isinstance(value, Mapping) else float(value) for name, _ in strata)

    levels = tuple(
        Level(
            level["name"],
            level.get("label", level["name"]),
            level["when"],
            spread(level["m"]),
            spread(level["u"]),
            level.get("seen", ""),
            float(level.get("times", 1)),
            float(level.get("plus", 0)),
            bool(level.get("near_exact", False)),
        )
        for level in row["level"]
    )
    plain, absent = str(row.get("plain", "false")), str(row.get("absent", "false"))
    return Comparison(row["name"], row["label"], row["missing"], strata, levels, plain, absent, identifier)


def plain_sql(model: ModelFiles) -> str:
    """SQL on a record `l` and a person `s` that is true where every comparison is at its first level or has
    nothing to compare, so that no text need be looked at."""
    tests = [f"coalesce({c.plain}, false) OR coalesce({c.absent}, false)" for c in comparisons(model)]
    return " AND ".join(f"({test})" for test in tests)


def compare_sql(
    model: ModelFiles,
    compared: Sequence[Comparison],
    source: str,
    carry: Sequence[tuple[str, str]],
    *,
    words: Mapping[str, str] | None = None,
    plain: bool = False,
) -> str:
    """SQL that gives every pair its levels.

    Args:
        compared: the comparisons to make. source: SQL after FROM that joins a record `l` to a person `s`.
        carry: (column, alias) to carry through.
        words: side ("l", "s") -> table of words, where `source` has coded rows that are spelt here.
        plain: the pairs are known to be as `plain_sql` says.

    Returns:
        SQL with the carried columns, pair_seen and era, then `lv_<comparison>` (code) for each, and
        `n_<comparison>` (seen) where that differs from pair to pair.
    """
    likeness: Mapping[str, str] = {} if plain else model.levels["likeness"]
    turned: Mapping[str, str] = {} if plain else model.levels["turned"]
    counted = [c.name for c in compared if c.same_for_all is None]
    compared = tuple(_made_plain(c) for c in compared) if plain else compared
    texts = [*likeness.values(), *turned.values(), "" if plain else "l.g1 s.g1"]
    for c in compared:
        texts += [
            c.missing,
            *(when for _, when in c.strata),
            *(x.when for x in c.levels),
            *(x.seen for x in c.levels),
        ]
    columns = sorted({(found[1], found[2]) for text in texts for found in _COLUMN.finditer(text)})
    absent = set(place_columns(model)) ^ {*PLACE, *(f"n_{name}" for name in PLACE)}
    spelt, joins = spelt_columns(columns, words or {})

    def text(side: str, column: str) -> str:
        return "NULL" if column in absent else spelt.get((side, column), f"{side}.{column}")

    brought = "".join(f", {text(side, column)} AS {side}_{column}" for side, column in columns)
    carried = ", ".join(f"{column} AS {alias}" for column, alias in carry)
    if not plain:
        joins += f" LEFT JOIN equivalents e ON e.a = {text('l', 'g1')} AND e.b = {text('s', 'g1')}"
    query = f"SELECT {carried}, s.npair AS pair_seen, s.era AS era{brought} FROM {source}{joins}"
    for made in (likeness, turned):
        if made:
            query = (
                f"SELECT *, {', '.join(f'{_flat(x)} AS {name}' for name, x in made.items())} FROM ({query})"
            )
    names = {c.name for c in compared}
    left_out = {found[1] for text in texts for found in _LEVEL.finditer(text)} - names
    if left_out:
        query = f"SELECT *, {', '.join(f'0 AS lv_{name}' for name in sorted(left_out))} FROM ({query})"
    for c in compared:
        query = f"SELECT *, {_flat(_level_case(c))} AS lv_{c.name} FROM ({query})"
    outputs = [f"lv_{c.name}" for c in compared]
    outputs += [f"{_flat(_seen_case(c))} AS n_{c.name}" for c in compared if c.name in counted]
    kept = ", ".join(alias for _, alias in carry)
    return f"SELECT {kept}, pair_seen, era, {', '.join(outputs)} FROM ({query})"


def _made_plain(c: Comparison) -> Comparison:
    """The comparison where it is known to be at its first level, or to have nothing to compare."""
    missing = "false" if c.absent == "false" else c.absent
    return replace(c, missing=missing, levels=(replace(c.levels[0], when="true"),))


def place_columns(model: ModelFiles) -> list[str]:
    """The columns of an address that this model has, with their counts."""
    names = [name for name in PLACE if name in model.extra_names]
    names += ["home"] if "street" in names else []
    return [*names, *(f"n_{name}" for name in names)]


def _flat(text: str) -> str:
    return _COLUMN.sub(r"\1_\2", text)


def _level_case(c: Comparison) -> str:
    whens = " ".join(f"WHEN {level.when} THEN {number}" for number, level in enumerate(c.levels, 1))
    strata = " ".join(f"WHEN {when} THEN {number * STRATUM}" for number, (_, when) in enumerate(c.strata))
    return f"CAST(CASE WHEN {c.missing} THEN 0 ELSE (CASE {strata} END) + (CASE {whens} END) END AS UTINYINT)"


def _seen_case(c: Comparison) -> str:
    whens = " ".join(
        f"WHEN {number} THEN {level.seen}" for number, level in enumerate(c.levels, 1) if level.seen
    )
    return (
        f"CAST(CASE lv_{c.name} % {STRATUM} {whens} ELSE 0 END AS INTEGER)" if whens else "CAST(0 AS INTEGER)"
    )


def sampled_levels(con: duckdb.DuckDBPyConnection, model: ModelFiles) -> None:
    """Count the levels among pairs of different spine people, sampled by hash of the id, into table
    `sampled`.

    The same spine gives the same sample on any number of threads and in any row order.
    """
    people = int(model.model["sample"]["people"])
    rows = con.execute("SELECT count(*) FROM spine").fetchall()[0][0]
    few = f"SELECT rowid AS i, pid FROM spine WHERE hash(pid) % {max(rows // (20 * people), 1)} = 0"
    con.execute(f"CREATE TEMP TABLE sample_few AS {few}")
    for side in ("a", "b"):
        first = f"SELECT i FROM sample_few ORDER BY md5('{side}' || CAST(pid AS VARCHAR)) LIMIT {people}"
        chosen = f"SELECT s.*, {SWAPPED} AS dsw FROM spine s JOIN ({first}) ON s.rowid = i"
        con.execute(f"CREATE TEMP TABLE sample_{side} AS {spelt_sql(chosen, 'spelling', counts=True)}")
    query = compare_sql(
        model, comparisons(model), "sample_a l JOIN sample_b s ON l.pid <> s.pid", [("l.pid", "lp")]
    )
    con.execute(f"CREATE TEMP TABLE sample_levels AS {query}")
    con.execute("CREATE TABLE sampled (comparison VARCHAR, code UTINYINT, n BIGINT)")
    for c in comparisons(model):
        con.execute(
            f"INSERT INTO sampled SELECT '{c.name}', lv_{c.name}, count(*) FROM sample_levels GROUP BY ALL"
        )
