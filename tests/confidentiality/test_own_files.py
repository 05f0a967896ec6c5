import csv
import json

import numpy as np
import pyarrow as pa
import pytest
from bench.confidentiality.world import World
from click.testing import CliRunner

from linkwell.cli.confidentialise import confidentialise as command
from linkwell.confidentiality.merging import proposals
from linkwell.confidentiality.own_files import confidentialise
from linkwell.errors import RefusedByRule, WrongUse


@pytest.fixture
def people():
    draw = np.random.default_rng(3)
    place = draw.choice(["north", "south", "isle"], 400, p=[0.6, 0.395, 0.005])
    return pa.table({
        "id": [f"P{i}" for i in range(400)], "place": place, "wages": draw.gamma(2, 100, 400),
        "age": draw.choice(["young", "old"], 400),
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


def test_paths_in_a_data_home_and_missing_columns_are_refused(people, tmp_path, home):
    with pytest.raises(RefusedByRule, match="data home"):
        confidentialise(people, by=["age"], person="id", ledger=home.path / "disclosure")
    with pytest.raises(WrongUse, match="no such column"):
        confidentialise(people, by=["height"], person="id", ledger=tmp_path / "l")
    with pytest.raises(WrongUse, match="not in its code list"):
        confidentialise(people, by=["age"], person="id", ledger=tmp_path / "l", codes={"age": ("young",)})


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


def test_a_table_that_loses_half_its_cells_gets_a_merge_that_loses_a_tenth():
    world = World.of(20_000)
    table = world.table(("age", "sex", "ethnicity", "region"), world.ids)
    counts = np.bincount(table.cells, minlength=len(table.labels))
    found = proposals(counts, table.labels, table.dimensions, 6)
    assert len(table.labels) == 1296
    assert found[-1].lost <= 0.10
    assert found[-1].lost < found[-1].lost_before
    assert "instead of" in str(found[-1])
    assert found[-1].cells > 60


def test_a_table_that_loses_little_needs_no_merge():
    assert proposals(np.array([50, 60, 70]), (("a",), ("b",), ("c",)), ("g",), 6) == ()
