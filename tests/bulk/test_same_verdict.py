"""The fast engine reaches the plain engine's verdict, to the last row and word, on whatever mess it gets."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.checking.examples import AS_OF, PEOPLE, SPEC, VISITS, clean
from tests.provider_files import NHIS, laid_out, people, table, visits

from linkwell.bulk import check, engine_for
from linkwell.bulk.choose import LARGE, installed
from linkwell.checking.notices import Basis, NoticeCover, Statement
from linkwell.checking.objections import Objections, hashes_of
from linkwell.reading.table import Table
from linkwell.specification.draft import draft
from linkwell.specification.kit import Case, cases
from linkwell.specification.model import Specification

DAYS = (
    "15/04/1980",
    "15/04/1980",
    "16/04/1980",
    "1/1/1990",
    "31/02/1980",
    "01/01/1900",
    "1980",
    "12/03/2031",
)
STARTS = ("2023-05-15", "2023-05-15", "2023-06-01", "2024-01-10", "1979-01-01", "", "soon", "2031-01-01")
ENDS = ("", "2023-05-20", "2023-07-01", "2022-01-01", "current", "unknown", "31/31/2023", "n/a")
CELLS: dict[str, tuple[str, ...]] = {
    "key": ("C1", "C1", "C2", "C3", "C4", ""),
    "first": ("Ana", "Ana", "Anna", "ANA", "Bo", "J0hn", "", "T?mati", "-"),
    "last": ("Brown", "Brown", "brown", "Te Aroha", "TeAroha", "", "unknown"),
    "dob": DAYS,
    "gender": ("F", "M", "female", "non-binary", "helicopter", ""),
    "nhi": ("", "", NHIS[0], NHIS[1], NHIS[8], "ZAC5362", "ABC1235"),
    "ird": ("", "", "49091850", "35901981", "123"),
    "programme": ("Steady", "Steady", "Ana Brown", "021 555 1234", ""),
    "start": STARTS,
    "end": ENDS,
    "status": ("Active", "Closed", "", "Left", "what"),
    "ethnicity": ("Māori", "Māori; Samoan", "Klingon", "Filipino", ""),
    "phone": ("021 555 1111", "021 555 1111", "", "none", "0215552222"),
    "notes": ("", "x"),
}
SEEN: dict[str, tuple[str, ...]] = {
    "key": ("C1", "C1", "C2", "C3", "C9", ""),
    "date": ("2023-05-16", "2023-05-16", "2023-09-01", "2031-01-01", "", "soon"),
    "time": ("9:30", "9:30", "", "noon"),
    "type": ("Group", "Home visit", "ana@example.org", "12 High Street, Gore"),
    "channel": ("In person", ""),
    "came": ("Yes", "booked", "", "what"),
}


def rows_of(kinds: dict[str, tuple[str, ...]], names: list[str]) -> st.SearchStrategy[list[tuple[str, ...]]]:
    return st.lists(st.tuples(*(st.sampled_from(kinds[kind]) for kind in names)), min_size=1, max_size=9)


PERSON_ROWS = rows_of(CELLS, list(PEOPLE.values()))
VISIT_ROWS = rows_of(SEEN, list(VISITS.values()))
NOTICES = NoticeCover(
    (Statement("2", date(2023, 6, 1), date(9999, 12, 31), True, "form"),),
    (Basis("told_later", date(1979, 1, 1), date(1979, 12, 31), "a letter", date(2026, 1, 1)),),
)
SECRET = bytes(32)
OBJECTIONS = Objections(frozenset(hashes_of({"client_key": "C2"}, SECRET)), SECRET)
TIMES = ("programme", "start", "end", "status")
APART = draft(
    [
        laid_out({h: k for h, k in PEOPLE.items() if k not in TIMES}, people()),
        laid_out({"Client ID": "key", "Programme": "programme", "Start date": "start", "End date": "end"},
                 people(), name="times.csv"),
        laid_out(VISITS, visits(), name="visits.csv"),
    ],
    as_of=AS_OF,
).specification  # fmt: skip


def same(spec: Specification, tables: list[Table], **more: Any) -> None:
    fast, plain = (check(spec, tables, as_of=AS_OF, engine=name, **more) for name in ("fast", "plain"))
    assert fast.as_dict() == plain.as_dict()
    for one, other in zip(fast.kept, plain.kept, strict=True):
        assert (one.name, one.columns, list(one.rows)) == (other.name, other.columns, list(other.rows))
        assert (one.records, one.row_numbers) == (other.records, other.row_numbers)
    assert fast.digest == plain.digest


def test_the_fast_engine_is_installed_here_so_that_these_tests_test_it() -> None:
    assert installed()
    assert engine_for(LARGE) == "fast"
    assert engine_for(LARGE - 1) == "plain"


def test_clean_files_get_the_same_verdict() -> None:
    same(SPEC, clean())
    same(SPEC, clean()[:1])
    same(SPEC, clean()[1:])


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_every_case_of_the_conformance_kit_gets_the_same_verdict(case: Case) -> None:
    tables = [table(rows[0], rows[1:], name=f"{name}.csv") for name, rows in case.files]
    same(case.specification, tables)


@settings(max_examples=50)
@given(PERSON_ROWS, PERSON_ROWS, VISIT_ROWS, st.booleans(), st.booleans())
@example([("",) * len(PEOPLE)], [("",) * len(PEOPLE)], [("",) * len(VISITS)], True, True)
def test_messy_files_get_the_same_verdict(
    first: list[tuple[str, ...]],
    second: list[tuple[str, ...]],
    seen: list[tuple[str, ...]],
    told: bool,
    objected: bool,
) -> None:
    tables = [
        table(tuple(PEOPLE), [*first, *first[:1]], name="2024.csv"),
        table(tuple(PEOPLE), second, name="2025.csv"),
        table(tuple(VISITS), seen, name="visits.csv"),
    ]
    same(SPEC, tables, notices=NOTICES if told else None, objections=OBJECTIONS if objected else None)


@settings(max_examples=25)
@given(PERSON_ROWS, rows_of(CELLS, ["key", "programme", "start", "end"]), VISIT_ROWS, st.booleans())
def test_times_in_a_file_of_their_own_get_the_same_verdict(
    rows: list[tuple[str, ...]], times: list[tuple[str, ...]], seen: list[tuple[str, ...]], told: bool
) -> None:
    headings = [h for h, k in PEOPLE.items() if k not in TIMES]
    kept = [at for at, heading in enumerate(PEOPLE) if heading in headings]
    tables = [
        table(tuple(headings), [tuple(row[at] for at in kept) for row in rows]),
        table(("Client ID", "Programme", "Start date", "End date"), times, name="times.csv"),
        table(tuple(VISITS), seen, name="visits.csv"),
    ]
    same(APART, tables, notices=NOTICES if told else None)


def test_text_that_arrow_cannot_hold_is_left_to_the_plain_engine() -> None:
    odd = laid_out(PEOPLE, people(programme=["Steady \ud800"] * 10))
    same(SPEC, [odd, clean()[1]])


def test_specifications_with_required_fields_and_whole_names_get_the_same_verdict() -> None:
    person = SPEC.table("person")
    assert person is not None
    field = person.field("first_name")
    assert field is not None
    spec = SPEC.with_field("person", replace(field, required=True))
    same(spec, [laid_out(PEOPLE, people(first=["", "Bo", *["Ana"] * 8])), clean()[1]])
    headings = {h: k for h, k in PEOPLE.items() if k not in ("first", "last")} | {"Name": "full"}
    tables = [laid_out(headings, people(full=["Brown, Ana", "Bo", *people()["full"][2:]])), clean()[1]]
    same(draft(tables, as_of=AS_OF).specification, tables)
