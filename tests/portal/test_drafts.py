"""What was written while getting ready is used again word for word; a draft is talked about by field."""

from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests import deciding

from linkwell.custody.proposals import actions
from linkwell.portal.urls import urlpatterns
from linkwell.primer.answers import Answers, render_answers
from linkwell.specification.file import parse, render

DATES = '"Joined" is the first meeting & nothing else.\nTāmaki writes it down.'


@pytest.fixture
def proposal(registry, settings):
    """A proposal whose specification carries what was written while getting ready."""
    assert urlpatterns
    settings.ALLOWED_HOSTS = ["testserver"]
    spec = replace(registry.sealed.specification, notes=(("dates", DATES), ("route", "The manager sends.")))
    begun = deciding.begun(registry)
    actions.upload(by=registry.person("provider"), proposal=begun, toml=render(spec))
    return begun


def as_(registry, name: str) -> Client:
    client = Client()
    client.force_login(registry.person(name), backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_what_was_written_before_is_filled_in_and_not_saved_by_itself(registry, proposal) -> None:
    client, where = as_(registry, "provider"), f"/proposals/{proposal.reference}/documentation"
    page = client.get(where)
    assert page.context["form"]["dates"].value() == DATES
    assert "filled in" in page.content.decode()
    proposal.refresh_from_db()
    assert not proposal.documentation.get("dates")
    client.post(where, {"dates": "Written anew."})
    page = client.get(where)
    assert page.context["form"]["dates"].value() == "Written anew."


def test_the_version_shows_the_own_words_and_the_assessor_reads_them(registry, proposal) -> None:
    page = as_(registry, "integrator").get(f"/proposals/{proposal.reference}/versions/1/").content.decode()
    assert "Joined&quot; is the first meeting &amp; nothing else." in page
    assert "The manager sends." in page
    answers = {question.id: "We do not hold this." for question in actions.questions()}
    actions.document(by=registry.person("provider"), proposal=proposal, answers=answers)
    assessment = actions.put_forward(by=registry.person("provider"), proposal=proposal)
    said = next(card for card in assessment.evidence if card["code"] == "documented")["says"]
    assert any(DATES in each for each in said)


def test_a_comment_stands_beside_the_field_it_is_about(registry, proposal) -> None:
    client, where = as_(registry, "integrator"), f"/proposals/{proposal.reference}/versions/1/"
    page = client.get(where)
    place = page.context["tables"][0]["fields"][1]["place"]
    link = f"/proposals/{proposal.reference}/comment"
    assert client.get(link, {"about": place}).context["form"]["place"].value() == place
    client.post(link, {"place": place, "text": "Who checks the spelling?"})
    rows = client.get(where).context["tables"][0]["fields"]
    assert [[each.text for each in row["comments"]] for row in rows[:3]] == [
        [],
        ["Who checks the spelling?"],
        [],
    ]


def test_a_version_is_taken_to_the_desk_as_it_came(registry, proposal) -> None:
    answer = as_(registry, "provider").get(f"/proposals/{proposal.reference}/versions/1/specification.toml")
    assert parse(answer.content.decode()).digest == proposal.newest().text_id
    assert "attachment" in answer["Content-Disposition"]
    assert (
        as_(registry, "other")
        .get(f"/proposals/{proposal.reference}/versions/1/specification.toml")
        .status_code
        == 404
    )


def test_an_answers_file_fills_in_what_is_still_empty_and_replaces_nothing(registry, proposal) -> None:
    client, where = as_(registry, "provider"), f"/proposals/{proposal.reference}/answers"
    client.post(f"/proposals/{proposal.reference}/documentation", {"dates": "Written here."})
    notes = {"dates": "From the desk.", "recording": "A form.", "services": "Visits."}
    text = render_answers(Answers(notes=notes))
    said = client.post(where, {"file": SimpleUploadedFile("answers.toml", text.encode())}, follow=True)
    assert "1 answer is filled in." in said.content.decode()
    proposal.refresh_from_db()
    assert (proposal.documentation["dates"], proposal.documentation["people"]) == ("Written here.", "A form.")
    again = client.post(where, {"file": SimpleUploadedFile("answers.toml", text.encode())}, follow=True)
    assert "0 answers are filled in." in again.content.decode()
    for data in (b"\xff\xfe", b"not = = toml"):
        wrong = client.post(where, {"file": SimpleUploadedFile("a.toml", data)}).content.decode()
        assert "There is a problem" in wrong
