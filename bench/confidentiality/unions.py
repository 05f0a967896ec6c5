"""Solving for one person: of every union of a few known blocks of people, half of them with a target, how
many have a trait or how much they have on average.

Each union is six or more people from any other, so no two of them are twins. Rounding to base 3 alone would
average out, and three figures of a mean say nearly all of a sum; whoever they single out is left out of them
(`overlaps`).
"""

from __future__ import annotations

from itertools import product

import numpy as np
from bench.confidentiality.world import World, ask, desk_for

from linkwell.confidentiality.desk import TOGETHER, ReleaseDesk
from linkwell.confidentiality.request import CountTable, MeanTable

PEOPLE = 4000
BLOCK = {"trait": 60, "those with it": 60, "mean": 30}
"""People of a block: means are told of 21 people or more."""
Table = CountTable | MeanTable


def solved(targets: int, blocks: int, *, by: str, told: str = "trait", seed: int = 1) -> dict[str, float]:
    """Has the target the trait, or any of the amount?

    Args:
        by: "cohorts" one after another, "tables" of one request, "rows" of one table, "splits": tables of one
            request about everybody, in the union or not; or "later splits", a request each.
        told: "trait", "those with it" (a target without it is in no union) or "mean".

    Returns:
        accuracy of the guess and the base rate; the area under the curve, since who is left out of all unions
        looks like somebody without the trait, and such a guess is right as often as they are; unions asked
        about; and of how many targets the checker is told that somebody is singled out.
    """
    world, draw = World.of(PEOPLE, seed), np.random.default_rng(seed)
    values = (draw.random(PEOPLE + 1) < 0.5) * 1.0
    if told == "mean":
        values = np.round(np.exp(draw.normal(9.5, 0.8, PEOPLE + 1))) * (draw.random(PEOPLE + 1) < 0.6)
    unions = np.array([chosen for chosen in product((0, 1), repeat=blocks) if any(chosen)])
    guessed, having, noticed = [], [], 0
    with desk_for(world, seed) as desk:
        for number in range(targets):
            people = draw.permutation(world.ids)
            parts = people[1 : 1 + blocks * BLOCK[told]].reshape(blocks, BLOCK[told])
            withs = draw.integers(0, 2, len(unions))
            groups = [np.append(parts[np.flatnonzero(chosen)].ravel(), people[:one])
                      for chosen, one in zip(unions, withs, strict=True)]  # fmt: skip
            last, equations = _asked(desk, world, groups, values, by, told, f"f{number}")
            inside = np.column_stack([unions, withs])[[row for row, _ in equations]]
            found = _target(inside, np.array([total for _, total in equations]), values, told)
            guessed.append(found)
            having.append(values[people[0]] > 0)
            noticed += TOGETHER in (desk.why(last).inside() or {})
    has, found = np.array(having), np.array(guessed)
    rate, apart = float(has.mean()), found[has][:, None] - found[~has]
    return {
        "accuracy": float(((found > values.mean() / 2) == has).mean()), "base rate": max(rate, 1 - rate),
        "area": float((1 + np.sign(apart)).mean() / 2) if apart.size else 0.5,
        "unions": float(len(unions)), "noticed": noticed / targets,
    }  # fmt: skip


def _asked(
    desk: ReleaseDesk, world: World, groups: list[np.ndarray], values: np.ndarray, by: str, told: str,
    family: str,
) -> tuple[str, list[tuple[int, float]]]:  # fmt: skip
    """The last release, and what was told: (union, its sum), twice where those without the trait are told."""
    lots = [groups] if by == "rows" else [[group] for group in groups]
    if "splits" in by:
        lots = [[group, np.setdiff1d(world.ids, group)] for group in groups]
    tables = [_table(f"t{place}", lot, values, told) for place, lot in enumerate(lots)]
    if by in ("cohorts", "later splits"):
        about = [np.sort(group) if by == "cohorts" else world.ids for group in groups]
        releases = [ask(desk, table, population=own, family=family)
                    for table, own in zip(tables, about, strict=True)]  # fmt: skip
    else:
        releases = [ask(desk, *tables, population=world.ids, family=family)]
    cells = [table for release in releases for table in release.tables.values()]
    first = slice(0, 1) if "splits" in by else slice(None)
    if told == "mean":
        means = [cell for table in cells for cell in table.cells[first]]
        return releases[-1].release_id, [
            (row, cell.mean * cell.value) for row, cell in enumerate(means) if cell.mean is not None
        ]
    counts = [value for table in cells for value in table.values[: 2 if "splits" in by else None]]
    sums = [(row, value) for row, value in enumerate(counts[::2])]
    if told == "trait":
        sums += [(row, None if no is None else len(groups[row]) - no) for row, no in enumerate(counts[1::2])]
    return releases[-1].release_id, [(row, value) for row, value in sums if value is not None]


def _table(name: str, groups: list[np.ndarray], values: np.ndarray, told: str) -> Table:
    units = np.concatenate(groups)
    cells = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    if told == "mean":
        labels = tuple((str(row),) for row in range(len(groups)))
        return MeanTable(name, ("union",), labels, cells, units, values[units], "dollars", "dollars")
    keep = values[units] > 0 if told == "those with it" else np.ones(len(units), dtype=bool)
    cells = 2 * cells + (values[units] == 0)
    labels = tuple(product(map(str, range(len(groups))), ("yes", "no")))
    return CountTable(name, ("union", "trait"), labels, cells[keep], units[keep])


def _target(inside: np.ndarray, sums: np.ndarray, values: np.ndarray, told: str) -> float:
    """Least squares for the target, with what is known beforehand: mean and spread of such people."""
    spread = values.var() * np.append(np.full(inside.shape[1] - 1, BLOCK[told]), 1.0)
    expected = values.mean() * np.append(np.full(inside.shape[1] - 1, BLOCK[told]), 1.0)
    noise = 500.0**2 if told == "mean" else 1.0
    found = np.linalg.solve(
        np.diag(1 / spread) + inside.T @ inside / noise, expected / spread + inside.T @ sums / noise
    )
    return float(found[-1])
