"""Clerical review: a sample for people to judge, blind, and what their judgements say about the links.

Everything here holds names and birth dates, so it stays in the linkers' zone. The sample is proportional over
links that are not near-exact (O'Sullivan 2014), some pairs are in it twice under another number so that the
reviewers' own agreement is known, and neither posterior nor weight is shown to them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from linkwell.errors import WrongUse
from linkwell.linkage.answer import LinkResult
from linkwell.linkage.columns import recognise
from linkwell.linkage.engine import Source, engine, quoted, register
from linkwell.linkage.settings import LinkSettings
from linkwell.vault.zones import write_whole

SHOWN = (
    *("first_name", "middle_name", "last_name", "prior_last_name", "full_name", "dob"),
    *("birth_day", "birth_month", "birth_year", "gender", "area"),
)
SAME, DIFFERENT, UNSURE = "same", "different", "unsure"
_ANSWERS = {"same": SAME, "y": SAME, "yes": SAME, "1": SAME, "different": DIFFERENT, "n": DIFFERENT}
_ANSWERS |= {"no": DIFFERENT, "0": DIFFERENT, "unsure": UNSURE, "?": UNSURE}


@dataclass(frozen=True)
class Sample:
    """A sample for review.

    Attributes:
        sheet: for the reviewers: number, the fields of both sides, judgement (empty); in shuffled order.
        key: for the linkers only: number, record, person, stratum, posterior; never beside the sheet.
        strata: stratum -> (links in it, of which sampled).
    """

    sheet: pa.Table
    key: pa.Table
    strata: Mapping[str, tuple[int, int]]


@dataclass(frozen=True)
class Estimate:
    """What the judgements say.

    Attributes:
        false_links: expected number among all links, with `low` and `high` about 95 in 100.
        judged, unsure: pairs judged, and judged unsure (counted as half wrong).
        agreement: share of pairs judged alike both times; None without repeats.
        expected: false links the model itself expected.
    """

    false_links: float
    low: float
    high: float
    judged: int
    unsure: int
    agreement: float | None
    expected: float


def sample(
    result: LinkResult,
    extract: Source,
    spine: Source,
    *,
    size: int = 300,
    repeats: float = 0.1,
    seed: str = "1",
    settings: LinkSettings | None = None,
) -> Sample:
    """Draw links to be judged: proportional over passes, among links that are not near-exact.

    Args:
        size: how many different links; fewer where there are fewer. repeats: share shown twice.
        seed: another seed, another sample; the same seed, the same sample.
    """
    chosen = settings or LinkSettings()
    links = result.links.filter(
        pc.and_(pc.equal(result.links["decision"], "link"), pc.invert(result.links["near_exact"]))
    )
    links = links.filter(pc.not_equal(links["pass"], "judged"))  # people have looked at these already
    strata = links["pass"].to_pylist()
    rank = [_hash(seed, record) for record in links["record"].to_pylist()]
    quota = _shares({name: strata.count(name) for name in sorted(set(strata))}, size)
    taken: list[int] = []
    for name, count in quota.items():
        own = sorted((rank[row], row) for row in range(len(strata)) if strata[row] == name)
        taken += [row for _, row in own[:count]]
    again = sorted(taken, key=lambda row: _hash(f"{seed} again", str(rank[row])))[
        : round(len(taken) * repeats)
    ]
    shown = sorted(
        [(rank[row], row, 0) for row in taken] + [(_hash(seed, f"{rank[row]}"), row, 1) for row in again]
    )
    rows = pa.array([row for _, row, _ in shown], pa.int64())
    picked = links.select(["record", "person", "pass", "posterior"]).take(rows)
    numbered = pa.array(range(1, len(shown) + 1), pa.int64())
    key = picked.rename_columns(["record", "person", "stratum", "posterior"]).add_column(
        0, "number", numbered
    )
    totals = {name: (strata.count(name), count) for name, count in quota.items()}
    return Sample(_sheet(key, extract, spine, chosen), key, totals)


def write(drawn: Sample, folder: Path) -> tuple[Path, Path]:
    """Write the reviewers' sheet (CSV) and the linkers' key (JSON), for their owner only."""
    sheet, key = folder / "sample-sheet.csv", folder / "sample-key.json"
    text = pa.BufferOutputStream()
    csv.write_csv(drawn.sheet, text)
    told = {"strata": drawn.strata, "pairs": drawn.key.to_pylist()}
    write_whole(key, json.dumps(told, indent=1).encode())
    write_whole(sheet, text.getvalue().to_pybytes())
    for path in (sheet, key):
        path.chmod(0o600)
    return sheet, key


def read(folder: Path) -> tuple[pa.Table, dict[str, tuple[int, int]]]:
    """Labels and strata of a sample that `write` wrote and people filled in.

    Raises:
        WrongUse: no sample there, or an answer that is not one.
    """
    sheet, key = folder / "sample-sheet.csv", folder / "sample-key.json"
    if not (sheet.exists() and key.exists()):
        raise WrongUse("There is no sample in this folder.", where=folder.name, fix="Draw one with --sample.")
    told = json.loads(key.read_text("utf-8"))
    text = csv.ConvertOptions(column_types={"judgement": pa.string()}, strings_can_be_null=True)
    pairs = pa.Table.from_pylist(told["pairs"])
    return judgements(csv.read_csv(sheet, convert_options=text), pairs), {
        name: (int(links), int(count)) for name, (links, count) in told["strata"].items()
    }


def _hash(seed: str, text: str) -> str:
    return hashlib.sha256(f"{seed} {text}".encode()).hexdigest()


def _shares(counts: Mapping[str, int], size: int) -> dict[str, int]:
    """Proportional shares, at least one each, largest remainders first."""
    total = sum(counts.values())
    if total <= size:
        return dict(counts)
    exact = {name: size * count / total for name, count in counts.items()}
    shares = {name: max(int(value), 1) for name, value in exact.items()}
    for name in sorted(exact, key=lambda n: (int(exact[n]) - exact[n], n)):
        if sum(shares.values()) >= size:
            break
        shares[name] += 1
    return shares


def _sheet(key: pa.Table, extract: Source, spine: Source, settings: LinkSettings) -> pa.Table:
    """Both sides of each pair as they were written, without anything the linker thought of them."""
    shown = (*SHOWN, *settings.model.extra_names, *settings.model.id_names)
    with engine(settings) as con:
        con.register("picked", key)
        sides = []
        for name, source, field, mapping in (
            ("list", extract, "record", settings.extract_columns),
            ("spine", spine, "spine_id", settings.spine_columns),
        ):
            kinds = register(con, f"{name}_in", source)
            found = recognise(kinds, settings.model.columns, field, mapping)
            if field not in found:
                raise WrongUse(
                    "A sample needs a list with record keys.", fix="Link a list that has a key column."
                )
            fields = [f for f in shown if f in found]
            sides.append((name, quoted(found[field]), [(f, quoted(found[f])) for f in fields]))
        columns = ", ".join(
            f"CAST({name}_in.{column} AS VARCHAR) AS {name}_{field}"
            for field in shown
            for name, _, fields in sides
            for known, column in fields
            if known == field
        )
        (_, record, _), (_, person, _) = sides
        query = f"""SELECT p.number, {columns}, '' AS judgement FROM picked p
            JOIN list_in ON CAST(list_in.{record} AS VARCHAR) = p.record
            JOIN spine_in ON CAST(spine_in.{person} AS VARCHAR) = CAST(p.person AS VARCHAR)
            ORDER BY p.number"""
        return con.sql(query).to_arrow_table()


def judgements(sheet: pa.Table, key: pa.Table) -> pa.Table:
    """Labels read back: record, person, stratum, posterior, label (same | different | unsure).

    A pair judged twice, and not alike, is unsure. Rows not judged are left out.

    Raises:
        WrongUse: a number that is not in the key, or an answer that is not one.
    """
    known = {row["number"]: row for row in key.to_pylist()}
    answers: dict[tuple[Any, Any], list[str]] = {}
    rows: dict[tuple[Any, Any], dict[str, Any]] = {}
    for row in sheet.select(["number", "judgement"]).to_pylist():
        text = str(row["judgement"] or "").strip().lower()
        if not text:
            continue
        pair = known.get(int(row["number"]))
        if pair is None or text not in _ANSWERS:
            raise WrongUse(
                "A judgement cannot be read.",
                where=f"row number {row['number']}",
                why="It is not in the sample, or is neither same, different nor unsure.",
                fix="Write same, different or unsure beside the numbers of this sample.",
            )
        spot = (pair["record"], pair["person"])
        answers.setdefault(spot, []).append(_ANSWERS[text])
        rows[spot] = pair
    labels = [given[0] if len(set(given)) == 1 else UNSURE for given in answers.values()]
    names = ("record", "person", "stratum", "posterior")
    columns: dict[str, Any] = {
        name: pa.array([row[name] for row in rows.values()], key.schema.field(name).type) for name in names
    }
    twice = [len(given) > 1 for given in answers.values()]
    alike = [len(given) > 1 and len(set(given)) == 1 for given in answers.values()]
    return pa.table({**columns, "label": pa.array(labels, pa.string()), "twice": twice, "alike": alike})


def estimate(labels: pa.Table, strata: Mapping[str, tuple[int, int]], links: pa.Table) -> Estimate:
    """False links among all links, from the labels: shares weighted by stratum, Wilson's interval over all.

    `links` are those of the run the sample was drawn from. Near-exact ones were not sampled: for them the
    model's own expectation is taken.
    """
    rows = labels.to_pylist()
    wrong, sampled = 0.0, 0
    for name, (count, _) in strata.items():
        own = [row["label"] for row in rows if row["stratum"] == name]
        if own:
            wrong += count * (own.count(DIFFERENT) + 0.5 * own.count(UNSURE)) / len(own)
            sampled += count
    links = links.filter(pc.equal(links["decision"], "link"))
    doubt = 1.0 - links["posterior"].to_numpy()
    exact = links["near_exact"].to_numpy(zero_copy_only=False).astype(bool)
    rest = float(doubt[exact].sum())
    low, high = _wilson(wrong / max(sampled, 1), len(rows), sampled)
    repeats = sum(row["twice"] for row in rows)
    return Estimate(
        round(wrong + rest, 1),
        round(sampled * low + rest, 1),
        round(sampled * high + rest, 1),
        len(rows),
        sum(row["label"] == UNSURE for row in rows),
        round(sum(row["alike"] for row in rows) / repeats, 4) if repeats else None,
        round(float(doubt.sum()), 1),
    )


def _wilson(share: float, judged: int, among: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share, narrowed where most of what it stands for was judged."""
    if not judged:
        return 0.0, 1.0
    z = 1.96 * float(np.sqrt(max(1.0 - judged / max(among, 1), 0.0)))
    below = 1 + z * z / judged
    middle = (share + z * z / (2 * judged)) / below
    half = z * float(np.sqrt(share * (1 - share) / judged + z * z / (4 * judged * judged))) / below
    return max(middle - half, 0.0), min(middle + half, 1.0)
