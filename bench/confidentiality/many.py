"""Attacks that rounding to base 3 alone does not stop, measured so that nobody is told otherwise.

Averaging over many cohorts or rows, each six or more people apart, with and without one person (whom
`overlaps` leaves out), beside what a checker sees of it (`singling`); and reading a report with knowledge of
everybody in it but one person.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from bench.confidentiality.world import World, ask, desk_for

from linkwell.confidentiality.desk import TOGETHER, ReleaseRefused
from linkwell.confidentiality.request import CountTable

BLOCK = 60


def many_cohorts(targets: int, blocks: int, seed: int = 1) -> dict[str, float]:
    """Has the target the trait? Ask of every union of a few known blocks of people, half of them with the
    target, how many have it; then solve for the target.

    Returns:
        accuracy of the guess, the base rate, cohorts asked about for each target, and of how many targets
        the checker is told that somebody is singled out.
    """
    world, draw = World.of(4000, seed), np.random.default_rng(seed)
    trait = draw.random(world.people + 1) < 0.5
    right, having, noticed = [], [], 0
    with desk_for(world, seed) as desk:
        for number in range(targets):
            people = draw.permutation(world.ids)
            target, parts = int(people[0]), people[1 : 1 + blocks * BLOCK].reshape(blocks, BLOCK)
            asked, told, last = [], [], ""
            for chosen in product((0, 1), repeat=blocks):
                if not any(chosen):
                    continue
                with_target = int(draw.integers(2))
                cohort = np.sort(np.append(parts[np.flatnonzero(chosen)].ravel(), people[:with_target]))
                cells = np.where(trait[cohort], 0, 1)
                table = CountTable("t", ("trait",), (("yes",), ("no",)), cells, cohort)
                release = ask(desk, table, population=cohort, family=f"f{number}")
                last = release.release_id
                yes, no = release.tables["t"].values
                for value in ([] if yes is None else [yes]) + ([] if no is None else [len(cohort) - no]):
                    asked.append([*chosen, with_target])
                    told.append(value)
            right.append(_guess(np.array(asked), np.array(told)) == trait[target])
            having.append(trait[target])
            noticed += TOGETHER in (desk.why(last).inside() or {})
    rate = float(np.mean(having))
    return {
        "accuracy": float(np.mean(right)), "base rate": max(rate, 1 - rate), "cohorts": 2.0**blocks - 1,
        "noticed": noticed / targets,
    }  # fmt: skip


def rows_of_one_table(targets: int, blocks: int, *, filtered: bool, seed: int = 1) -> dict[str, float]:
    """The same by the rows of one table, which are those unions.

    Args:
        filtered: the rows hold only people with the trait, so that without it the target is in none.
    """
    world, draw = World.of(4000, seed), np.random.default_rng(seed)
    trait = draw.random(world.people + 1) < 0.5
    right, having = [], []
    unions = [chosen for chosen in product((0, 1), repeat=blocks) if any(chosen)]
    with desk_for(world, seed) as desk:
        for number in range(targets):
            people = draw.permutation(world.ids)
            parts = people[1 : 1 + blocks * BLOCK].reshape(blocks, BLOCK)
            withs = draw.integers(0, 2, len(unions))
            rows = [np.append(parts[np.flatnonzero(chosen)].ravel(), people[:one])
                    for chosen, one in zip(unions, withs, strict=True)]  # fmt: skip
            units = np.concatenate(rows)
            cells = 2 * np.repeat(np.arange(len(rows)), [len(row) for row in rows]) + ~trait[units]
            labels = tuple(product(map(str, range(len(rows))), ("yes", "no")))
            keep = trait[units] if filtered else np.ones(len(units), dtype=bool)
            table = CountTable("t", ("union", "trait"), labels, cells[keep], units[keep])
            told = ask(desk, table, population=world.ids, family=f"f{number}").tables["t"].values[::2]
            known = [place for place, value in enumerate(told) if value is not None]
            asked = np.array([[*unions[place], withs[place]] for place in known])
            values = np.array([told[place] for place in known])
            right.append(_guess(asked, values) == trait[people[0]])
            having.append(trait[people[0]])
    rate = float(np.mean(having))
    return {"accuracy": float(np.mean(right)), "base rate": max(rate, 1 - rate), "rows": 2.0**blocks - 1}


def _guess(asked: np.ndarray, told: np.ndarray) -> bool:
    """Least squares, with what is known beforehand: half of each block and of such people have the trait."""
    before = np.append(np.full(asked.shape[1] - 1, 4 / BLOCK), 4.0)
    expected = np.append(np.full(asked.shape[1] - 1, BLOCK / 2), 0.5)
    found = np.linalg.solve(np.diag(before) + asked.T @ asked, before * expected + asked.T @ told)
    return bool(found[-1] > 0.5)


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
