"""Any analyst's table: known answers, refusals without a number, and tables as untidy as they come."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from linkwell.errors import WrongUse
from linkwell.insights.estimate import Plan, compare
from linkwell.insights.estimate_report import compared_facts, words
from linkwell.insights.headings import column, read_file
from linkwell.insights.table import covariates, flags, numbers

DATA = Path(__file__).parent / "data"
NSW = ("age", "educ", "black", "hisp", "marr", "nodegree", "re74", "re75", "re74=0", "re75=0")
MATCHIT = ("age", "educ", "black", "hispan", "married", "nodegree", "re74", "re75")
NUMBERS = {"estimate", "standard_error", "lower", "upper", "interval", "participants_mean", "comparison_mean",
           "sensitivity"}  # fmt: skip


@pytest.fixture(scope="module")
def nsw():
    return read_file(DATA / "nsw_cps1.csv.gz")


@pytest.fixture(scope="module")
def lalonde():
    return read_file(DATA / "lalonde_614.csv.gz")


def red(found) -> list[str]:
    return [gate.gate.id for gate in found.gates if gate.level == "red"]


def table(n: int = 400, seed: int = 1, **more) -> pa.Table:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    treated = rng.random(n) < 1 / (1 + np.exp(1 - x))
    return pa.table({"t": treated, "x": x, "y": x + 2 * treated + rng.normal(size=n)} | more)


def test_nsw_against_cps1_is_1406_with_zero_earnings_named_as_flags(nsw):
    found = compare(
        nsw, treated="treat", outcome="re78", names=NSW, plan=Plan(draws=0, past=("re74", "re75"))
    )
    assert found.estimate.estimate == pytest.approx(1406.3, abs=0.5)
    assert found.effective == pytest.approx(269, abs=1)
    assert {gate.gate.id: gate.level for gate in found.gates}["variance_other"] == "amber"
    assert np.abs(found.balance.after).max() < 1e-6


def test_the_614_rows_of_matchit_by_nearest_neighbour_are_refused_for_balance(lalonde):
    found = compare(lalonde, treated="treat", outcome="re78", names=MATCHIT, plan=Plan(method="match"))
    assert red(found) == ["balance_all"]
    assert np.abs(found.balance.after).max() > 1.0
    assert found.estimate is None


def test_the_614_rows_by_entropy_balancing_give_the_answer_of_weightit(lalonde):
    # weightit(method = "ebal", estimand = "ATT"): 1273.26.
    found = compare(lalonde, treated="treat", outcome="re78", names=MATCHIT, plan=Plan(draws=0))
    assert found.estimate.estimate == pytest.approx(1273.26, abs=0.05)


@pytest.mark.parametrize("method", ["entropy", "match", "aipw"])
def test_a_refusal_has_no_number_in_facts_or_words(method):
    found = compare(table(70), treated="t", outcome="y", names=["x"], plan=Plan(method=method, draws=20))
    facts = compared_facts(found)
    assert found.estimate is None
    assert facts["refused"]
    assert not NUMBERS & set(facts)
    assert facts["exit_code"] == 4
    assert "participants" in facts["why"]
    assert not any("Estimate" in line or "interval" in line for line in words(json.loads(json.dumps(facts))))


def test_the_spread_of_a_past_outcome_refuses_and_of_anything_else_only_warns():
    rng = np.random.default_rng(4)
    treated = np.arange(2000) < 200
    before = np.where(treated, rng.normal(0, 1, 2000), rng.normal(0, 4, 2000))
    data = pa.table({"t": treated, "before": before, "y": before + rng.normal(size=2000)})
    how = {"treated": "t", "outcome": "y", "names": ["before"]}
    assert red(compare(data, **how, plan=Plan(past=("before",), draws=0))) == ["variance_past"]
    other = compare(data, **how, plan=Plan(draws=0))
    assert not red(other)
    assert {gate.gate.id: gate.level for gate in other.gates}["variance_other"] == "amber"
    assert not red(compare(data, **how, plan=Plan(past=("before",), balance="squares", draws=0)))


@pytest.mark.parametrize(
    ("values", "yes"),
    [
        ([True, False], None), ([1, 0], None), ([1.0, 0.0], None), (["1", "0"], None), (["Yes", "no"], None),
        (["treated", "control"], None), (["A 1", "Control"], "a 1"),
        (["A 1", "Control"], None), ([2, 1], "2"),
        (["T", "C"], None), (["A", "comparison"], None), ([5, 1], "5"),
    ],
)  # fmt: skip
def test_many_ways_to_say_who_took_part(values, yes):
    taken, known = flags(pa.chunked_array([[*values, None]]), "t", yes)
    assert taken.tolist() == [True, False, False]
    assert known.tolist() == [True, True, False]


@pytest.mark.parametrize(
    "values", [["a", "b"], [1, 2, 3], ["yes", "yes"], [None, None], [2, 3], [1, 2], [0, 5]]
)
def test_an_unclear_treated_column_is_asked_about(values):
    with pytest.raises(WrongUse, match=r"two|clear"):
        flags(pa.chunked_array([pa.array(values)]), "t")


def test_text_levels_constants_and_columns_that_follow_from_others_are_no_trouble():
    rng = np.random.default_rng(2)
    data = table(400, area=rng.choice(["north", "south", "west"], 400), same=["nz"] * 400, one=[3] * 400)
    twice = data.append_column("x2", pa.array(2 * data["x"].to_numpy() + 1))
    names = ["x", "x2", "area", "same", "one"]
    found = compare(twice, treated="t", outcome="y", names=names, plan=Plan(draws=0))
    assert found.estimate.estimate == pytest.approx(2.0, abs=0.5)
    assert found.balance.names == ("x", "x2", "area=north", "area=south", "area=west")
    assert any("same" in note for note in found.notes)
    assert any("one" in note for note in found.notes)


def test_a_level_only_one_side_has():
    rng = np.random.default_rng(3)
    data = table(600)
    treated = data["t"].to_numpy(zero_copy_only=False)
    only_theirs = np.where(~treated & (rng.random(600) < 0.3), "theirs", "shared")
    found = compare(
        data.append_column("g", pa.array(only_theirs)), treated="t", outcome="y", names=["x", "g"]
    )
    assert not red(found)
    assert np.abs(found.balance.after).max() < 1e-6
    only_ours = np.where(treated & (rng.random(600) < 0.3), "ours", "shared")
    mine = data.append_column("g", pa.array(only_ours))
    assert "balance_all" in red(compare(mine, treated="t", outcome="y", names=["x", "g"]))
    drop = Plan(off_support="drop", draws=0)
    assert "support" in red(compare(mine, treated="t", outcome="y", names=["x", "g"], plan=drop))


def test_missing_values_are_counted_and_may_be_a_level_of_their_own():
    data = table(500)
    x = np.where(np.arange(500) % 12 == 0, np.nan, data["x"].to_numpy())
    holes = data.set_column(1, "x", pa.array(x))
    dropped = compare(holes, treated="t", outcome="y", names=["x"], plan=Plan(draws=0))
    assert dict(dropped.missing) == {"x": 42}
    assert dropped.participants + dropped.comparison == 458
    assert {gate.gate.id: gate.level for gate in dropped.gates}["complete"] == "amber"
    flagged = compare(holes, treated="t", outcome="y", names=["x"], plan=Plan(draws=0, missing="flag"))
    assert flagged.participants + flagged.comparison == 500
    assert "x missing" in flagged.balance.names
    many = data.set_column(1, "x", pa.array(np.where(np.arange(500) % 3 == 0, np.nan, x)))
    assert red(compare(many, treated="t", outcome="y", names=["x"])) == ["complete"]


def test_an_outcome_unknown_for_many_is_refused():
    data = table(500)
    treated = data["t"].to_numpy(zero_copy_only=False)
    y = np.where(treated & (np.arange(500) % 2 == 0), np.nan, data["y"].to_numpy())
    found = compare(data.set_column(2, "y", pa.array(y)), treated="t", outcome="y", names=["x"])
    assert {"outcome_known", "outcome_known_gap"} <= set(red(found))


def test_a_rare_event_is_refused_and_a_common_one_has_an_e_value():
    data = table(800)
    common = pa.array(np.where(data["y"].to_numpy() > 0.5, "yes", "no"))
    found = compare(
        data.append_column("e", common), treated="t", outcome="e", names=["x"], plan=Plan(draws=50)
    )
    assert found.sensitivity.e_value > 1
    rare = pa.array((np.arange(800) < 3).astype(int))
    assert "events" in red(compare(data.append_column("e", rare), treated="t", outcome="e", names=["x"]))


@pytest.mark.parametrize("rows", [2, 3, 5, 12])
def test_tiny_tables_are_refused_not_broken(rows):
    data = pa.table({"t": [n % 2 for n in range(rows)], "x": list(range(rows)), "y": [1.0] * rows})
    for method in ("entropy", "match", "aipw"):
        found = compare(data, treated="t", outcome="y", names=["x"], plan=Plan(method=method))
        assert "participants" in red(found)


@pytest.mark.parametrize("unit", [1e-200, 1e-9, 1.0, 1e90])
@pytest.mark.parametrize("offset", [0.0, 1e9])
def test_the_unit_of_a_covariate_changes_nothing(unit, offset):
    data = table()
    plain = compare(data, treated="t", outcome="y", names=["x"], plan=Plan(draws=0)).estimate
    moved = data.set_column(1, "x", pa.array((data["x"].to_numpy() + offset) * unit))
    again = compare(moved, treated="t", outcome="y", names=["x"], plan=Plan(draws=0)).estimate
    assert again.estimate == pytest.approx(plain.estimate, rel=1e-5)
    assert again.standard_error == pytest.approx(plain.standard_error, rel=1e-4)


@pytest.mark.parametrize("name", ["x", "y"])
def test_numbers_whose_squares_do_not_fit_are_refused(name):
    data = table()
    place = data.column_names.index(name)
    huge = data.set_column(place, name, pa.array(data[name].to_numpy() * 1e200))
    with pytest.raises(WrongUse, match=f"“{name}” holds numbers too large"):
        compare(huge, treated="t", outcome="y", names=["x"])


@pytest.mark.parametrize("ours", [0.3, 1.7])
def test_an_outcome_nobody_differs_in_is_refused(ours):
    data = table()
    y = np.where(data["t"].to_numpy(zero_copy_only=False), ours, 0.3)
    found = compare(data.set_column(2, "y", pa.array(y)), treated="t", outcome="y", names=["x"])
    assert red(found) == ["varied"]


def test_a_few_large_clusters_are_refused():
    data = table(600)
    five = data.append_column("school", pa.array([n % 5 for n in range(600)]))
    assert "clusters" in red(compare(five, treated="t", outcome="y", names=["x"], cluster="school"))
    many = data.append_column("school", pa.array([n // 2 for n in range(600)]))
    assert not red(compare(many, treated="t", outcome="y", names=["x"], cluster="school"))


@pytest.mark.parametrize(("values", "words"), [([1, 1, 1], "one value only"), ([None] * 3, "no values")])
def test_a_column_without_two_sides_is_said_plainly(values, words):
    data = pa.table({"t": pa.array(values, pa.int64()), "x": [1.0, 2.0, 3.0], "y": [1.0, 2.0, 3.0]})
    with pytest.raises(WrongUse, match=words):
        compare(data, treated="t", outcome="y", names=["x"])


def test_schools_that_hold_many_people_each_are_not_too_few_people():
    data = table(4000)
    some = data.append_column("school", pa.array([n % 60 for n in range(4000)]))
    told = compare(some, treated="t", outcome="y", names=["x"], cluster="school")
    assert told.participants > 4 * 60
    assert "effective_share" not in red(told)
    for size in (
        1.0,
        350.0,
    ):  # one in ten, as a yes or as an amount: hundreds of pupils, a few in every school
        y = np.where(
            np.random.default_rng(5).random(4000) < 0.1, size * (1 + np.arange(4000) % 7) ** (size > 1), 0.0
        )
        rare = some.set_column(some.column_names.index("y"), "y", pa.array(y))
        told = compare(rare, treated="t", outcome="y", names=["x"], cluster="school")
        assert not {"events", "varied"} & set(red(told))


def test_one_person_with_many_rows_is_one_event():
    data = table(4000)
    y = np.zeros(4000)
    y[data["t"].to_numpy(zero_copy_only=False)] = 1.0
    y[::2] = 0.0
    theirs = np.flatnonzero(~data["t"].to_numpy(zero_copy_only=False))
    y[theirs[:200]] = 1.0
    whose = np.arange(4000)
    whose[theirs[:200]] = theirs[0]
    one = data.set_column(data.column_names.index("y"), "y", pa.array(y))
    one = one.append_column("person", pa.array(whose))
    assert "events" in red(compare(one, treated="t", outcome="y", names=["x"], cluster="person"))


def test_people_entered_twice_are_spoken_of():
    twice = pa.concat_tables([table(), table()])
    found = compare(twice, treated="t", outcome="y", names=["x"], plan=Plan(draws=0))
    assert any(note.startswith("400 rows are the same") for note in found.notes)
    assert not compare(table(), treated="t", outcome="y", names=["x"], plan=Plan(draws=0)).notes


def test_an_outcome_of_words_is_asked_for_as_numbers():
    data = table().append_column("pay", pa.array(["1,200", "900 dollars"] * 200))
    with pytest.raises(WrongUse, match="neither numbers nor a yes or no"):
        compare(data, treated="t", outcome="pay", names=["x"])


def test_a_heading_twice_is_not_guessed_at():
    data = table().append_column("x", pa.array(np.zeros(400)))
    with pytest.raises(WrongUse, match="More than one column is headed “x”"):
        compare(data, treated="t", outcome="y", names=["x"])


@pytest.mark.parametrize("mark", [",", ";"])
def test_a_heading_twice_in_a_file_is_not_guessed_at_unless_nobody_asks_for_it(mark, tmp_path):
    file = tmp_path / "twice.csv"
    file.write_text(f"t{mark}x{mark}y{mark}X \n" + f"1{mark}2{mark}3{mark}4\n" * 3, "utf-8")
    read = read_file(file)
    with pytest.raises(WrongUse, match="More than one column is headed “x”"):
        column(read, "x")
    assert column(read, "y").to_pylist() == [3, 3, 3]


def test_nobody_on_one_side_or_no_covariates_is_wrong_use():
    data = pa.table({"t": [1, 1, 0], "x": [1.0, 2.0, None], "y": [1, 2, 3]})
    with pytest.raises(WrongUse, match="Nobody"):
        compare(data, treated="t", outcome="y", names=["x"])
    with pytest.raises(WrongUse, match="at least one"):
        compare(data, treated="t", outcome="y", names=[])
    for name in ("y", "Y", "T", "y=1"):
        with pytest.raises(WrongUse, match="cannot be a covariate"):
            compare(data, treated="t", outcome="y", names=[name])
    with pytest.raises(WrongUse, match="no column"):
        compare(data, treated="t", outcome="y", names=["weight"])


def test_people_of_one_cluster_count_together():
    data = table(600)
    pairs = data.append_column("home", pa.array([n // 2 for n in range(600)]))
    twice = pa.concat_tables([pairs, pairs])
    how = {"treated": "t", "outcome": "y", "names": ["x"], "plan": Plan(draws=0)}
    once = compare(pairs, **how, cluster="home").estimate
    again = compare(twice, **how, cluster="home").estimate
    assert again.standard_error == pytest.approx(once.standard_error, rel=0.02)


def test_a_hidden_cause_no_stronger_than_what_is_measured_is_cautioned():
    rng = np.random.default_rng(8)
    x = rng.normal(size=3000)
    z = rng.normal(size=3000)
    treated = rng.random(3000) < 1 / (1 + np.exp(2 - 1.5 * x))
    y = 3 * x + 0.3 * treated + 0.1 * rng.normal(size=3000)
    data = pa.table({"t": treated, "x": x, "z": z, "y": y})
    found = compare(data, treated="t", outcome="y", names=["x", "z"], plan=Plan(draws=0))
    assert found.sensitivity.strongest == "x"
    assert {gate.gate.id: gate.level for gate in found.gates}["hidden_cause"] == "amber"


def test_csv_of_any_kind_and_parquet_are_read_alike(tmp_path):
    import pyarrow.parquet as pq

    rows = "t;x;y\nja;1,5;NA\n"
    (tmp_path / "a[1].csv").write_text("t,x,y\nyes,1.5,NA\nno,,2\n", encoding="utf-8")
    found = read_file(tmp_path / "a[1].csv")
    assert numbers(found["x"]).tolist()[0] == 1.5
    assert np.isnan(numbers(found["y"])[0])
    (tmp_path / "b.csv").write_text(rows.replace(",", "."), encoding="utf-8")
    assert read_file(tmp_path / "b.csv").column_names == ["t", "x", "y"]
    pq.write_table(found, tmp_path / "c.parquet")
    assert read_file(tmp_path / "c.parquet").equals(found)
    with pytest.raises(WrongUse, match="no such file"):
        read_file(tmp_path / "none.csv")
    (tmp_path / "bad.parquet").write_bytes(b"nothing")
    with pytest.raises(WrongUse, match="cannot be read"):
        read_file(tmp_path / "bad.parquet")


def test_a_column_of_names_is_no_group():
    with pytest.raises(WrongUse, match="not a group"):
        covariates(pa.table({"name": [f"a{n}" for n in range(200)]}), ["name"])


@pytest.mark.parametrize("replace", [False, True])
def test_a_match_allows_for_people_who_belong_together(replace):
    """Whole households start; the range is about as wide as the estimates are spread over draws."""
    plan = Plan(method="match", caliper=0.5, replace=replace)
    found, errors, alone = [], [], []
    for seed in range(40):
        rng = np.random.default_rng([seed, 11])
        home = rng.integers(0, 250, 1000)
        started = (rng.random(250) < 0.35)[home]
        x = rng.normal(size=1000)
        y = x + 1.5 * rng.normal(size=250)[home] + rng.normal(size=1000)
        data = pa.table({"t": started, "x": x, "y": y, "home": home})
        how = {"treated": "t", "outcome": "y", "names": ["x"], "plan": plan}
        told, apart = compare(data, **how, cluster="home").estimate, compare(data, **how).estimate
        assert told.estimate == apart.estimate
        found.append(told.estimate)
        errors.append(told.standard_error)
        alone.append(apart.standard_error)
    spread = float(np.std(found, ddof=1))
    assert 0.75 * spread < np.mean(errors) < 1.35 * spread
    assert np.mean(alone) < 0.75 * np.mean(errors)
