"""What else is said about the data: words and their meaning, what is not held or secret, totals, drift."""

import csv
import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.desk.conftest import Visitor

from linkwell.desk.desk import Desk
from linkwell.specification.workbook import to_excel

PEOPLE = (
    "Client number,First name,Surname,Date of birth,Gender,Start date\n"
    "K1,Aroha,Example,23/04/1994,wahine,25/02/2024\n"
    "K2,Ben,Sample,25/06/1987,M,26/02/2024\n"
    "K3,Chen,Model,27/08/2001,tane,27/02/2024\n"
    "K4,Dina,Pattern,30/01/1979,Gx,28/02/2024\n"
)


@pytest.fixture
def own(visitor: Visitor, tmp_path: Path) -> Visitor:
    """Somebody whose column of genders has a word nobody knows."""
    (tmp_path / "people.csv").write_text(PEOPLE)
    visitor.press("/files/look/", typed="1", folder=str(tmp_path))
    visitor.press("/files/look/", choose="1", file="0")
    visitor.press("/describe/start/", initiative="Steady Steps")
    return visitor


def test_a_word_nobody_knows_is_asked_mapped_and_warned_about(own: Visitor, desk: Desk) -> None:
    assert "1 not understood" in own.text("/describe/words/")
    page = own.text("/describe/words/person/gender/")
    assert page.index("Gx") < page.index("wahine")
    assert "these cells stay with you" in page
    page = own.press("/describe/words/person/gender/", word0="Gx", code0="2").content.decode()
    assert dict(desk.specification().table("person").field("gender").values)["Gx"] == "2"
    assert "nobody can tell it from the other words" in page
    assert "4 people are ready to go" in own.press("/check/").content.decode()
    own.press("/describe/undo/")
    assert "Gx" not in dict(desk.specification().table("person").field("gender").values)


def test_nothing_is_written_that_nobody_chose(own: Visitor, desk: Desk) -> None:
    before = desk.specification().digest
    own.press("/describe/words/person/gender/", word0="Gx", code0="?", word1="M", code1="1")
    own.press("/describe/words/person/gender/", word0="not in the file", code0="2")
    own.press("/describe/words/person/gender/", word0="Gx", code0="made up")
    assert desk.specification().digest == before
    assert own.get("/describe/words/person/first_name/").status_code == 404


def test_after_a_restart_the_words_are_looked_for_only_when_asked(own: Visitor, desk: Desk) -> None:
    desk.forget_people()
    assert "Look for the words" in own.text("/describe/words/")
    assert own.get("/describe/words/person/gender/").status_code == 302
    assert "1 not understood" in own.press("/describe/words/").content.decode()


def test_we_do_not_hold_this_needs_a_reason_and_a_day_and_can_be_taken_back(own: Visitor, desk: Desk) -> None:
    page = own.press("/describe/not-held/", save="1").content.decode()
    for said in ("Choose one", "Write why you do not hold it", "Write the day when you look at this again"):
        assert said in page
    gap = {
        "id": "enrolment.end_date",
        "reason": "We never write it down.",
        "review": "30 June 2027",
        "save": "1",
    }
    own.press("/describe/not-held/", **gap)
    (said,) = desk.specification().not_held
    assert (said.id, said.review) == ("enrolment.end_date", "2027-06-30")
    assert "Looked at again by 30 June 2027" in own.text("/describe/not-held/")
    own.press("/describe/not-held/", remove="enrolment.end_date")
    assert desk.specification().not_held == ()
    own.press("/describe/undo/")
    assert len(desk.specification().not_held) == 1


def test_a_service_whose_list_is_a_secret_is_marked_and_said_before_anything_leaves(
    own: Visitor, desk: Desk
) -> None:
    own.press("/describe/sensitive/", sensitive=["Steady Steps", "made up"])
    assert desk.specification().sensitive == ("Steady Steps",)
    own.press("/check/")
    assert "is itself a secret" in own.text("/hand/")
    own.press("/describe/sensitive/")
    assert desk.specification().sensitive == ()


def test_what_the_delivery_is_stands_in_the_specification(own: Visitor, desk: Desk) -> None:
    given = {"title": "Steady Steps", "purpose": "To see who we reach.", "questions": "Who?\n\nWho not? ",
             "frequency": "once", "delivery": "delta", "retention": "", "contact": "office"}  # fmt: skip
    assert (
        "Write why it is shared"
        in own.press("/describe/delivery/", **{**given, "purpose": ""}).content.decode()
    )
    own.press("/describe/delivery/", **given)
    spec = desk.specification()
    assert (spec.questions, spec.delivery, spec.frequency) == (("Who?", "Who not?"), "delta", "once")


def test_an_edited_workbook_shows_what_changed_before_it_is_kept(
    own: Visitor, desk: Desk, tmp_path: Path
) -> None:
    from dataclasses import replace

    spec = desk.specification()
    field = spec.table("person").field("gender")
    edited = replace(
        spec.with_field("person", replace(field, label="How they see themselves")), frequency="once"
    )
    to_excel(edited, tmp_path / "edited.xlsx")
    given = SimpleUploadedFile("edited.xlsx", (tmp_path / "edited.xlsx").read_bytes())
    page = own.press("/describe/back/", file=given).content.decode()
    assert "Only words" in page
    assert "“Gender” → “How they see themselves”" in page
    assert "How often" in page
    assert desk.specification().digest == spec.digest, "nothing is kept before it is read"
    own.press("/describe/back/changes/", keep="1")
    assert desk.specification().version == spec.version + 1
    assert desk.specification().table("person").field("gender").label == "How they see themselves"
    assert own.get("/describe/back/changes/").status_code == 302
    own.press("/describe/undo/")
    assert desk.specification().digest == spec.digest


def test_a_specification_from_the_portal_comes_back_too_and_can_be_thrown_away(
    own: Visitor, desk: Desk
) -> None:
    spec = desk.specification()
    given = SimpleUploadedFile("specification.toml", desk.workspace.specification.read_bytes())
    assert "Nothing changed" in own.press("/describe/back/", file=given).content.decode()
    own.press("/describe/back/changes/")
    assert desk.specification().digest == spec.digest
    assert not desk.workspace.given.with_suffix(".toml").exists()


@pytest.mark.parametrize("data", [b"PK\x03\x04 cut", b"not = = toml", b"\xff\xfe\x00", b"x" * 11_000_000])
def test_a_wrong_file_is_explained_and_changes_nothing(data: bytes, own: Visitor, desk: Desk) -> None:
    before = desk.specification().digest
    page = own.press("/describe/back/", file=SimpleUploadedFile("wrong.xlsx", data)).content.decode()
    assert "What to do" in page or "Where:" in page
    assert "Choose the file you edited" in own.press("/describe/back/").content.decode()
    assert desk.specification().digest == before


def test_what_was_said_before_is_not_typed_again_when_files_are_described_afresh(
    own: Visitor, desk: Desk
) -> None:
    own.press("/describe/words/person/gender/", word0="Gx", code0="2")
    own.press(
        "/describe/person/first_name/", save="1", label="Given name", purpose="Finds them.", screen="Form 1"
    )
    own.press("/describe/not-held/", id="enrolment.end_date", reason="Not kept.", review="1/7/2027", save="1")
    own.press("/describe/person/last_name/", leave_out="1")
    own.press("/describe/start/", initiative="Steady Steps")
    spec = desk.specification()
    first = spec.table("person").field("first_name")
    assert (first.label, first.screen) == ("Given name", "Form 1")
    assert dict(spec.table("person").field("gender").values)["Gx"] == "2"
    assert spec.table("person").field("last_name") is None
    assert [each.column for each in spec.not_supplied if each.kind == "left_out"] == ["Surname"]
    assert [each.id for each in spec.not_held] == ["enrolment.end_date"]


def test_totals_are_counted_without_anybody_in_them(checked: Visitor) -> None:
    page = checked.text("/totals/")
    assert "Year of first start" in page
    assert "12" in page
    saved = checked.get("/totals/save/").content
    rows = list(csv.reader(io.StringIO(saved.decode("utf-8-sig"))))
    assert rows[0] == ["Table", "Group", "People, rounded to 3"]
    assert ["Gender", "Male / Tāne", "6"] in rows
    assert not {"Aroha", "EX-001"} & {cell for row in rows for cell in row}


def test_will_you_see_anything_is_worked_out_from_the_files(checked: Visitor, desk: Desk) -> None:
    assert "12 people" in checked.text("/check/outlook/").replace("12 of your", "12 people")
    assert "Will you see anything?" in b"".join(checked.get("/check/report/").streaming_content).decode()
    desk.forget_people()
    assert "Work it out" in checked.text("/check/outlook/")


def test_what_moved_since_the_last_delivery_is_said(checked: Visitor, desk: Desk) -> None:
    assert "Since your delivery" not in checked.text("/check/")
    checked.press("/hand/over/")
    assert "Nothing moved" in checked.text("/check/")
    people = desk.choices.paths()[0]
    lines = people.read_text("utf-8").splitlines()
    people.write_text("\n".join(lines[:6]) + "\n", "utf-8")
    checked.press("/check/")
    page = checked.text("/check/")
    assert "5 rows now, 12 last time" in page


def test_what_the_other_service_said_is_kept_with_the_receipts(checked: Visitor, desk: Desk) -> None:
    assert checked.get("/hand/over/arrived/").status_code == 302
    checked.press("/hand/over/")
    assert (
        "Write what it said"
        in checked.press("/hand/over/arrived/", service="x", day="1/7/2026").content.decode()
    )
    checked.press(
        "/hand/over/arrived/", service="Transfer service", reference="No 7", day="1/7/2026", save="1"
    )
    assert "No 7, 1 July 2026" in checked.text("/hand/over/")
    assert len(list(desk.workspace.receipts.glob("arrival-*.json"))) == 1


def test_a_statement_is_looked_at_pasted_or_as_a_file_and_kept(visitor: Visitor, desk: Desk) -> None:
    assert "What does your privacy statement lack?" in visitor.text("/ready/statement/")
    page = visitor.press("/ready/statement/", text="We are a trust. Phone 03 000 0000.").content.decode()
    assert "That Stats NZ receives some of it" in page
    assert "IPP 3" in page
    assert "We are a trust" in visitor.text("/ready/statement/")
    given = SimpleUploadedFile("s.html", b"<html><p>Stats NZ and the integrated data infrastructure</p>")
    assert (
        "That Stats NZ receives some of it"
        not in visitor.press("/ready/statement/", file=given).content.decode()
    )
    assert (
        "cannot be read as text"
        in visitor.press("/ready/statement/", file=SimpleUploadedFile("s.pdf", b"%PDF-1.7")).content.decode()
    )


def test_answers_travel_as_a_file_and_what_was_here_can_be_had_back(visitor: Visitor, desk: Desk) -> None:
    visitor.press("/ready/recording/", answer="system")
    visitor.press("/ready/recording/answer/", note="A form at the first visit.")
    saved = b"".join(visitor.get("/ready/answers/save/").streaming_content)
    visitor.press("/ready/recording/", answer="paper")
    visitor.press("/ready/dates/", answer="both")
    visitor.press("/ready/answers/", file=SimpleUploadedFile("answers.toml", saved))
    assert desk.answers.choices == {"recording": "system", "dates": "both"}
    assert desk.answers.notes["recording"] == "A form at the first visit."
    visitor.press("/ready/answers/", undo="1")
    assert desk.answers.choices["recording"] == "paper"
    for data in (b"choices = 1", b"\xff\xfe", b"[answers]\nnothing = 'x'"):
        page = visitor.press("/ready/answers/", file=SimpleUploadedFile("a.toml", data)).content.decode()
        assert "error-summary" in page
    assert desk.answers.choices["recording"] == "paper"
    assert "Choose the answers file" in visitor.press("/ready/answers/").content.decode()
