"""What is true in the invented world: who takes part, and what the initiative changed for each of them.

Written under `truth/`; no step of the road reads it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from linkwell.synthetic import lives, spells, tables, taking_part
from linkwell.synthetic.draws import Bools, Floats, Ints, stream
from linkwell.synthetic.timeline import MONTH_STARTS

VARIANTS = ("One to one", "Small group")
MAIN_WINDOW = "12 months from the month after the start"
DAYS_AFTER_START = "365 days after the start"
FROM_START_MONTH = "12 months from the month of the start"


@dataclass(frozen=True)
class Effect:
    """The realised average effect on the participants of one outcome over one window."""

    outcome: str
    window: str
    unit: str
    participants: int
    with_initiative: float
    without_initiative: float
    effect: float


def participants_table(
    adults: lives.Adults, begun: taking_part.Start, ids: Ints, seed: int, chunk: int
) -> pa.Table:
    """Who starts when and leaves when: mostly after some months."""
    rng = stream(seed, "leaving", chunk)
    stay = np.maximum(10, np.rint(rng.gamma(2.2, 80.0, len(begun.who)))).astype(np.int64)
    return pa.table(
        {
            "spine_id": pa.array(ids[adults.rows[begun.who]]),
            "start_date": tables.dates(begun.day),
            "end_date": tables.dates(begun.day + stay),
            "variant": pa.array(VARIANTS).take(pa.array(begun.variant)),
        }
    )


def _windows(begun: taking_part.Start) -> dict[str, tuple[Ints, Ints]]:
    """First and last day of the three usual readings of 'the twelve months after the start'."""
    return {
        MAIN_WINDOW: (
            MONTH_STARTS[begun.month + 1],
            MONTH_STARTS[begun.month + 13] - 1,
        ),
        DAYS_AFTER_START: (begun.day + 1, begun.day + 365),
        FROM_START_MONTH: (
            MONTH_STARTS[begun.month],
            MONTH_STARTS[begun.month + 12] - 1,
        ),
    }


def amounts(
    adults: lives.Adults,
    begun: taking_part.Start,
    rows: list[spells.Rows],
    with_it: lives.States,
    without: lives.States,
    ids: Ints,
) -> pa.Table:
    """Each participant's outcomes in each window, with the initiative and without."""
    who = adults.rows[begun.who]
    parts = []
    for outcome in rows:
        if outcome.measure == "school_enrolment":
            continue
        either = [outcome, outcome]
        if outcome.measure == "main_benefit":
            either = [spells.benefit_rows(adults, begun.who, states) for states in (with_it, without)]
        if outcome.measure == "wages":
            either = [spells.wage_rows(adults, begun.who, states) for states in (with_it, without)]
        for window, (first, last) in _windows(begun).items():
            amounts = [_totals(one, len(ids), who, first, last) for one in either]
            parts.append(tables.amounts_table(ids[who], outcome.measure, window, *amounts))
    return pa.concat_tables(parts)


def _totals(rows: spells.Rows, size: int, who: Ints, first: Ints, last: Ints) -> Floats:
    """Totals per participant; events count when they begin in the window, stays too."""
    from_day, to_day = np.full(size, 1), np.full(size, 0)
    from_day[who], to_day[who] = first, last
    wanted: Bools = np.zeros(size, dtype=bool)
    wanted[who] = True
    here = np.flatnonzero(wanted[rows.person])
    mine = spells.Rows(
        rows.measure, rows.person[here], rows.start[here], rows.end[here], rows.value[here], rows.entity[here]
    )
    return spells.totals(mine, size, from_day, to_day)[who]


_UNITS = {"main_benefit": "days", "wages": "dollars", "ed_visit": "events", "hospital_stay": "days",
          "police_proceeding": "events"}  # fmt: skip


def write(folder: Path, participants: list[pa.Table], by_person: list[pa.Table]) -> tuple[Effect, ...]:
    """Write the truth to `folder` and return the realised effects."""
    folder.mkdir()
    pq.write_table(pa.concat_tables(participants).sort_by("spine_id"), folder / "truth.parquet")
    every = pa.concat_tables(by_person).sort_by(
        [("outcome", "ascending"), ("window", "ascending"), ("spine_id", "ascending")]
    )
    pq.write_table(every, folder / "individual.parquet", compression="zstd")
    grouped = every.group_by(["outcome", "window"], use_threads=False).aggregate(
        [("spine_id", "count"), ("with_initiative", "mean"), ("without_initiative", "mean")]
    )
    effects = tuple(
        Effect(
            row["outcome"], row["window"], _UNITS[row["outcome"]], row["spine_id_count"],
            row["with_initiative_mean"], row["without_initiative_mean"],
            row["with_initiative_mean"] - row["without_initiative_mean"],
        )
        for row in grouped.to_pylist()
    )  # fmt: skip
    pq.write_table(pa.Table.from_pylist([asdict(effect) for effect in effects]), folder / "effects.parquet")
    return effects
