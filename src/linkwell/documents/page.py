"""Self-contained HTML pages out of plain text: landmarks, headings, tables with captions, no script.

Text is escaped here and nowhere else; `Markup` marks what is already HTML. Māori words get `lang="mi"`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from html import escape
from importlib import resources

from linkwell.documents.blocks import Picture


class Markup(str):
    """Text that is already HTML."""

    __slots__ = ()


@cache
def style() -> str:
    """The one style block of every page (its hash is what a content policy lists)."""
    return resources.files("linkwell.documents").joinpath("page.css").read_text("utf-8").strip()


@cache
def maori_pattern() -> str:
    """A pattern, for any regular-expression engine, that finds the Māori words of `maori.txt`."""
    words = resources.files("linkwell.documents").joinpath("maori.txt").read_text("utf-8").split("\n")
    listed = sorted(
        (word.strip() for word in words if word.strip() and word[0] != "#"), key=len, reverse=True
    )
    return r"(?i)\b(" + "|".join(word.replace(" ", r"\s") for word in listed) + r")\b"


@cache
def _maori() -> re.Pattern[str]:
    return re.compile(maori_pattern())


def text(content: str) -> Markup:
    """Escaped text; Māori words are marked so that a screen reader says them as such."""
    if isinstance(content, Markup):
        return content
    return Markup(_maori().sub(r'<span lang="mi">\1</span>', escape(content, quote=False)))


def element(name: str, *children: str, **attributes: str) -> Markup:
    """`<name …>children</name>`; an attribute called `class_` becomes `class`."""
    said = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value, quote=True)}"'
        for key, value in attributes.items()
    )
    return Markup(f"<{name}{said}>{''.join(text(child) for child in children)}</{name}>")


def paragraph(*sentences: str, **attributes: str) -> Markup:
    """One paragraph of sentences."""
    return element("p", " ".join(sentence for sentence in sentences if sentence), **attributes)


def bullets(items: Sequence[str]) -> Markup:
    """A list."""
    return element("ul", *(element("li", item) for item in items))


def table(
    caption: str, head: Sequence[str], rows: Sequence[Sequence[str]], *, numbers_from: int = 1
) -> Markup:
    """A table in a frame that scrolls by itself on narrow screens and can be reached by keyboard.

    Args:
        numbers_from: columns from this one on are numbers (right-aligned); the first column heads its row.
    """
    heads = [
        element("th", name, scope="col", **({"class": "number"} if place >= numbers_from else {}))
        for place, name in enumerate(head)
    ]
    body = []
    for row in rows:
        cells = [element("th", row[0], scope="row")]
        cells += [
            element("td", cell, **({"class": "number"} if place >= numbers_from else {}))
            for place, cell in enumerate(row[1:], start=1)
        ]
        body.append(element("tr", *cells))
    inner = element("table", element("caption", caption), element("thead", element("tr", *heads)),
                    element("tbody", *body))  # fmt: skip
    return element("div", inner, class_="wide", tabindex="0", role="region", aria_label=caption)


def drawing(picture: Picture) -> Markup:
    """A picture as one image to a screen reader, with its text alternative."""
    opening = f'<svg class="chart" role="img" aria-label="{escape(picture.alternative, quote=True)}"'
    return Markup(picture.svg.replace("<svg", opening, 1))


def figure(title: str, drawing: str, below: str = "") -> Markup:
    """A drawing under a title that says its finding, and the table below it."""
    return element("figure", element("figcaption", title), Markup(drawing), Markup(below))


def section(identifier: str, heading: str, *content: str) -> Markup:
    """A part of the page with its heading."""
    return element("section", element("h2", heading, id=identifier), *content, aria_labelledby=identifier)


def page(
    title: str, *, heading: str, lead: str, contents: Sequence[tuple[str, str]], body: str, footer: str
) -> str:
    """A whole document.

    Args:
        contents: (id, heading) of the sections, for the list of contents.
    """
    links = element("ul", *(element("li", element("a", name, href=f"#{key}")) for key, name in contents))
    return (
        '<!DOCTYPE html>\n<html lang="en-NZ">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{style()}</style>\n</head>\n<body>\n"
        '<a class="skip" href="#main">Skip to the main content</a>\n'
        f'<header><p class="over">{text(lead)}</p><h1>{text(heading)}</h1></header>\n'
        f'<nav aria-label="Contents">{links}</nav>\n<main id="main" tabindex="-1">\n{body}\n</main>\n'
        f"<footer>{footer}</footer>\n</body>\n</html>\n"
    )
