"""The attack on small areas that are a dimension of large tables: exact bounds by a programme of its own."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from bench.confidentiality.world import World, ask, desk_for
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, vstack

LEVELS = ((3, 3, 2, 2, 2, 2), (5, 2, 4, 2, 2, 2), (4, 2, 3, 2, 3, 2))


def areas_in_tables(areas: int, seed: int, variables: int = 6, looked_at: int = 4) -> dict[str, float]:
    """Area by all one-, two- and three-way tables, of `areas` areas of 100 to 400 people each.

    Returns:
        hidden cells of the areas looked at; how many are pinned under six, or narrower than three.
    """
    draw, levels = np.random.default_rng(seed), LEVELS[seed % 3][:variables]
    sizes = draw.integers(100, 401, areas)
    names = tuple("pqrstu"[:variables])
    skew = float(draw.uniform(0.5, 2))
    world = World.of(int(sizes.sum()), seed + 70, dict(zip(names, levels, strict=True)), skew=skew)
    world.codes["area"] = np.repeat(np.arange(areas), sizes)
    shape = tuple(int(world.codes[name].max()) + 1 for name in names)
    chosen = [c for way in (1, 2, 3) for c in combinations(range(variables), way)]
    tables = [world.table(("area", *(names[i] for i in c)), world.ids) for c in chosen]
    whole = world.table(("area",), world.ids, name="areas")
    with desk_for(world, seed) as desk:
        release = ask(desk, whole, *tables, population=world.ids)
    found = np.zeros(3)
    for area in range(0, areas, max(areas // looked_at, 1)):
        told = [(tuple(range(0)), (release.tables["areas"].cells[area],))]
        for c, table in zip(chosen, tables, strict=True):
            cells = int(np.prod([shape[i] for i in c]))
            told.append((c, release.tables[table.name].cells[area * cells : (area + 1) * cells]))
        found += bounded(told, shape)
    return dict(zip(("hidden", "pinned", "narrow"), found.tolist(), strict=True))


def bounded(told: list, shape: tuple[int, ...]) -> tuple[int, int, int]:
    """(hidden, pinned under six, narrower than three) of the cells of some tables of the same people.

    Args:
        told: per table the variables it crosses and its released cells. shape: levels of all variables.
    """
    atoms = np.indices(shape).reshape(len(shape), -1)
    rows, low, high, hidden = [], [], [], []
    for variables, cells in told:
        place = np.zeros(atoms.shape[1], dtype=np.int64)
        for variable in variables:
            place = place * shape[variable] + atoms[variable]
        for number, cell in enumerate(cells):
            row = (place == number).astype(float)
            if cell.value is None:
                hidden.append(row)
                continue
            slack = 3 if cell.mark == "C" else 2
            rows.append(row), low.append(max(cell.value - slack, 0)), high.append(cell.value + slack)
    if not hidden or not rows:
        return len(hidden), 0, 0
    one = csr_matrix(np.array(rows))
    limits = {"A_ub": vstack([one, -one]), "b_ub": np.concatenate([high, -np.array(low)]), "method": "highs"}
    pinned = narrow = 0
    every = np.unique(np.array(hidden), axis=0)
    for row in every:
        ends = [sign * linprog(sign * row, **limits).fun for sign in (1, -1)]
        width = np.floor(ends[1] + 1e-6) - np.ceil(ends[0] - 1e-6)
        pinned += bool(width < 1 and ends[1] < 6)
        narrow += bool(width < 3)
    return len(every), pinned, narrow
