"""`describe` names columns under many headings, and asks where it cannot tell."""

from __future__ import annotations

from datetime import date

import pytest
from tests.provider_files import laid_out, people, table, visits

from linkwell.errors import WrongUse
from linkwell.specification.answers import answer
from linkwell.specification.draft import Draft, draft

AS_OF = date(2026, 6, 1)
FIELD_OF = {
    "key": "client_key", "first": "first_name", "last": "last_name", "full": "first_name, last_name",
    "dob": "date_of_birth", "gender": "gender", "nhi": "nhi", "ird": "ird", "msd": "msd",
    "start": "start_date", "end": "end_date", "status": "end_status", "ethnicity": "ethnicity",
    "programme": "initiative", "site": "variant", "notes": "", "phone": "", "address": "", "worker": "",
    "type": "service_type", "date": "service_date", "time": "service_time", "channel": "channel",
    "came": "attendance",
}  # fmt: skip
PEOPLE_HEADINGS: dict[str, dict[str, str]] = {
    "a plain spreadsheet": {
        "Client ID": "key", "First name": "first", "Surname": "last", "DOB": "dob", "Gender": "gender",
        "NHI": "nhi", "Start date": "start", "End date": "end", "Status": "status", "Notes": "notes",
    },
    "te reo headings": {
        "Kiritaki ID": "key", "Ingoa tuatahi": "first", "Ingoa whānau": "last", "Rā whānau": "dob",
        "Ira": "gender", "Mātāwaka": "ethnicity", "Rā tīmata": "start", "Rā mutunga": "end",
        "Kōrero": "notes", "Waea": "phone", "Wāhi noho": "address", "Kaimahi": "worker",
    },
    "both languages": {
        "ID": "key", "First name / Ingoa tuatahi": "first", "Family name / Ingoa whānau": "last",
        "Date of birth / Rā whānau": "dob", "Gender / Ira": "gender", "Programme / Hōtaka": "programme",
        "Started": "start", "Finished": "end",
    },
    "a database export": {
        "client_id": "key", "first_name": "first", "last_name": "last", "date_of_birth": "dob",
        "sex": "gender", "nhi_number": "nhi", "ird_no": "ird", "entry_date": "start", "exit_date": "end",
        "enrolment_status": "status", "case_worker": "worker", "home_address": "address",
    },
    "camel case": {
        "ClientNumber": "key", "FirstName": "first", "LastName": "last", "BirthDate": "dob",
        "GenderIdentity": "gender", "EthnicGroup": "ethnicity", "StartDate": "start", "EndDate": "end",
        "MobilePhone": "phone", "CaseNotes": "notes", "WinzNumber": "msd",
    },
    "with hints and extra words": {
        "Participant number": "key", "Participant first name(s)": "first", "Participant surname": "last",
        "D.O.B. (dd/mm/yyyy)": "dob", "M/F": "gender", "NHI #": "nhi", "Date enrolled": "start",
        "Date exited": "end", "Current status": "status", "Site": "site", "Any other comments": "notes",
    },
    "a whole name in one column": {
        "Ref": "key", "Client name": "full", "Birthdate": "dob", "Sex": "gender", "Service": "programme",
        "Joined": "start", "Left": "end", "Key worker": "worker", "Mobile": "phone",
    },
    "identifiers only": {"Client ref": "key", "NHI number": "nhi", "Commencement date": "start"},
    "unhelpful headings told by content": {
        "No.": "key", "Given names": "first", "Family name": "last", "Born": "dob", "column 5": "gender",
        "column 6": "nhi", "Intake": "start", "Closed": "end", "Stream": "site",
    },
    "somebody else's details beside": {
        "Client ID": "key", "Child first name": "first", "Child surname": "last", "Child DOB": "dob",
        "Parent phone": "phone", "Emergency contact": "worker", "Caregiver name": "full",
        "Programme": "programme", "Start": "start", "Exit date": "end", "SWN": "msd",
    },
}  # fmt: skip
VISIT_HEADINGS: dict[str, dict[str, str]] = {
    "plain": {"Client ID": "key", "Date": "date", "Time": "time", "Type": "type", "Channel": "channel",
              "Attended": "came"},
    "appointments": {"Client number": "key", "Appointment date": "date", "Appointment time": "time",
                     "Appointment type": "type", "Mode": "channel", "Outcome": "came",
                     "Session notes": "notes"},
    "sessions": {"ID": "key", "Session date": "date", "Activity": "type", "Delivery mode": "channel",
                 "Attendance status": "came", "Facilitator": "worker"},
}  # fmt: skip


def described(name: str) -> tuple[dict[str, str], Draft]:
    headings = PEOPLE_HEADINGS[name]
    return headings, draft([laid_out(headings, people())], organisation="Te Ara Trust", as_of=AS_OF)


@pytest.mark.parametrize("name", PEOPLE_HEADINGS)
def test_columns_of_people_are_named(name: str) -> None:
    headings, made = described(name)
    found = {reading.column: reading.field for reading in made.readings}
    wanted = {heading: FIELD_OF[kind] for heading, kind in headings.items()}
    if name.startswith("somebody"):
        wanted["Caregiver name"] = ""
    assert found == wanted


@pytest.mark.parametrize("name", VISIT_HEADINGS)
def test_columns_of_visits_are_named(name: str) -> None:
    headings = VISIT_HEADINGS[name]
    tables = [
        laid_out(headings, visits(), name="visits.csv"),
        laid_out(PEOPLE_HEADINGS["a plain spreadsheet"], people()),
    ]
    made = draft(tables, as_of=AS_OF)
    found = {reading.column: reading.field for reading in made.readings if reading.source == "interactions"}
    assert found == {heading: FIELD_OF[kind] for heading, kind in headings.items()}


def test_the_draft_says_what_stays_and_why() -> None:
    _, made = described("te reo headings")
    stays = {left.column: left.kind for left in made.specification.not_supplied}
    assert stays == {"Kōrero": "free_text", "Waea": "contact", "Wāhi noho": "address", "Kaimahi": "staff"}
    assert all(left.reason for left in made.specification.not_supplied)


def test_a_column_whose_days_settle_its_order_is_not_asked_about() -> None:
    _, made = described("a plain spreadsheet")
    person = made.specification.table("person")
    assert made.questions == ()
    assert person is not None
    assert person.field("date_of_birth").date_order == "dmy"  # type: ignore[union-attr]


AMBIGUOUS = [f"0{1 + number % 9}/0{9 - number % 9}/19{70 + number}" for number in range(10)]


def test_an_ambiguous_date_column_becomes_a_question_without_a_real_date() -> None:
    made = draft([laid_out(PEOPLE_HEADINGS["a plain spreadsheet"], people(dob=AMBIGUOUS))], as_of=AS_OF)
    (question,) = made.questions
    assert (question.id, question.about, question.answer) == ("person.date_of_birth", "date_order", "")
    assert not any(cell in question.text for cell in AMBIGUOUS)
    answered = answer(made.specification, question, "mdy")
    assert answered.unanswered() == ()
    assert answered.table("person").field("date_of_birth").date_order == "mdy"  # type: ignore[union-attr]


def test_a_column_with_both_orders_is_asked_about() -> None:
    mixed = ["13/01/1980", "01/13/1981", "14/02/1982", "02/14/1983", *AMBIGUOUS[:6]]
    made = draft([laid_out(PEOPLE_HEADINGS["a plain spreadsheet"], people(dob=mixed))], as_of=AS_OF)
    assert [question.about for question in made.questions] == ["date_order"]


def test_two_digit_years_are_asked_about() -> None:
    short = [f"{day}/01/{60 + day}" for day in range(13, 23)]
    made = draft([laid_out(PEOPLE_HEADINGS["a plain spreadsheet"], people(dob=short))], as_of=AS_OF)
    (question,) = made.questions
    assert (question.about, question.options, question.suggested) == (
        "century_from",
        ("1927", "leave out"),
        "leave out",
    )


def test_a_date_column_no_heading_explains_is_asked_about() -> None:
    headings = {
        "Client ID": "key",
        "First name": "first",
        "Surname": "last",
        "When": "dob",
        "Start date": "start",
    }
    made = draft([laid_out(headings, people())], as_of=AS_OF)
    (question,) = made.questions
    assert (question.id, question.options) == ("person.date_of_birth", ("When", "leave out"))
    answered = answer(made.specification, question, "When")
    assert answered.table("person").field("date_of_birth").source_column == "When"  # type: ignore[union-attr]
    assert answered.not_supplied == ()
    without = answer(made.specification, question, "leave out")
    assert without.table("person").field("date_of_birth") is None  # type: ignore[union-attr]


def test_a_heading_that_names_the_order_is_only_a_suggestion() -> None:
    headings = {"First name": "first", "Surname": "last", "DOB (mm/dd/yyyy)": "dob"}
    made = draft([laid_out(headings, people(dob=AMBIGUOUS))], as_of=AS_OF)
    assert [question.suggested for question in made.questions] == ["mdy"]


def test_a_category_column_full_of_sentences_stays() -> None:
    headings = {**VISIT_HEADINGS["plain"], "Activity": "notes"}
    del headings["Type"]
    longer = {kind: cells * 3 for kind, cells in visits().items()}
    longer["notes"] = [f"note {number} of what we talked about" for number in range(36)]
    tables = [
        laid_out(headings, longer, name="visits.csv"),
        laid_out(PEOPLE_HEADINGS["a plain spreadsheet"], people()),
    ]
    made = draft(tables, as_of=AS_OF)
    found = {reading.column: reading.field for reading in made.readings if reading.source == "interactions"}
    assert found["Activity"] == ""


def test_the_client_key_is_found_by_what_both_files_share() -> None:
    headings = {"Who": "key", "Date": "date", "Type": "type", "Attended": "came"}
    persons = {
        "System": "key",
        **{h: k for h, k in PEOPLE_HEADINGS["a plain spreadsheet"].items() if k != "key"},
    }
    made = draft([laid_out(persons, people()), laid_out(headings, visits(), name="visits.csv")], as_of=AS_OF)
    keys = {(r.source, r.column): r.how for r in made.readings if r.field == "client_key"}
    assert keys == {
        ("participants", "System"): "because both files share it",
        ("interactions", "Who"): "because both files share it",
    }


def test_only_test_numbers_make_a_demonstration() -> None:
    _, made = described("a plain spreadsheet")
    assert made.specification.demo
    real_looking = ["ABC1235", *["" for _ in range(9)]]
    other = draft([laid_out(PEOPLE_HEADINGS["a plain spreadsheet"], people(nhi=real_looking))], as_of=AS_OF)
    assert not other.specification.demo


def test_no_initiative_column_takes_the_name_given() -> None:
    made = draft(
        [laid_out(PEOPLE_HEADINGS["a plain spreadsheet"], people())], initiative="Steady", as_of=AS_OF
    )
    assert made.specification.initiatives == ("Steady",)
    assert made.specification.table("enrolment").field("initiative").constant == "Steady"  # type: ignore[union-attr]


def test_local_values_are_recorded_with_their_codes() -> None:
    _, made = described("a plain spreadsheet")
    person, enrolment = made.specification.table("person"), made.specification.table("enrolment")
    assert person is not None
    assert enrolment is not None
    assert dict(person.field("gender").values) == {"F": "2", "M": "1"}  # type: ignore[union-attr]
    assert dict(enrolment.field("end_status").values) == {  # type: ignore[union-attr]
        "Active": "current", "Closed": "ended", "Left": "stopped_date_unknown",
    }  # fmt: skip


def test_files_without_people_are_refused_plainly() -> None:
    with pytest.raises(WrongUse, match="None of these files lists people"):
        draft([table(("Colour", "Size"), [("red", "3")])], as_of=AS_OF)


@pytest.mark.parametrize("weeks", [4, 30])
def test_a_sign_in_sheet_alone_is_refused_with_what_to_make_of_it(weeks: int) -> None:
    """The same dozen names come again every week; a "Participant" is a person all the same."""
    names = [f"{first} {last}" for first in ("Ana", "Tama", "Mele", "Ben") for last in ("Hay", "Moe", "Reid")]
    rows = [
        (f"2025-{1 + week // 4:02}-{1 + 7 * (week % 4):02}", name, f"199{at % 10}-03-0{1 + at % 9}", "Y")
        for week in range(weeks) for at, name in enumerate(names)
    ]  # fmt: skip
    with pytest.raises(WrongUse, match="list with one row a person"):
        draft([table(("Date", "Participant", "DOB", "Present?"), rows)], as_of=AS_OF)
