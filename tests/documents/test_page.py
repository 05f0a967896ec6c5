"""Pages escape what they are given, mark Māori words, and give every table a caption and scopes."""

from __future__ import annotations

from linkwell.documents.page import Markup, page, table, text


def test_text_is_escaped_once_and_markup_is_left_alone():
    assert text("a < b & c") == "a &lt; b &amp; c"
    assert text(Markup("<b>x</b>")) == "<b>x</b>"


def test_maori_words_are_marked_for_screen_readers():
    assert text("whānau in Waikato") == '<span lang="mi">whānau</span> in <span lang="mi">Waikato</span>'
    assert text("Manawatū-Whanganui") == '<span lang="mi">Manawatū-Whanganui</span>'


def test_a_table_has_a_caption_scopes_and_can_be_reached_by_keyboard():
    html = table("People by age", ("Age", "People"), [("15 to 19", "12")])
    for part in (
        "<caption>People by age</caption>",
        'scope="col"',
        'scope="row"',
        'tabindex="0"',
        'role="region"',
    ):
        assert part in html


def test_a_page_has_landmarks_one_heading_and_no_script():
    html = page("T & U", heading="H", lead="L", contents=[("a", "A")], body="<p>b</p>", footer="<p>f</p>")
    for part in (
        '<html lang="en-NZ">',
        "<title>T &amp; U</title>",
        "<main",
        "<header",
        "<footer",
        "<nav aria-label",
    ):
        assert part in html
    assert html.count("<h1>") == 1
    assert html.count("<style>") == 1
    assert "<script" not in html
