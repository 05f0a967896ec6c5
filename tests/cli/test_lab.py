"""`linkwell lab`: the twin is made and a script rehearsed on it; what is wrong is said with its line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from linkwell.cli.main import cli
from linkwell.errors import RefusedByRule, WrongUse
from linkwell.vault.zones import Home

CATALOGUE = {
    "datasets": [
        {"name": "person", "variables": [
            {"name": "snz_uid", "type": "BIGINT", "codes": {}},
            {"name": "snz_sex_gender_code", "type": "VARCHAR", "codes": {"1": "male", "2": "female"}}]},
        {"name": "measure", "variables": [
            {"name": "snz_uid", "type": "BIGINT", "codes": {}},
            {"name": "measure_code", "type": "VARCHAR", "codes": {}},
            {"name": "value_amt", "type": "DOUBLE", "codes": {}}]},
    ],
    "measures": [{"code": "visit"}],
}  # fmt: skip
SCRIPT = """-- two steps
CREATE TABLE women AS SELECT snz_uid FROM person WHERE snz_sex_gender_code = '2';
CREATE TABLE seen AS SELECT w.snz_uid, count(*) AS n
  FROM women w JOIN measure m ON m.snz_uid = w.snz_uid GROUP BY w.snz_uid;
SELECT snz_uid, n FROM seen;
"""


def invoke(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words], catch_exceptions=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "catalogue.json").write_text(json.dumps(CATALOGUE), "utf-8")
    (tmp_path / "script.sql").write_text(SCRIPT, "utf-8")
    made = invoke("lab", "twin", tmp_path / "catalogue.json", "--out", tmp_path / "twin.duckdb", "--json")
    assert made.exit_code == 0, made.output
    assert json.loads(made.output)["rows"] == {"person": 1000, "measure": 8000, "catalogue": 12}
    return tmp_path


def test_a_script_is_rehearsed_on_the_twin(folder: Path) -> None:
    found = invoke("lab", "run", folder / "script.sql", "--twin", folder / "twin.duckdb", "--json")
    assert found.exit_code == 0, found.output
    told = json.loads(found.output)["statements"]
    assert [(each["kind"], each["name"]) for each in told] == [
        ("make", "women"),
        ("make", "seen"),
        ("look", ""),
    ]
    assert {row[1] for row in told[2]["rows"]} == {"8"}
    plain = invoke("lab", "run", folder / "script.sql", "--twin", folder / "twin.duckdb")
    assert "Made seen (snz_uid BIGINT, n BIGINT)" in plain.output


def test_a_refused_statement_is_named_by_its_line(folder: Path) -> None:
    (folder / "bad.sql").write_text(
        SCRIPT.replace("w JOIN measure m ON m.snz_uid = w.snz_uid", "w, measure m")
    )
    found = invoke("lab", "run", folder / "bad.sql", "--twin", folder / "twin.duckdb")
    assert isinstance(found.exception, RefusedByRule)
    assert found.exception.where.startswith("bad.sql, statement 2, line 4")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "script.sql", "--twin", "nothing.duckdb"), "There is no such file."),
        (("run", "script.sql", "--twin", "catalogue.json"), "This is not a twin."),
        (("run", "twin.duckdb", "--twin", "twin.duckdb"), "This is not a text file."),
        (("twin", "script.sql", "--out", "t.duckdb"), "This is not JSON."),
        (("twin", "catalogue.json", "--out", "t.duckdb", "--columns", "list.json"), "The approved columns"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_said_and_nothing_written(folder: Path, words: tuple[str, ...], said: str) -> None:
    (folder / "list.json").write_text("[1]")
    before = sorted(folder.iterdir())
    found = invoke("lab", *(folder / word if "." in word else word for word in words))
    assert isinstance(found.exception, WrongUse)
    assert found.exception.what.startswith(said)
    assert sorted(folder.iterdir()) == before


def test_a_path_inside_a_data_home_is_refused(folder: Path) -> None:
    home = Home.create(folder / "home", name="Demo", demo_seed=1)
    found = invoke("lab", "twin", folder / "catalogue.json", "--out", home.path / "projects" / "t.duckdb")
    assert isinstance(found.exception, RefusedByRule)


def test_what_a_statement_may_call_is_listed() -> None:
    told = json.loads(invoke("lab", "functions", "--json").output)
    assert "date_diff" in told["functions"]
    assert not {"read_csv", "getenv", "error", "list", "string_agg", "random"} & set().union(*told.values())


BATCH = """# reads: women
# makes: scored
p = data.sql("SELECT snz_uid FROM women").fetchnumpy()
make("scored", snz_uid=p["snz_uid"], here=p["snz_uid"] > 0)
"""


def test_a_batch_is_rehearsed_on_the_twin_with_what_it_reads(folder: Path) -> None:
    (folder / "score.py").write_text(BATCH, "utf-8")
    (folder / "women.sql").write_text(SCRIPT.split(";")[0] + ";", "utf-8")
    where = ("--twin", folder / "twin.duckdb", "--seconds", "300")
    found = invoke("lab", "batch", folder / "women.sql", folder / "score.py", *where)
    assert "Made scored (snz_uid BIGINT, here BOOLEAN)" in found.output, found.exception
    for names, error in ((["score.py"], RefusedByRule), (["catalogue.json"], WrongUse)):
        refused = invoke("lab", "batch", *[folder / name for name in names], *where)
        assert isinstance(refused.exception, error)
