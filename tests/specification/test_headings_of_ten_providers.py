"""`describe` on the headings of ten providers, written down before it was tried on them.

Every column must get the field written beside it ("" stays at home). When they were first tried, 100 of 105
columns were named so; "identifiers alone" gets its number as client number too, which is right.
"""

from __future__ import annotations

from datetime import date

import pytest
from tests.provider_files import laid_out, people, visits

from linkwell.specification.draft import Draft, draft

AS_OF = date(2026, 6, 1)
Expected = dict[str, tuple[str, str]]  # heading to kind of column (see provider_files) and the field expected
PEOPLE: dict[str, Expected] = {
    "a foodbank's spreadsheet": {
        "Ref": ("key", "client_key"),
        "Given name": ("first", "first_name"),
        "Family name": ("last", "last_name"),
        "D.O.B.": ("dob", "date_of_birth"),
        "Sex/Gender": ("gender", "gender"),
        "Ethnic group": ("ethnicity", "ethnicity"),
        "First visit": ("start", "start_date"),
        "Mobile": ("phone", ""),
        "Street address": ("address", ""),
        "Comments": ("notes", ""),
    },
    "te reo headings": {
        "Tau kiritaki": ("key", "client_key"),
        "Ingoa tuatahi": ("first", "first_name"),
        "Ingoa whānau": ("last", "last_name"),
        "Rā whānau": ("dob", "date_of_birth"),
        "Ira": ("gender", "gender"),
        "Iwi / Mātāwaka ethnicity": ("ethnicity", "ethnicity"),
        "Rā tīmata": ("start", "start_date"),
        "Rā mutunga": ("end", "end_date"),
        "Kaupapa": ("programme", "initiative"),
        "Waea": ("phone", ""),
    },
    "snake_case of a database": {
        "client_id": ("key", "client_key"),
        "first_name": ("first", "first_name"),
        "last_name": ("last", "last_name"),
        "birth_date": ("dob", "date_of_birth"),
        "gender_code": ("gender", "gender"),
        "nhi_number": ("nhi", "nhi"),
        "programme_name": ("programme", "initiative"),
        "enrolled_on": ("start", "start_date"),
        "exited_on": ("end", "end_date"),
        "status": ("status", "end_status"),
        "phone_number": ("phone", ""),
        "case_notes": ("notes", ""),
        "key_worker": ("worker", ""),
    },
    "CamelCase of a vendor": {
        "ClientNumber": ("key", "client_key"),
        "FirstName": ("first", "first_name"),
        "Surname": ("last", "last_name"),
        "DateOfBirth": ("dob", "date_of_birth"),
        "Gender": ("gender", "gender"),
        "NHI": ("nhi", "nhi"),
        "ReferralService": ("programme", "initiative"),
        "AdmissionDate": ("start", "start_date"),
        "DischargeDate": ("end", "end_date"),
        "Ethnicity1": ("ethnicity", "ethnicity"),
        "HomePhone": ("phone", ""),
        "ResidentialAddress": ("address", ""),
    },
    "a youth mentoring list": {
        "Young person ID": ("key", "client_key"),
        "Forename": ("first", "first_name"),
        "Last name": ("last", "last_name"),
        "Birthday": ("dob", "date_of_birth"),
        "Pronoun / gender": ("gender", "gender"),
        "Date joined": ("start", "start_date"),
        "Date left": ("end", "end_date"),
        "Site": ("site", "variant"),
        "Mentor": ("worker", ""),
        "Parent's phone": ("phone", ""),
    },
    "a budgeting service": {
        "Client no.": ("key", "client_key"),
        "Name": ("full", "first_name, last_name"),
        "Date of birth": ("dob", "date_of_birth"),
        "M/F": ("gender", "gender"),
        "IRD no": ("ird", "ird"),
        "WINZ number": ("msd", "msd"),
        "Commenced": ("start", "start_date"),
        "Closed date": ("end", "end_date"),
        "Contact number": ("phone", ""),
        "Notes": ("notes", ""),
    },
    "capitals from an old system": {
        "CLIENT": ("key", "client_key"),
        "FNAME": ("first", "first_name"),
        "LNAME": ("last", "last_name"),
        "DOB": ("dob", "date_of_birth"),
        "SEX": ("gender", "gender"),
        "START DATE": ("start", "start_date"),
        "END DATE": ("end", "end_date"),
        "PROGRAM": ("programme", "initiative"),
        "ETHNICITY": ("ethnicity", "ethnicity"),
        "ADDRESS": ("address", ""),
    },
    "words and brackets": {
        "Your client number (unique)": ("key", "client_key"),
        "First name(s)": ("first", "first_name"),
        "Surname / family name": ("last", "last_name"),
        "Date of Birth (dd/mm/yyyy)": ("dob", "date_of_birth"),
        "Gender (M/F/X)": ("gender", "gender"),
        "NHI (if known)": ("nhi", "nhi"),
        "Date started with us": ("start", "start_date"),
        "Date finished": ("end", "end_date"),
        "Service": ("programme", "initiative"),
        "Cell phone": ("phone", ""),
    },
    "identifiers alone": {"NHI number": ("nhi", "nhi"), "Start date": ("start", "start_date")},
    "a whānau service": {
        "Whānau member ID": ("key", "client_key"),
        "First names": ("first", "first_name"),
        "Last names": ("last", "last_name"),
        "Born": ("dob", "date_of_birth"),
        "Gender identity": ("gender", "gender"),
        "Ethnicities": ("ethnicity", "ethnicity"),
        "Entry date": ("start", "start_date"),
        "Exit date": ("end", "end_date"),
        "Reason for leaving": ("notes", ""),
        "Kaimahi": ("worker", ""),
    },
}
VISITS: dict[str, Expected] = {
    "visits": {
        "Client number": ("key", "client_key"),
        "Contact date": ("date", "service_date"),
        "Start time": ("time", "service_time"),
        "Contact type": ("type", "service_type"),
        "Method": ("channel", "channel"),
        "Outcome": ("came", "attendance"),
        "Session notes": ("notes", ""),
        "Staff": ("worker", ""),
    },
}


def given(name: str) -> tuple[list[tuple[str, str, str]], Draft]:
    """(heading, expected, found) for one set, and its draft."""
    expected = {**PEOPLE, **VISITS}[name]
    columns = people() if name in PEOPLE else visits()
    tables = [laid_out({heading: kind for heading, (kind, _) in expected.items()}, columns, name="ours.csv")]
    if name in VISITS:
        first = PEOPLE["CamelCase of a vendor"]
        tables.insert(0, laid_out({heading: kind for heading, (kind, _) in first.items()}, people()))
    made = draft(tables, as_of=AS_OF)
    source = "interactions" if name in VISITS else "participants"
    found = {reading.column: reading.field for reading in made.readings if reading.source == source}
    return [(heading, field, found.get(heading, "")) for heading, (_, field) in expected.items()], made


def test_at_least_ninety_five_of_a_hundred_columns_are_named_right() -> None:
    told = [(name, *each) for name in (*PEOPLE, *VISITS) for each in given(name)[0]]
    wrong = [each for each in told if each[2] != each[3]]
    assert len(wrong) <= 0.05 * len(told), (len(wrong), len(told), wrong)


@pytest.mark.parametrize("name", PEOPLE)
def test_a_date_order_the_column_does_not_say_is_asked_and_never_taken(name: str) -> None:
    either = [f"0{1 + number % 9}/0{9 - number % 8}/19{70 + number}" for number in range(10)]
    headings = {heading: kind for heading, (kind, _) in PEOPLE[name].items()}
    tables = [laid_out(headings, people(dob=either, start=either, end=either), name="ours.csv")]
    spec = draft(tables, as_of=AS_OF).specification
    asked = {question.id for question in spec.unanswered()}
    for table, field in spec.fields():
        if field.name in ("date_of_birth", "start_date", "end_date"):
            assert field.date_order == "", (name, field.name)
            assert f"{table.name}.{field.name}" in asked, (name, field.name)
