"""A requester chooses every name, label and population; none of them may weaken what the desk hides."""

import dataclasses

import numpy as np
import pytest

from linkwell.confidentiality.request import CountTable, EffectInput, MeanTable

PERMITTED = {"permission_single_provider": True}
AMOUNTS = np.random.default_rng(5).gamma(2, 300, 3001)


def people(start, count):
    return np.arange(start, start + count)


def mean_of(units, values, name="m", measure="wages"):
    cells = np.zeros(len(units), dtype=np.int64)
    return MeanTable(name, ("g",), (("g",),), cells, units, values, measure, "dollars")


def told(desk, ask, *tables, **more):
    release = desk.release(ask(*tables, **more), **PERMITTED)
    return [release.tables[table.name].cells[0].mean for table in tables]


def changed(values, place, amount):
    other = values.copy()
    other[place] = amount
    return other


def test_a_mean_under_another_name_is_guarded_all_the_same(desk, ask):
    first, second = (mean_of(people(1, n), AMOUNTS[1 : n + 1], m, m) for n, m in ((60, "a"), (59, "b")))
    assert told(desk, ask, first) == told(desk, ask, second) != [None]


@pytest.mark.parametrize("hide", [0.0, 1e6, 17.0])
def test_the_same_people_with_one_amount_changed_tell_nothing_new(desk, ask, hide):
    """Whether there was anything to change or not, the answer is what follows from the first mean."""
    whole = AMOUNTS[1:61]
    (first,) = told(desk, ask, mean_of(people(1, 60), whole))
    twice, two = 2 * whole, changed(changed(whole, 3, 1), 4, 2)
    tricks = [changed(whole, 7, hide), two, twice, changed(twice, 7, hide)]
    for number, values in enumerate(tricks):
        name = f"trick {number}"
        (answer,) = told(desk, ask, mean_of(people(1, 60), values, name, name))
        assert answer in (pytest.approx(first if number < 2 else 2 * first, rel=0.006), None)
        assert answer is not None or hide == 1e6  # that amount dominates


def test_a_sum_of_two_measures_less_one_person_is_the_sum_of_the_means(desk, ask):
    one, other = AMOUNTS[1:201], AMOUNTS[501:701]
    for place in (None, 9):
        third = one + 3 * other if place is None else changed(one + 3 * other, place, 0.0)
        tables = [
            mean_of(people(1, 200), v, n + str(place), n) for v, n in ((one, "a"), (other, "b"), (third, "c"))
        ]
        means = told(desk, ask, *tables)
        assert means[2] == float(f"{means[0] + 3 * means[1]:.2e}")


def test_people_without_an_amount_do_not_disguise_a_twin(desk, ask):
    amounts = np.concatenate([AMOUNTS[1:60], np.zeros(40)])
    first = desk.release(ask(mean_of(people(1, 60), AMOUNTS[1:61])), **PERMITTED).tables["m"].cells[0]
    units = np.concatenate([people(1, 59), people(500, 40)])
    padded = (
        desk.release(ask(mean_of(units, amounts, "padded", "other")), **PERMITTED).tables["padded"].cells[0]
    )
    assert padded.mean == float(f"{first.mean * first.value / padded.value:.2e}")


def test_ten_true_measures_of_the_same_people_are_all_told(desk, ask):
    draw = np.random.default_rng(1)
    tables = [mean_of(people(1, 90), draw.gamma(2, 30, 90), f"m{n}", f"m{n}") for n in range(10)]
    assert None not in told(desk, ask, *tables)


def effect(name, values, treated=None):
    units = people(1, 199) if treated is None else treated
    return EffectInput(name, -3.2, 1.2, -5.6, -0.8, "days", units, values, people(400, 300), 250.0, "days")


def test_an_effect_under_another_name_is_guarded_by_its_people_and_their_amounts(desk, ask):
    def marks(*effects):
        return [e.mark for e in desk.release(ask(effects=effects), **PERMITTED).effects.values()]

    whole = AMOUNTS[1:200]
    assert marks(effect("a", whole)) == [""]
    assert marks(effect("b", whole[:-1], people(1, 198))) == [""]
    assert marks(effect("d", AMOUNTS[801:1000])) == [""]
    assert marks(effect("e", whole + 2 * AMOUNTS[801:1000])) == ["S"]
    assert marks(effect("f", changed(whole + 2 * AMOUNTS[801:1000], 5, 0.0))) == ["S"]


def test_a_later_refresh_of_the_same_outcome_and_people_is_answered_anew(desk, ask):
    """The amounts are the data version: nobody needs to name it, and nobody can misname it."""
    first = effect("ED visits", AMOUNTS[1:200])
    later = dataclasses.replace(effect("ED visits", AMOUNTS[1201:1400]), estimate=-1.0, lower=-3.4, upper=1.4)
    corrected = dataclasses.replace(later, treated_values=changed(AMOUNTS[1201:1400], 3, 1.0), estimate=0.0)
    releases = [desk.release(ask(effects=(e,)), **PERMITTED) for e in (first, later, first, corrected)]
    answers = [release.effects["ED visits"].estimate for release in releases]
    assert answers == [-3.2, -1.0, -3.2, -1.0]


@pytest.mark.parametrize("totals", [("a", "b"), ("a", "b", "c", "All"), (), ("All",)])
def test_calling_a_part_a_total_does_not_open_a_line(desk, table, ask, totals):
    groups = {"a": people(1, 40), "b": people(41, 12), "c": people(53, 4), "All": people(1, 56)}
    cells = desk.release(ask(table(groups, totals=totals)), **PERMITTED).tables["t"].cells
    assert [cell.mark for cell in cells] == ["", "S", "S", ""]


def test_a_crossed_table_called_listed_gets_all_its_combinations(desk, ask):
    labels = (("young", "north"), ("old", "north"), ("old", "south"))
    cells = np.repeat([0, 1, 2], [30, 30, 3])
    crossed = CountTable("t", ("age", "place"), labels, cells, people(1, 63), combinations="listed")
    told = desk.release(ask(crossed), **PERMITTED).tables["t"]
    assert [cell.labels for cell in told.cells if cell.mark == "S"] == [("young", "south"), ("old", "south")]


def test_a_long_table_may_have_not_known_under_every_heading(desk, ask):
    labels = (("gender", "men"), ("gender", "Not known"), ("region", "Otago"), ("region", "Not known"))
    cells = np.repeat([0, 1, 2, 3], 20)
    long = CountTable("t", ("what", "which"), labels, cells, people(1, 80), combinations="listed")
    assert [c.labels for c in desk.release(ask(long), **PERMITTED).tables["t"].cells] == list(labels)


@pytest.mark.parametrize("hidden", [0, 1, 5])
def test_a_total_asked_later_does_not_give_the_hidden_cell_away(desk, table, ask, hidden):
    parts = {"a": people(1, 40), "b": people(41, 12), "c": people(53, hidden)}
    first = desk.release(ask(table(parts)), **PERMITTED).tables["t"]
    assert [cell.mark for cell in first.cells] == ["", "", "S"]
    later = desk.release(ask(table({"everyone": people(1, 52 + hidden)}, name="u")), **PERMITTED)
    assert later.tables["u"].cells[0].mark == "S"
    whole = people(1, 52 + hidden)
    assert desk.release(ask(population=whole, family="insights"), **PERMITTED).population is None


def test_a_total_is_hidden_where_every_part_must_stay(desk, table, ask):
    """The parts were told before; the total now would give the small one away."""
    parts = {"a": people(1, 40), "b": people(41, 12)}
    desk.release(ask(table(parts)), **PERMITTED)
    today = parts | {"c": people(53, 4), "All": people(1, 56)}
    cells = desk.release(ask(table(today, name="u")), **PERMITTED).tables["u"].cells
    assert [cell.mark for cell in cells] == ["C", "C", "S", "S"]
