"""Readiness for anyone: no account, nothing kept, and the same answers file as the desk's."""

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from linkwell.custody.audit.models import AuditEvent
from linkwell.portal.urls import urlpatterns
from linkwell.primer import load_questions, readiness
from linkwell.primer.answers import Answers, parse_answers, render_answers
from linkwell.primer.order import in_order

CHOICES = {"recording": "system", "identifiers": "biographic", "dates": "both", "services": "some",
           "extraction": "own_queries", "route": "direct"}  # fmt: skip


@pytest.fixture
def anyone(db, settings) -> Client:
    """Somebody nobody knows."""
    assert urlpatterns
    settings.ALLOWED_HOSTS = ["testserver"]
    return Client()


def page(anyone: Client, name: str, **query: str) -> str:
    answer = anyone.get(reverse(name), query, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("question", in_order(), ids=lambda each: each.id)
def test_every_answer_says_what_it_means_and_leads_on(question, anyone: Client) -> None:
    assert question.ask in page(anyone, "readiness-question", at=question.id)
    for answer in question.answers:
        said = page(anyone, "readiness-meaning", at=question.id, **{question.id: answer.id})
        assert answer.comment.split("'")[0] in said
        assert answer.next_step.split("'")[0] in said
    assert "Error: " in page(anyone, "readiness-meaning", at=question.id)


def test_the_whole_way_is_walked_by_its_links_and_the_report_is_the_librarys(anyone: Client) -> None:
    carried: dict[str, str] = {}
    for question in in_order():
        carried[question.id] = CHOICES.get(question.id, question.answers[0].id)
        said = page(anyone, "readiness-meaning", at=question.id, **carried)
    assert reverse("readiness-number") in said
    said = page(anyone, "readiness-number", participants="180", **carried)
    assert readiness(carried).summary.split("'")[0] in said
    assert "Will you see anything?" in said
    assert "whole number in digits" in page(anyone, "readiness-number", participants="many", **carried)


def test_nothing_is_kept_on_this_side(anyone: Client) -> None:
    before = (AuditEvent.objects.count(), Session.objects.count())
    words = {**CHOICES, "note-dates": "Joined is the first day.", "organisation": "Riverbend"}
    anyone.post(reverse("readiness-words"), {**words, "shape": "answers.toml"})
    anyone.post(reverse("readiness-take"), {"file": SimpleUploadedFile("a.toml", b"[notes]\ndates = 'x'")})
    assert (AuditEvent.objects.count(), Session.objects.count()) == before
    assert "sessionid" not in anyone.cookies


def test_words_go_into_the_file_word_for_word_and_come_back(anyone: Client) -> None:
    said = 'Tāmaki: "joined" is the first day.\nSecond line & <b>'
    form = {**CHOICES, "participants": "180", "note-dates": said, "organisation": "Whānau House"}
    answer = anyone.post(reverse("readiness-words"), {**form, "shape": "answers.toml"})
    assert answer["Content-Disposition"] == 'attachment; filename="answers.toml"'
    kept = parse_answers(answer.content.decode(), name="answers.toml")
    assert kept == Answers(CHOICES, {"dates": said}, "Whānau House", {"participants": 180})
    back = anyone.post(
        reverse("readiness-take"), {"file": SimpleUploadedFile("answers.toml", render_answers(kept).encode())}
    ).content.decode()
    assert "Whānau House" in back
    assert "&lt;b&gt;" in back
    assert 'name="dates" value="both"' in back


@pytest.mark.parametrize(
    ("paper", "begins"), [("readiness.html", b"<!DOCTYPE"), ("privacy-statement.docx", b"PK"),
                          ("readiness.pdf", b"%PDF")]
)  # fmt: skip
def test_papers_are_made_from_the_answers(paper: str, begins: bytes, anyone: Client) -> None:
    answer = anyone.post(reverse("readiness-words"), {**CHOICES, "paper": paper, "get": "1"})
    assert answer.content.startswith(begins)


def test_what_is_no_answer_is_passed_over_and_a_wrong_file_explained(anyone: Client) -> None:
    for number in ("-3", "0" * 9 + "9" * 9, "1e5", "٣"):
        said = page(
            anyone, "readiness-report", dates="made up", participants=number, identifiers="biographic"
        )
        assert "Will you see anything?" not in said
    assert page(anyone, "readiness-question", at="made up")
    for data in (b"\xff\xfe", b"not = = toml", b"[answers]\nmade = 'up'", b"x" * 300_000):
        given = SimpleUploadedFile("a.toml", data)
        answer = anyone.post(reverse("readiness-take"), {"file": given})
        assert "There is a problem" in answer.content.decode()
    for shape in ("../../etc/passwd", "answers.exe", "nothing.pdf"):
        answer = anyone.post(reverse("readiness-words"), {"shape": shape})
        assert "Content-Disposition" not in answer


def test_no_word_anybody_wrote_is_ever_in_an_address(anyone: Client) -> None:
    answer = anyone.post(reverse("readiness-words"), {**CHOICES, "note-dates": "Secret words", "shape": ""})
    links = [part.split('"')[0] for part in answer.content.decode().split('href="')[1:]]
    assert not any("Secret" in link for link in links)
    assert load_questions().source in page(anyone, "readiness")
