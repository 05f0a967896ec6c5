"""Who is who: repeats joined, twins and households told apart, nothing merged on a guess."""

from __future__ import annotations

from tests.checking.examples import AS_OF, SPEC, VISITS, found, only_people, person_row, rows_of
from tests.provider_files import table

from linkwell.checking.check import check


def test_an_exact_repeat_is_refused_and_the_first_kept() -> None:
    row = person_row("C1", "Ana", "Brown", "15/04/1980")
    verdict = only_people(row, row)
    assert found(verdict, "row_twice").rows == (3,)
    assert verdict.people == 1


def test_the_same_person_under_two_client_numbers_is_one_person() -> None:
    verdict = only_people(
        person_row("C1", "Ana", "Brown", "15/04/1980", nhi="ZAC5361"),
        person_row("C2", "ANA", "Brown", "15/04/1980"),
        person_row("C3", "Ana", "Brown", "15/04/1980", nhi="ZAC5361", start="2024-01-15"),
    )
    assert found(verdict, "same_person_twice").rows == (3,)
    assert found(verdict, "same_person_again").rows == (4,)
    assert verdict.people == 1
    kept = verdict.table("enrolment")
    assert kept is not None
    assert kept.records == [0, 0]


def test_twins_are_told_apart() -> None:
    verdict = only_people(
        person_row("C1", "Ana", "Brown", "15/04/2010"),
        person_row("C2", "Hemi", "Brown", "15/04/2010", gender="M"),
    )
    assert found(verdict, "twins_told_apart").rows == (2, 3)
    assert verdict.people == 2


def test_one_slip_of_the_keys_is_pointed_out_and_not_joined() -> None:
    verdict = only_people(
        person_row("C1", "Joshua", "Brown", "15/04/2010"), person_row("C2", "Johsua", "Brown", "15/04/2010")
    )
    assert found(verdict, "perhaps_same_person").rows == (2, 3)
    assert verdict.people == 2


def test_the_same_name_with_another_identifier_is_told_apart() -> None:
    verdict = only_people(
        person_row("C1", "Ana", "Brown", "15/04/1980", nhi="ZAC5361"),
        person_row("C2", "Ana", "Brown", "15/04/1980", nhi="ZZZ0016"),
    )
    assert found(verdict, "same_name_told_apart").rows == (2, 3)
    assert verdict.people == 2


def test_one_number_typed_for_a_family_stays_out_for_all_of_them() -> None:
    verdict = only_people(
        person_row("C1", "Ana", "Brown", "15/04/1980", nhi="ZAC5361"),
        person_row("C2", "Hemi", "Brown", "16/05/2010", nhi="ZAC5361", gender="M"),
    )
    assert found(verdict, "identifier_shared").rows == (2, 3)
    kept = verdict.table("person")
    assert kept is not None
    assert [row[kept.columns.index("nhi")] for row in kept.rows] == ["", ""]


def test_a_household_under_one_client_number_is_several_people_whose_visits_are_unclear() -> None:
    tables = [
        rows_of(
            person_row("C1", "Ana", "Brown", "15/04/1980"), person_row("C1", "Hemi", "Brown", "16/05/2010")
        ),
        table(tuple(VISITS), [("C1", "13/06/2023", "9:30", "Group", "Phone", "Yes")], name="visits.csv"),
    ]
    verdict = check(SPEC, tables, as_of=AS_OF)
    assert verdict.people == 2
    assert found(verdict, "client_number_shared").rows == (2, 3)
    assert found(verdict, "visit_person_unclear").rows == (2,)
    kept = verdict.table("person")
    assert kept is not None
    assert {row[0] for row in kept.rows} == {""}


def test_a_household_under_one_contact_is_noticed() -> None:
    verdict = only_people(
        person_row("C1", "Ana", "Brown", "15/04/1980", phone="021 555 1000"),
        person_row("C2", "Hemi", "Brown", "16/05/2010", phone="0215551000"),
        person_row("C3", "Wai", "Lee", "17/05/2010", phone="021 555 2000"),
    )
    assert found(verdict, "household_one_contact").rows == (2, 3)


def test_a_contacts_birth_date_copied_to_everyone_is_pointed_out() -> None:
    rows = [person_row(f"C{n}", name, "Brown", "15/04/1980", phone="021 555 1000")
            for n, name in enumerate(("Ana", "Hemi", "Wai"))]  # fmt: skip
    assert found(only_people(*rows), "birth_date_shared").count == 3
