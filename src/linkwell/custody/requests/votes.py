"""Which votes stand: those on files exactly as they are now, two of them on each file that is to leave."""

from __future__ import annotations

from linkwell.custody.requests.models import OutputRequest, RequestFile, RequestVote

NEEDED = 2
"""How many checkers look at every file, on their own."""


def leaving(request: OutputRequest) -> list[RequestFile]:
    """The files that are to leave."""
    return [file for file in request.files.all() if file.role == "leaves"]


def standing(request: OutputRequest) -> list[RequestVote]:
    """The votes on files as they are; a vote on an earlier content of a file counts no more."""
    now = {file.name: file.digest for file in leaving(request)}
    return [vote for vote in request.votes.all() if now.get(vote.name) == vote.digest]


def looked(request: OutputRequest) -> list[str]:
    """Sign-in names of the checkers who have voted on every file that is to leave, as it is."""
    names = {file.name for file in leaving(request)}
    by: dict[str, set[str]] = {}
    for vote in standing(request):
        by.setdefault(vote.reviewer, set()).add(vote.name)
    return sorted(reviewer for reviewer, voted in by.items() if names and voted == names)


def both_looked(request: OutputRequest) -> bool:
    """Whether enough checkers have."""
    return len(looked(request)) >= NEEDED


def agreed(request: OutputRequest) -> bool:
    """Whether enough have looked and everybody who did says yes to every file."""
    return both_looked(request) and all(vote.approves for vote in standing(request))
