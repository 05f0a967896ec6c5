"""The readiness report is one accessible page that runs nothing and fetches nothing."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

from linkwell.primer import Answers, load_questions, readiness
from linkwell.primer.report import render

FULL = Answers(
    {"recording": "system", "identifiers": "neither", "dates": "no", "services": "some",
     "extraction": "vendor", "route": "intermediary"},
    {"dates": "<script>alert('x')</script> & more"},
    "Kaitoro <b>Trust</b>",
)  # fmt: skip


class Outline(HTMLParser):
    """Tags as they open, with balance checked."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[tuple[str, dict[str, str | None]]] = []
        self.stack: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.opened.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag


def words(page: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", page))


def outline(page: str) -> Outline:
    parser = Outline()
    parser.feed(page)
    assert parser.stack == []
    return parser


def test_the_page_is_well_formed_and_has_what_a_screen_reader_needs() -> None:
    opened = outline(render(FULL)).opened
    tags = [tag for tag, _ in opened]
    assert ("html", {"lang": "en-NZ"}) in opened
    assert tags.count("h1") == 1
    assert tags.count("main") == 1
    assert "caption" in tags
    assert all(attrs.get("scope") in ("col", "row") for tag, attrs in opened if tag == "th")
    assert not {"script", "img", "link", "iframe"} & set(tags)


def test_what_the_provider_typed_is_escaped() -> None:
    page = render(FULL)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "Kaitoro &lt;b&gt;Trust" in page


def test_the_page_says_the_verdict_every_step_and_every_insight() -> None:
    page = render(Answers(FULL.choices))
    outcome = readiness(FULL.choices)
    assert "Not yet ready" in page
    for text in (
        outcome.summary,
        *(step.do for step in outcome.steps),
        *(each.label for each in outcome.blocked),
    ):
        assert text in words(page)
    assert "Linking is not possible yet" in words(page)


def test_no_answers_at_all_still_make_a_page() -> None:
    page = render(Answers())
    outline(page)
    assert f"Questions still open: {len(load_questions().questions)}" in page
