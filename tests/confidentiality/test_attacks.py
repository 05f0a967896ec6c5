"""The attacks of sdc §3, small, at the bars of issue 7; `python -m bench.confidentiality` runs them whole."""

import pytest
from bench.confidentiality import attacks


@pytest.mark.parametrize("seed", [5, 6])
def test_five_context_variables_do_not_tell_whether_a_person_is_in_a_group(seed):
    found = attacks.differencing(10, seed=seed)
    assert found["accuracy"] <= found["base rate"] + 0.03


def test_whoever_knows_the_list_does_not_learn_what_one_person_on_it_is():
    """The provider itself, or a member of a collective that subtracts itself."""
    found = attacks.insider(15, friends=0)
    assert found["accuracy"] <= found["base rate"] + 0.03


@pytest.mark.parametrize("profile", ["nz-fixed", "nz-grr"])
def test_nobody_and_a_few_people_look_the_same_refusals_and_row_order_included(profile):
    assert attacks.zero_against_small(24, profile=profile)["total variation"] <= 0.10


def test_small_areas_in_all_tables_pin_nobody():
    found = attacks.small_area(110, levels=5)
    assert (found["pinned"], found["narrow"]) == (0, 0)


@pytest.mark.parametrize("largest", [150, 16])
def test_a_change_of_one_person_between_refreshes_does_not_show(largest):
    found = attacks.one_person_changes(200, largest=largest)
    assert found["betrayed"] <= 0.05
    assert found["others moved"] == 0


def test_dominated_totals_are_not_told_and_most_safe_ones_are():
    found = attacks.dominance(150)
    assert found["unsafe told"] == 0
    assert found["safe told"] >= 0.8


def test_means_tell_the_number_of_people_in_at_most_a_tenth_more_than_the_released_count():
    found = attacks.numbers_from_means(150)
    assert found["exact"] <= found["exact from the count alone"] + 0.03


def test_a_sparse_seven_way_table_tells_no_small_cell():
    found = attacks.sparse_table(3000)
    assert found["small told"] == 0
    assert found["told"] > 0
