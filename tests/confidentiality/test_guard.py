import numpy as np
import pytest

from linkwell.confidentiality.desk import ReleaseDesk, ReleaseRefused
from linkwell.errors import RefusedByRule

PERMITTED = {"permission_single_provider": True}


def people(start: int, count: int) -> np.ndarray:
    return np.arange(start, start + count)


@pytest.mark.parametrize("apart", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("size", [12, 30, 33, 36, 200, 1000])
def test_a_cohort_one_to_five_people_from_an_earlier_one_is_refused(desk, ask, size, apart):
    desk.release(ask(population=people(1, size)), **PERMITTED)
    for near in (people(1, size - apart), people(1, size + apart), people(1 + apart, size - apart)):
        with pytest.raises(ReleaseRefused):
            desk.release(ask(population=near), **PERMITTED)
    exchanged = np.concatenate([people(1, size - 1), [2500]])
    with pytest.raises(ReleaseRefused):
        desk.release(ask(population=exchanged), **PERMITTED)


def test_the_same_cohort_and_one_six_people_away_are_answered(desk, ask):
    desk.release(ask(population=people(1, 200)), **PERMITTED)
    desk.release(ask(population=people(1, 200), purpose="something else"), **PERMITTED)
    desk.release(ask(population=people(1, 206)), **PERMITTED)
    desk.release(ask(population=people(7, 200)), **PERMITTED)


def test_another_project_of_the_family_cannot_be_used_to_subtract(desk, ask):
    desk.release(ask(population=people(1, 200)), **PERMITTED)
    with pytest.raises(ReleaseRefused):
        desk.release(ask(population=900_000 - 7 * people(1, 199), project="two"), **PERMITTED)


def test_small_empty_and_near_cohorts_are_refused_in_the_same_words(desk, ask):
    desk.release(ask(population=people(1, 200)), **PERMITTED)
    said = set()
    for population in (people(1, 0), people(1, 1), people(1, 5), people(1, 199)):
        with pytest.raises(ReleaseRefused) as refused:
            desk.release(ask(population=population), **PERMITTED)
        error = refused.value
        said.add((error.what, error.why, error.fix, len(error.where), error.exit_code))
        assert error.reference in error.where
    assert len(said) == 1


def test_only_the_checker_learns_why(home, desk, ask):
    desk.release(ask(population=people(1, 200)), **PERMITTED)
    with pytest.raises(ReleaseRefused) as refused:
        desk.release(ask(population=people(1, 198)), **PERMITTED)
    assert "entry" not in str(refused.value)
    assert "198" not in str(refused.value.as_dict())
    with ReleaseDesk.open(home) as checker:
        assert checker.reason(refused.value.reference).inside() == (
            "the population differs by 1 to 5 people from entry 1"
        )


def test_a_refused_request_leaves_nothing_to_guard_against(desk, ask):
    desk.release(ask(population=people(1, 200)), **PERMITTED)
    with pytest.raises(ReleaseRefused):
        desk.release(ask(population=people(1, 198)), **PERMITTED)
    desk.release(
        ask(population=people(1, 193)), **PERMITTED
    )  # 5 from the refused one, 7 from the answered one


def test_a_near_twin_cell_repeats_the_earlier_number(desk, table, ask):
    first = desk.release(ask(table({"g": people(1, 60)})), **PERMITTED).tables["t"].cell("g").value
    for more in (1, -1, 2):
        cell = desk.release(ask(table({"g": people(1, 60 + more)})), **PERMITTED).tables["t"].cell("g")
        assert (cell.value, cell.mark) == (first, "C") or (cell.value, cell.mark) == (None, "S")
        assert cell.value is None or abs(cell.value - 60 - more) <= 3


def test_over_many_cells_a_difference_of_one_to_five_is_never_answered_afresh(desk, table, ask):
    draw = np.random.default_rng(11)
    sizes, apart = draw.integers(12, 120, 60), draw.integers(1, 6, 60)
    before = {
        f"g{i}": people(int(s), int(n))
        for i, (s, n) in enumerate(zip(draw.integers(1, 2000, 60), sizes, strict=True))
    }
    after = {
        name: members[: len(members) - cut]
        for (name, members), cut in zip(before.items(), apart, strict=True)
    }
    old = desk.release(ask(table(before)), **PERMITTED).tables["t"]
    new = desk.release(ask(table(after)), **PERMITTED).tables["t"]
    for was, now, members in zip(old.cells, new.cells, after.values(), strict=True):
        assert now.mark in "CS"
        assert now.mark
        assert now.value is None or abs(now.value - len(members)) <= 3
        if was.mark == "" and now.value is not None and abs(was.value - len(members)) <= 3:
            assert now.value == was.value or was.mark == "C"


def test_unchanged_cells_do_not_move_when_others_change(desk, table, ask):
    same, changed = people(1, 77), people(500, 90)
    first = desk.release(ask(table({"same": same, "changed": changed})), **PERMITTED).tables["t"]
    later = desk.release(ask(table({"same": same, "changed": changed[:-20]})), **PERMITTED).tables["t"]
    assert later.cell("same").value == first.cell("same").value
    assert later.cell("same").mark == ""


def test_a_carried_number_stays_with_its_people(desk, table, ask):
    desk.release(ask(table({"g": people(1, 60)})), **PERMITTED)
    once = desk.release(ask(table({"g": people(1, 61)})), **PERMITTED).tables["t"].cell("g")
    again = desk.release(ask(table({"h": people(1, 61)}, name="u")), **PERMITTED).tables["u"].cell("h")
    assert (once.value, once.mark) == (again.value, again.mark)


def test_a_hidden_five_and_one_more_person_stay_hidden(desk, table, ask):
    desk.release(ask(table({"g": people(1, 5)})), **PERMITTED)
    release = desk.release(ask(table({"g": people(1, 6)})), **PERMITTED)
    assert release.tables["t"].cell("g").mark == "S"


def test_twins_within_one_request_show_one_number(desk, table, ask):
    groups = {"all": people(1, 100), "known gender": people(1, 98)}
    cells = desk.release(ask(table(groups)), **PERMITTED).tables["t"].cells
    assert cells[1].value in (cells[0].value, None)


def test_families_do_not_know_of_each_other(desk, ask):
    desk.release(ask(population=people(1, 200)), **PERMITTED)
    desk.release(ask(population=people(1, 199), family="another"), **PERMITTED)


def test_a_single_provider_needs_recorded_permission(desk, table, ask):
    request = ask(table({"g": people(1, 60)}))
    with pytest.raises(RefusedByRule, match="permission"):
        desk.release(request, permission_single_provider=False)
    several = ask(
        table({"g": people(1, 60)}, entities={"provider": np.arange(60) % 3}), single_provider=False
    )
    assert desk.release(several, permission_single_provider=False).tables["t"].cell("g").value is not None
