"""What a page gives to keep, as a file of its own name."""

from __future__ import annotations

from django.http import HttpResponse


def attached(content: str | bytes, name: str, kind: str = "application/octet-stream") -> HttpResponse:
    """A file the browser saves under this name; the caller makes sure that the name holds nobody's words."""
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
