"""Rows that belong to something and were read together with it, for pages that show a lot of one thing."""

from __future__ import annotations

from typing import Any

from django.db.models import Model


def remembered(thing: Model, name: str) -> bool:
    """Whether the related rows of this name were read already (`prefetch_related_objects`)."""
    return name in getattr(thing, "_prefetched_objects_cache", {})


def rows(thing: Model, name: str, *related: str) -> Any:
    """The related rows of this name as they were read; else a question for them, with what is `related`."""
    manager = getattr(thing, name)
    return manager.all() if remembered(thing, name) else manager.select_related(*related)
