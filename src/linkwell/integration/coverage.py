"""The coverage report of a spine: who is in which source, for the linkers' zone only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path
from typing import Any

import duckdb

from linkwell.integration.residence import ResidenceRule
from linkwell.vault.zones import write_whole


@dataclass(frozen=True)
class Coverage:
    """Counts of people on the spine, by source.

    Attributes:
        sources: people in each. overlap: people in both of two. alone: people in no other source.
        how_many: people by the number of sources they are in. groups: people and people per source, by decade
            of birth and by gender.
        rule: the words of the rule of residence. flags: residents by date and by what they were seen by.
    """

    people: int
    sources: dict[str, int]
    overlap: dict[str, dict[str, int]]
    alone: dict[str, int]
    how_many: dict[str, int]
    groups: list[dict[str, Any]]
    rule: str
    flags: list[dict[str, Any]]

    def as_dict(self) -> dict[str, Any]:
        """For coverage.json."""
        return asdict(self)


def coverage_of(connection: duckdb.DuckDBPyConnection, names: Sequence[str], rule: ResidenceRule) -> Coverage:
    """Count from the connection's tables `spine`, `people` (spine_id, source, key) and `resident`."""
    flags = ", ".join(f"coalesce(bool_or(source = '{name}'), false) AS in_{name}" for name in names)
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE who AS
        SELECT s.spine_id, coalesce(s.gender, 'not known') AS gender,
               coalesce((year(s.dob) // 10 * 10)::VARCHAR || 's', 'not known') AS decade, w.*
        FROM spine s JOIN (SELECT spine_id AS id, {flags} FROM people GROUP BY spine_id) w
          ON w.id = s.spine_id""")

    def counted(what: str, where: str = "true") -> int:
        return int(connection.execute(f"SELECT {what} FROM who WHERE {where}").fetchall()[0][0])

    total = " + ".join(f"in_{name}::INT" for name in names)
    many = connection.execute(f"SELECT {total} AS k, count(*) FROM who GROUP BY ALL ORDER BY k").fetchall()
    sums = ", ".join(f"sum(in_{name}::INT)::BIGINT" for name in names)
    groups = []
    for kind in ("decade", "gender"):
        rows = connection.execute(
            f"SELECT {kind}, count(*), {sums} FROM who GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        groups += [
            {"kind": kind, "name": row[0], "people": row[1], **dict(zip(names, row[2:], strict=True))}
            for row in rows
        ]
    described = [name for name, *_ in connection.execute("DESCRIBE resident").fetchall()]
    kinds = [name for name in described if name not in ("spine_id", "ref_date")]
    per_kind = ", ".join(f'sum("{kind}"::INT)::BIGINT' for kind in kinds)
    seen = connection.execute(
        f"SELECT ref_date::VARCHAR, count(*), {per_kind} FROM resident GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    return Coverage(
        people=counted("count(*)"),
        sources={name: counted("count(*)", f"in_{name}") for name in names},
        overlap={a: {b: counted("count(*)", f"in_{a} AND in_{b}") for b in names} for a in names},
        alone={name: counted("count(*)", f"in_{name} AND {total} = 1") for name in names},
        how_many={str(k): int(n) for k, n in many},
        groups=groups,
        rule=f"{rule.label} ({rule.source})",
        flags=[{"date": row[0], "people": row[1], **dict(zip(kinds, row[2:], strict=True))} for row in seen],
    )


_SEEN_BY = {"under": "young, by birth or visa"}
_GENDERS = {"1": "male", "2": "female", "3": "another gender"}

_STYLE = """
body { font: 1.0625rem/1.55 system-ui, sans-serif; color: #0b0c0c; background: #fff; margin: 0 auto;
  max-width: 60rem; padding: 1.5rem; }
h1 { font-size: 1.9rem; line-height: 1.2; } table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
caption { text-align: left; font-weight: 700; padding: 0.4rem 0; }
th, td { text-align: left; padding: 0.35rem 0.7rem 0.35rem 0; border-bottom: 1px solid #b1b4b6; }
td { text-align: right; font-variant-numeric: tabular-nums; } .wide { overflow-x: auto; }
thead th + th { text-align: right; }
.zone { border: 3px solid #0b0c0c; padding: 0.6rem 1rem; font-weight: 700; }
.wide:focus { outline: 3px solid #0b0c0c; outline-offset: 2px; }
"""


def write_report(
    told: Coverage, read: Mapping[str, Mapping[str, int]], residents: Mapping[str, int], path: Path
) -> None:
    """Write the page: one file, no script, nothing loaded from elsewhere, no value of anybody."""
    names = list(told.sources)
    share = {name: 100 * n / max(told.people, 1) for name, n in told.sources.items()}
    tables = [
        _table(
            "What was read",
            ("Source", "Rows", "Numbers", "Birth dates not read", "People on the spine", "Of the spine, %"),
            [
                (name, facts["rows"], facts["numbers"], facts["birth_dates_unread"], told.sources[name],
                 f"{share[name]:.1f}")
                for name, facts in read.items()
            ],
        ),
        _table(
            "People in both of two sources",
            ("Source", *names, "In no other"),
            [(a, *(told.overlap[a][b] for b in names), told.alone[a]) for a in names],
        ),
        _table("How many sources people are in", ("Sources", "People"), list(told.how_many.items())),
    ]  # fmt: skip
    for kind, caption in (("decade", "By decade of birth"), ("gender", "By gender")):
        rows = [g for g in told.groups if g["kind"] == kind]
        tables.append(
            _table(
                caption,
                (
                    caption.removeprefix("By ").capitalize(),
                    "People",
                    *(f"{n}, %" for n in names),
                ),
                [
                    (
                        _GENDERS.get(g["name"], g["name"]),
                        g["people"],
                        *(f"{100 * g[n] / max(g['people'], 1):.1f}" for n in names),
                    )
                    for g in rows
                ],
            )
        )
    kinds = [key for key in (told.flags[0] if told.flags else {}) if key not in ("date", "people")]
    tables.append(
        _table(
            f"Residents: {told.rule}",
            ("Date", "People", *(_SEEN_BY.get(kind, kind.replace("_", " ")) for kind in kinds)),
            [(f["date"], f["people"], *(f[k] for k in kinds)) for f in told.flags],
        )
    )
    last = max(residents, default="")
    found = f", {residents[last]:,} of them resident on {escape(last)}" if last else ""
    page = (
        '<!doctype html><html lang="en-NZ"><head><meta charset="utf-8"><title>Coverage of the spine</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body><main><h1>The spine holds {told.people:,} people{found}</h1>"
        '<p class="zone">For linkers only. Not rounded: nothing here may leave the linkers’ zone.</p>'
        f"{''.join(tables)}</main></body></html>\n"
    )
    write_whole(path, page.encode())


def _percent(group: Mapping[str, Any], name: str) -> str:
    return f"{100 * group[name] / max(group['people'], 1):.1f}"


def _table(caption: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    def cell(value: object) -> str:
        return f"{value:,}" if isinstance(value, int) else escape(str(value))

    top = "".join(f'<th scope="col">{escape(each)}</th>' for each in head)
    body = "".join(
        f'<tr><th scope="row">{cell(row[0])}</th>' + "".join(f"<td>{cell(c)}</td>" for c in row[1:]) + "</tr>"
        for row in rows
    )
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"
    )
