"""Where the contents of a request's files lie, and what its record is called by."""

from __future__ import annotations

from pathlib import Path

from linkwell.custody.home import current_home
from linkwell.custody.requests.models import OutputRequest
from linkwell.vault.zones import ZoneName

BESIDE = "beside"
"""The part of what was checked that tells what the files say beside others: for checkers alone."""


def whose(request: OutputRequest) -> str:
    """Code of the organisation the record says it is about."""
    return request.project.organisation.code if request.project.organisation else ""


def content_path(request: OutputRequest, digest: str) -> Path:
    """Where a file's content lies: under its fingerprint, so that what was voted on is what leaves."""
    return current_home().zone(ZoneName.PROJECTS).folder("requests", request.reference) / digest
