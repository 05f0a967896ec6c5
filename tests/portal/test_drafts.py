"""What was written while getting ready is used again word for word; a draft is talked about by field."""

from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests import deciding

from linkwell.custody.proposals import actions
from linkwell.custody.proposals.seeing import changes_since
from linkwell.pages.column_form import words_of
from linkwell.pages.delivery_form import said_of
from linkwell.portal.urls import urlpatterns
from linkwell.primer.answers import Answers, render_answers
from linkwell.specification.file import parse, render
from linkwell.specification.model import Question

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


def at(proposal) -> str:
    return f"/proposals/{proposal.reference}/versions/1/"


def words(field, **changed: str) -> dict[str, str]:
    """What the form about a column would send."""
    return {name: str(changed.get(name, value)) for name, value in words_of(field).items()}


def test_a_column_is_written_on_in_the_portal_and_each_save_is_a_version_with_its_changes(
    registry, proposal
) -> None:
    client, where = as_(registry, "provider"), f"/proposals/{proposal.reference}/versions/1/"
    place = f"{where}columns/person/date_of_birth"
    assert place in client.get(where).content.decode()
    field = parse(proposal.newest().text.toml).table("person").field("date_of_birth")
    assert client.get(place).context["form"]["purpose"].value() == field.purpose
    said = words(field, gaps="Before 2019 only the year", review="1 July 2027", missing="not asked")
    page = client.post(place, said, follow=True).content.decode()
    assert "Version 2 is saved" in page
    assert "Before 2019 only the year" in page
    made = parse(proposal.newest().text.toml).table("person").field("date_of_birth")
    assert (made.review, made.missing) == ("2027-07-01", "not asked")
    assert {change.place for change in changes_since(proposal.newest())[1]} == {"person.date_of_birth"}


def test_a_column_without_a_purpose_is_not_saved_and_the_same_again_is_no_version(registry, proposal) -> None:
    client, place = as_(registry, "provider"), f"{at(proposal)}columns/person/gender"
    field = parse(proposal.newest().text.toml).table("person").field("gender")
    page = client.post(place, words(field, purpose=" ")).content.decode()
    assert "Write why this column is needed" in page
    assert "Nothing is changed" in client.post(place, words(field), follow=True).content.decode()
    assert proposal.newest().number == 1


def test_what_somebody_else_saved_meanwhile_is_not_lost(registry, proposal) -> None:
    client, place = as_(registry, "provider"), f"{at(proposal)}columns/person/gender"
    field = parse(proposal.newest().text.toml).table("person").field("gender")
    client.post(place, words(field, meaning="As told at sign-up"))
    page = client.post(place, words(field, meaning="Guessed")).content.decode()
    assert "Somebody saved version 2 while you were writing." in page
    assert "Guessed" in page  # what was typed is still there
    assert proposal.newest().number == 2


def test_only_who_writes_the_proposal_changes_a_column(registry, proposal) -> None:
    place = f"{at(proposal)}columns/person/gender"
    for name in ("integrator", "other"):
        assert as_(registry, name).get(place).status_code in (403, 404)
    assert place not in as_(registry, "integrator").get(at(proposal)).content.decode()
    assert as_(registry, "provider").get(place.replace("gender", "shoe_size")).status_code == 404


def test_the_whole_delivery_is_written_on_in_the_portal_and_read_by_everyone(registry, proposal) -> None:
    client, place = as_(registry, "provider"), f"{at(proposal)}delivery"
    said = said_of(parse(proposal.newest().text.toml))
    assert place in client.get(at(proposal)).content.decode()
    page = client.post(place, said | {"frequency": "every quarter", "route": "vendor"}, follow=True)
    assert "Version 2 is saved" in page.content.decode()
    made = parse(proposal.newest().text.toml)
    assert (made.frequency, made.route, made.questions) == (
        "every quarter", "vendor", parse(proposal.versions.get(number=1).text.toml).questions,
    )  # fmt: skip
    read = as_(registry, "integrator").get(at(proposal).replace("/1/", "/2/")).content.decode()
    assert "every quarter" in read
    assert "By its vendor" in read
    assert (
        "Write why it is shared"
        in client.post(f"{at(proposal)}delivery", said | {"purpose": " "}).content.decode()
    )


def test_a_question_that_describing_left_open_is_answered_in_the_portal(registry, proposal) -> None:
    spec = parse(proposal.newest().text.toml)
    person = spec.table("person")
    words_asked = "Which comes first? Answer dmy or mdy."
    asked = Question("person.date_of_birth", "date_order", words_asked, ("dmy", "mdy"))
    open_ = replace(spec.with_field("person", replace(person.field("date_of_birth"), date_order="")),
                    open_questions=(asked,))  # fmt: skip
    actions.upload(by=registry.person("provider"), proposal=proposal, toml=render(open_))
    client, where = as_(registry, "provider"), f"/proposals/{proposal.reference}/versions/2/question"
    assert "Which comes first?" in client.get(where).content.decode()
    assert "Choose one of the answers" in client.post(where, {"answer": ""}).content.decode()
    client.post(where, {"answer": "dmy"})
    made = parse(proposal.newest().text.toml)
    assert not made.unanswered()
    assert made.table("person").field("date_of_birth").date_order == "dmy"
