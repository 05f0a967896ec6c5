"""Where people live: regions, territorial authorities and SA2 areas that nest, each SA2 with a deprivation
decile.

Territorial authorities are New Zealand's with their rough size (thousands); SA2 codes are shaped like Stats
NZ's (six digits) but invented. Places do not depend on the seed. Each authority lies in one region (in fact
some straddle).
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from linkwell.synthetic.draws import Floats, Ints

_PEOPLE_PER_SA2 = 2300
_MAORI_REGIONS = frozenset({"01", "03", "04", "05", "06"})


@dataclass(frozen=True)
class Places:
    """One entry per SA2; `ta_of` and `region_of` index into `ta_codes` and `region_codes`."""

    sa2_codes: list[str]
    ta_codes: list[str]
    region_codes: list[str]
    ta_of: Ints
    region_of: Ints
    people: Floats
    nzdep: Ints
    auckland: Floats
    maori_region: Floats
    first_of_ta: Ints
    count_of_ta: Ints

    def weights(self, *, north: float, maori_regions: float, tilt: float) -> Floats:
        """How likely a family settles in each SA2, given its culture's leanings."""
        leaning = np.exp(tilt * (self.nzdep - 5.5)) * (1 + (north - 1) * self.auckland)
        return np.asarray(
            self.people * leaning * (1 + (maori_regions - 1) * self.maori_region), dtype=np.float64
        )


@cache
def places() -> Places:
    """The country, read from `places.csv`."""
    text = resources.files("linkwell.synthetic").joinpath("places.csv").read_text("utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    counts = np.array([max(1, round(int(row["people"]) * 1000 / _PEOPLE_PER_SA2)) for row in rows])
    ta_of = np.repeat(np.arange(len(rows)), counts)
    region_codes = sorted({row["region"] for row in rows})
    region_of = np.array([region_codes.index(row["region"]) for row in rows])[ta_of]
    thousands = np.array([float(row["people"]) for row in rows])
    return Places(
        sa2_codes=[f"{100100 + 100 * number}" for number in range(len(ta_of))],
        ta_codes=[row["ta"] for row in rows],
        region_codes=region_codes,
        ta_of=ta_of,
        region_of=region_of,
        people=(thousands / counts)[ta_of],
        nzdep=_deprivation(counts, region_of),
        auckland=(region_of == region_codes.index("02")).astype(float),
        maori_region=np.isin(region_of, [region_codes.index(code) for code in sorted(_MAORI_REGIONS)]).astype(
            float
        ),
        first_of_ta=np.cumsum(counts) - counts,
        count_of_ta=counts,
    )


def _deprivation(counts: Ints, region_of: Ints) -> Ints:
    """Deciles 1 (least deprived) to 10, a tenth of the areas each; some authorities are poorer throughout."""
    rng = np.random.Generator(np.random.PCG64(2023))
    score = np.repeat(rng.normal(0, 0.6, len(counts)), counts) + rng.normal(0, 1.0, int(counts.sum()))
    rank = np.argsort(np.argsort(score, kind="stable"), kind="stable")
    return np.asarray(1 + rank * 10 // len(rank), dtype=np.int64)
