"""Attacks on the release desk (sdc §3): each returns how well the attacker did, at any size.

An attacker keeps every release, knows the method, sees marks and refusals, and may name requests as it likes;
it does not hold the rounding secret.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from itertools import combinations

import numpy as np
from bench.confidentiality.world import World, ask, desk_for, kept_home
from scipy.optimize import linprog

from linkwell.confidentiality.desk import ReleaseDesk, ReleaseRefused
from linkwell.confidentiality.request import CountTable, MeanTable
from linkwell.vault.zones import Home

CONTEXT = ("age", "sex", "ethnicity", "income", "health")


def seen(release) -> list:
    """All an outsider sees of a release's tables."""
    return [(cell.value, cell.mark, cell.mean) for table in release.tables.values() for cell in table.cells]


def differencing(targets: int, seed: int = 1) -> dict[str, float]:
    """Is the target in the group? Ask about the group, and the group without the target, by five variables.

    Returns:
        accuracy of the best guess: whoever's answers differ is in it, of the others whatever most are; the
        base rate (of always guessing what most are); standard error of the difference.
    """
    world, draw = World.of(4000, seed), np.random.default_rng(seed)
    inside = betrayed = 0
    with desk_for(world, seed) as desk:
        for number in range(targets):
            group = draw.choice(world.ids, int(draw.integers(40, 300)), replace=False)
            member = bool(draw.integers(2))
            target = draw.choice(group) if member else draw.choice(np.setdiff1d(world.ids, group))
            without = group[group != target]
            views = []
            for first, members in enumerate((group, without)):
                tables = [world.table((v,), members) for v in CONTEXT]
                for table in tables if number % 2 else [tables]:  # one by one, or all at once
                    parts = table if isinstance(table, list) else [table]
                    about = members if number % 3 else world.ids
                    told = ask(desk, *parts, population=about, family=f"f{number}",
                               notes=(str(first),))  # fmt: skip
                    views.append((first, [value for value, _, _ in seen(told)]))
            before, after = ([v for f, view in views for v in view if f == which] for which in (0, 1))
            inside += member
            betrayed += before != after
    rate = betrayed / targets
    return {
        "accuracy": (betrayed + max(inside - betrayed, targets - inside)) / targets,
        "base rate": max(inside, targets - inside) / targets,
        "members betrayed": betrayed / inside, "standard error": float(np.sqrt(rate * (1 - rate) / targets)),
    }  # fmt: skip


def averaging(repeats: int, groups: int = 5, seed: int = 9) -> dict[str, float]:
    """Ask about the same people again and again: desks opened anew, other words, orders, tables and families.

    Every twentieth time in a new process.

    Returns:
        the largest number of distinct answers any group gave.
    """
    world, draw = World.of(4000, seed), np.random.default_rng(seed)
    members = [draw.choice(world.ids, int(draw.integers(20, 900)), replace=False) for _ in range(groups)]
    answers: list[set[object]] = [set() for _ in members]
    with kept_home(world, seed) as home:
        for number in range(repeats):
            if number % 20 == 0:
                for found, value in zip(answers, _asked_elsewhere(home, members, number), strict=True):
                    found.add(value)
                continue
            with ReleaseDesk.open(home) as desk:
                for found, people in zip(answers, members, strict=True):
                    units = draw.permutation(people)
                    cells, labels = np.zeros(len(units), dtype=np.int64), ((f"words {number}",),)
                    table = CountTable(f"t{number}", ("g",), labels, cells, units)
                    told = ask(
                        desk, table, population=world.ids, family=f"f{number % 3}", notes=(str(number),)
                    )
                    found.add(told.tables[f"t{number}"].cells[0].value)
    return {"distinct answers": max(map(len, answers))}


ELSEWHERE = """
import json, sys
import numpy as np
from pathlib import Path
from bench.confidentiality.world import ask
from linkwell.confidentiality.desk import ReleaseDesk
from linkwell.confidentiality.request import CountTable
from linkwell.vault.zones import Home
groups, number = json.loads(sys.stdin.read()), sys.argv[2]
with ReleaseDesk.open(Home.open(Path(sys.argv[1]))) as desk:
    for group in groups:
        units = np.array(group)
        table = CountTable("t", ("g",), (("g " + number,),), np.zeros(len(units), dtype=np.int64), units)
        print(ask(desk, table, population=np.arange(1, 4001), notes=(number,)).tables["t"].cells[0].value)
"""


def _asked_elsewhere(home: Home, members: list[np.ndarray], number: int) -> list[int]:
    """The same question from a process of its own."""
    command = [sys.executable, "-c", ELSEWHERE, str(home.path), str(number)]
    asked = json.dumps([people.tolist() for people in members])
    told = subprocess.run(command, input=asked, check=True, capture_output=True, text=True)
    return [int(line) for line in told.stdout.split()]


def insider(targets: int, seed: int = 7, friends: int = 4) -> dict[str, float]:
    """A provider's own list is known to the attacker, but for what one person on it is: subtract, and see.

    Asked about the list, the list without the target, and without the target and up to `friends` others; as a
    member of a collective might subtract itself and its friends. The guess is the category that falls.

    Returns:
        accuracy, and the base rate of guessing the list's largest category.
    """
    world, draw = World.of(4000, seed), np.random.default_rng(seed)
    right = base = 0
    with desk_for(world, seed) as desk:
        for number in range(targets):
            listed = draw.choice(world.ids, int(draw.integers(40, 300)), replace=False)
            target, others = listed[0], listed[1 : 1 + number % (friends + 1)]
            truth = int(world.codes["income"][target - 1])
            common = int(np.bincount(world.codes["income"][listed - 1]).argmax())
            views = []
            for members in (listed, listed[1:], np.setdiff1d(listed, np.append(others, target))):
                told = ask(desk, world.table(("income",), members), population=members, family=f"f{number}",
                           notes=(str(len(views)),))  # fmt: skip
                views.append([-1 if value is None else value for value, _, _ in seen(told)])
            falls = [
                cell for cell in range(len(views[0])) if any(v[cell] < views[0][cell] for v in views[1:])
            ]
            right += (falls[0] if falls else common) == truth
            base += common == truth
    return {"accuracy": right / targets, "base rate": base / targets}


def sparse_table(people: int, seed: int = 8) -> dict[str, float]:
    """A seven-way table: small cells of which a number is told, and how many numbers are told at all."""
    world = World.of(people, seed, dict(zip("abcdefg", (3, 3, 3, 3, 3, 2, 2), strict=True)))
    table = world.table(tuple("abcdefg"), world.ids)
    counts = np.bincount(table.cells, minlength=len(table.labels))
    with desk_for(world, seed) as desk:
        cells = ask(desk, table, population=world.ids).tables[table.name].values
    told = np.array([value is not None for value in cells])
    return {"small told": int((told & (counts < 6)).sum()), "told": int(told.sum()), "cells": len(counts)}


def zero_against_small(groups: int, seed: int = 2, profile: str = "nz-fixed") -> dict[str, float]:
    """Filters that single out nobody or 1 to 5 people: total variation between what is seen, and of time.

    Seen are the order of the rows, the marks, the numbers' remainders, and the words of a refusal.
    """
    world, draw = World.of(4000, seed), np.random.default_rng(seed)
    views: dict[bool, list] = {False: [], True: []}
    times: dict[bool, list[float]] = {False: [], True: []}
    with desk_for(world, seed, profile) as desk:
        for number in range(groups):
            some = bool(number % 2)
            few = draw.choice(world.ids, int(draw.integers(1, 6)) if some else 0, replace=False)
            rest = np.setdiff1d(draw.choice(world.ids, 300, replace=False), few)[:280]
            parts = {"few": few, "a": rest[:100], "b": rest[100:120], "c": rest[120:]}
            cells = np.repeat(np.arange(4), [len(p) for p in parts.values()])
            table = CountTable(
                "t", ("g",), tuple((k,) for k in parts), cells, np.concatenate(list(parts.values()))
            )
            begun = time.perf_counter()
            told = ask(desk, table, population=world.ids, family=f"f{number}")
            try:
                ask(desk, population=few, family=f"f{number}", notes=("alone",))
                alone = "answered"
            except ReleaseRefused as refused:
                alone = str(refused).replace(refused.reference, "")
            times[some].append(time.perf_counter() - begun)
            views[some].append((tuple(c.labels for c in told.tables["t"].cells),
                                tuple(c.mark for c in told.tables["t"].cells), alone))  # fmt: skip
    kinds = set(views[False]) | set(views[True])
    share = {some: {kind: views[some].count(kind) / len(views[some]) for kind in kinds} for some in views}
    distance = sum(abs(share[False][kind] - share[True][kind]) for kind in kinds) / 2
    later = np.mean([[a < b for a in times[False]] for b in times[True]])
    return {"total variation": distance, "time auc": float(later)}


def small_area(people: int, seed: int = 3, levels: int = 6) -> dict[str, float]:
    """All one-, two- and three-way tables of six variables of one area: exact bounds on every hidden cell."""
    kinds = dict(
        zip(("age", "sex", "ethnicity", "region", "income", "health"), (3, 2, 3, 2, 2, 2), strict=True)
    )
    world = World.of(people + 2000, seed, dict(list(kinds.items())[:levels]))
    area = world.ids[:people]
    sizes = tuple(int(codes.max()) + 1 for codes in world.codes.values())
    names = tuple(world.codes)
    chosen = [c for way in (1, 2, 3) for c in combinations(range(len(names)), way)]
    tables = [world.table(tuple(names[i] for i in c), area) for c in chosen]
    with desk_for(world, seed) as desk:
        try:
            release = ask(desk, *tables, population=area)
        except ReleaseRefused:
            return {"hidden": 0, "pinned": 0, "narrow": 0, "refused": 1}
        whole = release.population
    atoms = np.indices(sizes).reshape(len(sizes), -1)
    rows, low, high, hidden = [np.ones(atoms.shape[1])], [whole - 2], [whole + 2], []
    for c, table in zip(chosen, release.tables.values(), strict=True):
        shape = [sizes[i] for i in c]
        place = np.ravel_multi_index([atoms[i] for i in c], shape)
        for cell, told in enumerate(table.cells):
            row = (place == cell).astype(float)
            if told.value is None:
                hidden.append(row)
                continue
            slack = 3 if told.mark == "C" else 2
            rows.append(row), low.append(max(told.value - slack, 6)), high.append(told.value + slack)
    a = np.array(rows)
    bound = np.concatenate([np.array(high), -np.array(low)])
    narrow = pinned = 0
    for row in hidden:
        ends = [s * linprog(s * row, np.vstack([a, -a]), bound, method="highs").fun for s in (1, -1)]
        width = np.floor(ends[1] + 1e-6) - np.ceil(ends[0] - 1e-6)
        pinned += width < 1 and ends[1] < 6
        narrow += width < 3
    return {"hidden": len(hidden), "pinned": pinned, "narrow": narrow, "refused": 0}


def one_person_changes(cells: int, seed: int = 4, largest: int = 150) -> dict[str, float]:
    """A later refresh with one person fewer in half of the cells: how many of those, and others, move."""
    draw = np.random.default_rng(seed)
    sizes = draw.integers(6, largest, cells)
    world = World.of(int(sizes.sum()), seed)
    place = np.repeat(np.arange(cells), sizes)
    labels = tuple((f"cell {i}",) for i in range(cells))
    leaving = (np.cumsum(sizes) - 1)[: cells // 2]
    stay = np.setdiff1d(np.arange(world.people), leaving)
    with desk_for(world, seed) as desk:
        first = ask(desk, CountTable("t", ("c",), labels, place, world.ids), population=world.ids)
        later = ask(desk, CountTable("t", ("c",), labels, place[stay], world.ids[stay]), population=world.ids)
    moved = np.array(
        [a.value != b.value for a, b in zip(first.tables["t"].cells, later.tables["t"].cells, strict=True)]
    )
    return {"betrayed": moved[: cells // 2].mean(), "others moved": moved[cells // 2 :].mean()}


def dominance(cells: int, seed: int = 5) -> dict[str, float]:
    """A business table of very uneven amounts: unsafe totals that are told, safe ones that are."""
    draw = np.random.default_rng(seed)
    sizes = draw.integers(24, 80, cells)
    world = World.of(int(sizes.sum()), seed)
    place = np.repeat(np.arange(cells), sizes)
    values = draw.pareto(1.1, world.people) * 1000 + 1
    unsafe = np.zeros(cells, dtype=bool)
    for cell in range(cells):
        ordered = np.sort(values[place == cell])[::-1]
        unsafe[cell] = ordered[2:].sum() < 0.15 * ordered[0]
    for cell in np.flatnonzero(~unsafe)[::6]:  # and some with a giant
        values[np.flatnonzero(place == cell)[0]] = 1e9
        unsafe[cell] = True
    labels = tuple((f"cell {i}",) for i in range(cells))
    table = MeanTable("m", ("c",), labels, place, world.ids, values, "turnover", "dollars")
    with desk_for(world, seed) as desk:
        told = np.array(
            [c.mean is not None for c in ask(desk, table, population=world.ids).tables["m"].cells]
        )
    return {"unsafe told": float(told[unsafe].mean()), "safe told": float(told[~unsafe].mean())}


def numbers_from_means(groups: int, seed: int = 6) -> dict[str, float]:
    """An insider knows every amount: does the mean tell how many people there are?"""
    draw = np.random.default_rng(seed)
    sizes = draw.integers(22, 200, groups)
    world = World.of(int(sizes.sum()), seed)
    place = np.repeat(np.arange(groups), sizes)
    values = draw.gamma(2, 500, world.people)
    labels = tuple((f"g{i}",) for i in range(groups))
    table = MeanTable("m", ("g",), labels, place, world.ids, values, "wages", "dollars")
    with desk_for(world, seed) as desk:
        cells = ask(desk, table, population=world.ids).tables["m"].cells
    totals = np.bincount(place, weights=values)
    guesses = [round(total / cell.mean) for total, cell in zip(totals, cells, strict=True) if cell.mean]
    true = [size for size, cell in zip(sizes, cells, strict=True) if cell.mean]
    counts = [cell.value for cell in cells if cell.mean]
    alone = float(np.mean(np.array(counts) == np.array(true)))
    return {"exact": float(np.mean(np.array(guesses) == np.array(true))), "exact from the count alone": alone}
