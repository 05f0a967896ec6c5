"""Whoever overlapping rows or cohorts would single out is left out; nobody can see it."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from bench.confidentiality.unions import solved
from bench.confidentiality.world import World, ask, desk_for

from linkwell.confidentiality import overlaps
from linkwell.confidentiality.overlaps import NOISE_OF_AMOUNTS, Sets, alike, singled
from linkwell.confidentiality.request import (
    CountTable,
    MeanTable,
    ModelInput,
    QuantileTable,
    WeightedTable,
)
from linkwell.confidentiality.singling import NOISE

BLOCKS = np.arange(2, 242).reshape(4, 60)
TARGET = np.array([1])


def unions(draw, *, target: bool) -> list[np.ndarray]:
    """Every union of blocks, half of them with the target if it is there."""
    chosen = [np.flatnonzero(bits) for bits in product((0, 1), repeat=4) if any(bits)]
    withs = draw.integers(0, 2, len(chosen))
    return [np.append(BLOCKS[own].ravel(), TARGET[: target * one])
            for own, one in zip(chosen, withs, strict=True)]  # fmt: skip


def seen(table):
    return list(zip(table.values, table.marks, strict=True))


@pytest.mark.parametrize("beside", [False, True])
def test_unions_as_rows_look_the_same_with_the_person_and_without(beside):
    """`beside`: another dimension, of which the unions are the totals."""
    world, told = World.of(300), []
    for target in (True, False):
        rows = unions(np.random.default_rng(1), target=target)
        units = np.concatenate(rows)
        cells = np.repeat(np.arange(len(rows)), [len(row) for row in rows]) * 2
        if beside:
            part = units % 2 == 0
            units, cells = np.append(units, units[part]), np.append(cells, cells[part] + 1)
        labels = tuple(product(map(str, range(len(rows))), ("all", "even")))
        with desk_for(world) as desk:
            told.append(
                ask(desk, CountTable("t", ("union", "part"), labels, cells, units), population=world.ids)
            )
    assert seen(told[0].tables["t"]) == seen(told[1].tables["t"])
    assert None not in told[0].tables["t"].values[::2]


AMOUNT = np.random.default_rng(5).gamma(2.0, 100.0, 301).round()
AMOUNT[1] = 700.0
OF_AMOUNTS = {
    "mean": lambda labels, cells, units: MeanTable(
        "t", ("union",), labels, cells, units, AMOUNT[units], "days", "days", with_totals=True
    ),
    "weighted mean": lambda labels, cells, units: MeanTable(
        "t", ("union",), labels, cells, units, AMOUNT[units], "days", "days", weights=1.0 + units % 3
    ),
    "quantiles": lambda labels, cells, units: QuantileTable(
        "t", ("union",), labels, cells, units, AMOUNT[units], "days", "days", (25, 50, 75)
    ),
    "survey": lambda labels, cells, units: WeightedTable(
        "t", ("union",), labels, cells, units, 20.0 * AMOUNT[units]
    ),
}


@pytest.mark.parametrize("kind", OF_AMOUNTS)
def test_amounts_of_unions_look_the_same_with_the_person_and_without(kind):
    world, told = World.of(300), []
    for target in (True, False):
        rows = unions(np.random.default_rng(1), target=target)
        labels = tuple((str(row),) for row in range(len(rows)))
        cells = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
        table = OF_AMOUNTS[kind](labels, cells, np.concatenate(rows))
        with desk_for(world) as desk:
            told.append(ask(desk, table, population=world.ids).as_dict()["tables"])
    assert told[0] == told[1]
    assert "S" not in told[0][0]["marks"]


def of_cohort(kind, people):
    people = np.sort(people)
    if kind == "ols":
        model = ModelInput("m", kind, "days", AMOUNT[people], people, {"x": people % 7 * 1.0}, ("x",))
        return (), {"models": (model,), "population": people}
    if kind == "count":
        tables = (CountTable(f"{n}", ("part",), tuple((str(one),) for one in range(n)), people % n, people)
                  for n in (2, 3, 5))  # fmt: skip
        return tuple(tables), {"population": people}
    labels, cells = (("all",),), np.zeros(len(people), dtype=int)
    return (OF_AMOUNTS[kind](labels, cells, people),), {"population": people}


@pytest.mark.parametrize("kind", ["count", "mean", "quantiles", "ols"])
def test_cohorts_asked_one_by_one_show_no_more_once_they_would_single_a_person_out(kind):
    world, told = World.of(300), []
    with_target, without = (unions(np.random.default_rng(1), target=there) for there in (True, False))
    assert any(len(one) > len(other) for one, other in zip(with_target[11:], without[11:], strict=True))
    for later in (with_target[11:], without[11:]):
        with desk_for(world) as desk:
            releases = [ask(desk, *tables, **more).as_dict() for tables, more in
                        (of_cohort(kind, cohort) for cohort in with_target[:11] + later)]  # fmt: skip
        told.append([[one[part] for part in ("population", "tables", "models")] for one in releases[11:]])
    assert told[0] == told[1]


@pytest.mark.parametrize("told", ["trait", "those with it", "mean"])
@pytest.mark.parametrize("by", ["rows", "tables", "splits"])
def test_unions_of_one_request_tell_nobody_from_others(by, told):
    assert 0.3 <= solved(30, 4, by=by, told=told)["area"] <= 0.7


@pytest.mark.parametrize("least", [6, 21])
@pytest.mark.parametrize("people", [60, 200, 1000])
def test_all_one_two_and_three_way_tables_together_single_next_to_nobody_out(people, least):
    """As one request: nobody of whom counts are told, one in fifty at most where amounts are."""
    world, cells, members, rows = World.of(people), [], [], 0
    for number in (1, 2, 3):
        for variables in combinations(list(world.codes), number):
            table = world.table(variables, world.ids)
            told = np.bincount(table.cells, minlength=len(table.labels)) >= least
            cells.append(table.cells[told[table.cells]] + rows)
            members.append(world.ids[told[table.cells]])
            rows += len(table.labels)
    noise = NOISE if least == 6 else NOISE_OF_AMOUNTS
    found = singled(Sets(np.concatenate(cells), np.concatenate(members)), 6, 5, noise=noise)
    assert len(found) <= (0 if least == 6 else people / 50)


def test_many_small_lots_are_looked_at_by_projection_and_the_same_are_found(monkeypatch):
    """Ten thousand people no two of whom are alike, and one whom twelve unions of blocks single out."""
    draw = np.random.default_rng(7)
    apart = [(draw.integers(0, 40, 10_000) + 40 * place, np.arange(10_000)) for place in range(6)]
    blocks = draw.permutation(10_000)[1:241].reshape(4, 60)
    unions = [np.append(blocks[np.flatnonzero(bits)].ravel(), TARGET * 20_000 if one else [])
              for one, bits in enumerate(list(product((0, 1), repeat=4))[1:])]  # fmt: skip
    cells = [np.full(len(union), 240 + place) for place, union in enumerate(unions)]
    sets = Sets(np.concatenate([*(c for c, _ in apart), *cells]),
                np.concatenate([*(p for _, p in apart), *(u.astype(int) for u in unions)]))  # fmt: skip
    found = singled(sets, 6, 5, noise=NOISE_OF_AMOUNTS).tolist()
    monkeypatch.setattr(overlaps, "_CHUNK", 1 << 20)
    assert 20_000 in found == singled(sets, 6, 5, noise=NOISE_OF_AMOUNTS).tolist()


def overlapping(draw):
    """Ethnicity as everybody gave it, ten groups, some people in two or three; and everybody."""
    people = np.arange(2000)
    groups = [np.where(draw.random(2000) < share, draw.choice(10, 2000, p=np.arange(10, 0, -1) / 55), -1)
              for share in (1.0, 0.2, 0.05)]  # fmt: skip
    cells = np.concatenate([*groups, np.full(2000, 10)])
    return Sets(cells[cells >= 0], np.tile(people, 4)[cells >= 0])


def headings(draw):
    """Five groupings of the same people, one below the other."""
    people, parts = np.arange(600), [draw.integers(0, 6, 600) + 6 * place for place in range(5)]
    return Sets(np.concatenate(parts), np.tile(people, 5))


@pytest.mark.parametrize("noise", [NOISE, NOISE_OF_AMOUNTS])
@pytest.mark.parametrize("made", [overlapping, headings])
def test_what_overlaps_by_nature_singles_nobody_out(made, noise):
    sets = made(np.random.default_rng(3))
    packed = np.unique(sets.cells * 10_000 + sets.people)
    assert not len(singled(Sets(packed // 10_000, packed % 10_000), 6, 5, noise=noise))


def test_parts_and_what_they_lie_within_are_never_looked_into():
    people = np.arange(90)
    cells = np.concatenate([people // 9, 10 + people // 30, np.full(90, 13)])
    assert not len(singled(Sets(cells, np.tile(people, 3)), 6, 5))


def test_what_is_drawn_for_a_set_cannot_be_known():
    """Else sets could be shaped so that somebody in just those would look like somebody in none."""
    cells, people = np.repeat(np.arange(70), 2), np.tile([0, 1], 70)
    assert len({alike(Sets(cells, people))[0].people.tobytes() for _ in range(3)}) == 1
    seen = []
    real = np.random.default_rng
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(np.random, "default_rng", lambda *seed: seen.append(seed) or real(*seed))
        alike(Sets(cells, people))
    assert seen == [()]


def by_definition(members, few, each):
    """Person by person, from the inverse of the whole matrix of what each two sets share; of sets five or
    fewer people apart, the first."""
    kept = []
    for row in members:
        kept += [row] if all((row ^ other).sum() > 5 for other in kept) else []
    inside = np.array(kept).astype(float)
    if len(inside) < 3:
        return np.zeros(0, dtype=int)
    noise, held = each * np.eye(len(inside)), inside.sum(axis=1)
    told = np.einsum("sp,st,tp->p", inside, np.linalg.inv(inside @ inside.T + noise), inside)
    as_they = [(members == members[:, [person]]).all(axis=0).sum() for person in range(members.shape[1])]
    alone = (inside / (held + each)[:, None]).sum(axis=0)
    return np.flatnonzero(
        (told > 1 / (few + each)) & (told > 2 * alone) & (np.array(as_they) < few) & inside.any(axis=0)
    )


@pytest.mark.parametrize("seed", range(40))
def test_whom_sets_single_out_is_as_defined(seed):
    draw = np.random.default_rng(seed)
    members = draw.random((4, 12)) < 0.5
    members = np.repeat(members, draw.integers(1, 30, 12), axis=1)
    members = np.vstack([members, members[:2] ^ members[2:]])
    cells, people = np.nonzero(members)
    for noise in (NOISE, NOISE_OF_AMOUNTS):
        found = singled(Sets(cells, people - 3), 6, 5, noise=noise)
        assert found.tolist() == (by_definition(members, 6, noise) - 3).tolist()
