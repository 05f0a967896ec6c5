"""`python -m bench.confidentiality [--quick]`: attacks and speed at full size, printed as Markdown."""

from __future__ import annotations

import argparse
import time

import numpy as np
from bench.confidentiality import attacks
from bench.confidentiality.world import World, ask, desk_for

from linkwell.confidentiality.profile import load_profile
from linkwell.confidentiality.rounding import RoundingKeys, round_counts


def run_attacks(size: int) -> dict[str, dict[str, float]]:
    """Each attack at `size` times its smallest sensible size."""
    areas = [attacks.small_area(people, seed) for seed in range(1, size + 1) for people in (110, 200, 400)]
    return {
        "difference by five context variables": attacks.differencing(60 * size),
        "zero against small": attacks.zero_against_small(100 * size),
        "small areas, all 1-, 2-, 3-way tables of six variables": {
            key: float(sum(area[key] for area in areas)) for key in areas[0]
        },
        "one person between two refreshes": attacks.one_person_changes(1000 * size),
        "dominance": attacks.dominance(300 * size),
        "number of people from a mean": attacks.numbers_from_means(300 * size),
    }


def rounding_speed() -> float:
    """Cells a second."""
    draw = np.random.default_rng(1)
    counts, keys = draw.integers(0, 200, 2_000_000), draw.integers(0, 2**63, 2_000_000).astype(np.uint64)
    begun = time.perf_counter()
    round_counts(keys, counts, RoundingKeys.derive(bytes(32)), load_profile("nz-fixed"))
    return len(counts) / (time.perf_counter() - begun)


def small_table() -> float:
    """Seconds for a table under 1,000 cells with an empty ledger, median of five."""
    world = World.of(20_000)
    times = []
    for seed in range(5):
        with desk_for(world, seed) as desk:
            table = world.table(("age", "ethnicity", "region"), world.ids)
            begun = time.perf_counter()
            ask(desk, table, population=world.ids)
            times.append(time.perf_counter() - begun)
    return float(np.median(times))


def guard_seconds(earlier: int) -> float:
    """Seconds for one request about 20,000 people after `earlier` releases about different cohorts."""
    world, draw = World.of(20_000), np.random.default_rng(1)
    with desk_for(world) as desk:
        for number in range(earlier):
            cohort = draw.choice(world.ids, int(draw.integers(50, 15_000)), replace=False)
            ask(desk, world.table(("sex",), cohort), population=cohort, notes=(str(number),))
        ask(desk, population=world.ids[:777])
        begun = time.perf_counter()
        ask(desk, population=world.ids)
        return time.perf_counter() - begun


def utility() -> dict[str, tuple[float, float]]:
    """Per table size: share of non-zero cells lost by the rule of six alone, and by everything."""
    world = World.of(20_000)
    found = {}
    for variables in (("age", "sex", "ethnicity"), ("age", "sex", "ethnicity", "region"),
                      ("age", "sex", "ethnicity", "region", "income", "health")):  # fmt: skip
        table = world.table(variables, world.ids)
        counts = np.bincount(table.cells, minlength=len(table.labels))
        with desk_for(world) as desk:
            cells = ask(desk, table, population=world.ids).tables[table.name].values
        hidden = np.array([value is None for value in cells])[counts > 0]
        found[str(len(counts))] = (float((counts[counts > 0] < 6).mean()), float(hidden.mean()))
    return found


def main() -> None:
    """Run everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=2)
    parser.add_argument("--earlier", type=int, default=1000)
    options = parser.parse_args()
    print(f"rounding: {rounding_speed():,.0f} cells/s")
    print(f"648-cell table, empty ledger: {small_table():.2f} s")
    for cells, (rule, lost) in utility().items():
        print(f"{cells} cells: {rule:.1%} of non-zero cells lost by the rule of six, {lost:.1%} in all")
    for name, found in run_attacks(options.size).items():
        print(f"{name}: " + ", ".join(f"{key} {value:.3g}" for key, value in found.items()))
    print(f"guard against {options.earlier:,} earlier populations: {guard_seconds(options.earlier):.2f} s")


if __name__ == "__main__":
    main()
