"""What a check reads, refuses and drops in files and cells."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.checking.examples import AS_OF, PEOPLE, SPEC, cell, checked, clean, found, put
from tests.provider_files import laid_out, people, table

from linkwell.checking.check import check
from linkwell.checking.verdict import Severity
from linkwell.checking.wording import rules
from linkwell.errors import WrongUse
from linkwell.specification.answers import answer
from linkwell.specification.draft import draft
from linkwell.specification.model import Question


def test_clean_files_pass_and_every_row_is_kept() -> None:
    verdict = checked()
    assert not verdict.blocks
    assert [(c.table, c.read, c.refused, c.kept) for c in verdict.counts] == [
        ("participants", 10, 0, 10), ("interactions", 12, 0, 12),
    ]  # fmt: skip
    assert verdict.people == 10
    assert {f.severity for f in verdict.findings} <= {Severity.NOTE, Severity.WARN}


def test_kept_cells_are_in_exchange_form() -> None:
    verdict = checked()
    assert cell(verdict, "person", "date_of_birth", 0) == "1981-03-11"
    assert cell(verdict, "person", "gender", 0) == "2"
    assert cell(verdict, "enrolment", "ethnicity", 1) == "11"
    assert cell(verdict, "interaction", "service_time", 0) == "09:30"
    assert cell(verdict, "interaction", "attendance", 3) == "missed"


def test_still_with_us_stopped_and_not_recorded_stay_apart() -> None:
    verdict = checked()
    kept = verdict.table("enrolment")
    assert kept is not None
    at = kept.columns.index("end_status")
    assert [row[at] for row in kept.rows] == [
        "current", "current", "ended", "ended", "stopped_date_unknown", "not_recorded", "ended", "current",
        "current", "current",
    ]  # fmt: skip


def test_a_failing_identifier_stays_out_and_is_never_repaired() -> None:
    verdict = checked(**put("nhi", 0, "ZAC5362"))
    finding = found(verdict, "identifier_not_valid")
    assert (finding.severity, finding.rows, finding.column) == (Severity.DROP_CELL, (2,), "NHI")
    assert cell(verdict, "person", "nhi", 0) == ""
    assert cell(verdict, "person", "first_name", 0) == "Aroha"


def test_test_numbers_are_refused_outside_a_demonstration_and_required_in_one() -> None:
    real = replace(SPEC, demo=False)
    assert found(checked(real), "nhi_test_number").count == 10
    assert found(checked(**put("nhi", 0, "ABC1235")), "nhi_not_test").rows == (2,)


def test_a_person_who_cannot_be_linked_stays_with_their_visits() -> None:
    columns = {**put("dob", 5, ""), **put("nhi", 5, "")}
    verdict = checked(**columns)
    assert found(verdict, "cannot_be_linked").rows == (7,)
    assert found(verdict, "visit_of_refused_person").rows == (7,)
    assert verdict.people == 9


def test_a_name_and_birth_date_are_enough() -> None:
    verdict = checked(nhi=[""] * 10, ird=[""] * 10)
    assert verdict.people == 10


def test_an_identifier_alone_is_enough() -> None:
    headings = {"Client ref": "key", "NHI number": "nhi", "Start date": "start"}
    tables = [laid_out(headings, people())]
    verdict = check(draft(tables, as_of=AS_OF).specification, tables, as_of=AS_OF)
    assert verdict.people == 10
    assert not verdict.blocks


DATES = {
    "date_impossible": "31/06/1980",
    "date_unreadable": "spring",
    "date_partial": "1980",
    "date_two_digit_year": "15/06/80",
    "date_placeholder": "01/01/1900",
    "date_in_future": "15/06/2031",
    "age_impossible": "15/06/1899",
    "date_excel_serial": "29221",
}


@pytest.mark.parametrize("code", DATES)
def test_a_faulty_birth_date_is_named_and_stays_out(code: str) -> None:
    verdict = checked(**put("dob", 3, DATES[code]))
    assert found(verdict, code).rows == (5,)
    assert cell(verdict, "person", "date_of_birth", 3) == ""


def test_one_slip_in_an_order_a_person_settled_stays_and_its_row_is_named() -> None:
    born = [f"{day}/03/1980" for day in range(13, 23)] + ["04/20/1989", "05/06/1991"]
    columns = {
        "Client ID": "key",
        "First name": "first",
        "Surname": "last",
        "DOB": "dob",
        "Start date": "start",
    }
    cells = {name: (values * 2)[:12] for name, values in people().items()} | {"dob": born}
    cells["key"] = [f"C{at:03}" for at in range(12)]
    spec = draft([laid_out(columns, cells)], as_of=AS_OF).specification
    [question] = spec.unanswered()
    spec = answer(spec, question, "dmy")
    verdict = check(spec, [laid_out(columns, cells)], as_of=AS_OF)
    assert not verdict.blocks
    assert found(verdict, "date_other_way").rows == (12,)
    many = {**cells, "dob": [*born[:8], "04/20/1989", "04/21/1989", "04/22/1989", "05/06/1991"]}
    verdict = check(spec, [laid_out(columns, many)], as_of=AS_OF)
    assert verdict.blocks
    assert found(verdict, "date_other_way").rows == (10, 11, 12)


def test_a_date_order_nothing_settles_blocks() -> None:
    spec = SPEC.with_field("person", replace(SPEC.table("person").field("date_of_birth"), date_order=""))  # type: ignore[union-attr, type-var]
    dates = [f"0{1 + number % 9}/0{9 - number % 9}/19{70 + number}" for number in range(10)]
    verdict = checked(spec, dob=dates)
    assert found(verdict, "date_order_unknown").severity is Severity.BLOCK
    assert verdict.blocks


def test_days_in_world_time_block_because_each_is_a_day_too_early() -> None:
    dates = [f"19{70 + number}-03-13T{11 + number % 2}:00:00.000Z" for number in range(10)]
    assert found(checked(dob=dates), "date_world_time").severity is Severity.BLOCK
    real = [f"19{70 + number}-03-13T0{number}:15:00Z" for number in range(10)]
    assert "date_world_time" not in {finding.code for finding in checked(dob=real).findings}


def test_a_single_date_that_contradicts_the_agreed_order_blocks_a_column_of_others() -> None:
    dates = [f"0{1 + number % 9}/0{9 - number % 9}/1980" for number in range(9)] + ["03/25/1980"]
    assert found(checked(dob=dates), "date_order_changed").column == "DOB"


def test_dates_in_another_order_than_agreed_block() -> None:
    verdict = checked(dob=[f"0{1 + number % 9}/{13 + number}/19{70 + number}" for number in range(10)])
    assert found(verdict, "date_order_changed").column == "DOB"
    assert verdict.blocks


def test_an_unanswered_question_blocks() -> None:
    question = Question("person.date_of_birth", "date_order", "Which way round?", ("dmy", "mdy"))
    verdict = checked(replace(SPEC, open_questions=(question,)))
    assert found(verdict, "unanswered_question").column == "DOB"


def test_dates_that_contradict_each_other_stay_out() -> None:
    verdict = checked(**put("end", 2, "2022-01-01"))
    assert found(verdict, "start_after_end").rows == (4,)
    assert cell(verdict, "enrolment", "start_date", 2) == ""
    assert cell(verdict, "enrolment", "end_status", 2) == "stopped_date_unknown"
    early = checked(**put("start", 2, "1960-01-01"))
    assert found(early, "start_before_birth").rows == (4,)


def test_many_first_januaries_are_pointed_out() -> None:
    birth = ["01/01/1980", "01/01/1981", "01/01/1982", "01/01/1983", *people()["dob"][4:]] * 3
    columns = {kind: cells * 3 for kind, cells in people(dob=birth[:10]).items()}
    columns["key"] = [f"C{n}" for n in range(30)]
    columns["first"] = [f"{first}{'abc'[n // 10]}" for n, first in enumerate(columns["first"])]
    columns["nhi"] = [""] * 30
    columns["ird"] = [""] * 30
    verdict = check(SPEC, [laid_out(PEOPLE, columns), clean()[1]], as_of=AS_OF)
    assert found(verdict, "date_first_january").count == 12


def test_a_missing_agreed_column_blocks_and_an_unknown_one_stays() -> None:
    headings = {heading: kind for heading, kind in PEOPLE.items() if heading != "DOB"}
    verdict = check(SPEC, [laid_out({**headings, "Shoe size": "site"}, people()), clean()[1]], as_of=AS_OF)
    assert found(verdict, "missing_column").column == "DOB"
    assert found(verdict, "unknown_column").column == "Shoe size"
    assert verdict.blocks


def test_a_file_that_fits_nothing_is_refused_plainly() -> None:
    with pytest.raises(WrongUse, match="does not fit the specification"):
        check(SPEC, [table(("Colour", "Size"), [("red", "3")])], as_of=AS_OF)


def test_a_missing_file_blocks() -> None:
    assert found(check(SPEC, clean()[:1], as_of=AS_OF), "missing_file").table == "interactions"


def test_two_files_of_people_are_read_as_one_list_and_findings_name_the_file() -> None:
    first, second = people(), people(**put("nhi", 0, "ZAC5362"))
    second["key"] = [f"D{n}" for n in range(10)]
    second["first"] = [name + "x" for name in second["first"]]
    second["nhi"] = ["ZAC5362", *[""] * 9]
    second["ird"] = [""] * 10
    tables = [laid_out(PEOPLE, first, name="2024.csv"), laid_out(PEOPLE, second, name="2025.csv"), clean()[1]]
    verdict = check(SPEC, tables, as_of=AS_OF)
    finding = found(verdict, "identifier_not_valid")
    assert (finding.file, finding.rows) == ("2025.csv", (2,))
    assert verdict.people == 20


def test_the_verdict_digest_follows_from_files_and_specification_alone() -> None:
    first, second = checked(), checked()
    assert first.digest == second.digest
    assert checked(**put("last", 0, "Tawhai")).digest != first.digest
    renamed = [replace(t, origin=replace(t.origin, file="other.csv")) for t in clean()]
    assert check(SPEC, renamed, as_of=AS_OF).digest == first.digest


def test_no_finding_repeats_a_cell() -> None:
    odd = {**put("nhi", 0, "ZAC5362"), **put("dob", 1, "Qwertyday"), **put("gender", 2, "Xyzzy"),
           **put("end", 3, "Plugh"), **put("first", 4, "Zork9")}  # fmt: skip
    said = str(checked(visit={"type": ["with Ben Smith"] * 12}, **odd).as_dict())
    for secret in ("ZAC5362", "Qwertyday", "Xyzzy", "Plugh", "Zork9", "Ben Smith"):
        assert secret not in said


def test_every_rule_is_worded_fully() -> None:
    for code, rule in rules().items():
        assert set(rule) == {"severity", "what", "why", "fix", "fixable"}, code
        Severity(rule["severity"])
        rule["what"].format(n="3", column="x", detail="y")
