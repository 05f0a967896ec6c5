"""Accessible PDF (PDF/UA-1) of a document of plain blocks, set by typst from its own bundled font."""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path

from linkwell.documents.blocks import Document
from linkwell.documents.page import maori_pattern
from linkwell.documents.plain import as_plain, missing_extra
from linkwell.vault.zones import write_whole

_FOREIGN = re.compile(r"[^\x20-\x7e\u00a0-\u017f\u2010-\u2026]")  # what the bundled font surely holds


def write_pdf(document: Document, path: Path) -> None:
    """Write the document whole at `path`.

    Raises:
        WrongUse: the documents extra is not installed.
    """
    write_whole(path, render_pdf(document), mode=0o644)


def render_pdf(document: Document) -> bytes:
    """The PDF's bytes; typst refuses what does not meet PDF/UA-1, so what comes out has passed its checks."""
    try:
        import typst
    except ModuleNotFoundError:
        raise missing_extra("PDF") from None
    facts = json.dumps({**as_plain(document), "maori": maori_pattern()}, ensure_ascii=False)
    try:
        return _compiled(facts)
    except typst.TypstError:
        # The standard wants a glyph for every character. Letters outside the bundled fonts are shown as "?",
        # which a reader notices, so that the rest of the document can still be made.
        return _compiled(_FOREIGN.sub("?", facts))


def _compiled(facts: str) -> bytes:
    import typst

    with resources.as_file(resources.files("linkwell.documents")) as folder:
        made = typst.compile(
            str(folder / "document.typ"),
            root=str(folder),
            font_paths=[str(folder / "fonts")],
            ignore_system_fonts=True,
            sys_inputs={"document": facts},
            pdf_standards=["ua-1"],
            format="pdf",
        )
    if not isinstance(made, bytes):
        raise TypeError("typst gave several files for one document")
    return made
