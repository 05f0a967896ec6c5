"""Serving a self-contained report: it may use its own style blocks and drawings, and nothing else in the
world.
"""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

from django.http import HttpResponse

_STYLE = re.compile(rb"<style[^>]*>(.*?)</style>", re.S | re.I)


def policy_for(html: bytes) -> str:
    """A content security policy that allows exactly the style blocks this page has, images inside it, no
    script.
    """
    digests = [base64.b64encode(hashlib.sha384(block).digest()).decode() for block in _STYLE.findall(html)]
    styles = " ".join(f"'sha384-{digest}'" for digest in digests) or "'none'"
    return (
        f"default-src 'none'; style-src {styles}; img-src data:; font-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def report_response(path: Path) -> HttpResponse:
    """The report as a page of its own."""
    return page_response(path.read_bytes())


def page_response(html: bytes) -> HttpResponse:
    """A self-contained page as a page of its own."""
    response = HttpResponse(html, content_type="text/html; charset=utf-8")
    response["Content-Security-Policy"] = policy_for(html)
    return response
