"""A person may give several ethnicities, in one cell or in a column each; every one of them is used."""

from __future__ import annotations

from tests.checking.examples import AS_OF, PEOPLE, cell, found
from tests.provider_files import laid_out, people

from linkwell.checking.check import check
from linkwell.specification.draft import draft
from linkwell.specification.file import parse, render

HEADINGS = {key: kind for key, kind in PEOPLE.items() if kind != "ethnicity"}
HEADINGS |= {"Ethnicity 1": "ethnicity", "Ethnicity 2": "second", "Ethnicity 3": "third"}
COLUMNS = people(
    second=["Samoan", "", "Māori", "", "Tongan", "", "", "Not stated", "", ""],
    third=["Niuean", *[""] * 9],
)


def test_all_columns_are_read_and_none_is_left_behind() -> None:
    table = laid_out(HEADINGS, COLUMNS)
    made = draft([table], as_of=AS_OF)
    enrolment = made.specification.table("enrolment")
    assert enrolment is not None
    field = enrolment.field("ethnicity")
    assert field is not None
    assert field.source_column == "Ethnicity 1"
    assert field.more_columns == ("Ethnicity 2", "Ethnicity 3")
    assert not [left for left in made.specification.not_supplied if left.column.startswith("Ethnicity")]
    assert parse(render(made.specification)) == made.specification
    verdict = check(made.specification, [table], as_of=AS_OF)
    assert cell(verdict, "enrolment", "ethnicity", 0) == "21;31;34"
    assert cell(verdict, "enrolment", "ethnicity", 1) == "11"
    assert cell(verdict, "enrolment", "ethnicity", 2) == "42;21"


def test_a_missing_later_column_is_named() -> None:
    spec = draft([laid_out(HEADINGS, COLUMNS)], as_of=AS_OF).specification
    fewer = {key: kind for key, kind in HEADINGS.items() if key != "Ethnicity 3"}
    verdict = check(spec, [laid_out(fewer, COLUMNS)], as_of=AS_OF)
    assert found(verdict, "missing_column").column == "Ethnicity 3"


def test_one_unknown_answer_keeps_the_cell_back() -> None:
    spec = draft([laid_out(HEADINGS, COLUMNS)], as_of=AS_OF).specification
    columns = {**COLUMNS, "third": ["see notes", *[""] * 9]}
    verdict = check(spec, [laid_out(HEADINGS, columns)], as_of=AS_OF)
    assert cell(verdict, "enrolment", "ethnicity", 0) == ""
    assert found(verdict, "value_not_in_list").count == 1
