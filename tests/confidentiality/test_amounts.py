"""Totals, weighted means and quantiles: what is told, what is not, and what subtraction gives."""

import numpy as np
import pytest

from linkwell.confidentiality.means import dominated
from linkwell.confidentiality.profile import load_profile
from linkwell.confidentiality.request import MeanTable, QuantileTable
from linkwell.errors import WrongUse

PERMITTED = {"permission_single_provider": True}
PROFILE = load_profile("nz-fixed")
AMOUNTS = np.random.default_rng(8).gamma(2, 300, 3001)


def table_of(groups, values, kind=MeanTable, name="m", **more):
    cells = np.repeat(np.arange(len(groups)), [len(g) for g in groups.values()])
    units = np.concatenate(list(groups.values()))
    labels = tuple((label,) for label in groups)
    return kind(name, ("g",), labels, cells, units, values[units], "wages", "dollars", **more)


def people(start, count):
    return np.arange(start, start + count)


def told(desk, ask, *tables, **more):
    release = desk.release(ask(*tables, **more), **PERMITTED)
    return [release.tables[table.name].cells for table in tables]


def test_a_total_is_the_told_mean_times_the_released_count(desk, ask):
    cells = told(desk, ask, table_of({"a": people(1, 90), "b": people(91, 18)}, AMOUNTS, with_totals=True))[0]
    assert cells[0].total == float(f"{cells[0].mean * cells[0].value:.3g}")
    assert cells[0].total == pytest.approx(AMOUNTS[1:91].sum(), rel=0.08)
    assert (cells[1].value, cells[1].total) == (18, None)


def test_a_total_keeps_its_noise_however_often_and_in_whatever_words_it_is_asked(desk, ask):
    answers = {
        told(desk, ask, table_of({f"w{n}": people(1, 90)}, AMOUNTS, with_totals=True), purpose=f"p{n}")[0][
            0
        ].total
        for n in range(6)
    }
    assert len(answers) == 1
    assert answers.pop() != float(f"{AMOUNTS[1:91].sum():.3g}")


@pytest.mark.parametrize(
    ("sizes", "unsafe"),
    [
        ([100] * 30, False),
        ([100] * 30 + [1e6], True),
        ([1e4, 1e4] + [1] * 30, True),
        ([5000, 100, *[50] * 20], False),
    ],
)
def test_nobody_may_dominate_by_p_percent_or_by_two_holding_nine_tenths(sizes, unsafe):
    sizes = np.array(sizes, dtype=float)
    assert dominated(sizes, np.zeros(len(sizes), dtype=np.int64), 1, PROFILE).tolist() == [unsafe]


def giant(values, person, amount=1e7):
    values = values.copy()
    values[person] = amount
    return values


def test_a_dominated_mean_does_not_follow_from_the_total_and_the_other_parts(desk, ask):
    """Noised amounts add up, so a line with one hidden mean gets a second when its total is told."""
    rich = giant(AMOUNTS, 7, 4e5)
    groups = {"a": people(1, 60), "b": people(61, 90), "c": people(151, 300), "d": people(451, 400)}
    groups["All"] = people(1, 850)
    cells = told(desk, ask, table_of(groups, rich))[0]
    assert [cell.mean is None for cell in cells] == [True, True, False, False, False]


def test_a_total_asked_later_does_not_give_the_dominated_mean_away(desk, ask):
    rich = giant(AMOUNTS, 7, 4e5)
    parts = {"a": people(1, 60), "b": people(61, 90), "c": people(151, 300), "d": people(451, 400)}
    first = told(desk, ask, table_of(parts, rich))[0]
    assert [cell.mean is None for cell in first] == [True, False, False, False]
    assert told(desk, ask, table_of({"everyone": people(1, 850)}, rich, name="u"))[0][0].mean is None
    assert (
        told(desk, ask, table_of({"everyone": people(1, 850)}, AMOUNTS[::-1], name="v"))[0][0].mean
        is not None
    )


def test_a_dominated_amount_does_not_follow_from_two_measures_that_are_not(desk, ask):
    """Wages with a giant; wages and a large benefit together; the benefit alone: not all of them."""
    rich, benefit = giant(AMOUNTS, 7, 4e5), np.full(3001, 40_000.0) + AMOUNTS[::-1]
    group = {"a": people(1, 60)}
    asked = [table_of(group, v, name=f"m{n}") for n, v in enumerate((rich, benefit, rich + benefit))]
    assert [cells[0].mean is None for cells in told(desk, ask, *asked)] == [True, False, True]


def test_a_weighted_mean_rests_on_its_effective_people(desk, ask):
    units, cells = people(1, 200), np.repeat([0, 1], 100)
    even = np.random.default_rng(3).uniform(0.5, 1.5, 100)
    weights = np.concatenate([even, np.where(np.arange(100) < 12, 50.0, 0.1)])
    table = MeanTable("w", ("g",), (("even",), ("few",)), cells, units, AMOUNTS[units], "wages", "dollars",
                      weights=weights)  # fmt: skip
    found = told(desk, ask, table)[0]
    assert found[0].mean == pytest.approx(np.average(AMOUNTS[1:101], weights=even), rel=0.08)
    assert found[1].mean is None


def test_totals_of_weighted_amounts_and_odd_weights_are_refused(desk, ask):
    group = {"a": people(1, 60)}
    for more, words in (
        ({"with_totals": True, "weights": np.ones(60)}, "weighted"),
        ({"weights": -np.ones(60)}, "never"),
    ):
        with pytest.raises(WrongUse, match=words):
            told(desk, ask, table_of(group, AMOUNTS, **more))


def quantiles_of(groups, values=AMOUNTS, percents=(25, 50, 75), name="q"):
    return table_of(groups, values, QuantileTable, name, percents=percents)


def test_a_quantile_needs_five_people_in_its_smaller_tail(desk, ask):
    sizes = {
        "nine": people(1, 9),
        "twelve": people(21, 12),
        "thirty": people(61, 30),
        "many": people(101, 120),
    }
    cells = told(desk, ask, quantiles_of(sizes, percents=(5, 25, 50, 75, 95)))[0]
    shown = [[number is not None for number in cell.quantiles] for cell in cells]
    assert shown[0] == [False] * 5
    assert shown[1] == [False, False, True, False, False]
    assert shown[2] == [False, True, True, True, False]
    assert shown[3] == [True] * 5


def test_a_quantile_is_nobodys_own_value_and_near_the_true_one(desk, ask):
    cell = told(desk, ask, quantiles_of({"g": people(1, 400)}))[0][0]
    true = np.quantile(AMOUNTS[1:401], (0.25, 0.5, 0.75))
    assert cell.quantiles == pytest.approx(true, rel=0.05)
    assert not {float(f"{v:.3g}") for v in AMOUNTS[1:401]} >= set(cell.quantiles)


@pytest.mark.parametrize("percents", [(0,), (100,), (33,), (), (50, 51)])
def test_minimum_maximum_and_quantiles_off_the_grid_are_refused(desk, ask, percents):
    with pytest.raises(WrongUse, match="steps of 5 %"):
        told(desk, ask, quantiles_of({"g": people(1, 400)}, percents=percents))


def test_quantiles_side_by_side_never_share_a_persons_value(desk, ask):
    cell = told(desk, ask, quantiles_of({"g": people(1, 60)}, percents=(40, 45, 50)))[0][0]
    assert [number is None for number in cell.quantiles] == [False, True, False]


def test_nearly_the_same_people_get_the_earlier_quantiles_or_none(desk, ask):
    whole = told(desk, ask, quantiles_of({"g": people(1, 60)}))[0][0].quantiles
    without = quantiles_of({"g": people(1, 59)}, name="w")
    assert told(desk, ask, without, population=people(1, 900))[0][0].quantiles == whole
    squared = quantiles_of({"g": people(1, 58)}, AMOUNTS**2, name="s")
    assert told(desk, ask, squared)[0][0].quantiles == (None,) * 3
    changed = quantiles_of({"g": people(1, 60)}, giant(AMOUNTS, 5), name="c")
    assert told(desk, ask, changed)[0][0].quantiles == whole
    rewritten = quantiles_of({"g": people(1, 60)}, 2 * giant(AMOUNTS, 5) + 1, name="r")
    assert told(desk, ask, rewritten)[0][0].quantiles == (None,) * 3


def test_other_amounts_of_the_same_people_have_quantiles_of_their_own(desk, ask):
    group = {"g": people(1, 60)}
    one, other = told(desk, ask, quantiles_of(group), quantiles_of(group, AMOUNTS[::-1], name="o"))
    assert None not in one[0].quantiles + other[0].quantiles
    assert one[0].quantiles != other[0].quantiles


def test_what_is_written_names_every_column_of_amounts(desk, ask, tmp_path):
    group = {"g": people(1, 60)}
    request = ask(table_of(group, AMOUNTS, with_totals=True), quantiles_of(group, percents=(50,)))
    desk.release(request, **PERMITTED).write(tmp_path)
    assert (tmp_path / "m.csv").read_text().splitlines()[0] == "g,people,mark,mean_dollars,total_dollars"
    assert (tmp_path / "q.csv").read_text().splitlines()[0] == "g,people,mark,p50_dollars"


def test_other_amounts_with_the_same_total_are_another_request(desk, ask):
    group, values = people(1, 60), AMOUNTS.copy()
    first = told(desk, ask, quantiles_of({"g": group}, values))[0][0].quantiles
    values[1:61] = values[1:61].mean()
    assert told(desk, ask, quantiles_of({"g": group}, values))[0][0].quantiles != first


@pytest.mark.parametrize("people", [26, 45, 300])
def test_many_measures_of_few_people_are_told_right_or_not_at_all(desk, ask, people):
    """With enough earlier means any amounts can be put together, and that mean would be a wrong one."""
    draw = np.random.default_rng(people)
    measures = [draw.gamma(2, 500, people) for _ in range(60)]
    cells, units = np.repeat(np.arange(60), people), np.tile(np.arange(1, people + 1), 60)
    labels = tuple((f"month {n}",) for n in range(60))
    table = MeanTable("m", ("month",), labels, cells, units, np.concatenate(measures), "x", "dollars")
    told = [cell.mean for cell in desk.release(ask(table), **PERMITTED).tables["m"].cells]
    kept = [(mean, own.mean()) for mean, own in zip(told, measures, strict=True) if mean is not None]
    assert 8 <= len(kept) < 60
    assert all(mean == pytest.approx(true, rel=0.15) for mean, true in kept)
    again = [cell.mean for cell in desk.release(ask(table, notes=("later",)), **PERMITTED).tables["m"].cells]
    assert again == told
