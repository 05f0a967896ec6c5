"""The papers drafted from the answers: what they say, what they never ask, and that every shape is made."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import openpyxl
import pytest

from linkwell.documents.blocks import Document
from linkwell.documents.everywhere import shapes
from linkwell.documents.html import render_html
from linkwell.primer import Answers, load_questions
from linkwell.primer.effort import effort
from linkwell.primer.papers import (
    agency_letter,
    export_brief,
    first_letter,
    papers,
    readiness_document,
    sign_up_form,
    totals_instead,
    vendor_letter,
    wanted_fields,
    write_papers,
)
from linkwell.primer.statement import lint_statement, privacy_statement

QUESTIONS = load_questions()
ALL = Answers(
    {"recording": "system", "identifiers": "biographic", "dates": "start_only", "services": "no",
     "extraction": "vendor", "route": "direct", "least_intrusive": "not_sure", "one_provider": "yes"},
    {"recording": "A form at the first visit."},
    "Riverbend Community Trust",
    {"participants": 180},
)  # fmt: skip


def words(document: Document) -> str:
    return render_html(document)


def test_the_readiness_report_says_work_waiting_and_what_would_be_seen() -> None:
    said = words(readiness_document(ALL))
    assert "Not yet ready" in said
    assert "Hours and months to expect" in said
    assert "Will you see anything?" in said
    assert "A form at the first visit." in said
    assert "Data sharing agreement with Stats NZ" in said


def test_every_combination_of_answers_gives_its_papers() -> None:
    parts = [(q.id, [a.id for a in q.answers]) for q in QUESTIONS.questions]
    for extraction, route, identifiers in product(parts[4][1], parts[5][1], parts[1][1]):
        answers = Answers({"extraction": extraction, "route": route, "identifiers": identifiers})
        made = papers(answers)
        assert {"readiness", "privacy-statement", "sign-up-form"} <= set(made)
        assert ("letter-to-vendor" in made) is (extraction in ("vendor", "predefined") or route == "vendor")
        assert ("brief-for-an-export" in made) is (extraction == "in_house")
        assert ("instruction-to-vendor" in made) is (route == "vendor")
        assert ("points-to-settle" in made) is (route == "intermediary")
        assert ("letter-to-stats-nz" in made) is (identifiers != "neither")
        for document in made.values():
            assert "{" not in "".join(str(block) for block in document.blocks)


def test_nobody_is_asked_for_an_agency_number_they_do_not_hold() -> None:
    assert not {"nhi", "ird", "msd", "nsn"} & set(wanted_fields(ALL))
    assert "NHI number" not in words(vendor_letter(ALL))
    form = words(sign_up_form(Answers({"identifiers": "agency_id"})))
    assert not [word for word in ("NHI", "IRD", "MSD") if word in form]


def test_who_records_no_dates_yet_is_given_a_form_and_a_workbook_that_do(tmp_path: Path) -> None:
    without = Answers({"identifiers": "biographic", "dates": "no"})
    assert "Start date" in words(sign_up_form(without))
    assert "Start date" not in words(vendor_letter(without)), "a vendor cannot export what is not held"
    write_papers(without, tmp_path)
    book = openpyxl.load_workbook(tmp_path / "starter-workbook.xlsx")
    said = {cell.value for sheet in book for row in sheet.iter_rows(max_row=6) for cell in row}
    assert {"First name", "Start date", "End date"} <= said


def test_a_vendor_is_told_fields_format_test_file_and_route() -> None:
    said = words(vendor_letter(ALL))
    for part in ("Date of birth", "UTF-8", "test file", "Never by e-mail"):
        assert part in said
    assert "End date" not in said, "only a start date is recorded"
    by_vendor = Answers({**ALL.choices, "route": "vendor"})
    assert "on our behalf" in words(vendor_letter(by_vendor))


def test_the_agency_is_asked_for_help_with_what_stands_in_the_way() -> None:
    assert "Our vendor has to make an export" in words(agency_letter(ALL))
    assert "15 to" in words(agency_letter(ALL)), "the hours are named"


def test_the_first_letter_to_stats_nz_takes_the_providers_own_words() -> None:
    said = words(
        first_letter(Answers(ALL.choices, {**ALL.notes, "least_intrusive": "Who moves on?"}, "", ALL.numbers))
    )
    for part in ("A form at the first visit.", "Who moves on?", "about 180 people", "independent assessment",
                 "results about our organisation alone"):  # fmt: skip
        assert part in said
    enough = Answers({**ALL.choices, "least_intrusive": "counts_enough"})
    assert "letter-to-stats-nz" not in papers(enough)


def test_whoever_writes_an_export_in_house_is_told_the_same_fields_as_a_vendor() -> None:
    answers = Answers({**ALL.choices, "extraction": "in_house"})
    said = words(export_brief(answers))
    assert "Date of birth" in said
    assert "Could you make it for us" not in said


def test_a_paper_that_other_answers_called_for_is_taken_away(tmp_path: Path) -> None:
    write_papers(ALL, tmp_path)
    (tmp_path / "our own notes.html").write_text("kept")
    write_papers(Answers({**ALL.choices, "extraction": "own_queries"}), tmp_path)
    assert not list(tmp_path.glob("letter-to-vendor.*"))
    assert (tmp_path / "our own notes.html").exists()


def test_totals_are_offered_where_they_may_do() -> None:
    assert "totals-instead" in papers(ALL)
    assert "fewer than six" in words(totals_instead(ALL))
    needed = Answers({**ALL.choices, "least_intrusive": "linking_needed"})
    assert "totals-instead" not in papers(needed)


def test_effort_counts_only_the_work_there_is() -> None:
    mine = effort(ALL, QUESTIONS.who)
    assert "Have your vendor make an export" in [task.label for task in mine.tasks]
    paper = Answers({"recording": "paper"}, numbers={"participants": 250})
    typing = next(task for task in effort(paper, QUESTIONS.who).tasks if "Type" in task.label)
    assert typing.hours == (15, 30), "three hundreds begun"
    assert mine.hours[0] <= mine.hours[1]


def test_the_drafted_statement_lacks_only_what_the_provider_must_fill_in() -> None:
    lacks = lint_statement(words(privacy_statement(ALL)).partition("<body>")[2])
    assert {lack.id for lack in lacks} <= {"blanks"}


@pytest.mark.parametrize(
    ("text", "lacking"),
    [
        ("We keep your data safe for 7 years and then delete it.", "stats_nz"),
        ("We share it with Stats NZ.", "stats_nz"),
        ("Stats NZ holds the IDI, the Integrated Data Infrastructure.", "access"),
        ("", "object"),
        ("You can see your details.", "access"),
    ],
)
def test_the_linter_names_what_is_missing(text: str, lacking: str) -> None:
    assert lacking in {lack.id for lack in lint_statement(text)}


def test_the_linter_is_content_with_a_full_statement_in_other_words() -> None:
    text = """We are Riverbend Community Trust, 1 Example Street. Phone 0800 555 0000.
    We ask for your name, gender and date of birth to support you and to learn what helps.
    We give a few details to Stats NZ for the Integrated Data Infrastructure, a research database where names
    are removed. Nobody can be identified in the results. It is never used for decisions about you. Our funder
    sees totals only. You do not have to tell us. It is kept in a locked system and destroyed after 7 years.
    You may ask for a copy and we will correct mistakes. If you object, tell us and we leave you out. You may
    complain to the Privacy Commissioner. Parents sign for their children. Version 3, 1 June 2026."""
    assert lint_statement(text) == ()


def test_every_paper_is_written_in_every_shape(tmp_path: Path) -> None:
    written = write_papers(ALL, tmp_path)
    assert len(written) == len(papers(ALL)) * len(shapes()) + 1
    assert all(path.stat().st_size > 1000 for path in written)
    book = openpyxl.load_workbook(tmp_path / "starter-workbook.xlsx")
    assert book.sheetnames == ["Read me", "People"], (
        "no services are recorded, so there is no sheet for visits"
    )
