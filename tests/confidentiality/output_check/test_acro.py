"""A folder as ACRO 1.0.2 writes it: years as headings, a model in three files, its own summary beside."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from linkwell.confidentiality.output_check.check import Checked, check_files

YEARS = "region,2022,2023,2024\nE,{0},31,32\nN,30,33,36\nW,{1},39,42\n"
MODEL = {
    "output_1_0.csv": "Dep. Variable:,wages,R-squared:,0.210\nMethod:,Least Squares,F-statistic:,0.06\n"
    "No. Observations:,{people},AIC:,72890.0\nDf Residuals:,{freedom},BIC:,72900.0\nDf Model:,2,,\n",
    "output_1_1.csv": ",coef,std err,t,P>|t|,[0.025,0.975]\n"
    "Intercept,36170.0,2363.6,15.3,0.0,31500.0,40800.0\n"
    "age,-13.4,38.9,-0.3,0.73,-89.9,62.9\nemp,140.0,1667.0,0.084,0.93,-3128.6,3408.6\n",
    "output_1_2.csv": "Omnibus:,3272.954,Durbin-Watson:,2.024\nSkew:,5.387,Prob(JB):,0.0\n",
}


def output(*names: str, status: str = "pass", cells: dict[str, Any] | None = None) -> dict[str, Any]:
    of_cells = {"MinimumThresholdCheck": [], **(cells or {})}
    told = {year: dict.fromkeys("ENW", "ok") for year in ("2022", "2023", "2024")}
    files = [{"name": name, "sdc": {"summary": {}, "cells": of_cells}} for name in names]
    return {"status": status, "type": "table", "outcome": told, "exception": "", "files": files}


def checked(folder: Path, files: dict[str, str], results: dict[str, Any]) -> Checked:
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    (folder / "results.json").write_text(json.dumps({"version": "1.0.2", "results": results}), "utf-8")
    return check_files([folder])


def named(found: Checked) -> set[tuple[str, str, tuple[str, ...]]]:
    return {(each.rule, each.file, each.cells) for each in found.findings}


@pytest.mark.parametrize(("status", "rule"), [("fail", "acro"), ("review", "acro"), ("pass", "acro_review")])
def test_marked_cells_are_found_under_years(tmp_path: Path, status: str, rule: str) -> None:
    marked = output("output_0_0.csv", status=status, cells={"MinimumThresholdCheck": [[2, 0], [0, 0]]})
    found = checked(tmp_path, {"output_0_0.csv": YEARS.format(30, 36)}, {"output_0": marked})
    assert (rule, "output_0_0.csv", ("B4", "B2")) in named(found)


def test_of_marked_cells_only_those_that_still_show_a_number_are_a_fault(tmp_path: Path) -> None:
    marked = output("output_0_0.csv", status="review", cells={"MinimumThresholdCheck": [[2, 0], [0, 0]]})
    found = checked(tmp_path, {"output_0_0.csv": YEARS.format(30, "")}, {"output_0": marked})
    assert ("acro", "output_0_0.csv", ("B2",)) in named(found)


@pytest.mark.parametrize(("people", "freedom", "faulty"), [(3000, 2997, False), (3001, 2998, True)])
def test_a_model_in_three_files_is_read_as_one(
    tmp_path: Path, people: int, freedom: int, faulty: bool
) -> None:
    files = {name: text.format(people=people, freedom=freedom) for name, text in MODEL.items()}
    model = output(*MODEL) | {"type": "regression", "outcome": {}}
    found = checked(tmp_path, files, {"output_1": model})
    expected = {("model_exact_n", "output_1_0.csv", ("B3", "B4"))} if faulty else set()
    assert named(found) == expected


def test_what_acro_says_is_not_to_be_released_is_evidence_unless_it_is_to_leave(tmp_path: Path) -> None:
    files = {"session_summary.csv": "uid,region,sex\noutput_0,1,0\n", "config.json": "{}"}
    results = {"2ndary_risk_summary_csv-DONT_RELEASE": output("session_summary.csv", status="review")}
    found = checked(tmp_path, files, results)
    assert named(found) == set()
    assert {each.role for each in found.files} == {"evidence"}
    leaving = check_files([tmp_path], as_is=True)
    assert {each.file for each in leaving.findings} >= {"session_summary.csv", "config.json"}


def test_a_letter_over_whole_numbers_is_a_group_and_no_statistic(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("region,F,M,B,P,T or K\nE,31,30,36,39,41\nN,30,33,40,43,45\n", "utf-8")
    (found,) = {each.cells for each in check_files([tmp_path]).findings if each.column == "F"}
    assert found == ("B2",)
    columns = {each.column for each in check_files([tmp_path]).findings if each.rule == "not_rounded"}
    assert columns == {"F", "B", "P", "T or K"}


def test_a_group_called_n_is_no_number_of_people(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("region,2022,2023\nN,32174.9,34689.9\nE,32784.5,37130.6\n", "utf-8")
    assert {each.rule for each in check_files([tmp_path]).findings} == {"amount_without_count"}
