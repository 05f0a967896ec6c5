"""A document of plain blocks as one self-contained web page in the house style."""

from __future__ import annotations

import re
from pathlib import Path

from linkwell.documents.blocks import Block, Box, Bullets, Document, Facts, Grid, Heading, Text
from linkwell.documents.page import Markup, bullets, element, page, paragraph, table, text
from linkwell.vault.zones import write_whole


def write_html(document: Document, path: Path) -> None:
    """Write the page whole at `path`."""
    write_whole(path, render_html(document).encode(), mode=0o644)


def render_html(document: Document) -> str:
    """The page as text: a list of contents, then every block in order."""
    contents, body = [], []
    for number, block in enumerate(document.blocks):
        anchor = f"part-{number}"
        if isinstance(block, Heading) and block.level == 1:
            contents.append((anchor, block.text))
        body.append(_block(block, anchor))
    return page(
        document.title,
        heading=document.title,
        lead=document.lead,
        contents=contents,
        body="\n".join(body),
        footer=paragraph(document.footer) if document.footer else "",
    )


def _block(block: Block, anchor: str) -> str:
    match block:
        case Heading(words, level):
            return element(f"h{level + 1}", words, id=anchor)
        case Text(words):
            return paragraph(words)
        case Box(words):
            return element("div", paragraph(words), class_="answer")
        case Bullets(items, numbered):
            return bullets(items) if not numbered else element("ol", *(element("li", item) for item in items))
        case Facts(pairs):
            rows = [element("dt", element("strong", name)) + element("dd", words) for name, words in pairs]
            return element("dl", Markup("".join(rows)))
        case Grid(caption, head, rows, _):
            return table(caption, head, rows, numbers_from=len(head) + 1)
        case _:
            return _to_fill(block.label, block.options, block.hint)


def _to_fill(label: str, options: tuple[str, ...], hint: str) -> str:
    said = element("strong", label) + (f"<br>{element('span', hint, class_='small')}" if hint else "")
    if options:
        return element("p", Markup(said), Markup("<br>☐ " + " &emsp;☐ ".join(map(text, options))))
    return element("p", Markup(said), Markup('<br><span aria-hidden="true">' + "_" * 50 + "</span>"))


def plain_name(title: str) -> str:
    """A file name out of a title: small letters, digits and hyphens, at most 60 characters."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60]
