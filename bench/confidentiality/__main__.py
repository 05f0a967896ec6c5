"""`python -m bench.confidentiality [--size N]`: attacks at full size and what safety costs, printed.

Speed: `python -m bench.confidentiality.speed [--peers PYTHON]`.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
from bench.confidentiality import attacks
from bench.confidentiality.areas import areas_in_tables
from bench.confidentiality.others import knows_all_others
from bench.confidentiality.unions import solved
from bench.confidentiality.world import World, ask, desk_for

from linkwell.confidentiality.merging import proposals

Found = dict[str, float]


def parts(size: int) -> dict[str, Callable[[], Found]]:
    """Each attack at `size` times its smallest sensible size."""
    return {
        "the same people asked again": lambda: attacks.averaging(100 * size),
        "difference by five context variables": lambda: attacks.differencing(100 * size),
        "an insider subtracts": lambda: attacks.insider(100 * size),
        "zero against small, nz-fixed": lambda: attacks.zero_against_small(100 * size),
        "zero against small, nz-grr": lambda: attacks.zero_against_small(100 * size, profile="nz-grr"),
        "small areas, all 1-, 2-, 3-way tables of six variables": lambda: _areas(size),
        "areas of 100 to 400 as a dimension of such tables": lambda: areas_in_tables(4 * size, 1),
        "one person between two refreshes": lambda: attacks.one_person_changes(1000 * size),
        "the same, all cells of 6 to 15 people": lambda: attacks.one_person_changes(500 * size, largest=16),
        "dominance": lambda: attacks.dominance(300 * size),
        "number of people from a mean": lambda: attacks.numbers_from_means(300 * size),
        "3 cohorts around a person": lambda: solved(20 * size, 2, by="cohorts"),
        "7 cohorts around a person": lambda: solved(20 * size, 3, by="cohorts"),
        "15 cohorts around a person": lambda: solved(20 * size, 4, by="cohorts"),
        "15 tables of one request around a person": lambda: solved(40 * size, 4, by="tables"),
        "15 splits of everybody around a person": lambda: solved(40 * size, 4, by="splits"),
        "15 later splits around a person, means": lambda: solved(
            20 * size, 4, by="later splits", told="mean"
        ),
        "15 rows of one table around a person": lambda: solved(40 * size, 4, by="rows"),
        "the same, only those with the trait": lambda: solved(40 * size, 4, by="rows", told="those with it"),
        "7 cohorts around a person, means": lambda: solved(20 * size, 3, by="cohorts", told="mean"),
        "15 cohorts around a person, means": lambda: solved(20 * size, 4, by="cohorts", told="mean"),
        "15 rows of one table around a person, means": lambda: solved(40 * size, 4, by="rows", told="mean"),
        "knows all others, 60 people, 1 table": lambda: knows_all_others(30 * size, 60, 0),
        "knows all others, 60 people, 6 tables": lambda: knows_all_others(30 * size, 60, 5),
        "sparse seven-way table": lambda: attacks.sparse_table(1000 * size),
    }


def _areas(size: int) -> Found:
    areas = [attacks.small_area(people, seed) for seed in range(1, size + 1) for people in (110, 200, 400)]
    return {key: float(sum(area[key] for area in areas)) for key in areas[0]}


def utility(skew: float) -> dict[str, Found]:
    """Per table: share of non-zero cells lost by the rule of six alone, by everything, and merged."""
    world, found = World.of(20_000, skew=skew), {}
    for variables in (("age", "sex", "ethnicity"), ("age", "sex", "ethnicity", "region"),
                      ("age", "sex", "ethnicity", "region", "income", "health")):  # fmt: skip
        table = world.table(variables, world.ids)
        counts = np.bincount(table.cells, minlength=len(table.labels))
        with desk_for(world) as desk:
            cells = ask(desk, table, population=world.ids).tables[table.name].values
        hidden = np.array([value is None for value in cells])[counts > 0]
        one = {"rule of six": float((counts[counts > 0] < 6).mean()), "in all": float(hidden.mean())}
        merges = proposals(counts, table.labels, table.dimensions, 6) if len(counts) < 5000 else ()
        if merges:
            one |= {"best merge": merges[-1].lost, "its cells": merges[-1].cells}
        found[f"{len(counts):,} cells, skew {skew}"] = one
    return found


def main() -> None:
    """Run everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=2)
    options = parser.parse_args()
    for skew in (1.0, 1.4):
        for table, lost in utility(skew).items():
            print(f"{table}: " + ", ".join(f"{key} {value:.3g}" for key, value in lost.items()), flush=True)
    for name, attack in parts(options.size).items():
        print(f"{name}: " + ", ".join(f"{key} {value:.3g}" for key, value in attack().items()), flush=True)


if __name__ == "__main__":
    main()
