"""Filters the desk's templates may use without loading them."""

from __future__ import annotations

from django import template

from linkwell.desk.words import at_the_desk

register = template.Library()


@register.filter
def here(sentence: str) -> str:
    """A sentence of the library with its commands put into the desk's own words."""
    return at_the_desk(sentence)


@register.filter
def span(numbers: tuple[int, int]) -> str:
    """A low and a high number in words: "2 to 4", "none"."""
    low, high = numbers
    if not high:
        return "none"
    return str(low) if low == high else f"{low} to {high}"
