"""Filters the desk's templates may use without loading them."""

from __future__ import annotations

from pathlib import Path

from django import template

from linkwell.desk.words import at_the_desk

register = template.Library()


@register.filter
def here(sentence: str) -> str:
    """A sentence of the library with its commands put into the desk's own words."""
    return at_the_desk(sentence)


_SHAPES = {".html": "web page", ".docx": "Word", ".pdf": "PDF", ".xlsx": "Excel"}


@register.filter
def paper(path: Path) -> str:
    """A file's name as people say it: "Letter to vendor (Word)"."""
    name = path.stem.replace("-", " ")
    return f"{name[:1].upper()}{name[1:]} ({_SHAPES.get(path.suffix, path.suffix)})"


@register.filter
def span(numbers: tuple[int, int]) -> str:
    """A low and a high number in words: "2 to 4", "none"."""
    low, high = numbers
    if not high:
        return "none"
    return str(low) if low == high else f"{low} to {high}"
