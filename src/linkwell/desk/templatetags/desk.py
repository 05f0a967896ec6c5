"""Filters the desk's templates may use without loading them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from django import template

from linkwell.desk.words import at_the_desk, setting
from linkwell.pages.labels import label
from linkwell.specification.model import Specification
from linkwell.standards.clock import in_words

register = template.Library()


@register.filter
def here(sentence: str) -> str:
    """A sentence of the library with its commands put into the desk's own words."""
    return at_the_desk(sentence)


@register.filter
def day(text: str) -> str:
    """A day kept as YYYY-MM-DD, as people write it; anything else as it is."""
    try:
        return in_words(date.fromisoformat(text))
    except ValueError:
        return text


@register.filter
def sent(becomes: str) -> str:
    """What becomes of a column on its way, without the name of a list nobody knows by it."""
    return "a code" if becomes.startswith("a code of the list") else becomes


@register.filter
def percent(share: float) -> str:
    """A share of one as a whole percentage."""
    return f"{share:.0%}"


@register.filter
def place(where: str, spec: Specification) -> str:
    """The place of a change ("person.first_name") by the names people know."""
    table, _, name = where.partition(".")
    found = spec.table(table)
    field = found.field(name) if found else None
    if field and found:
        return f"{field.label} ({label('table', table)})"
    return setting(where) if not found else label("table", table).capitalize()


_SHAPES = {".html": "web page", ".docx": "Word", ".pdf": "PDF", ".xlsx": "Excel"}


@register.filter
def paper(path: Path) -> str:
    """A file's name as people say it: "Letter to vendor (Word)"."""
    name = path.stem.replace("-", " ").replace("stats nz", "Stats NZ")
    return f"{name[:1].upper()}{name[1:]} ({_SHAPES.get(path.suffix, path.suffix)})"


@register.filter
def span(numbers: tuple[int, int]) -> str:
    """A low and a high number in words: "2 to 4", "none"."""
    low, high = numbers
    if not high:
        return "none"
    return str(low) if low == high else f"{low} to {high}"
