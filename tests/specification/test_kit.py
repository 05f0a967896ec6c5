"""The conformance kit holds: what must pass passes, what must fail fails, each with its named finding."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from linkwell.checking.check import check
from linkwell.checking.verdict import Severity
from linkwell.reading import read_tables
from linkwell.specification.base import base_specification
from linkwell.specification.draft import draft
from linkwell.specification.kit import Case, as_supplied, cases, starter
from linkwell.specification.starter import write_starter
from linkwell.standards.identifiers import check_nhi, is_test_nhi

AS_OF = date(2026, 6, 1)
HOLDING_BACK = {Severity.BLOCK, Severity.REFUSE_ROW, Severity.DROP_CELL}


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_every_case_of_the_kit_is_judged_as_it_says(case: Case) -> None:
    verdict = check(case.specification, case.tables(), as_of=AS_OF)
    codes = {finding.code for finding in verdict.findings}
    assert verdict.blocks is not case.passes, codes
    assert set(case.findings) <= codes
    if case.passes:
        held = {f.code for f in verdict.findings if f.severity in HOLDING_BACK}
        assert held <= set(case.findings), "nothing else is held back"


def test_the_kit_has_both_kinds_and_only_invented_numbers() -> None:
    assert sum(case.passes for case in cases()) >= 8
    assert sum(not case.passes for case in cases()) >= 7
    for case in cases():
        for _, rows in case.files:
            for cell in (cell for row in rows for cell in row):
                assert not check_nhi(cell).ok or is_test_nhi(cell)


def test_the_starter_has_a_heading_for_every_field_of_the_base() -> None:
    for table in base_specification().tables:
        assert {field.name for field in table.fields} <= set(starter()[table.source])


def test_describe_recognises_every_heading_of_the_starter(tmp_path: Path) -> None:
    plain = next(case for case in cases() if case.name == "plain")
    made = draft(plain.tables(), as_of=AS_OF).specification
    for table in as_supplied().tables:
        found = made.table(table.name)
        assert found is not None
        for field in table.fields:
            drafted = found.field(field.name)
            if drafted is None:
                assert field.name in ("ird", "msd", "nsn"), f"{field.name} is empty in the example"
            else:
                assert drafted.source_column == field.source_column


def test_the_starter_workbook_reads_back_and_checks_clean(tmp_path: Path) -> None:
    write_starter(tmp_path / "starter.xlsx", example=True)
    verdict = check(as_supplied(), read_tables(tmp_path / "starter.xlsx"), as_of=AS_OF)
    assert not verdict.blocks
    assert verdict.people == 1
    assert not [finding for finding in verdict.findings if finding.severity in HOLDING_BACK]
    book = openpyxl.load_workbook(tmp_path / "starter.xlsx")
    assert book["People"]["A1"].comment is not None
    assert all(c.data_type in ("s", "n") for sheet in book for row in sheet.iter_rows() for c in row)


def test_a_starter_may_hold_fewer_columns(tmp_path: Path) -> None:
    write_starter(tmp_path / "s.xlsx", fields=["client_key", "first_name", "last_name", "date_of_birth"])
    book = openpyxl.load_workbook(tmp_path / "s.xlsx")
    assert book.sheetnames == ["Read me", "People"]
