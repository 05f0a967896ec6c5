"""`linkwell impact`: estimate with interval and gates, or exit 4 and not a number of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from linkwell.cli.main import main
from linkwell.vault.zones import Home

DATA = Path(__file__).parents[1] / "insights/data"
NSW = ["--table", str(DATA / "nsw_cps1.csv.gz"), "--treated", "treat", "--outcome", "re78",
       "--covariates", "age,educ,black,hisp,marr,nodegree,re74,re75,re74 = 0,re75 = 0",
       "--bootstrap", "0"]  # fmt: skip
MATCHIT = ["--table", str(DATA / "lalonde_614.csv.gz"), "--treated", "treat", "--outcome", "re78",
           "--covariates", "age,educ,black,hispan,married,nodegree,re74,re75",
           "--method", "match"]  # fmt: skip
MPDTA = ["--table", str(DATA / "mpdta.csv.gz"), "--method", "did", "--person", "countyreal",
         "--period", "year",
         "--started", "first.treat", "--outcome", "lemp"]  # fmt: skip


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        main(["impact", *arguments])
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out + said.err


def test_a_known_answer_with_its_balance_and_gates(capsys):
    code, said = run(capsys, *NSW, "--json")
    facts = json.loads(said)
    assert code == 0
    assert facts["estimate"] == pytest.approx(1406.3, abs=0.5)
    assert facts["lower"] < facts["estimate"] < facts["upper"]
    assert facts["effective_sample_size"] == pytest.approx(269, abs=1)
    assert {row["name"] for row in facts["balance"]} >= {"age", "re74=0"}
    assert {gate["level"] for gate in facts["gates"]} == {"green", "amber"}
    code, said = run(capsys, *NSW)
    assert "Estimate 1,406.3" in said
    assert "Gates" in said


def test_a_refusal_exits_4_names_its_gate_and_tells_no_number(capsys):
    code, said = run(capsys, *MATCHIT, "--json")
    facts = json.loads(said)
    assert code == 4
    assert facts["why"] == "balance_all"
    assert not {"estimate", "standard_error", "lower", "upper", "interval", "participants_mean"} & set(facts)
    code, said = run(capsys, *MATCHIT)
    assert code == 4
    assert "No number is given" in said
    assert "Estimate" not in said


def test_starts_spread_over_time(capsys):
    code, said = run(capsys, *MPDTA, "--json")
    facts = json.loads(said)
    assert code == 0
    assert facts["estimate"] == pytest.approx(-0.03995, abs=0.00001)
    assert facts["pre_test_p"] == pytest.approx(0.168, abs=0.0005)


def test_a_path_inside_a_data_home_is_refused(capsys, tmp_path):
    home = Home.create(tmp_path / "home", name="Demo", demo_seed=1)
    inside = home.path / "projects" / "table.csv"
    inside.write_text("t,x,y\n1,2,3\n", encoding="utf-8")
    code, said = run(capsys, "--table", str(inside), "--treated", "t", "--outcome", "y", "--covariates", "x")
    assert code == 4
    assert "data home" in said


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--treated", "treated", "--covariates", "age"], "no column"),
        (["--covariates", "age"], "--treated"),
        (["--treated", "treat", "--covariates", ""], "at least one covariate"),
        (["--treated", "treat", "--covariates", "age", "--past", "re74"], "Not among the covariates"),
        (["--method", "did"], "--person"),
        ([*MPDTA[2:], "--cluster", "lpop"], "--cluster"),
    ],
)
def test_wrong_use_is_told_with_exit_2(capsys, arguments, word):
    code, said = run(capsys, "--table", str(DATA / "lalonde_614.csv.gz"), "--outcome", "re78", *arguments)
    assert code == 2
    assert word in said
