"""A Word document of plain blocks: real headings, real tables with heading rows, a language, no macros."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

from linkwell.documents.blocks import (
    Beside,
    Block,
    Box,
    Bullets,
    Document,
    Facts,
    Figure,
    Grid,
    Heading,
    Text,
)
from linkwell.documents.page import maori_pattern
from linkwell.documents.plain import missing_extra, visible
from linkwell.vault.zones import write_whole

_BRAND = "0B4F5C"
_AFTER_BORDERS = ("shd", "tabs", "spacing", "ind", "contextualSpacing", "jc", "outlineLvl", "rPr")


def write_docx(document: Document, path: Path) -> None:
    """Write the document whole at `path`.

    Raises:
        WrongUse: the documents extra is not installed.
    """
    write_whole(path, render_docx(document), mode=0o644)


def render_docx(document: Document) -> bytes:
    """The file's bytes; the same document gives the same text and structure."""
    try:
        import docx
    except ModuleNotFoundError:
        raise missing_extra("Word") from None
    book = docx.Document()
    _prepare(book, document)
    if document.lead:
        book.add_paragraph(style="Subtitle").add_run(visible(document.lead))
    _say(book.add_paragraph(style="Title"), document.title)
    for block in document.blocks:
        _add(book, block)
    made = io.BytesIO()
    book.save(made)
    return _undated(made)


def _undated(made: io.BytesIO) -> bytes:
    """The same archive without the moment it was packed, so that the same document is the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name), source.read(name), zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _prepare(book: Any, document: Document) -> None:
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm, Pt, RGBColor

    book.core_properties.title = visible(document.title)[:255]
    book.core_properties.author = ""
    book.core_properties.comments = ""
    book.core_properties.language = "en-NZ"
    book.core_properties.keywords = visible(", ".join(document.keywords))[:255]
    section = book.sections[0]
    sides = (Mm(297), Mm(210)) if document.wide else (Mm(210), Mm(297))
    section.orientation = WD_ORIENT.LANDSCAPE if document.wide else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = sides
    section.left_margin = section.right_margin = Mm(22)
    section.top_margin = section.bottom_margin = Mm(20)
    _foot(section.footer.paragraphs[0], document.footer)
    normal = book.styles["Normal"]
    normal.font.name, normal.font.size = "Noto Sans", Pt(10.5)
    _language(normal.element.get_or_add_rPr(), "en-NZ")
    for name, size in (
        ("Title", 22),
        ("Heading 1", 16),
        ("Heading 2", 13),
        ("Heading 3", 11),
        ("Subtitle", 10),
        ("Caption", 9.5),
        ("Intense Quote", 11),
    ):
        style = book.styles[name]
        style.font.name, style.font.size = "Noto Sans", Pt(size)
        style.font.italic = False
        quiet = name in ("Subtitle", "Caption")
        style.font.color.rgb = RGBColor.from_string("505050" if quiet else _BRAND)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(_w(kind), None)
    book.styles["Title"].font.color.rgb = RGBColor(0, 0, 0)
    _ruled(book.styles["Title"], "bottom")
    box = book.styles["Intense Quote"]
    box.paragraph_format.left_indent = box.paragraph_format.right_indent = Mm(4)
    _ruled(box, "left")


def _foot(line: Any, words: str) -> None:
    """The footer, and which page of how many it is; a program that opens the file works the numbers out."""
    from docx.oxml import OxmlElement
    from docx.shared import Pt

    parts = ((words and f"{words}    ") + "Page ", "PAGE", " of ", "NUMPAGES")
    for part in parts:
        if not part.isupper():
            line.add_run(visible(part)).font.size = Pt(8.5)
            continue
        field, run = OxmlElement("w:fldSimple"), line.add_run("1")
        run.font.size = Pt(8.5)
        field.set(_w("instr"), part)
        field.append(run._r)
        line._p.append(field)


def _ruled(style: Any, side: str) -> None:
    """A line of our own colour on one side of a paragraph, in place of Word's blue ones."""
    from docx.oxml import OxmlElement

    properties = style.element.get_or_add_pPr()
    for earlier in properties.findall(_w("pBdr")):
        properties.remove(earlier)
    borders, line = OxmlElement("w:pBdr"), OxmlElement(f"w:{side}")
    for name, value in (("val", "single"), ("sz", "12"), ("space", "6"), ("color", _BRAND)):
        line.set(_w(name), value)
    borders.append(line)
    # the order of a paragraph's properties is fixed: borders stand before spacing and indentation
    later = next((each for each in properties if each.tag in {_w(name) for name in _AFTER_BORDERS}), None)
    properties.append(borders) if later is None else later.addprevious(borders)


def _add(book: Any, block: Block) -> None:
    from docx.shared import Pt

    match block:
        case Heading(words, level):
            line = book.add_heading(level=level)
            line.paragraph_format.page_break_before = block.new_page or None
            _say(line, words)
        case Text(words):
            _say(book.add_paragraph(), words)
        case Box():
            for words in block.paragraphs:
                _say(book.add_paragraph(style="Intense Quote"), words)
        case Bullets(items, numbered):
            for item in items:
                _say(book.add_paragraph(style="List Number" if numbered else "List Bullet"), item)
        case Facts(pairs):
            for at, (name, words) in enumerate(pairs, start=1):
                line = book.add_paragraph()
                line.add_run(visible(f"{name}: ")).bold = True
                _say(line, words)
                if at < len(pairs):  # what belongs together stands together
                    line.paragraph_format.space_after = Pt(2)
                    line.paragraph_format.keep_with_next = True
        case Grid():
            _grid(book, block)
        case Figure(title, pictures, below):
            # Word knows no drawing of this kind: what each shows is said, and its numbers stand below.
            _say(book.add_paragraph(style="Caption"), title)
            for picture in pictures:
                _say(book.add_paragraph(), picture.alternative)
            if below is not None:
                _grid(book, below)
        case Beside(parts):
            for part in parts:
                for inner in part:
                    _add(book, inner)
        case _:
            line = book.add_paragraph()
            line.paragraph_format.keep_together = True
            line.paragraph_format.space_after = Pt(7)
            line.add_run(visible(block.label)).bold = True
            if block.hint:
                line.add_run(visible(f"\n{block.hint}")).italic = True
            # a box stays with its words where the line ends
            boxes = "    ".join(f"☐ {option}".replace(" ", "\u00a0") for option in block.options)
            line.add_run(visible(f"\n{boxes}") if boxes else "\n" + "_" * 60)


def _grid(book: Any, grid: Grid) -> None:
    from docx.shared import Pt

    caption = book.add_paragraph(style="Caption")
    _say(caption, grid.caption)
    caption.paragraph_format.keep_with_next = True
    table = book.add_table(rows=1, cols=len(grid.head), style="Table Grid")
    _roomy(table)
    _mark_heading_row(table.rows[0])
    for row in grid.rows:
        for cell, words in zip(table.add_row().cells, row, strict=True):
            _say(cell.paragraphs[0], words)
    for cell, words in zip(table.rows[0].cells, grid.head, strict=True):
        cell.paragraphs[0].add_run(visible(words)).bold = True
    width = book.sections[0].page_width - book.sections[0].left_margin - book.sections[0].right_margin
    shares = grid.widths or (1,) * len(grid.head)
    table.autofit = False
    for column, share in zip(table.columns, shares, strict=True):
        column.width = int(width * share / sum(shares))  # some programs go by this, some by the cells
    for line in table.rows:
        _kept_whole(line)
        for cell, share in zip(line.cells, shares, strict=True):
            cell.width = int(width * share / sum(shares))
            for run in cell.paragraphs[0].runs:
                run.font.size = Pt(9)
    book.add_paragraph()


def _roomy(table: Any) -> None:
    """Air in every cell and quiet lines between them."""
    from docx.oxml import OxmlElement

    properties = table._tbl.tblPr
    borders, margins = OxmlElement("w:tblBorders"), OxmlElement("w:tblCellMar")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", "B1B4B6")):
            line.set(_w(name), value)
        borders.append(line)
    for side, width in (("top", "50"), ("left", "90"), ("bottom", "50"), ("right", "90")):
        room = OxmlElement(f"w:{side}")
        room.set(_w("w"), width)
        room.set(_w("type"), "dxa")
        margins.append(room)
    look = properties.find(_w("tblLook"))  # the order is fixed: borders, layout, margins, look
    layout = properties.find(_w("tblLayout"))
    (layout if layout is not None else look).addprevious(borders)
    look.addprevious(margins)


def _kept_whole(row: Any) -> None:
    """A row is not torn apart at the end of a page."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().insert(0, OxmlElement("w:cantSplit"))


def _mark_heading_row(row: Any) -> None:
    from docx.oxml import OxmlElement

    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:tblHeader"))


def _say(line: Any, words: str) -> None:
    """Add words to a paragraph; Māori ones are marked as such for screen readers and spelling."""
    at = 0
    for found in re.finditer(maori_pattern(), words):
        if found.start() > at:
            line.add_run(visible(words[at : found.start()]))
        _language(line.add_run(visible(found.group())).element.get_or_add_rPr(), "mi-NZ")
        at = found.end()
    if at < len(words):
        line.add_run(visible(words[at:]))


def _language(properties: Any, language: str) -> None:
    from docx.oxml import OxmlElement

    mark = OxmlElement("w:lang")
    mark.set(_w("val"), language)
    properties.append(mark)


def _w(name: str) -> str:
    from docx.oxml.ns import qn

    return str(qn(f"w:{name}"))
