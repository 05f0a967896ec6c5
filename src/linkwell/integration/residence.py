"""Who was resident on a date, by a rule that is data: activity before it, minus deaths and people away."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path

import duckdb
import pyarrow as pa

from linkwell.errors import WrongUse
from linkwell.integration import database


@dataclass(frozen=True)
class ResidenceRule:
    """One rule of `residence.toml`; months and years are whole numbers."""

    name: str
    label: str
    source: str
    window_months: int
    under: int
    under_sources: tuple[str, ...]
    away_months: int


def rule(name: str, file: Path | None = None) -> ResidenceRule:
    """The rule of that name, from `file` or from the rules that come with Linkwell.

    Raises:
        WrongUse: no such rule, or it is not complete.
    """
    own = resources.files("linkwell.integration").joinpath("residence.toml")
    text = (file.read_bytes() if file is not None else own.read_bytes()).decode()
    rules = tomllib.loads(text)
    if name not in rules:
        raise WrongUse(
            "There is no such rule of residence.", where=name, fix=f"Rules are: {', '.join(sorted(rules))}"
        )
    try:
        found = dict(rules[name])
        return ResidenceRule(name=name, **{**found, "under_sources": tuple(found["under_sources"])})
    except (KeyError, TypeError) as error:
        raise WrongUse("A rule of residence is not complete.", where=name, why=str(error)) from None


def residents(
    connection: duckdb.DuckDBPyConnection, chosen: ResidenceRule, at: Sequence[date], kinds: Sequence[str]
) -> pa.Table:
    """Who was resident at each date: shape (rows, [spine_id, ref_date, one flag a kind, under]).

    Reads the connection's tables `persons` (spine_id, dob, death_date), `activity` (spine_id, kind, day),
    `known` (spine_id, source) and `away` (spine_id, left_on, back_on).
    """
    parts = [_at(chosen, day, kinds) for day in at]
    return database.arrow(connection, " UNION ALL ".join(parts) + " ORDER BY ref_date, spine_id")


def _at(chosen: ResidenceRule, day: date, kinds: Sequence[str]) -> str:
    at, window = f"DATE '{day}'", f"INTERVAL {chosen.window_months} MONTH"
    flags = "".join(f", coalesce(bool_or(a.kind = '{kind}'), false) AS {kind}" for kind in kinds)
    listed = ", ".join(f"'{name}'" for name in chosen.under_sources) or "''"
    young = (
        f"p.dob > {at} - INTERVAL {chosen.under} YEAR AND p.dob <= {at} AND p.spine_id IN "
        f"(SELECT spine_id FROM known WHERE source IN ({listed}))"
    )
    return f"""(
        SELECT p.spine_id, {at} AS ref_date{flags}, coalesce(any_value({young}), false) AS under
        FROM persons p
        LEFT JOIN activity a ON a.spine_id = p.spine_id AND a.day <= {at} AND a.day > {at} - {window}
        WHERE (p.death_date IS NULL OR p.death_date > {at}) AND (p.dob IS NULL OR p.dob <= {at})
          AND p.spine_id NOT IN (
            SELECT spine_id FROM away
            WHERE least(coalesce(back_on, {at}), {at})
                  >= greatest(left_on, ({at} - {window})::DATE) + INTERVAL {chosen.away_months} MONTH)
        GROUP BY p.spine_id HAVING count(a.day) > 0 OR any_value({young}))"""
