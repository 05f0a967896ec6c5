"""One document in every shape this computer can make: a web page always, PDF and Word where installed."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from linkwell.documents import html, pdf, word
from linkwell.documents.blocks import Document


def shapes() -> tuple[str, ...]:
    """The shapes this computer can make: "html", and "pdf" and "docx" with the documents extra."""
    more = (("pdf", "typst"), ("docx", "docx"))
    return ("html", *(shape for shape, module in more if find_spec(module) is not None))


def render_everywhere(document: Document) -> dict[str, bytes]:
    """The document's bytes in every shape, by suffix; the same document gives the same bytes."""
    renderers: dict[str, Callable[[Document], bytes]] = {
        "html": lambda each: html.render_html(each).encode(),
        "pdf": pdf.render_pdf,
        "docx": word.render_docx,
    }
    return {shape: renderers[shape](document) for shape in shapes()}


def write_everywhere(document: Document, folder: Path, stem: str) -> list[Path]:
    """Write `folder/stem` in every shape; returns what was written."""
    writers = {"html": html.write_html, "pdf": pdf.write_pdf, "docx": word.write_docx}
    written = []
    for shape in shapes():
        path = folder / f"{stem}.{shape}"
        writers[shape](document, path)
        written.append(path)
    return written
