"""A specification goes to Excel and back without loss, and what changed is named with its weight."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from tests.specification.test_file import drafted

from linkwell.documents.blocks import Facts
from linkwell.errors import WrongUse
from linkwell.specification.base import base_specification
from linkwell.specification.diff import Weight, breaks, compare
from linkwell.specification.document import specification_document
from linkwell.specification.model import NotHeld, Specification
from linkwell.specification.workbook import from_excel, to_excel


def full() -> Specification:
    spec = replace(
        drafted(),
        not_held=(NotHeld("person.ird", "Nobody ever asked for it.", "2027-06-30"),),
        notes=(("recording", "A form at the first visit.\nA worker types it in."),),
        questions=("Who do we reach?", "=1+1"),
        contact="+64 is how it starts",
    )
    table, field = next((t, f) for t, f in spec.fields() if f.name == "gender")
    return spec.with_field(
        table.name, replace(field, values=(*field.values, ("01", "1")), gaps="None asked before 2019.")
    )


@pytest.mark.parametrize("spec", [base_specification(), drafted(), full()], ids=["base", "drafted", "full"])
def test_a_workbook_comes_back_as_the_same_specification(spec: Specification, tmp_path: Path) -> None:
    to_excel(spec, tmp_path / "spec.xlsx")
    again = from_excel(tmp_path / "spec.xlsx")
    assert again == spec
    assert again.digest == spec.digest
    assert compare(spec, again) == ()


def test_no_cell_is_a_formula_and_lists_can_be_chosen_from(tmp_path: Path) -> None:
    to_excel(full(), tmp_path / "spec.xlsx")
    book = openpyxl.load_workbook(tmp_path / "spec.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in cells if cell.data_type != "s"]
    assert book["Fields"].data_validations.count == 4


def test_an_edit_in_the_workbook_is_shown_as_a_change(tmp_path: Path) -> None:
    spec = drafted()
    to_excel(spec, tmp_path / "spec.xlsx")
    book = openpyxl.load_workbook(tmp_path / "spec.xlsx")
    sheet = book["Fields"]
    head = [cell.value for cell in sheet[1]]
    row = next(r for r in range(2, 40) if sheet.cell(r, 2).value == "start_date")
    sheet.cell(row, head.index("purpose") + 1, "Divides before from after, for our report.")
    sheet.cell(row, head.index("source_column") + 1, "Began on")
    book.save(tmp_path / "spec.xlsx")
    first, second = compare(spec, from_excel(tmp_path / "spec.xlsx"))
    assert (first.weight, first.place) == (Weight.BREAKS, "enrolment.start_date")
    assert first.what == "Heading it is read from: “Start date” → “Began on”."
    assert second.weight is Weight.WORDS


@pytest.mark.parametrize(
    ("sheet", "row", "column", "value", "said"),
    [
        ("Fields", 2, "type", "colour", "no type called"),
        ("Fields", 2, "purpose", "", "has no purpose"),
        ("Fields", 2, "table", "people", "names a table"),
        ("Fields", 2, "required", "perhaps", "yes or no"),
        ("About", 2, "setting", "titel", "no setting called titel"),
        ("Values", 2, "field", "shoe_size", "names a field"),
        ("Fields", 3, "name", "client_key", "two fields are called"),
    ],
)
def test_a_faulty_edit_is_named(
    tmp_path: Path, sheet: str, row: int, column: str, value: str, said: str
) -> None:
    to_excel(full(), tmp_path / "spec.xlsx")
    book = openpyxl.load_workbook(tmp_path / "spec.xlsx")
    head = [cell.value for cell in book[sheet][1]]
    book[sheet].cell(row, head.index(column) + 1).value = value or None
    book.save(tmp_path / "spec.xlsx")
    with pytest.raises(WrongUse, match=said) as refusal:
        from_excel(tmp_path / "spec.xlsx")
    assert "spec.xlsx" in str(refusal.value)


def test_another_workbook_is_not_a_specification(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "other.xlsx")
    with pytest.raises(WrongUse, match="not a specification"):
        from_excel(tmp_path / "other.xlsx")


def test_only_changes_that_make_right_files_wrong_break() -> None:
    base = base_specification()
    person = base.tables[0]
    fewer = replace(base, tables=(replace(person, fields=person.fields[:-1]), *base.tables[1:]))
    assert breaks(base, fewer)
    worded = replace(base, purpose="Another reason.")
    assert not breaks(base, worded)
    gender = next(codes for codes in base.code_lists if codes.name == "gender")
    more = replace(gender, codes=(*gender.codes, ("4", "Not stated")))
    wider = replace(base, code_lists=tuple(more if c is gender else c for c in base.code_lists))
    assert not breaks(base, wider)
    assert breaks(wider, base), "taking a code out breaks what used it"
    assert compare(base, base) == ()


def test_the_document_says_what_local_words_become_and_when_gaps_are_looked_at_again() -> None:
    spec = base_specification()
    gender = replace(
        spec.table("person").field("gender"), values=(("tāne", "1"),), gaps="old", review="2027-01-31"
    )  # type: ignore[union-attr, type-var]
    document = specification_document(spec.with_field("person", gender))
    facts = [pair for block in document.blocks if isinstance(block, Facts) for pair in block.pairs]
    assert {("Your words", "tāne: Male / Tāne"), ("Looked at again on", "2027-01-31")} <= set(facts)
    meant = "nothing by itself; “Whether the time with us has ended” says what is known"
    assert ("An empty cell means", meant) in facts
