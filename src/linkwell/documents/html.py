"""A document of plain blocks as one self-contained web page in the house style."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

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
from linkwell.documents.page import (
    Markup,
    bullets,
    drawing,
    element,
    figure,
    page,
    paragraph,
    section,
    table,
    text,
)
from linkwell.vault.zones import write_whole


def write_html(document: Document, path: Path) -> None:
    """Write the page whole at `path`."""
    write_whole(path, render_html(document).encode(), mode=0o644)


def render_html(document: Document) -> str:
    """The page as text: a list of contents, then every block in order, a section for each main heading."""
    contents, body = [], []
    for number, (heading, blocks) in enumerate(_sections(document.blocks)):
        inside = "\n".join(_block(block) for block in blocks)
        if heading is None:
            body.append(inside)
            continue
        key = heading.key or f"part-{number}"
        contents.append((key, heading.text))
        part = section(key, heading.text, Markup(inside))
        body.append(element("div", part, class_="enclosed") if heading.new_page else part)
    return page(
        document.title + (f" – {document.series}" if document.series else ""),
        heading=document.title,
        lead=document.lead,
        contents=contents,
        body="\n".join(body),
        footer=paragraph(document.footer) if document.footer else "",
    )


def _sections(blocks: Sequence[Block]) -> list[tuple[Heading | None, list[Block]]]:
    found: list[tuple[Heading | None, list[Block]]] = [(None, [])]
    for block in blocks:
        if isinstance(block, Heading) and block.level == 1:
            found.append((block, []))
        else:
            found[-1][1].append(block)
    return found if found[0][1] else found[1:]


def _block(block: Block) -> str:
    match block:
        case Heading(words, level, key):
            return element(f"h{level + 1}", words, **({"id": key} if key else {}))
        case Text(words, small):
            return paragraph(words, **({"class_": "small"} if small else {}))
        case Box(caution=caution):
            inner = (paragraph(words) for words in block.paragraphs)
            return element("div", *inner, class_="caution" if caution else "answer")
        case Bullets(items, numbered):
            return bullets(items) if not numbered else element("ol", *(element("li", item) for item in items))
        case Facts(pairs):
            rows = [element("dt", element("strong", name)) + element("dd", words) for name, words in pairs]
            return element("dl", Markup("".join(rows)))
        case Grid():
            return _grid(block)
        case Figure(title, pictures, below):
            drawn = "".join(drawing(picture) for picture in pictures)
            return figure(title, drawn, "" if below is None else _grid(below))
        case Beside(parts):
            columns = (element("div", Markup("\n".join(map(_block, part)))) for part in parts)
            return element("div", *columns, class_="two")
        case _:
            return _to_fill(block.label, block.options, block.hint)


def _grid(grid: Grid) -> Markup:
    return table(grid.caption, grid.head, grid.rows, numbers_from=1 if grid.numbers else len(grid.head) + 1)


def _to_fill(label: str, options: tuple[str, ...], hint: str) -> str:
    said = element("strong", label) + (f"<br>{element('span', hint, class_='small')}" if hint else "")
    if options:
        return element("p", Markup(said), Markup("<br>☐ " + " &emsp;☐ ".join(map(text, options))))
    return element("p", Markup(said), Markup('<br><span aria-hidden="true">' + "_" * 50 + "</span>"))


def plain_name(title: str) -> str:
    """A file name out of a title: small letters, digits and hyphens, at most 60 characters."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60]
