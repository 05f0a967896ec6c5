"""Get ready at the desk: every answer is kept at once, and its meaning stands straight after it."""

import pytest
from tests.desk.conftest import Visitor

from linkwell.desk.desk import Desk
from linkwell.primer import load_answers, load_questions, readiness

QUESTIONS = load_questions().questions
EVERY = (*QUESTIONS, *load_questions().further)


@pytest.mark.parametrize("question", EVERY, ids=lambda each: each.id)
def test_every_answer_shows_its_comment_and_next_step_and_is_kept(
    question, visitor: Visitor, desk: Desk
) -> None:
    for answer in question.answers:
        page = visitor.press(f"/ready/{question.id}/", answer=answer.id)
        assert page.redirect_chain == [(f"/ready/{question.id}/answer/", 302)]
        assert page.context["answer"] == answer
        for words in (answer.comment, answer.next_step, answer.who):
            assert words.split("'")[0] in page.content.decode()
        assert load_answers(desk.workspace.answers).choices[question.id] == answer.id


def test_no_answer_is_a_plain_error_linked_to_the_field(visitor: Visitor) -> None:
    page = visitor.press("/ready/dates/").content.decode()
    assert 'href="#answer-1"' in page
    assert "<title>Error: " in page.replace("\n", "")
    assert visitor.get("/ready/nothing/").status_code == 404
    assert "Choose the answer" in visitor.press("/ready/dates/", answer="made up").content.decode()


def test_stopped_anywhere_it_goes_on_there(visitor: Visitor, desk: Desk) -> None:
    visitor.press("/ready/recording/", answer="system")
    visitor.press("/ready/identifiers/", answer="biographic")
    later = Visitor(Desk(desk.workspace))  # another day: nothing in memory
    later.desk = desk
    page = later.opened().text("/ready/")
    assert f"Go on: {QUESTIONS[2].title}" in page


def test_what_follows_from_an_answer_is_not_asked_again(visitor: Visitor) -> None:
    visitor.press("/ready/recording/", answer="spreadsheet")
    assert "Follows from an earlier answer" in visitor.text("/ready/")
    for question in QUESTIONS[1:4]:
        visitor.press(f"/ready/{question.id}/", answer=question.answers[0].id)
    after = visitor.press(f"/ready/{QUESTIONS[3].id}/answer/", note="")
    assert after.redirect_chain[-1][0] == f"/ready/{QUESTIONS[5].id}/"


def test_a_write_up_is_kept_word_for_word_and_while_typing(visitor: Visitor, desk: Desk) -> None:
    visitor.press("/ready/dates/", answer="both")
    said = 'Tāmaki: "joined" is the first day.\nSecond line & <b>'
    answer = visitor.post("/ready/dates/answer/", {"note": said}, headers={"X-Linkwell-Autosave": "1"})
    assert answer.status_code == 204
    assert desk.answers.notes["dates"] == said
    assert "&lt;b&gt;" in visitor.text("/ready/dates/answer/")


def test_the_report_says_what_the_library_says(visitor: Visitor, desk: Desk) -> None:
    for question in QUESTIONS:
        visitor.press(f"/ready/{question.id}/", answer=question.answers[-1].id)
    outcome = readiness(desk.answers.choices)
    page = visitor.get("/ready/report/")
    assert page.context["outcome"] == outcome
    saved = visitor.get("/ready/report/save/")
    assert "attachment" in saved.headers["Content-Disposition"]
    assert b"<h1>" in saved.content


def test_an_answers_file_broken_by_hand_is_an_error_page_not_a_crash(visitor: Visitor, desk: Desk) -> None:
    desk.workspace.answers.write_text("this is = = not toml")
    answer = visitor.get("/ready/")
    assert answer.status_code == 409
    assert "cannot be read" in answer.content.decode()


def test_broken_answers_stop_nothing_that_does_not_need_them_and_can_be_set_aside(
    visitor: Visitor, desk: Desk
) -> None:
    desk.workspace.answers.write_text("this is = = not toml")
    assert "cannot be read" in visitor.text("/")
    visitor.press("/practise/")
    described = visitor.press("/describe/start/", initiative="Steady Steps").content.decode()
    assert "your own words from Get ready are not in it" in described
    assert "people are ready to go" in visitor.press("/check/").content.decode()
    assert "Answer the questions again" in visitor.text("/ready/answers/")
    visitor.press("/ready/answers/", again="1")
    assert not desk.workspace.answers.exists()
    assert visitor.get("/ready/").status_code == 200
    assert "this is" in desk.workspace.answers.with_name("answers-before.toml").read_text()


def test_a_number_of_people_brings_the_forecast(visitor: Visitor, desk: Desk) -> None:
    visitor.press("/ready/identifiers/", answer="biographic")
    visitor.press("/ready/dates/", answer="both")
    assert "Say about how many" in visitor.text("/ready/report/")
    assert (
        "whole number in digits"
        in visitor.press("/ready/number/participants/", number="many").content.decode()
    )
    page = visitor.press("/ready/number/participants/", number="180")
    assert page.context["see"].title in page.content.decode()
    assert desk.answers.numbers == {"participants": 180}
    assert visitor.get("/ready/number/nothing/").status_code == 404


def test_papers_to_start_with_are_made_and_opened(visitor: Visitor, desk: Desk) -> None:
    visitor.press("/ready/extraction/", answer="vendor")
    page = visitor.press("/ready/papers/").content.decode()
    for name in ("Privacy statement (web page)", "Letter to vendor (web page)", "Starter workbook (Excel)"):
        assert name in page
    assert b"".join(visitor.get("/ready/papers/0/").streaming_content)
    assert visitor.get("/ready/papers/99/").status_code == 302
