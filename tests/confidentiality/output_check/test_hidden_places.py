"""No place of a workbook is overlooked: what no cell shows is named, what cells show as well is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.confidentiality.output_check.hidden_places import HIDDEN, SEEN
from tests.confidentiality.output_check.made_up import Case

from linkwell.confidentiality.output_check.check import check_files
from linkwell.confidentiality.output_check.findings import Finding, worst
from linkwell.confidentiality.output_check.hiding import check_hiding
from linkwell.confidentiality.output_check.opening import Opened, of_parts
from linkwell.confidentiality.output_check.unseen import check_unseen
from linkwell.confidentiality.output_check.workbook_parts import read_parts


def hidden_in(case: Case, folder: Path) -> list[Finding]:
    case.write(folder)
    opened = of_parts(Opened("t.xlsx", "", 0), read_parts(folder / "t.xlsx"))
    return [*check_hiding(opened), *check_unseen(opened)]


@pytest.mark.parametrize("case", HIDDEN, ids=lambda case: case.name)
def test_what_no_cell_shows_is_found_and_said_where(case: Case, tmp_path: Path) -> None:
    found = hidden_in(case, tmp_path)
    assert {finding.rule for finding in found} == set(case.rules)
    assert worst(finding.verdict for finding in found).value == case.verdict
    for (_, sheet), cells in (case.cells or {}).items():
        assert set(cells) <= {at for finding in found if finding.sheet == sheet for at in finding.cells}


@pytest.mark.parametrize("case", SEEN, ids=lambda case: case.name)
def test_what_cells_show_as_well_is_no_secret(case: Case, tmp_path: Path) -> None:
    assert hidden_in(case, tmp_path) == []
    assert check_files([tmp_path]).verdict.value == "pass"


def test_it_is_a_part_of_the_whole_check_and_no_value_is_said_again(tmp_path: Path) -> None:
    case = HIDDEN[0]
    case.write(tmp_path)
    checked = check_files([tmp_path])
    assert checked.verdict.value == "fail"
    assert "Hemi" not in " ".join(f"{finding.detail} {finding.where}" for finding in checked.findings)
