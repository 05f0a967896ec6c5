"""Readiness in the portal by keyboard, as wide as a phone, without an account: every page axe clean."""

from __future__ import annotations

from typing import Any

import pytest
from tests.browser.test_desk import PHONE, Hands

from linkwell.primer.answers import parse_answers
from linkwell.primer.order import in_order

ANSWERS = {"recording": "system", "identifiers": "biographic", "dates": "both", "services": "some",
           "extraction": "own_queries", "route": "direct"}  # fmt: skip


@pytest.fixture
def portal(flushable: Any, settings: Any, live_server: Any) -> str:
    settings.ALLOWED_HOSTS = ["*"]
    return str(live_server.url)


@pytest.mark.slow
def test_anybody_walks_to_a_file_for_the_desk(portal: str, page: Any, axe: Any, faults: list[str]) -> None:
    page.set_viewport_size(PHONE)
    hands = Hands(page, axe, [])
    page.goto(f"{portal}/")
    hands.look()
    hands.press("Find out in ten minutes")
    hands.press("Start")
    hands.press("See what it means")
    assert page.title().startswith("Error: ")
    for question in in_order():
        hands.choose(ANSWERS.get(question.id, question.answers[0].id))
        hands.press("See what it means")
        assert "Next step" in page.inner_text("main")
        if question.id == "dates":
            page.reload()  # interrupted: the address holds what was chosen
            page.go_back()
            page.go_forward()
        hands.press("Go on")
    hands.write("About how many people", "180")
    hands.press("See what your answers come to")
    assert "Ready to prepare your data" in page.inner_text("h1")
    hands.press("Go on: your own words, and your file")
    hands.write("Name of your organisation", "Riverbend Whānau Trust")
    hands.write("Where is each date kept", "Joined is the first meeting.")
    hands.to("Save your answers (text file)")
    with page.expect_download() as kept:
        page.keyboard.press("Enter")
    answers = parse_answers(kept.value.path().read_text("utf-8"), name="answers.toml")
    assert answers.choices["dates"] == "both"
    assert answers.notes["dates"] == "Joined is the first meeting."
    assert answers.organisation == "Riverbend Whānau Trust"

    page.goto(f"{portal}/readiness/take")
    hands.look()
    page.set_input_files("input[type=file]", kept.value.path())
    hands.press("Go on")
    assert page.input_value("#id_note-dates") == "Joined is the first meeting."
    assert faults == []
