"""Ways round the rules that were tried and closed: crafted amounts, labels that are data, other rooms."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from linkwell.confidentiality.desk import ReleaseRefused
from linkwell.confidentiality.own_files import confidentialise
from linkwell.confidentiality.own_models import confidentialise_model
from linkwell.confidentiality.own_people import people_of
from linkwell.confidentiality.request import (
    INTEGRATED,
    Category,
    MeanTable,
    ModelInput,
    QuantileTable,
)
from linkwell.errors import RefusedByRule, WrongUse
from linkwell.insights.request import FAMILY as INSIGHTS
from linkwell.lab.count import FAMILY as LAB

PERMITTED = {"permission_single_provider": True}


def one_cell(kind, values, units=None, **more):
    units = np.arange(1, len(values) + 1) if units is None else units
    cells = np.zeros(len(values), dtype=np.int64)
    return kind("m", ("g",), (("g",),), cells, units, np.asarray(values, dtype=float), "x", "dollars", **more)


@pytest.mark.parametrize("others", [0, 5, 6])
@pytest.mark.parametrize("kind", [MeanTable, QuantileTable])
def test_a_group_of_whom_nearly_all_have_one_amount_does_not_tell_it(desk, ask, kind, others):
    values = np.full(60, 100.0)
    values[:others] = np.arange(110, 110 + others)
    told = desk.release(ask(one_cell(kind, values)), **PERMITTED).tables["m"].cells[0]
    assert told.value is not None
    numbers = [told.mean, *told.quantiles]
    assert any(number is not None for number in numbers) == (others == 6)


def test_somebody_with_two_amounts_in_one_cell_is_refused_whatever_the_order(desk, ask):
    units = np.append(np.arange(1, 41), 7)
    for values in (np.arange(41.0), np.arange(41.0)[::-1]):
        with pytest.raises(WrongUse, match="two amounts"):
            desk.release(ask(one_cell(MeanTable, values, units)), **PERMITTED)
    again = np.append(np.arange(40.0), 6.0)  # the same amount twice is one person all the same
    assert desk.release(ask(one_cell(MeanTable, again, units)), **PERMITTED).tables["m"].cells[0].mean


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf, 1e300, -1e16])
def test_amounts_beyond_all_measure_are_refused(desk, ask, wrong):
    values = np.arange(40.0)
    values[3] = wrong
    with pytest.raises(WrongUse, match="finite"):
        desk.release(ask(one_cell(MeanTable, values)), **PERMITTED)


def test_quantiles_of_whole_numbers_are_nobodys_own(desk, ask):
    values = np.random.default_rng(3).permutation(np.arange(10_000, 90_000, 100)[:200]).astype(float)
    percents = tuple(range(10, 95, 10))
    told = desk.release(ask(one_cell(QuantileTable, values, percents=percents)), **PERMITTED)
    found = [number for number in told.tables["m"].cells[0].quantiles if number is not None]
    assert len(found) == len(percents)
    assert not set(found) & set(values.tolist())
    assert np.allclose(found, np.percentile(values, percents), rtol=0.05)


def test_a_hidden_model_names_no_group(desk, ask):
    names = ("nobody", *(f"Private {n}" for n in range(40)))
    codes = np.append(np.arange(40) + 1, np.zeros(160, dtype=np.int64))
    model = ModelInput("m", "ols", "wages", np.arange(200.0), np.arange(1, 201),
                       {"who": Category(codes, names)}, ("who",))  # fmt: skip
    told = desk.release(ask(models=(model,)), **PERMITTED)
    assert told.models["m"].mark == "S"
    assert told.models["m"].terms == ("intercept", "who")
    assert "Private" not in json.dumps(told.as_dict())


def test_a_model_from_a_file_of_names_writes_none_of_them(tmp_path):
    people = pa.table({"id": range(100), "name": [f"Private {n}" for n in range(100)],
                       "wages": np.arange(100.0)})  # fmt: skip
    told = confidentialise_model(people, model="ols: wages ~ name", person="id", ledger=tmp_path / "l")
    told.write(tmp_path / "out")
    assert not any(b"Private" in path.read_bytes() for path in (tmp_path / "out").iterdir())


def test_what_a_lab_was_told_and_what_a_report_tells_are_guarded_together(desk, table, ask):
    assert INSIGHTS == LAB == INTEGRATED
    whole, less = np.arange(1, 301), np.arange(2, 301)
    first = desk.release(ask(table({"a": whole}), population=whole, family="insights"), **PERMITTED)
    later = desk.release(ask(table({"a": less}), population=less, family=INTEGRATED), **PERMITTED)
    assert later.tables["t"].cell("a").value == first.tables["t"].cell("a").value
    request = ask(table({"a": less[6:], "b": less[:6]}), population=less, family=INTEGRATED)
    assert desk.release(request, **PERMITTED).tables["t"].cell("b").value is None


def test_a_person_is_the_same_however_the_identifier_is_written():
    written = [
        pa.array([12, 345]), pa.array(["0012", " 345 "]), pa.array([12.0, 345.0]), pa.array(["12", "345.0"])
    ]  # fmt: skip
    found = [numbers(column) for column in written]
    assert all(np.array_equal(each, found[0]) for each in found)
    names = numbers(pa.array(["zac5361", " ZAC5361", "Zac5361", "ZAC5360"]))
    assert len(set(names[:3].tolist())) == 1
    assert names[3] != names[0]
    odd = ["-", "é", "a" * 16, "a" * 17, "a" * 18, "1e3", "-5"]
    assert len(set(numbers(pa.array(odd)).tolist())) == len(odd)
    assert numbers(pa.array([12]), b"other" * 8)[0] != found[0][0]


def numbers(column, secret=b"secret--" * 4):
    places, persons = people_of(pa.chunked_array([column]), secret)
    return persons[places]


def test_two_spellings_of_one_person_in_a_file_count_once(tmp_path):
    twice = [*(f"{n:03}" for n in range(1, 6)), *map(str, range(1, 6))]
    people = pa.table({"id": twice, "g": ["a"] * 10})
    with pytest.raises(ReleaseRefused):  # five people
        confidentialise(people, by=["g"], person="id", ledger=tmp_path / "l", codes={"g": ["a", "b"]})


def long_file(rows):
    return pa.table(dict(zip(("id", "what", "which"), zip(*rows, strict=True), strict=True)))


def test_a_long_table_lists_a_label_by_people_and_keeps_what_was_told(tmp_path):
    common = [(n, "region", "Otago") for n in range(30)] + [(n, "age", "old") for n in range(8)]
    often = [(1, "region", "Private Road")] * 9
    ask_again = {"by": ["what", "which"], "person": "id", "ledger": tmp_path / "l", "long": True}
    first = confidentialise(long_file(common + often), **ask_again).release.tables["table"]
    assert set(first.labels) == {("region", "Otago"), ("age", "old")}
    fewer = [row for row in common if row[1] == "region" or row[0] < 3]
    later = confidentialise(long_file(fewer), **ask_again, purpose="later").release.tables["table"]
    assert set(later.labels) == set(first.labels)


def test_a_label_outside_its_list_is_named_only_if_several_people_have_it(tmp_path):
    people = pa.table({"id": range(20), "g": ["a"] * 10 + ["common"] * 9 + ["Private"]})
    with pytest.raises(WrongUse) as refused:
        confidentialise(people, by=["g"], person="id", ledger=tmp_path / "l", codes={"g": ["a"]})
    assert "common" in str(refused.value)
    assert "Private" not in str(refused.value)


def test_whole_numbers_are_listed_by_size(tmp_path):
    people = pa.table({"id": range(40), "age": [2, 10, 9, 100] * 10})
    told = confidentialise(people, by=["age"], person="id", ledger=tmp_path / "l").release.tables["table"]
    assert told.labels == (("2",), ("9",), ("10",), ("100",))


def test_an_amount_of_another_order_of_rows_is_the_same_request(desk, ask):
    values = np.random.default_rng(1).gamma(2, 100, 60)
    first = one_cell(MeanTable, values)
    turned = replace(first, units=first.units[::-1], values=values[::-1])
    told = [desk.release(ask(each), **PERMITTED) for each in (first, turned)]
    assert told[0].release_id == told[1].release_id


def test_a_ledger_that_knew_people_in_another_way_is_not_gone_on_with(tmp_path):
    people = pa.table({"id": range(40), "g": ["a", "b"] * 20})
    facts = {"by": ["g"], "person": "id", "ledger": tmp_path / "l"}
    confidentialise(people, **facts)
    confidentialise(people, **facts, purpose="again")
    (tmp_path / "l" / "people.keyed").unlink()
    with pytest.raises(RefusedByRule, match="earlier version"):
        confidentialise(people, **facts, purpose="once more")
