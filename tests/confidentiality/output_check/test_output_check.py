"""Made-up outputs are judged right: nothing is said of clean ones, every fault is named by cell."""

from __future__ import annotations

import json
import random
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from tests.confidentiality.output_check.clean_outputs import CLEAN
from tests.confidentiality.output_check.faulty_outputs import FAULTY
from tests.confidentiality.output_check.fifth_set import FIFTH, FIFTH_CLEAN
from tests.confidentiality.output_check.fourth_set import FOURTH, FOURTH_CLEAN
from tests.confidentiality.output_check.made_up import Case, crosstab, people, write_csv
from tests.confidentiality.output_check.met_later import LATER, LATER_CLEAN
from tests.confidentiality.output_check.third_set import BLIND, BLIND_CLEAN

from linkwell.cli.main import cli
from linkwell.cli.output_check import output
from linkwell.confidentiality.output_check.annotated import COLOURS, write_annotated
from linkwell.confidentiality.output_check.check import Checked, check_files
from linkwell.confidentiality.output_check.disclosure_record import disclosure_record
from linkwell.confidentiality.output_check.findings import Verdict, rules
from linkwell.errors import RefusedByRule, WrongUse
from linkwell.vault.zones import Home, ZoneName


def checked(case: Case, folder: Path) -> Checked:
    case.write(folder)
    return check_files([folder])


@pytest.mark.parametrize(
    "case", [*CLEAN, *LATER_CLEAN, *BLIND_CLEAN, *FOURTH_CLEAN, *FIFTH_CLEAN], ids=lambda case: case.name
)
def test_nothing_is_said_of_a_clean_output(case: Case, tmp_path: Path) -> None:
    found = checked(case, tmp_path)
    assert found.verdict is Verdict.PASS
    assert [finding for finding in found.findings if finding.verdict is not Verdict.NOTE] == []


@pytest.mark.parametrize("case", [*FAULTY, *LATER, *BLIND, *FOURTH, *FIFTH], ids=lambda case: case.name)
def test_a_fault_is_named_by_its_cell_and_nothing_else_is(case: Case, tmp_path: Path) -> None:
    found = checked(case, tmp_path)
    assert found.verdict.value == case.verdict
    said = {finding.rule for finding in found.findings if finding.verdict is not Verdict.NOTE}
    assert said == set(case.rules)
    named: dict[tuple[str, str], set[str]] = {}
    for finding in found.findings:
        named.setdefault((finding.file, finding.sheet), set()).update(finding.cells)
    for place, cells in (case.cells or {}).items():
        assert set(cells) <= named.get(place, set())


def test_there_are_at_least_thirty_faults_and_ten_clean_outputs() -> None:
    assert len(FAULTY) >= 30
    assert len(CLEAN) >= 10
    assert {rule for case in FAULTY for rule in case.rules} <= set(rules())


def test_every_rule_says_what_why_what_to_do_and_where_it_comes_from() -> None:
    for rule in rules().values():
        assert all((rule.what, rule.why, rule.fix, rule.source)), rule.name


def test_the_annotated_workbook_marks_the_cell_where_it_stood(tmp_path: Path) -> None:
    case = next(case for case in FAULTY if case.name == "a part above its whole")
    book_path = tmp_path / "marked.xlsx"
    write_annotated(checked(case, tmp_path), book_path)
    book = openpyxl.load_workbook(book_path)
    assert book.sheetnames[:2] == ["Findings", "Columns"]
    cell = book["k"]["D5"]
    assert cell.fill.fgColor.rgb[-6:] == COLOURS[Verdict.FAIL].lstrip("#")
    assert "larger than its group" in cell.comment.text
    assert book["k"]["B3"].comment is None
    assert book_path.stat().st_mode & 0o077 == 0


def test_the_record_is_the_same_for_the_same_files_and_tells_no_value(tmp_path: Path) -> None:
    rows = crosstab(people(9), 9)
    rows[5][2] = 98765
    write_csv(tmp_path / "t.csv", rows)
    first, second = (disclosure_record(check_files([tmp_path])) for _ in range(2))
    assert first == second
    assert first["standard"] == "SATRE 3.3.09"
    assert first["verdict"] == "fail"
    assert "98765" not in json.dumps(first)
    assert first["files"][0]["sha256"]


def test_raw_in_a_file_that_leaves_as_it_is_is_a_fault_and_evidence_is_not_judged(tmp_path: Path) -> None:
    write_csv(tmp_path / "t.csv", [["region", "raw_count", "conf_count"], ["A", 31, 30], ["B", 44, 45]])
    assert check_files([tmp_path]).verdict is Verdict.PASS
    assert check_files([tmp_path]).files[0].role == "both"
    assert check_files([tmp_path], as_is=True).verdict is Verdict.FAIL
    assert check_files([tmp_path], evidence=["t.csv"]).files[0].role == "evidence"


def test_what_a_file_is_called_makes_it_no_evidence_where_it_leaves_as_it_is(tmp_path: Path) -> None:
    for name in ("table_RAW.csv", "exact.csv"):
        write_csv(tmp_path / name, [["Region", "People"], ["North", 31], ["South", 4], ["West", 30]])
        found = check_files([tmp_path / name], as_is=True)
        assert found.files[0].role == "leaves"
        assert {cell for finding in found.findings for cell in finding.cells} == {"B2", "B3"}
        assert check_files([tmp_path / name], as_is=True, evidence=[name]).verdict is Verdict.PASS


@pytest.mark.parametrize("ending", ["ods", "xls"])
def test_a_workbook_of_another_kind_is_refused_with_what_to_do(tmp_path: Path, ending: str) -> None:
    (tmp_path / f"table.{ending}").write_bytes(b"PK\x03\x04 a workbook of another kind")
    (told,) = check_files([tmp_path]).findings
    assert (told.rule, told.verdict) == ("unreadable", Verdict.FAIL)
    assert "Save As" in told.detail


def test_a_path_inside_a_data_home_is_refused(tmp_path: Path) -> None:
    home = Home.create(tmp_path / "home", name="Test custodian", demo_seed=1)
    inside = home.zone(ZoneName.RELEASED).path / "table.csv"
    write_csv(inside, [["a", "b"]])
    with pytest.raises(RefusedByRule):
        check_files([inside])


def test_whatever_lies_in_a_file_it_is_judged_and_never_ends_in_an_error(tmp_path: Path) -> None:
    chance = random.Random(3)
    words = ["", "S", "12", "3.5%", "Total", "Male", "2019", "n (%)", "45 (3%)", "-", "=1+1", "(0.4)",
             "1,234", "é", "mean", "max", "nhi", "raw n", "conf", "NaN", "coef", "1-5", "%"]  # fmt: skip
    for at in range(60):
        rows = [
            [chance.choice(words) for _ in range(chance.randint(1, 7))] for _ in range(chance.randint(1, 9))
        ]
        write_csv(tmp_path / f"f{at}.csv", rows)
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "results.json").write_text('{"results": {"a": 3, "b": {"files": [{"name": 5}, 7]}}}')
    found = check_files([tmp_path])
    assert len(found.files) == 62
    write_annotated(found, tmp_path / "marked.xlsx")


def test_no_file_and_damaged_files_are_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(WrongUse):
        check_files([tmp_path / "missing.csv"])
    with pytest.raises(WrongUse):
        check_files([tmp_path])
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 this is not a workbook")
    (tmp_path / "words.xlsx").write_bytes(b"no workbook at all")
    found = check_files([tmp_path])
    assert [finding.rule for finding in found.findings] == ["unreadable", "unreadable"]


def test_the_command_ends_with_one_where_a_file_is_not_to_be_released(tmp_path: Path) -> None:
    write_csv(tmp_path / "good.csv", [["region", "count"], ["A", 30], ["B", 45], ["C", 12]])
    write_csv(tmp_path / "bad.csv", [["region", "count"], ["A", 30], ["B", 45], ["C", 4]])
    good = CliRunner().invoke(output, ["check", str(tmp_path / "good.csv"), "--json"], standalone_mode=False)
    bad = CliRunner().invoke(output, ["check", str(tmp_path / "bad.csv")], standalone_mode=False)
    assert good.return_value == 0
    assert json.loads(good.output)["verdict"] == "pass"
    assert bad.return_value == 1
    assert "bad.csv, B4" in bad.output
    over = CliRunner().invoke(
        output, ["check", str(tmp_path), "--annotated", str(tmp_path / "bad.csv")], standalone_mode=False
    )
    assert isinstance(over.exception, WrongUse)
    assert (tmp_path / "bad.csv").read_text().startswith("region")
    assert "output" in cli.list_commands(None)  # type: ignore[arg-type]
