"""Filters and tags every template may use without loading them."""

from __future__ import annotations

from datetime import timedelta

from django import template
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.timesince import timesince

from linkwell.documents.page import text
from linkwell.pages.labels import label

register = template.Library()


@register.filter
def plain(key: str, group: str = "words") -> str:
    """`{{ supply.state|plain:"supply_state" }}`: the plain words for a technical word."""
    return label(group, key)


@register.filter
def count(value: object) -> str:
    """A whole number with thin grouping a screen reader reads as one number."""
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


@register.filter
def size(value: int) -> str:
    """Bytes in words a person knows."""
    amount = float(value)
    for unit in ("bytes", "KB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            return f"{amount:,.0f} {unit}" if unit == "bytes" else f"{amount:,.1f} {unit}"
        amount /= 1000
    raise AssertionError("unreachable")


@register.filter
def maori(words: str) -> str:
    """Text with its Māori words marked, so that a screen reader says them as such."""
    return mark_safe(str(text(str(words))))  # noqa: S308  `text` escapes everything else


@register.filter
def lasting(long: timedelta) -> str:
    """A length of time in words, as `timesince` has it."""
    now = timezone.now()
    return timesince(now - long, now)


@register.filter
def at(mapping: dict[str, object], key: str) -> object:
    """`{{ mapping|at:key }}`."""
    return mapping.get(key, "")


@register.filter
def short(digest: str) -> str:
    """A long fingerprint in four groups of four, to compare by eye; the whole one is beside it or in the
    file.
    """
    return " ".join(digest[i : i + 4] for i in range(0, 16, 4))
