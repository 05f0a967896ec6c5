"""Names as found in Aotearoa, drawn as codes into one pool so that millions of names cost no Python strings.

Common names come from the lists in `given_names.toml` and `surnames.toml`, the long tail from their pieces.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import product
from typing import Any

import numpy as np
import pyarrow as pa

from linkwell.synthetic.draws import Floats, Ints, stream, weighted, zipf


@dataclass(frozen=True)
class NameList:
    """Codes into the pool with their weights."""

    codes: Ints
    weights: Floats

    def draw(self, rng: np.random.Generator, size: int) -> Ints:
        return np.asarray(self.codes[weighted(rng, self.weights, size)], dtype=np.int64)


@dataclass(frozen=True)
class Names:
    """Every name of the world: `pool` of texts, surnames by culture, given names by (culture, sex) and
    year."""

    pool: pa.Array
    cultures: list[str]
    surnames: dict[str, NameList]
    given: dict[tuple[str, str], list[tuple[int, NameList]]]

    def code(self, name: str) -> int:
        """The code of one name, -1 when the world does not know it."""
        return int(self.pool.index(name).as_py())


def read_data(name: str) -> dict[str, Any]:
    """One of this room's TOML files."""
    return tomllib.loads(resources.files("linkwell.synthetic").joinpath(name).read_text("utf-8"))


class _Pool:
    def __init__(self) -> None:
        self.codes: dict[str, int] = {}

    def add(self, names: list[str]) -> Ints:
        return np.array([self.codes.setdefault(name, len(self.codes)) for name in names], dtype=np.int64)


@cache
def names() -> Names:
    """The lists, the same for every seed: which names exist is data, who bears them is chance."""
    pool = _Pool()
    pool.add(["Singh", "Kaur"])
    surname_data, given_data = read_data("surnames.toml"), read_data("given_names.toml")
    pieces = surname_data.pop("pieces")
    surnames = _surnames(surname_data, pool)
    given = {
        (culture, sex): [
            (int(year), _given(culture, sex, int(year), _split(listed), pieces, pool))
            for year, listed in cohorts.items()
        ]
        for culture, sexes in given_data.items()
        for sex, cohorts in sexes.items()
    }
    return Names(pa.array(list(pool.codes)), list(given_data), surnames, given)


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")]


def _mixed(parts: list[tuple[Ints, Floats, float]]) -> NameList:
    """Several lists with their shares as one, names in more than one adding up."""
    codes = np.concatenate([codes for codes, _, _ in parts])
    weights = np.concatenate([weights * share for _, weights, share in parts])
    unique, where = np.unique(codes, return_inverse=True)
    return NameList(unique, np.bincount(where, weights=weights).astype(np.float64))


def _surnames(data: dict[str, Any], pool: _Pool) -> dict[str, NameList]:
    english = pool.add(_english_tail(data["european"]))
    lists: dict[str, NameList] = {}
    for culture, entry in data.items():
        codes = pool.add(_split(entry["names"]))
        listed = (codes, zipf(len(codes), offset=7.0, exponent=0.9), float(entry.get("listed_share", 1.0)))
        if culture == "european" or entry.get("tail") == "european":
            tail = (english, zipf(len(english), offset=60.0, exponent=0.75), 1 - listed[2])
            lists[culture] = _mixed([listed, tail])
        else:
            lists[culture] = _mixed([listed])
    return lists


def _english_tail(entry: dict[str, Any]) -> list[str]:
    """A few thousand plausible surnames from pieces, in a fixed shuffled order of rank."""
    english = [first + second for first, second in product(_split(entry["first"]), _split(entry["second"]))]
    scottish = [prefix + name for prefix, name in product(("Mc", "Mac"), _split(entry["mac"]))]
    irish = ["O'" + name for name in _split(entry["irish"])]
    tail = sorted({*english, *scottish, *irish, *_split(entry["dutch"])})
    return [tail[place] for place in stream(7, "surname tail").permutation(len(tail))]


def _given(
    culture: str, sex: str, year: int, listed: list[str], pieces: dict[str, str], pool: _Pool
) -> NameList:
    """The list of one culture, sex and time; since about 2000 parents' choices spread over more names."""
    recent = year >= 2005
    codes = pool.add(listed)
    main = zipf(len(codes), offset=15.0 if recent else 5.0, exponent=0.8)
    tail = pool.add(_given_tail(culture, sex, pieces))
    if culture == "chinese":
        return _mixed([(codes, main, 0.35), (tail, zipf(len(tail), offset=40.0, exponent=0.5), 0.65)])
    rare = 0.2 if recent else 0.1 if year >= 1970 else 0.04
    return _mixed([(codes, main, 1 - rare), (tail, zipf(len(tail), offset=40.0, exponent=0.6), rare)])


def _given_tail(culture: str, sex: str, pieces: dict[str, str]) -> list[str]:
    """Rare given names: two-syllable Chinese names, or the recent spellings of the registers' long tail."""
    if culture == "chinese":
        syllables = _split(pieces[f"chinese_{sex}"])
        pairs = [(a, b) for a, b in product(syllables, syllables) if a != b]
        joined = [f"{a}{b}".capitalize() for a, b in pairs]
        spaced = [f"{a} {b}".title() for a, b in pairs]
        return [name for pair in zip(joined, spaced, strict=True) for name in pair]
    return [a + b for a, b in product(_split(pieces["tail_first"]), _split(pieces[f"tail_{sex}"]))]


def draw_given(rng: np.random.Generator, culture: Ints, male: np.ndarray, year: Ints) -> Ints:
    """A given name's code for each person of `culture` (index), sex and birth year, fashions blending into
    each other."""
    known = names()
    wanted = year + rng.normal(0, 7, len(year))
    drawn = np.empty(len(year), dtype=np.int64)
    for number, name in enumerate(known.cultures):
        for sex, of_sex in (("male", male), ("female", ~male)):
            cohorts = known.given[(name, sex)]
            here = np.flatnonzero((culture == number) & of_sex)
            nearest = np.abs(wanted[here][:, None] - np.array([year for year, _ in cohorts])).argmin(axis=1)
            for place, (_, listed) in enumerate(cohorts):
                those = here[nearest == place]
                drawn[those] = listed.draw(rng, len(those))
    return drawn


def draw_surname(rng: np.random.Generator, culture: Ints) -> Ints:
    """A surname's code for each person or family of `culture` (index)."""
    known = names()
    drawn = np.empty(len(culture), dtype=np.int64)
    for number, name in enumerate(known.cultures):
        here = np.flatnonzero(culture == number)
        drawn[here] = known.surnames[name].draw(rng, len(here))
    return drawn
