"""Reading a report with knowledge of everybody in it but one person, measured so that nobody is told that
rounding to base 3 stops it.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from bench.confidentiality.world import World, ask, desk_for

from linkwell.confidentiality.desk import ReleaseRefused
from linkwell.confidentiality.request import CountTable


def knows_all_others(targets: int, people: int, variables: int, seed: int = 1) -> dict[str, float]:
    """Has the target the trait? One report of the trait, alone and by each of some variables; the attacker
    knows the trait of everybody else in it, and asks which of two reports is likelier.

    Returns:
        accuracy of the guess, and the base rate.
    """
    world, draw = World.of(3000, seed), np.random.default_rng(seed)
    names = ("sex", "age", "health", "income", "ethnicity")[:variables]
    right, having = [], []
    with desk_for(world, seed) as desk:
        for number in range(targets):
            group = np.sort(draw.choice(world.ids, people, replace=False))
            trait, target = draw.integers(0, 2, world.people + 1), int(draw.choice(group))
            tables = [CountTable("t", ("trait",), (("no",), ("yes",)), trait[group], group)]
            tables += [_by(world, name, trait, group) for name in names]
            having.append(bool(trait[target]))
            try:
                told = ask(desk, *tables, population=group, family=f"f{number}").tables
            except ReleaseRefused:
                right.append(False)
                continue
            fits = [0.0, 0.0]
            for answer in (0, 1):
                trait[target] = answer
                for table in (tables[0], *(_by(world, name, trait, group) for name in names)):
                    counts = np.bincount(
                        trait[group] if table.name == "t" else table.cells, minlength=len(table.labels)
                    )
                    shown = told[table.name].values
                    fits[answer] += sum(
                        np.log(_likely(v, int(c))) for v, c in zip(shown, counts, strict=True)
                    )
            right.append((fits[1] > fits[0]) == having[-1])
    rate = float(np.mean(having))
    return {"accuracy": float(np.mean(right)), "base rate": max(rate, 1 - rate)}


def _by(world: World, name: str, trait: np.ndarray, group: np.ndarray) -> CountTable:
    number = int(world.codes[name].max()) + 1
    labels = tuple(product(("no", "yes"), map(str, range(number))))
    cells = trait[group] * number + world.codes[name][group - 1]
    return CountTable(name, ("trait", name), labels, cells, group)


def _likely(shown: int | None, count: int) -> float:
    """How likely a number is for a count; what other rules hide or repeat is left some room."""
    if shown is None:
        return 0.3 if count >= 6 else 1.0
    if count < 6:
        return 0.02
    law = {0: {0: 1.0}, 1: {-1: 2 / 3, 2: 1 / 3}, 2: {1: 2 / 3, -2: 1 / 3}}[count % 3]
    return law.get(shown - count, 0.02)
