"""Weighted counts of a survey: six respondents, a thousand people, to the nearest hundred; and rates."""

from __future__ import annotations

import csv

import numpy as np
import pyarrow as pa
import pytest

from linkwell.confidentiality.own_files import confidentialise
from linkwell.confidentiality.release import ratio
from linkwell.confidentiality.request import MeanTable, WeightedTable
from linkwell.errors import WrongUse

PERMITTED = {"permission_single_provider": True}


def survey(sizes, weights, units=None):
    cells = np.repeat(np.arange(len(sizes)), list(sizes.values()))
    units = np.arange(1, len(cells) + 1) if units is None else units
    return WeightedTable("t", ("g",), tuple((name,) for name in sizes), cells, units, np.asarray(weights))


def test_a_weighted_count_needs_six_respondents_a_thousand_people_and_nobody_who_is_nearly_all(desk, ask):
    sizes = {"five": 5, "few": 12, "many": 90, "one": 30}
    draw = np.random.default_rng(4)
    weights = [*[900.0] * 5, *[60.0] * 12, *draw.uniform(80, 200, 90), 90_000.0, *[5.0] * 29]
    told = desk.release(ask(survey(sizes, weights)), **PERMITTED).tables["t"]
    assert [cell.total is not None for cell in told.cells] == [False, False, True, False]
    assert [cell.value is not None for cell in told.cells] == [False, True, True, True]
    assert told.cell("many").total % 100 == 0
    assert told.cell("many").total == pytest.approx(sum(weights[17:107]), rel=0.06)
    assert told.cell("many").mean is None


def test_weights_that_are_all_alike_tell_no_more_than_the_released_count(desk, ask):
    sizes = {f"{n} people": n for n in range(10, 40)}
    told = desk.release(ask(survey(sizes, np.full(sum(sizes.values()), 1000.0))), **PERMITTED).tables["t"]
    guesses = [round(cell.total / 1000) for cell in told.cells]
    by_count = [cell.value for cell in told.cells]
    right = [np.mean([g == n for g, n in zip(found, sizes.values(), strict=True)])
             for found in (guesses, by_count)]  # fmt: skip
    assert right[0] <= right[1] + 0.1
    assert np.mean([abs(g - n) for g, n in zip(guesses, by_count, strict=True)]) < 3


def test_one_respondent_less_repeats_the_earlier_weighted_count(desk, ask):
    draw = np.random.default_rng(5)
    units, weights = np.arange(1, 201), draw.uniform(500, 900, 200)
    told = []
    for number, keep in enumerate((200, 199)):
        request = ask(survey({"g": keep}, weights[:keep], units[:keep]), notes=(str(number),))
        told.append(desk.release(request, **PERMITTED).tables["t"].cells[0])
    assert (told[0].total, told[0].value) == (told[1].total, told[1].value)


def test_the_hidden_cell_does_not_follow_from_the_weighted_total(desk, ask):
    weights = np.random.default_rng(6).uniform(500, 900, 100)
    cells, units = np.repeat([0, 1, 2], [5, 45, 50]), np.arange(1, 101)
    whole = WeightedTable("t", ("g",), (("a",), ("b",), ("c",), ("All",)), np.append(cells, np.full(100, 3)),
                          np.tile(units, 2), np.tile(weights, 2))  # fmt: skip
    told = desk.release(ask(whole), **PERMITTED).tables["t"]
    assert sum(cell.total is None for cell in told.cells) >= 2


def test_odd_weights_are_refused(desk, ask):
    with pytest.raises(WrongUse, match="never less"):
        desk.release(ask(survey({"g": 30}, [*[10.0] * 29, -1.0])), **PERMITTED)


def test_a_file_with_weights_gives_weighted_counts_and_means(tmp_path):
    draw = np.random.default_rng(7)
    people = pa.table({"id": range(300), "g": ["a", "b", "c"] * 100, "w": draw.uniform(50, 100, 300),
                       "wages": draw.gamma(2, 500, 300)})  # fmt: skip
    facts = {"by": ["g"], "person": "id", "ledger": tmp_path / "l", "weight": "w"}
    told = confidentialise(people, **facts).release
    told.write(tmp_path / "out")
    rows = list(csv.DictReader((tmp_path / "out" / "table.csv").read_text().splitlines()))
    assert list(rows[0]) == ["g", "people", "mark", "weighted_people"]
    assert all(int(row["weighted_people"]) % 100 == 0 for row in rows)
    mean = (
        confidentialise(people, **facts, mean="wages", unit="dollars").release.tables["table"].cells[0].mean
    )
    first = np.array(people["wages"])[::3], np.array(people["w"])[::3]
    assert mean == pytest.approx(np.average(first[0], weights=first[1]), rel=0.1)


def test_a_rate_comes_from_released_counts_and_not_from_a_hidden_one(desk, ask, table):
    groups = {"a": np.arange(1, 41), "b": np.arange(41, 400), "c": np.arange(400, 403)}
    told = desk.release(ask(table(groups)), **PERMITTED).tables["t"]
    a, b, c = told.cells
    assert ratio(a, b, per=1000) == float(f"{1000 * a.value / b.value:.3g}")
    assert ratio(c, b) is ratio(b, c) is None


def test_a_mean_table_without_weights_is_no_survey(desk, ask):
    values = np.arange(40.0)
    plain = MeanTable(
        "t", ("g",), (("g",),), np.zeros(40, dtype=np.int64), np.arange(1, 41), values, "x", "d"
    )
    assert desk.release(ask(plain), **PERMITTED).tables["t"].totals == ()
