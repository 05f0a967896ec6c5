import json

import numpy as np
import pytest

from linkwell.confidentiality.desk import ReleaseDesk
from linkwell.confidentiality.person_index import load, write_person_index
from linkwell.confidentiality.request import CountTable, MeanTable
from linkwell.errors import WrongUse
from linkwell.vault.zones import Zone, ZoneName

PERMITTED = {"permission_single_provider": True}


def test_the_same_people_in_other_words_show_one_number(desk, table, ask):
    """Order, doubled rows, other labels, other tables, other purposes, another project's ids: one answer."""
    people = np.arange(40, 117)
    draw = np.random.default_rng(3)
    answers = set()
    for wording in range(20):
        units = draw.permutation(people)
        if wording % 3 == 0:
            units = np.concatenate([units, units[:20]])
        project = "two" if wording % 2 else "one"
        units = 900_000 - 7 * units if wording % 2 else units
        population = 900_000 - 7 * np.arange(1, 1001) if wording % 2 else np.arange(1, 1001)
        request = ask(table({f"label {wording}": units}, name=f"t{wording}"), population=population,
                      purpose=f"purpose {wording}", project=project)  # fmt: skip
        cell = desk.release(request, **PERMITTED).tables[f"t{wording}"].cells[0]
        answers.add((cell.value, cell.mark))
    assert len({value for value, _ in answers}) == 1
    assert {mark for _, mark in answers} == {"", "C"}  # fresh, then repeated
    assert abs(answers.pop()[0] - 77) <= 2


def test_the_same_people_show_the_same_number_in_every_family(desk, table, ask):
    values = {
        desk.release(ask(table({"g": np.arange(1, 78)}), family=family), **PERMITTED)
        .tables["t"]
        .cells[0]
        .value
        for family in ("insights", "lab", "portal")
    }
    assert len(values) == 1


def test_an_exact_repeat_is_the_same_release(home, table, ask):
    request = ask(table({"g": np.arange(1, 78)}))
    releases = []
    for _ in range(2):
        with ReleaseDesk.open(home) as desk:
            releases.append(desk.release(request, **PERMITTED))
    assert releases[0].as_dict() == releases[1].as_dict()
    with ReleaseDesk.open(home) as desk:
        assert desk.head().seq == 1
        assert desk.recall(releases[0].release_id).as_dict() == releases[0].as_dict()
        assert desk.recall("R000009-00000000") is None


def test_what_is_written_holds_released_values_only(desk, table, ask, tmp_path):
    release = desk.release(
        ask(table({"g": np.arange(1, 78), "few": np.arange(1, 5)}), sources=("tax",)), **PERMITTED
    )
    files = release.write(tmp_path / "out")
    assert sorted(file.name for file in files) == ["release.json", "t.csv"]
    value = release.tables["t"].cell("g").value
    assert (tmp_path / "out/t.csv").read_text() == f"group,people,mark\ng,{value},\nfew,S,S\n"
    told = json.loads((tmp_path / "out/release.json").read_text())
    assert told["tables"][0]["values"] == [value, None]
    assert told["method"]["profile_digest"] == release.profile_digest
    assert len(told["disclaimers"]) == 4
    assert "Inland Revenue" in told["disclaimers"][-1]
    assert "may not add" in told["method"]["reader_note"]


def test_the_tax_paragraph_travels_with_tax_data_only(desk, ask):
    assert not any("tax" in text for text in desk.release(ask(), **PERMITTED).disclaimers)


def test_shares_come_from_released_counts_and_never_say_everybody(desk, table, ask):
    groups = {
        "all": np.arange(1, 101),
        "half": np.arange(1, 51),
        "most": np.arange(1, 99),
        "few": np.arange(1, 4),
    }
    told = desk.release(ask(table(groups)), **PERMITTED).tables["t"]
    half = told.share(("half",), ("all",))
    assert half.percent == round(100 * told.cell("half").value / told.cell("all").value, 1)
    most = told.share(("most",), ("all",))
    assert most is None or str(most).startswith("over 9")
    assert told.share(("few",), ("all",)) is None
    assert told.share(("all",), ("all",)).bound == ">"


def test_a_mean_needs_21_released_people_and_nobody_who_dominates(desk, ask):
    sizes = {"twenty": 18, "enough": 60, "one rich": 60, "all zero": 60}
    cells = np.repeat(np.arange(4), list(sizes.values()))
    values = np.tile((90.0, 100.0, 110.0), len(cells) // 3)
    values[cells == 3] = 0
    values[np.flatnonzero(cells == 2)[0]] = 1e6
    labels, units = tuple((name,) for name in sizes), np.arange(1, len(cells) + 1)
    table = MeanTable("m", ("group",), labels, cells, units, values, "wages", "dollars")
    told = desk.release(ask(table), **PERMITTED).tables["m"]
    assert told.cell("twenty").value == 18
    assert [told.cell(name).mean for name in ("twenty", "one rich", "all zero")] == [None] * 3
    assert told.cell("enough").mean == pytest.approx(100, rel=0.12)


def test_means_do_not_tell_the_number_of_people(desk, ask):
    values = np.tile((90.0, 100.0, 110.0), 20)
    table = MeanTable(
        "m", ("g",), (("g",),), np.zeros(60, dtype=np.int64), np.arange(1, 61), values, "w", "dollars"
    )
    cell = desk.release(ask(table), **PERMITTED).tables["m"].cells[0]
    assert cell.mean == float(f"{cell.mean:.3g}")
    assert cell.mean * cell.value != pytest.approx(6000, rel=1e-4)


def test_a_mean_of_nearly_the_same_people_repeats_the_earlier_one(desk, ask):
    amounts = np.random.default_rng(2).gamma(2, 50, 100)

    def ask_mean(count, measure="wages"):
        table = MeanTable("m", ("g",), (("g",),), np.zeros(count, dtype=np.int64), np.arange(1, count + 1),
                          amounts[:count], measure, "dollars")  # fmt: skip
        return desk.release(ask(table, purpose=f"{count} {measure}"), **PERMITTED).tables["m"].cells[0].mean

    first = ask_mean(60)
    assert first is not None
    assert ask_mean(59) == first
    assert ask_mean(59, "days") == first  # whatever it is called
    assert ask_mean(45) not in (None, first)


@pytest.mark.parametrize("units", [[5000], [1, 2, -3]])
def test_people_who_are_not_in_the_project_are_refused(desk, ask, units):
    with pytest.raises(WrongUse, match="not in this project"):
        desk.release(ask(population=np.array(units)), **PERMITTED)


def test_columns_of_unequal_length_are_refused(desk, ask):
    table = CountTable("t", ("g",), (("a",),), np.zeros(3, dtype=np.int64), np.arange(1, 3))
    with pytest.raises(WrongUse, match="equal length"):
        desk.release(ask(table), **PERMITTED)


def test_a_project_without_an_index_is_said_plainly(desk, ask):
    with pytest.raises(WrongUse, match="no person index"):
        desk.release(ask(project="three"), **PERMITTED)


def test_the_person_index_lives_in_the_disclosure_zone_only(zone, tmp_path):
    with pytest.raises(WrongUse, match="disclosure zone only"):
        write_person_index(Zone(ZoneName.RESEARCH, tmp_path), "x", [1], [2])
    for name in ("../x", "", "a/b"):
        with pytest.raises(WrongUse):
            write_person_index(zone, name, [1], [2])
    with pytest.raises(WrongUse, match="twice"):
        write_person_index(zone, "x", [1, 2], [5, 5])
    index = load(write_person_index(zone, "x", [9, 3], [50, 60]))
    assert index.persons[index.positions(np.array([3, 9, 3]))].tolist() == [60, 50, 60]
