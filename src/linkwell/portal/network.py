"""From which network address a request comes, where a proxy may stand in front."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """The address the connection came from; behind our proxy, the one the proxy itself saw (the last)."""
    seen = str(request.META.get("REMOTE_ADDR", ""))
    if settings.CONFIGURATION.behind_proxy:
        seen = request.headers.get("X-Forwarded-For", seen).rpartition(",")[2].strip()
    return seen[:45]
