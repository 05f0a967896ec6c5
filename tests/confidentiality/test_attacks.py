"""The attacks of sdc §3 at a moderate size; `python -m bench.confidentiality` runs them in full."""

import pytest
from bench.confidentiality import attacks


def test_five_context_variables_do_not_tell_whether_a_person_is_in_a_group():
    """Only a cell that falls from six to five can show it: the threshold itself."""
    assert attacks.differencing(24, seed=5)["members betrayed"] <= 0.10


def test_nobody_and_a_few_people_look_the_same_refusals_included():
    assert attacks.zero_against_small(40)["total variation"] <= 0.10


@pytest.mark.parametrize("people", [110])
def test_small_areas_in_all_tables_pin_nobody(people):
    found = attacks.small_area(people, levels=5)
    assert (found["pinned"], found["narrow"]) == (0, 0)


def test_a_change_of_one_person_between_refreshes_does_not_show():
    found = attacks.one_person_changes(200)
    assert found["betrayed"] <= 0.05
    assert found["others moved"] == 0


def test_dominated_totals_are_not_told_and_most_safe_ones_are():
    found = attacks.dominance(150)
    assert found["unsafe told"] == 0
    assert found["safe told"] >= 0.8


def test_means_tell_the_number_of_people_no_better_than_the_released_count():
    found = attacks.numbers_from_means(150)
    assert found["exact"] <= found["exact from the count alone"] + 0.03
