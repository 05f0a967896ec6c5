"""A table as an analyst really has it: asked for by its own headings, and slips in it told, not taken."""

from __future__ import annotations

import datetime
import unicodedata

import numpy as np
import pyarrow as pa
import pytest
from openpyxl import Workbook

from linkwell.errors import WrongUse
from linkwell.insights.estimate import Plan, compare
from linkwell.insights.headings import chosen, heading, read_file
from linkwell.insights.table import covariates, flags

HEADED = pa.table({"Income, weekly": [1.0], unicodedata.normalize("NFD", "Tāngata"): [1], "age": [1]})


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("age, income, Weekly", ("age", "Income, weekly")),
        ("Tāngata,AGE", (HEADED.column_names[1], "age")),
        ("age = 1,other", ("age=1", "other")),
        ("", ()),
    ],
)
def test_headings_with_commas_macrons_and_capitals_are_found(said, names):
    assert chosen(HEADED, said) == names


@pytest.mark.parametrize(("name", "near"), [("tangata", "āngata"), ("AEG", "age"), ("zzz", "Income, weekly")])
def test_a_name_that_is_not_there_is_answered_with_the_nearest(name, near):
    with pytest.raises(WrongUse) as told:
        heading(HEADED, name)
    assert near in unicodedata.normalize("NFC", str(told.value.fix))


@pytest.mark.parametrize(
    ("words", "what"), [("", "file is empty"), ("t,x,y\n", "no rows"), (None, "no such file")]
)
def test_a_file_with_nothing_in_it_is_called_that(words, what, tmp_path):
    (tmp_path / "people.csv").write_text("a\n", "utf-8")
    file = tmp_path / "poeple.csv"
    if words is not None:
        file.write_text(words, "utf-8")
    with pytest.raises(WrongUse, match=what) as told:
        read_file(file)
    assert words is not None or "people.csv" in str(told.value.fix)


@pytest.mark.parametrize("slip", ["?", "1,234", "unknown"])
def test_a_word_among_amounts_is_named_and_not_made_a_group(slip):
    ages = pa.table({"age": [str(age) for age in range(18, 58)] + [slip]})
    with pytest.raises(WrongUse, match=r"holds numbers, but also") as told:
        covariates(ages, ["age"])
    assert slip in told.value.what
    assert len(covariates(ages, ["age"], categorical=["age"]).names) == 41


@pytest.mark.parametrize("written", ["{}%", "{} %", "${}", "{},000"])
def test_amounts_with_a_sign_on_each_are_not_made_groups(written):
    amounts = pa.table({"share": [written.format(n) for n in range(40)]})
    with pytest.raises(WrongUse, match=r"holds numbers, but also"):
        covariates(amounts, ["share"])
    few = pa.table({"share": [written.format(n % 4 + 1) for n in range(40)]})
    assert len(covariates(few, ["share"]).names) == 4


def test_codes_for_not_known_far_from_everything_are_spoken_of():
    rng = np.random.default_rng(1)
    age = rng.integers(18, 70, 300).astype(float)
    with_code = np.where(rng.random(300) < 0.1, 999.0, age)
    assert "999" in " ".join(covariates(pa.table({"age": with_code}), ["age"]).notes)
    for honest in (age, np.where(age > 60, 99.0, age), np.where(age > 60, 0.0, age)):
        assert covariates(pa.table({"age": honest}), ["age"]).notes == ()


def test_what_cannot_be_compared_is_not_compared():
    data = pa.table({"t": [1, 0] * 100, "x": [3.0] * 200, "none": [None] * 200, "y": np.arange(200.0)})
    for outcome, name, what in (("y", "x", "one value"), ("y", "none", "no values"), ("t", "x", "took part")):
        with pytest.raises(WrongUse, match=what):
            compare(data, treated="t", outcome=outcome, names=[name])


@pytest.mark.parametrize("method", ["entropy", "aipw", "match"])
def test_the_outcome_under_another_name_is_no_covariate(method):
    rng = np.random.default_rng(3)
    y, x = rng.normal(size=300), rng.normal(size=300)
    data = pa.table({"t": rng.random(300) < 0.4, "x": x, "y": y, "again": 7 - 1e6 * y, "near": y + 0.1 * x})
    with pytest.raises(WrongUse, match="“again” is the outcome"):
        compare(data, treated="t", outcome="y", names=["x", "again"], plan=Plan(method=method))
    compare(data, treated="t", outcome="y", names=["x", "near"], plan=Plan(method=method, draws=0))


def test_yes_and_no_in_te_reo():
    for yes, no in (("Āe", "Kāo"), ("ae", "kao")):
        taken, known = flags(pa.chunked_array([[yes, no, yes]]), "t")
        assert taken.tolist() == [True, False, True]
        assert known.all()


@pytest.mark.parametrize("replace", [True, False])
def test_matching_where_only_the_order_of_rows_decides_is_refused(replace):
    rng = np.random.default_rng(2)
    took, place = np.arange(900) % 3 == 0, rng.integers(0, 3, 900)
    data = pa.table({"t": took, "x": place, "y": np.sort(rng.normal(size=900))})
    found = compare(data, treated="t", outcome="y", names=["x"], plan=Plan(method="match", replace=replace))
    assert found.estimate is None
    assert "ties" in [gate.gate.id for gate in found.gates if gate.level == "red"]
    assert compare(data, treated="t", outcome="y", names=["x"], plan=Plan(draws=0)).estimate is not None


def workbook(path, *sheets):
    book = Workbook()
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    del book["Sheet"]
    book.save(path)
    return path


def test_a_workbook_is_the_same_table_as_its_csv(tmp_path):
    rows = [["took part", "since", "days", "group"], ["in", datetime.date(2025, 3, 1), 12.5, "a"],
            ["out", None, 3, "b"], ["out", datetime.date(2025, 4, 1), "NA", "a"]]  # fmt: skip
    path = workbook(tmp_path / "people.xlsx", ("people", rows))
    (tmp_path / "people.csv").write_text("\n".join(
        ",".join("" if cell is None else str(cell) for cell in row) for row in rows))  # fmt: skip
    assert read_file(path).to_pydict() == read_file(tmp_path / "people.csv").to_pydict()
    assert read_file(path).schema.field("since").type == pa.date32()


def test_of_several_sheets_one_is_named_and_a_doubled_heading_is_not_guessed_at(tmp_path):
    doubled = [["id", "age", "age"], [1, 2, 3]]
    path = workbook(tmp_path / "two.xlsx", ("a", [["x"], [1]]), ("b", doubled))
    with pytest.raises(WrongUse, match="More than one sheet"):
        read_file(path)
    assert read_file(path, "a").to_pydict() == {"x": [1]}
    with pytest.raises(WrongUse, match="age"):
        heading(read_file(path, "b"), "age")
    (tmp_path / "one.csv").write_text("x\n1\n")
    with pytest.raises(WrongUse, match="no sheets"):
        read_file(tmp_path / "one.csv", "a")
