"""What an invented organisation would have on its computer: a spreadsheet of participants and a CSV of
visits.

Only the world's spine and its truth (who takes part) go in; what the organisation wrote down, slips and
all, comes out, and `truth/provider_truth.parquet` remembers which row is whom.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from linkwell.errors import WrongUse
from linkwell.synthetic import tables, workbook
from linkwell.synthetic.draws import stream
from linkwell.synthetic.enrolments import Row, enrolments
from linkwell.synthetic.timeline import EXPORTED
from linkwell.synthetic.visits import interactions_csv
from linkwell.vault.zones import write_whole, written_whole

ORGANISATION, INITIATIVE = "Riverbend Community Trust", "Steady Steps"
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class ProviderFacts:
    """What was written."""

    folder: Path
    rows: int
    clients: int
    off_spine: int
    interactions: int

    def as_dict(self) -> dict[str, object]:
        return {
            "folder": str(self.folder), "rows": self.rows, "clients": self.clients,
            "interactions": self.interactions,
        }  # fmt: skip


def provider(
    world: Path,
    out: Path,
    *,
    interactions: int = 20_000,
    seed: int | None = None,
    progress: Progress | None = None,
) -> ProviderFacts:
    """Write participants.xlsx, interactions.csv and provider.toml to `out`, and the truth about rows to the
    world.

    Args:
        world: a folder made by `population`.
        out: the organisation's folder.
        interactions: how many visits and contacts.
        seed: the world's own when not given.

    Raises:
        WrongUse: `world` is not a synthetic world.
    """
    settings = _settings(world)
    seed = int(settings["seed"]) if seed is None else seed
    tick = progress or (lambda done, total: None)
    tick(0, 3)
    rows = enrolments(world, seed)
    tick(1, 3)
    workbook.write_participants(out / "participants.xlsx", rows, stream(seed, "cells"))
    tick(2, 3)
    write_whole(out / "interactions.csv", interactions_csv(rows, interactions, seed))
    write_whole(out / "provider.toml", _about().encode("utf-8"))
    _write_truth(world / "truth" / "provider_truth.parquet", rows)
    tick(3, 3)
    off = sum(row.person.spine_id is None for row in rows)
    return ProviderFacts(out, len(rows), len({row.client for row in rows}), off, interactions)


def _settings(world: Path) -> dict[str, Any]:
    try:
        return tomllib.loads((world / "world.toml").read_text("utf-8"))
    except FileNotFoundError:
        raise WrongUse(
            "There is no synthetic world in this folder.",
            where=str(world),
            fix="Make one with: linkwell synthetic population --people 200000 --seed 1 --out WORLD",
        ) from None


def _about() -> str:
    return (
        "# An invented organisation: neither it nor anyone in its files exists.\n"
        f'organisation = "{ORGANISATION}"\nexported = {EXPORTED.isoformat()}\n'
        f'participants = "participants.xlsx"\ninteractions = "interactions.csv"\n\n'
        f'[initiative]\nname = "{INITIATIVE}"\nvariants = ["One to one", "Small group"]\n'
        'meant_for = "people aged 16 to 64 who are on a main benefit, or were in the last twelve months"\n\n'
        "[initiative.eligibility]\nmin_age = 16\nmax_age = 63\n"
        'measure = "main_benefit"\nwithin_days_before = 365\n'
    )


def _write_truth(path: Path, rows: list[Row]) -> None:
    """Which spreadsheet row is whom. Rows count as the spreadsheet program counts them."""
    table = pa.table(
        {
            "sheet_row": pa.array([workbook.FIRST_ROW + n for n in range(len(rows))], pa.int64()),
            "client_id": [row.client for row in rows],
            "spine_id": pa.array([row.person.spine_id for row in rows], pa.int64()),
            "start_date": pa.array([row.start for row in rows], pa.date32()),
            "corruptions": pa.array(["; ".join(row.person.slips) for row in rows], tables.TEXT),
        }
    )
    with written_whole(path) as part:
        pq.write_table(table, part)
