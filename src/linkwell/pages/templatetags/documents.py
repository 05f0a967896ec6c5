"""Draws a document of plain blocks (`linkwell.documents.blocks`) inside a page."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def kind(block: object) -> str:
    """Which kind of block of a document this is, so that a template can draw it."""
    return type(block).__name__
