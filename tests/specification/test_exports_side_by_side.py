"""Names in one export, numbers in another: laid side by side; what does not fit is said."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.provider_files import NHIS, laid_out, people, table, visits

from linkwell.bulk import check
from linkwell.checking.verdict import Verdict
from linkwell.reading.table import Table
from linkwell.specification.diff import Weight, compare
from linkwell.specification.draft import draft
from linkwell.specification.file import parse, render
from linkwell.specification.model import Export, Specification
from linkwell.specification.workbook import from_excel, to_excel

AS_OF = date(2026, 6, 1)
NAMES = laid_out({"Client ID": "key", "First name": "first", "Surname": "last", "Date of birth": "dob",
                  "Programme": "programme", "Start date": "start"}, people(), name="names.csv")  # fmt: skip
KEYS = people()["key"]


def numbers(keys: list[str] = KEYS, nhis: tuple[str, ...] = NHIS, *, name: str = "numbers.csv") -> Table:
    """An export of NHI numbers and genders, in an order of its own and under a heading of its own."""
    rows = list(zip(reversed(keys), reversed(nhis), people()["gender"] * 2, strict=False))
    return table(("Client No", "NHI", "Gender"), rows, name=name)


def drafted(*tables: Table) -> Specification:
    return draft(tables, as_of=AS_OF).specification


def checked(spec: Specification, *tables: Table) -> Verdict:
    fast, plain = (check(spec, tables, as_of=AS_OF, engine=engine) for engine in ("fast", "plain"))
    assert fast.digest == plain.digest
    return plain


SPEC = drafted(NAMES, numbers())


def found(verdict: Verdict) -> dict[str, tuple[str, str, tuple[int, ...]]]:
    return {each.code: (each.file, each.column, each.rows) for each in verdict.findings}


def test_numbers_in_a_file_of_their_own_are_drafted_as_one_list_of_people() -> None:
    made = draft([numbers(), NAMES], as_of=AS_OF)  # whichever comes first
    person = made.specification.tables[0]
    assert {f.name: f.source_column for f in person.fields} == {
        "client_key": "Client ID", "nhi": "NHI", "first_name": "First name", "last_name": "Surname",
        "date_of_birth": "Date of birth", "gender": "Gender",
    }  # fmt: skip
    assert made.specification.exports == (Export("participants", "Client No", ("NHI", "Gender")),)
    words = "numbers.csv is laid beside names.csv on “Client ID” and “Client No”: 10 rows meet."
    assert words in made.remarks
    assert made.specification.digest == SPEC.digest


def test_every_row_gets_its_own_partner_whatever_the_order() -> None:
    verdict = checked(SPEC, numbers(), NAMES)
    assert not {finding.code for finding in verdict.findings if finding.severity != "note"}
    kept = verdict.kept[0]
    at = {name: kept.columns.index(name) for name in ("client_key", "nhi")}
    assert {row[at["client_key"]]: row[at["nhi"]] for row in kept.rows} == dict(zip(KEYS, NHIS, strict=True))


def test_a_fault_in_the_other_export_is_named_where_it_is() -> None:
    wrong = numbers(nhis=(NHIS[0], "ZZZ0017", *NHIS[2:]))
    assert found(checked(SPEC, NAMES, wrong))["identifier_not_valid"] == ("numbers.csv", "NHI", (10,))


def test_missing_partners_on_either_side_are_counted_and_nobody_is_lost() -> None:
    verdict = checked(SPEC, NAMES, numbers([*KEYS[:8], "C777", "C778"]))
    said = found(verdict)
    assert said["export_partner_missing"] == ("names.csv", "NHI", (10, 11))
    assert said["export_row_alone"] == ("numbers.csv", "NHI", (2, 3))
    assert verdict.people == 12  # a number alone can be found, and so can a name with a birth date


def test_two_answers_under_one_number_are_both_left_out() -> None:
    twice = numbers([*KEYS, KEYS[0]], (*NHIS, NHIS[1]))
    verdict = checked(SPEC, NAMES, twice)
    assert found(verdict)["export_unclear"] == ("numbers.csv", "NHI", (2,))
    row = dict(zip(verdict.kept[0].columns, verdict.kept[0].rows[0], strict=True))
    assert (row["client_key"], row["nhi"], row["first_name"]) == (KEYS[0], "", "Aroha")


def test_exports_that_differ_about_a_birth_date_are_a_finding_and_other_ways_to_write_it_are_none() -> None:
    born = [f"19{day + 70}-0{1 + day % 9}-{day:02}" for day in range(11, 20)] + ["1999-01-31"]
    rows = list(zip(KEYS, NHIS, born, strict=True))
    both = table(("Client ID", "NHI", "Date of birth"), rows, name="numbers.csv")
    spec = drafted(NAMES, both)
    assert found(checked(spec, NAMES, both))["exports_differ"] == ("names.csv", "Date of birth", (11,))


def test_exports_that_meet_nowhere_block() -> None:
    verdict = checked(SPEC, NAMES, numbers([str(at) for at in range(10)]))
    assert verdict.blocks
    assert found(verdict)["export_meets_nobody"][:2] == ("names.csv", "NHI")


def test_an_export_that_is_not_given_blocks_by_its_columns() -> None:
    missing = [f.column for f in checked(SPEC, NAMES).findings if f.code == "missing_column"]
    assert missing == ["Gender", "NHI"]


def test_one_file_that_holds_what_was_two_is_taken_as_it_is() -> None:
    whole = laid_out({"Client ID": "key", "First name": "first", "Surname": "last", "Date of birth": "dob",
                      "Programme": "programme", "Start date": "start", "NHI": "nhi", "Gender": "gender"},
                     people())  # fmt: skip
    verdict = checked(SPEC, whole)
    assert not verdict.blocks
    assert verdict.people == 10


def test_a_new_column_in_the_other_export_is_named() -> None:
    more = table((*numbers().columns, "Iwi"), [(*row, "") for row in numbers().rows], name="numbers.csv")
    assert found(checked(SPEC, NAMES, more))["unknown_column"][1] == "Iwi"


def test_three_exports_and_visits_are_one_supply() -> None:
    more = table(
        ("Client ID", "Ethnicity"), list(zip(KEYS, people()["ethnicity"], strict=True)), name="e.csv"
    )
    came = laid_out({"Client ID": "key", "Service type": "type", "Date": "date"}, visits(), name="visits.csv")
    spec = drafted(more, came, numbers(), NAMES)
    assert len(spec.exports) == 2
    verdict = checked(spec, more, came, numbers(), NAMES)
    assert not verdict.blocks
    assert [len(kept.rows) for kept in verdict.kept] == [10, 10, 12]


def test_pages_of_one_list_still_follow_one_another() -> None:
    rows = [(row[0], "X" + row[1][1:], *row[2:]) for row in NAMES.rows]
    older = table(NAMES.columns, rows, name="older.csv")
    assert drafted(NAMES, older).exports == ()


def test_an_export_that_meets_another_number_than_the_others_is_not_used_and_said_to_be() -> None:
    by_nhi = table(("NHI no", "Ethnicity"), list(zip(NHIS, people()["ethnicity"], strict=True)), name="e.csv")
    whole = laid_out({"Client ID": "key", "First name": "first", "Surname": "last", "NHI no": "nhi",
                      "Date of birth": "dob"}, people(), name="names.csv")  # fmt: skip
    genders = table(("Client ID", "Gender"), list(zip(KEYS, people()["gender"], strict=True)), name="g.csv")
    made = draft([whole, genders, by_nhi], as_of=AS_OF)
    assert [export.columns for export in made.specification.exports] == [("Gender",)]
    assert "e.csv is not used: its rows meet “NHI no”, and the others “Client ID”." in made.remarks


def test_rows_that_are_merely_counted_in_two_files_are_not_laid_side_by_side() -> None:
    counted = [(str(at), *row[1:]) for at, row in enumerate(NAMES.rows, start=1)]
    names = table(("Row", *NAMES.columns[1:]), counted)
    others = table(("Row", "NHI"), [(str(at), nhi) for at, nhi in enumerate(NHIS, start=1)], name="nhi.csv")
    made = draft([names, others], as_of=AS_OF)
    assert made.specification.exports == ()
    assert any("nhi.csv is not used" in said for said in made.remarks)


def test_the_specification_says_which_exports_lie_side_by_side_and_keeps_it(tmp_path: Path) -> None:
    assert parse(render(SPEC)) == SPEC
    to_excel(SPEC, tmp_path / "spec.xlsx")
    assert from_excel(tmp_path / "spec.xlsx") == SPEC
    changes = compare(drafted(NAMES), SPEC)
    assert (Weight.BREAKS, "participants") in {(change.weight, change.place) for change in changes}
    assert "exports" not in drafted(NAMES).as_dict()


VISIT_NUMBERS = [f"V{7000 + at}" for at in range(12)]
BOOKED = laid_out({"Appointment ID": "number", "Client ID": "key", "Date": "date", "Type": "type"},
                  {**visits(), "number": VISIT_NUMBERS}, name="booked.csv")  # fmt: skip
CAME = laid_out({"Appt": "number", "Attended": "came"},
                {**visits(), "number": VISIT_NUMBERS}, name="came.csv")  # fmt: skip


def test_who_came_in_an_export_of_its_own_is_laid_beside_the_visits_on_their_number() -> None:
    made = draft([CAME, BOOKED, NAMES], as_of=AS_OF)
    spec = made.specification
    assert spec.exports == (Export("interactions", "Appt", ("Attended",), "Appointment ID"),)
    assert "came.csv is laid beside booked.csv on “Appointment ID” and “Appt”: 12 rows meet." in made.remarks
    verdict = checked(spec, NAMES, CAME, BOOKED)
    assert not verdict.blocks
    kept = verdict.kept[2]
    at = kept.columns.index("attendance")
    assert [row[at] for row in kept.rows] == ["attended", "missed", "attended", "missed"] * 3
    assert parse(render(spec)) == spec
    fewer = table(CAME.columns, list(CAME.rows[:10]), name="came.csv")
    assert found(checked(spec, NAMES, fewer, BOOKED))["export_partner_missing"] == (
        "booked.csv", "Attended", (12, 13))  # fmt: skip


def test_a_list_of_people_is_never_laid_beside_visits_on_their_client_number() -> None:
    iwi = table(("Client ID", "Iwi"), [(key, "Tainui") for key in KEYS], name="iwi.csv")
    spec = drafted(NAMES, BOOKED, iwi)
    assert spec.exports == ()
    assert {f.source_column for t, f in spec.fields() if t.name == "interaction"} == {
        "Client ID",
        "Date",
        "Type",
    }


def test_the_day_people_left_lies_beside_the_list_of_times() -> None:
    who = laid_out({"Client ID": "key", "First name": "first", "Surname": "last", "Date of birth": "dob"},
                   people(), name="who.csv")  # fmt: skip
    began = laid_out({"Client ID": "key", "Programme": "programme", "Start date": "start"},
                     people(), name="began.csv")  # fmt: skip
    left = laid_out({"Client": "key", "Exit date": "end"}, people(), name="left.csv")
    spec = drafted(who, began, left)
    [export] = spec.exports
    assert (export.source, export.on) == ("enrolments", "Client ID")
    verdict = checked(spec, who, began, left)
    kept = verdict.kept[1]
    ends = [row[kept.columns.index("end_date")] for row in kept.rows]
    assert ends[2:4] == ["2024-01-31", "2024-02-28"]


def test_a_day_people_left_that_fits_no_single_time_is_said_to_be_left_out() -> None:
    who = laid_out({"Client ID": "key", "First name": "first", "Surname": "last", "Date of birth": "dob"},
                   people(), name="who.csv")  # fmt: skip
    twice = table(("Client ID", "Programme", "Start date"), [
        (key, name, "2023-02-15") for key in KEYS for name in ("Steady Steps", "Whānau Works")
    ], name="began.csv")  # fmt: skip
    left = laid_out({"Client": "key", "Exit date": "end"}, people(), name="left.csv")
    made = draft([who, twice, left], as_of=AS_OF)
    assert made.specification.exports == ()
    assert any(said.startswith("left.csv is not used") for said in made.remarks)
