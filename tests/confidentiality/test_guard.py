import numpy as np
import pytest

from linkwell.confidentiality.desk import ReleaseDesk, ReleaseRefused
from linkwell.confidentiality.request import Override
from linkwell.errors import RefusedByRule, WrongUse

PERMITTED = {"permission_single_provider": True}


def people(start: int, count: int) -> np.ndarray:
    return np.arange(start, start + count)


def by(table, members, parts, name="t"):
    """`members` in this many parts of about equal size."""
    return table(
        {f"part {part}": chunk for part, chunk in enumerate(np.array_split(members, parts))}, name=name
    )


@pytest.mark.parametrize("apart", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("size", [12, 30, 33, 36, 200, 1000])
def test_nothing_new_is_told_about_a_cohort_one_to_five_people_from_an_earlier_one(
    desk, table, ask, size, apart
):
    whole = people(1, size)
    desk.release(ask(by(table, whole, 1), population=whole), **PERMITTED)
    exchanged = np.concatenate([people(1, size - 1), [2500]])
    for near in (
        people(1, size - apart),
        people(1, size + apart),
        people(1 + apart, size - apart),
        exchanged,
    ):
        release = desk.release(ask(by(table, near, 1), by(table, near, 2, "u"), population=near), **PERMITTED)
        assert {cell.mark for cell in release.tables["t"].cells} <= {"C", "S"}
        assert {cell.mark for cell in release.tables["u"].cells} <= {"C", "S"}


@pytest.mark.parametrize("more", [-5, -1, 1, 3, 5])
def test_a_provider_that_grows_or_shrinks_a_little_keeps_its_report(desk, table, ask, more):
    first = desk.release(ask(by(table, people(1, 300), 5), population=people(1, 300)), **PERMITTED)
    members = people(1, 300 + more)
    chunks = {f"part {part}": people(1 + 60 * part, 60 + (more if part == 4 else 0)) for part in range(5)}
    later = desk.release(ask(table(chunks), population=members), **PERMITTED)
    cells = later.tables["t"].cells
    assert [cell.value for cell in cells[:4]] == [cell.value for cell in first.tables["t"].cells[:4]]
    assert cells[4].mark in {"C", "S"}
    assert later.population in {first.population, None}


def test_calling_everybody_the_population_does_not_lift_the_guard_over_cohorts(desk, table, ask):
    everybody = people(1, 3000)
    desk.release(ask(by(table, people(1, 300), 5), population=everybody), **PERMITTED)
    other = desk.release(
        ask(by(table, people(1, 299), 7, "u"), population=everybody, purpose="again"), **PERMITTED
    )
    assert {cell.mark for cell in other.tables["u"].cells} == {"S"}
    within = desk.release(
        ask(by(table, people(1001, 300), 5), by(table, people(1001, 299), 7, "u"), population=everybody),
        **PERMITTED,
    )
    assert {cell.mark for cell in within.tables["t"].cells} == {""}
    assert {cell.mark for cell in within.tables["u"].cells} == {"S"}


def test_a_checker_may_answer_for_it_with_a_reason_that_is_recorded(home, desk, table, ask):
    desk.release(ask(by(table, people(1, 300), 1), population=people(1, 300)), **PERMITTED)
    request = ask(by(table, people(1, 298), 2, "u"), population=people(1, 298))
    assert {cell.mark for cell in desk.release(request, **PERMITTED).tables["u"].cells} == {"S"}
    for wrong in (Override("", "the two who left agreed to it"), Override("checker", "ok")):
        with pytest.raises(WrongUse, match="reason in words"):
            desk.release(request, override=wrong, **PERMITTED)
    override = Override("checker", "the two who left agreed to it")
    told = desk.release(request, override=override, **PERMITTED)
    assert {cell.mark for cell in told.tables["u"].cells} == {""}
    last = desk._ledger.last_event()
    assert last.details["override"] == ["checker", "the two who left agreed to it"]
    assert last.details["near"] == 1


def test_no_override_shows_a_small_group_or_a_near_twin_cell_afresh(desk, table, ask):
    desk.release(ask(table({"g": people(1, 60)}), population=people(1, 300)), **PERMITTED)
    request = ask(table({"g": people(1, 59), "few": people(1, 4)}), population=people(1, 299))
    override = Override("checker", "asked for by the board")
    cells = desk.release(request, override=override, **PERMITTED).tables["t"].cells
    assert cells[0].mark in {"C", "S"}
    assert cells[1].mark == "S"


def test_the_checker_sees_why_each_cell_is_hidden(desk, table, ask):
    desk.release(ask(table({"g": people(1, 60)}), population=people(1, 300)), **PERMITTED)
    request = ask(table({"new": people(1, 90), "few": people(1, 4)}), population=people(1, 299))
    release = desk.release(request, **PERMITTED)
    assert desk.why(release.release_id).inside() == {"t": {"narrow": 1, "few_people": 1}}


def test_the_same_cohort_and_one_six_people_away_are_answered(desk, ask):
    desk.release(ask(population=people(1, 200)), **PERMITTED)
    desk.release(ask(population=people(1, 200), purpose="something else"), **PERMITTED)
    desk.release(ask(population=people(1, 206)), **PERMITTED)
    desk.release(ask(population=people(7, 200)), **PERMITTED)


def test_another_project_of_the_family_cannot_be_used_to_subtract(desk, table, ask):
    desk.release(ask(by(table, people(1, 200), 3), population=people(1, 200)), **PERMITTED)
    ids = 900_000 - 7 * people(1, 199)
    told = desk.release(ask(by(table, ids, 2), population=ids, project="two"), **PERMITTED).tables["t"]
    assert {cell.mark for cell in told.cells} == {"S"}


def test_small_and_empty_cohorts_are_refused_in_the_same_words(desk, ask):
    said = set()
    for population in (people(1, 0), people(1, 1), people(1, 5), people(700, 3)):
        with pytest.raises(ReleaseRefused) as refused:
            desk.release(ask(population=population), **PERMITTED)
        error = refused.value
        said.add((error.what, error.why, error.fix, len(error.where), error.exit_code))
        assert error.reference in error.where
    assert len(said) == 1


def test_only_the_checker_learns_why(home, desk, ask):
    with pytest.raises(ReleaseRefused) as refused:
        desk.release(ask(population=people(1, 4)), **PERMITTED)
    assert "4 people" not in str(refused.value) + str(refused.value.as_dict())
    with ReleaseDesk.open(home) as checker:
        assert checker.reason(refused.value.reference).inside() == "the population has 4 people"


def test_a_refused_request_leaves_nothing_to_guard_against(desk, table, ask):
    with pytest.raises(ReleaseRefused):
        desk.release(ask(by(table, people(1, 200), 3), population=people(1, 3)), **PERMITTED)
    told = desk.release(ask(by(table, people(1, 198), 4), population=people(1, 198)), **PERMITTED).tables["t"]
    assert {cell.mark for cell in told.cells} == {""}


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
    assert later.cell("same").mark == "C"  # as a near twin: nobody can tell the two apart


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


def test_a_told_six_that_falls_to_five_keeps_its_number_about_nearly_the_same_cohort(desk, table, ask):
    """An S in its place would tell that somebody left."""
    groups = {"six": people(1, 6), "eight": people(7, 8), "rest": people(15, 200), "few": people(300, 4)}
    first = desk.release(ask(table(groups), population=people(1, 303)), **PERMITTED).tables["t"]
    for leaver, name in ((3, "six"), (8, "eight"), (100, "rest"), (301, "few")):
        left = {key: members[members != leaver] for key, members in groups.items()}
        everyone = np.setdiff1d(people(1, 303), [leaver])
        later = desk.release(ask(table(left), population=everyone), **PERMITTED).tables["t"]
        assert [cell.value for cell in later.cells] == [cell.value for cell in first.cells], name
        assert {cell.mark for cell in later.cells[:3]} == {"C"}


def test_five_of_a_told_six_are_hidden_anywhere_else(desk, table, ask):
    """A part of a told group, about the same cohort: fewer than six people are never told."""
    cohort = people(1, 500)
    desk.release(ask(table({"north": people(1, 6), "south": people(7, 90)}), population=cohort), **PERMITTED)
    parts = {"north, women": people(1, 5), "north, men": people(6, 1), "south": people(7, 90)}
    told = desk.release(ask(table(parts, name="u"), population=cohort), **PERMITTED).tables["u"]
    assert [cell.mark for cell in told.cells] == ["S", "S", "C"]


def test_a_told_six_that_falls_to_five_keeps_its_number_in_a_later_version_of_its_table(desk, table, ask):
    groups = {f"g{i}": np.arange(1 + 12 * i, 13 + 12 * i) for i in range(12)} | {"six": np.arange(501, 507)}
    desk.release(ask(table(groups), population=np.arange(1, 1001)), **PERMITTED)
    # Another cohort, and not a near one. A table of them alone is no later version.
    fewer = {"six": np.arange(502, 507)}
    alone = desk.release(ask(table(fewer), population=np.arange(1, 1201)), **PERMITTED).tables["t"]
    later = desk.release(
        ask(table({"six": np.arange(501, 506)} | {k: v for k, v in groups.items() if k != "six"}),
            population=np.arange(1, 1101)), **PERMITTED,
    ).tables["t"]  # fmt: skip
    assert (later.cell("six").value, later.cell("six").mark) == (6, "C")
    assert alone.cell("six").mark == "S"


def test_a_hidden_four_that_becomes_five_stays_hidden_beside_a_told_six(desk, table, ask):
    groups = {"all": people(1, 6), "women": people(1, 4), "rest": people(7, 200)}
    desk.release(ask(table(groups), population=people(1, 206)), **PERMITTED)
    grown = {"all": people(1, 6), "women": people(1, 5), "rest": people(7, 201)}
    later = desk.release(ask(table(grown), population=people(1, 207)), **PERMITTED).tables["t"]
    assert later.cell("women").mark == "S"


def test_a_group_that_has_lost_more_than_three_is_hidden(desk, table, ask):
    groups = {"six": people(1, 6), "rest": people(15, 200)}
    desk.release(ask(table(groups), population=people(1, 303)), **PERMITTED)
    left = {"six": people(1, 2), "rest": people(15, 200)}
    later = desk.release(ask(table(left), population=np.setdiff1d(people(1, 303), people(3, 4))), **PERMITTED)
    assert later.tables["t"].cell("six").mark == "S"
