import csv
import json
from datetime import date
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet
import pytest
from bench.confidentiality.world import World
from click.testing import CliRunner

from linkwell.cli.confidentialise import confidentialise as command
from linkwell.confidentiality.merging import proposals
from linkwell.confidentiality.own_files import confidentialise
from linkwell.confidentiality.own_labels import in_order
from linkwell.confidentiality.own_models import confidentialise_density, confidentialise_model
from linkwell.errors import RefusedByRule, WrongUse


@pytest.fixture
def people():
    draw = np.random.default_rng(3)
    place = draw.choice(["north", "south", "isle"], 400, p=[0.6, 0.395, 0.005])
    return pa.table({
        "id": [f"P{i}" for i in range(400)], "place": place, "wages": draw.gamma(2, 100, 400),
        "age": draw.choice(["young", "old"], 400), "height": draw.normal(170, 10, 400),
        "last": np.arange(400) >= 200,
    })  # fmt: skip


def values(found):
    return dict(zip(found.release.tables["table"].labels, found.release.tables["table"].values, strict=True))


def test_one_line_gives_a_safe_table_and_the_same_people_the_same_numbers(people, tmp_path):
    once = confidentialise(people, by=["place", "age"], person="id", ledger=tmp_path / "l")
    shuffled = people.take(np.random.default_rng(1).permutation(400))
    again = confidentialise(
        shuffled, by=["place", "age"], person="id", ledger=tmp_path / "l", purpose="again"
    )
    assert values(once) == values(again)
    assert {value % 3 for value in values(once).values() if value is not None} == {0}


def test_a_label_of_a_few_people_is_left_out_like_one_of_nobody(people, tmp_path):
    found = confidentialise(people, by=["place"], person="id", ledger=tmp_path / "l")
    assert set(values(found)) == {("north",), ("south",)}
    assert "fewer than 6 people" in found.release.notes[0]
    codes = {"place": ("north", "south", "isle", "moon")}
    listed = values(confidentialise(people, by=["place"], person="id", ledger=tmp_path / "m", codes=codes))
    assert listed["isle",] is None
    assert listed["moon",] is None


def test_the_ledger_remembers_so_one_person_cannot_be_subtracted(people, tmp_path):
    tables = [people, people.slice(1)]
    found = [values(confidentialise(t, by=["age"], person="id", ledger=tmp_path / "l")) for t in tables]
    assert found[0] == found[1]


def test_means_come_along(people, tmp_path):
    found = confidentialise(
        people, by=["age"], person="id", mean="wages", unit="dollars", ledger=tmp_path / "l"
    )
    assert all(150 < mean < 250 for mean in found.release.tables["table"].means)


def test_totals_and_quantiles_come_along_when_asked(people, tmp_path):
    found = confidentialise(
        people,
        by=["age"],
        person="id",
        mean="wages",
        with_totals=True,
        percents=(25, 50),
        ledger=tmp_path / "l",
    ).release.tables
    for cell, middle in zip(found["table"].cells, found["table-quantiles"].cells, strict=True):
        assert cell.total == float(f"{cell.mean * cell.value:.3g}")
        assert 50 < middle.quantiles[0] < middle.quantiles[1] < 250
    with pytest.raises(WrongUse, match="column of amounts"):
        confidentialise(people, by=["age"], person="id", percents=(50,), ledger=tmp_path / "l")


def test_a_regression_in_one_line(people, tmp_path):
    asked = {"person": "id", "ledger": tmp_path / "l"}
    found = confidentialise_model(people, model="ols: wages ~ age + height", **asked).models["model"]
    assert found.terms == ("intercept", "age: young", "height")
    assert found.mark == ""
    few = confidentialise_model(people, model="ols: wages ~ height + place", **asked).models["model"]
    assert few.mark == "S"  # two people live on the isle


@pytest.mark.parametrize(
    "model", ["wages ~ age", "ols wages ~ age", "probit: wages ~ age", "ols: wages ~ age +"]
)
def test_a_model_that_cannot_be_read_says_how_to_write_it(people, tmp_path, model):
    with pytest.raises(WrongUse, match="cannot be read"):
        confidentialise_model(people, model=model, person="id", ledger=tmp_path / "l")


def test_a_density_has_round_edges_open_ends_and_twenty_people_a_bin(people, tmp_path):
    release = confidentialise_density(people, column="wages", person="id", ledger=tmp_path / "l")
    cells = release.tables["density"].cells
    assert cells[0].labels[0].startswith("under ")
    assert cells[-1].labels[0].endswith(" and over")
    assert min(cell.value for cell in cells) >= 18
    assert 5 <= len(cells) <= 14


def test_a_label_that_was_told_stays_listed_when_people_leave(people, tmp_path):
    """A row that disappears would tell that its group fell under six."""
    ledger = tmp_path / "l"
    shorter = people.filter(pa.compute.or_(pa.compute.not_equal(people["place"], "isle"), people["last"]))
    before = values(confidentialise(people.slice(0, 398), by=["place"], person="id", ledger=ledger,
                                    codes={"place": ("north", "south", "isle")}))  # fmt: skip
    after = values(confidentialise(shorter, by=["place"], person="id", ledger=ledger))
    assert set(before) == set(after)


def test_paths_in_a_data_home_and_missing_columns_are_refused(people, tmp_path, home):
    with pytest.raises(RefusedByRule, match="data home"):
        confidentialise(people, by=["age"], person="id", ledger=home.path / "disclosure")
    with pytest.raises(WrongUse, match="no such column"):
        confidentialise(people, by=["weight"], person="id", ledger=tmp_path / "l")
    with pytest.raises(WrongUse, match="not in its code list"):
        confidentialise(people, by=["age"], person="id", ledger=tmp_path / "l", codes={"age": ("young",)})


@pytest.mark.parametrize(
    ("name", "said"),
    [("nowhere.csv", "no such file"), ("people.xlsx", "Save a spreadsheet as CSV"), ("empty.csv", "cannot")],
)
def test_a_file_that_is_none_says_what_to_do_and_releases_nothing(people, tmp_path, name, said):
    if name != "nowhere.csv":
        (tmp_path / name).write_text("")
    with pytest.raises(WrongUse) as wrong:
        confidentialise(tmp_path / name, by=["age"], person="id", ledger=tmp_path / "l")
    assert said in str(wrong.value)
    assert not (tmp_path / "l" / "releases.sqlite").exists()


def test_the_command_never_writes_over_the_file_it_reads(tmp_path):
    file = tmp_path / "people.csv"
    file.write_text("id,age\n1,5\n")
    arguments = [str(file), "--by", "age", "--person", "id", "--ledger", str(tmp_path / "l"), "--out"]
    told = CliRunner().invoke(command, [*arguments, str(tmp_path / "x" / "..")])
    assert isinstance(told.exception, WrongUse)
    assert file.read_text() == "id,age\n1,5\n"


def test_the_command_writes_released_values_only_and_says_what_next(people, tmp_path):
    file = tmp_path / "people.csv"
    with file.open("w", newline="") as out:
        csv.writer(out).writerows([people.column_names, *zip(*people.to_pydict().values(), strict=True)])
    arguments = [str(file), "--by", "place", "--by", "age", "--person", "id", "--ledger", str(tmp_path / "l"),
                 "--out", str(tmp_path / "out")]  # fmt: skip
    done = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert "Next: keep" in done.output
    told = json.loads(CliRunner().invoke(command, [*arguments, "--json"], catch_exceptions=False).output)
    assert told["cells"] == 4
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["people.csv", "release.json"]


def test_the_command_makes_regressions_and_densities_and_one_thing_at_a_time(people, tmp_path):
    file = tmp_path / "people.parquet"
    pa.parquet.write_table(people, file)
    common = [str(file), "--person", "id", "--ledger", str(tmp_path / "l"), "--out"]
    run = CliRunner().invoke
    one = run(
        command,
        [*common, str(tmp_path / "a"), "--model", "ols: wages ~ height + age"],
        catch_exceptions=False,
    )
    assert "3 coefficients" in one.output
    two = run(command, [*common, str(tmp_path / "b"), "--density", "height"], catch_exceptions=False)
    assert "bins" in two.output
    asked = ["--by", "age", "--mean", "wages", "--total", "--quantile", "50"]
    three = run(command, [*common, str(tmp_path / "c"), *asked], catch_exceptions=False)
    assert "people-quantiles.csv" in three.output
    assert sorted(p.name for p in tmp_path.glob("[abc]/*.csv")) == [
        "models.csv", "people-quantiles.csv", "people.csv", "people.csv",
    ]  # fmt: skip
    with pytest.raises(WrongUse, match="one thing"):
        run(
            command,
            [*common, str(tmp_path / "d"), "--density", "height", "--by", "age"],
            catch_exceptions=False,
        )


def test_a_table_that_loses_half_its_cells_gets_a_merge_that_loses_a_tenth():
    world = World.of(20_000, skew=1.4)
    table = world.table(("age", "sex", "ethnicity", "region"), world.ids)
    counts = np.bincount(table.cells, minlength=len(table.labels))
    found = proposals(counts, table.labels, table.dimensions, 6)
    assert len(table.labels) == 1296
    assert 0.40 <= found[-1].lost_before <= 0.50
    assert found[-1].lost <= 0.10
    assert found[-1].cells > 400
    assert found[-1].people_lost < 0.02
    assert "8% instead of 46% of cells lost, 1.0% of people in them" in str(found[-1])


def test_a_coarser_level_of_a_code_list_is_proposed_with_its_cost(people, tmp_path):
    places = {"place": {"north": "mainland", "south": "mainland"}}
    small = people.slice(0, 60)
    found = confidentialise(small, by=["place", "age"], person="id", ledger=tmp_path / "l", levels=places,
                            codes={"place": ("north", "south", "isle")}).merges  # fmt: skip
    assert found[0].groups[0] == (("north", "south"), ("isle",))
    assert found[0].cells == 4
    assert "place in 2 groups (north and south)" in str(found[0])


def test_a_table_that_loses_little_needs_no_merge():
    assert proposals(np.array([50, 60, 70]), (("a",), ("b",), ("c",)), ("g",), 6) == ()


@pytest.mark.parametrize(
    "missing", [[None, "a"], ["", "a"], [" ", "a"], [None, 1.0], [float("nan"), 1.0], [None, 1], [None, True]]
)
def test_rows_without_a_value_are_counted_as_not_known(tmp_path, missing):
    people = pa.table({"id": range(80), "g": missing * 40})
    told = confidentialise(people, by=["g"], person="id", ledger=tmp_path / "l").release.tables["table"]
    assert told.cell("Not known").value >= 39
    assert len(told.labels) == 2
    with pytest.raises(WrongUse, match="Not known"):
        confidentialise(people, by=["g"], person="id", ledger=tmp_path / "l", codes={"g": [missing[1]]})


@pytest.mark.parametrize("nobody", [[None], [""], ["  "], [float("nan")]])
def test_a_row_of_nobody_is_not_taken_for_a_person(tmp_path, nobody):
    ids = nobody * 9 + (
        [f"p{n}" for n in range(71)] if isinstance(nobody[0], str) else list(map(float, range(71)))
    )
    with pytest.raises(WrongUse, match="no person"):
        confidentialise(
            pa.table({"id": ids, "g": ["a", "b"] * 40}), by=["g"], person="id", ledger=tmp_path / "l"
        )


def test_more_combinations_than_anybody_can_read_are_refused_before_they_are_made(tmp_path):
    many = {name: np.arange(60_000) // 20 for name in "abcdef"}  # 3,000 to the sixth power
    with pytest.raises(WrongUse, match="combinations"):
        confidentialise(pa.table({"id": np.arange(60_000), **many}), by=list("abcdef"), person="id",
                        ledger=tmp_path / "l")  # fmt: skip


def test_odd_columns_are_refused_in_words(tmp_path):
    people = pa.table(
        {"id": range(40), "g": ["a", "b"] * 20, "lists": [[1]] * 40, "day": [date(2026, 1, 1)] * 40}
    )
    twice = pa.Table.from_arrays([people["id"], people["g"], people["g"]], names=["id", "g", "g"])
    facts = {"person": "id", "ledger": tmp_path / "l"}
    for wrong, table, more in (
        ("lists", people, {"by": ["lists"]}), ("two columns", twice, {"by": ["g"]}),
        ("each once", people, {"by": []}), ("each once", people, {"by": ["g", "g"]}),
        ("no number", people, {"by": ["g"], "mean": "day"}),
        ("not counted by", people, {"by": ["g"], "codes": {"region": ["a"]}}),
    ):  # fmt: skip
        with pytest.raises(WrongUse, match=wrong):
            confidentialise(table, **facts, **more)
    told = confidentialise(people, **facts, by="g", codes={"g": ["b", "b", "a"]}).release.tables["table"]
    assert told.labels == (("b",), ("a",))


def test_negative_numbers_stand_before_positive_ones(tmp_path):
    people = pa.table({"id": range(80), "g": [-10, -2, 0, 1.5] * 20})
    told = confidentialise(people, by=["g"], person="id", ledger=tmp_path / "l").release.tables["table"]
    assert [label for (label,) in told.labels] == ["-10.0", "-2.0", "0.0", "1.5"]


def test_the_same_people_in_any_kind_of_column_show_the_same_numbers(tmp_path):
    """Whole numbers are told apart without hashing them, by two ways of their own."""
    draw = np.random.default_rng(4)
    ids, sparse = draw.permutation(300), draw.permutation(300) * 10**9
    labels = draw.integers(0, 4, 300)
    told = []
    for number, (who, what) in enumerate(
        [(ids, labels), (np.sort(ids), labels[np.argsort(ids)]), (list(map(str, ids)), labels),
         (pa.array(ids, pa.uint64()), labels.astype(np.uint8)), (ids.astype(float), list(map(str, labels)))]
    ):  # fmt: skip
        people = pa.table({"id": who, "g": what})
        told.append(
            confidentialise(people, by=["g"], person="id", ledger=tmp_path / "l", purpose=str(number))
        )
    shown = [each.release.tables["table"] for each in told]
    assert all((each.labels, each.values) == (shown[0].labels, shown[0].values) for each in shown)
    far = [pa.table({"id": who, "g": labels}) for who in (sparse, list(map(str, sparse)))]
    first, again = (
        confidentialise(each, by=["g"], person="id", ledger=tmp_path / "m").release for each in far
    )
    assert first.tables["table"].values == again.tables["table"].values


def test_a_person_s_uuid_is_one_person_as_bytes_and_as_text(tmp_path):
    """Parquet keeps a UUID as sixteen bytes, which are no text."""
    draw = np.random.default_rng(6)
    raw = [draw.bytes(16) for _ in range(90)]
    whole = pa.array(raw, pa.binary(16))
    told = [
        confidentialise(pa.table({"id": who, "g": ["a", "b", "b"] * 30}), by="g", person="id",
                        ledger=tmp_path / "l", purpose=str(number)).release.tables["table"].values
        for number, who in enumerate(
            (whole, pa.array(raw), pa.ExtensionArray.from_storage(pa.uuid(), whole),
             [str(UUID(bytes=each)) for each in raw])
        )
    ]  # fmt: skip
    assert told == [told[0]] * 4


def test_labels_with_macrons_stand_where_a_reader_looks_for_them():
    words = ["Te Anau", "Ōtautahi", "Tāmaki", "Porirua", "Otago", "10", "2"]
    assert in_order(words) == ["2", "10", "Otago", "Ōtautahi", "Porirua", "Tāmaki", "Te Anau"]
