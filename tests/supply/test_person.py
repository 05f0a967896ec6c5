"""What would leave about one person is plain, whole, and never the provider's own number."""

from __future__ import annotations

from tests.checking.examples import SPEC, checked, put

from linkwell.documents.html import render_html
from linkwell.supply.person import KEYED, about_invented_person, about_person, person_document, person_text


def test_an_invented_person_shows_every_kind_of_field() -> None:
    leaves = about_invented_person(SPEC)
    said = {each.label: each.value for each in leaves}
    assert said["First name"] == "Anahera"
    assert said["Your own client number"] == KEYED
    page = render_html(person_document(SPEC, leaves, invented=True))
    assert "This person is invented" in page
    assert "Finds the person" in page


def test_a_person_who_asks_sees_what_leaves_and_no_more() -> None:
    said = person_text(SPEC, about_person(SPEC, checked(), "C000"))
    assert "Tāwhai" in said
    assert "ZAC5361" in said
    assert "Home visit" in said
    assert "C000" not in said, "the client number never leaves"
    assert "021 555" not in said
    assert "Smith" not in said, "nobody else is shown"


def test_somebody_who_stays_behind_is_told_that_nothing_leaves() -> None:
    verdict = checked(**put("nhi", 0, ""), **put("ird", 0, ""), **put("dob", 0, ""))
    assert about_person(SPEC, verdict, "C000") == ()
    assert "Nothing about this person would leave" in person_text(SPEC, ())
    assert about_person(SPEC, verdict, "nobody") == ()
