"""One document of blocks becomes a page, an accessible PDF and a Word file that say the same."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkwell.documents.blocks import (
    Beside,
    Box,
    Bullets,
    Document,
    Facts,
    Figure,
    Grid,
    Heading,
    Text,
    ToFill,
)
from linkwell.documents.charts import Bar, bars
from linkwell.documents.html import plain_name, render_html
from linkwell.documents.pdf import render_pdf
from linkwell.documents.word import render_docx

BLOCKS = (
    Heading("What this is"),
    Text("A test for whānau, with “quotes”, <b>marks</b>, #let x = 1, $5 and *stars*."),
    Box("This matters."),
    Bullets(("one", "two")),
    Bullets(("first", "second"), numbered=True),
    Facts((("Purpose", "To see."), ("Macrons", "āēīōū ĀĒĪŌŪ"))),
    Heading("A table", 2),
    Grid("Fields", ("Name", "Meaning"), (("first_name", "Given name"), ("nhi", "NHI number")), (1, 3)),
    Heading("A finding", 1, "finding"),
    Text("A fingerprint: " + "0123456789abcdef" * 6, small=True),
    Box("Take care.", ("Twice.",), caution=True),
    Figure(
        "More women than men",
        (bars([Bar("Women", "all", 52.0, "52 %")], axis="Share (%)", alternative="Women: 52 %."),),
        Grid("People by gender", ("Gender", "Share"), (("Women", "52 %"),), numbers=True),
    ),
    Beside(((Heading("Can", 2), Bullets(("say",))), (Heading("Cannot", 2), Text("say")))),
    ToFill("Your name"),
    ToFill("Gender", ("Male / Tāne", "Female / Wahine"), hint="Tick one."),
)
DOCUMENT = Document("A document of Kōwhai", BLOCKS, lead="Draft", footer="Riverbend Community Trust")


def test_the_page_escapes_what_it_is_given_and_has_its_headings() -> None:
    page = render_html(DOCUMENT)
    assert "&lt;b&gt;marks" in page
    assert '<h2 id="part-0">What this is</h2>' in page
    assert "<caption>Fields</caption>" in page
    assert "☐ Male / " in page


def test_the_pdf_meets_the_accessible_standard() -> None:
    made = render_pdf(DOCUMENT)
    assert made.startswith(b"%PDF-1.7")
    assert b"pdfuaid" in made, "typst writes this mark only when PDF/UA-1 holds"
    assert render_pdf(DOCUMENT) == made, "the same document gives the same bytes"


def test_the_word_file_has_headings_a_heading_row_and_a_language() -> None:
    with zipfile.ZipFile(io.BytesIO(render_docx(DOCUMENT))) as archive:
        body = archive.read("word/document.xml").decode()
        names = archive.namelist()
    assert "tblHeader" in body
    assert 'w:val="Heading1"' in body
    assert 'w:val="mi-NZ"' in body
    assert "Tāne" in body
    assert not [name for name in names if "vba" in name.lower()]


def test_a_drawing_is_read_out_in_every_form() -> None:
    page = render_html(DOCUMENT)
    assert '<h2 id="finding">A finding</h2>' in page
    assert 'role="img" aria-label="Women: 52 %."' in page
    assert '<td class="number">52 %</td>' in page
    with zipfile.ZipFile(io.BytesIO(render_docx(DOCUMENT))) as archive:
        body = archive.read("word/document.xml").decode()
    assert "Women: 52 %." in body
    assert "Twice." in page


@settings(max_examples=15, deadline=None)
@given(words=st.text(max_size=60))
def test_no_text_breaks_a_document(words: str) -> None:
    document = Document(f"T {words}", (Heading(f"H {words}"), Text(words), Grid("c", ("a",), ((words,),))))
    render_html(document)
    render_docx(document)
    render_pdf(document)


def test_a_title_becomes_a_file_name() -> None:
    assert plain_name("What Riverbend / supplies: 2026!") == "what-riverbend-supplies-2026"


@pytest.mark.parametrize("wide", [True, False])
def test_pages_may_lie_on_their_side(wide: bool) -> None:
    made = render_pdf(Document("T", (Text("x"),), wide=wide))
    assert (b"841.8898 595.2756" in made) is wide or b"/MediaBox" in made


def test_a_word_file_has_our_colours_room_in_its_cells_and_rows_that_stay_whole() -> None:
    grid = Grid("Fields", ("Name", "Meaning"), (("dob", "birth date"),))
    with zipfile.ZipFile(io.BytesIO(render_docx(Document("Title", (Box("Said first"), grid))))) as book:
        styles, body = book.read("word/styles.xml").decode(), book.read("word/document.xml").decode()
    quote = styles.partition('w:styleId="IntenseQuote"')[2].partition("</w:style>")[0]
    assert ("0B4F5C" in quote, "4F81BD" in quote) == (True, False)
    assert quote.index("<w:pBdr>") < quote.index("<w:spacing")
    assert "<w:cantSplit/>" in body
    assert body.index("<w:tblBorders>") < body.index("<w:tblCellMar>") < body.index("<w:tblLook")
