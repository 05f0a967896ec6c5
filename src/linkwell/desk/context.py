"""What every page of the desk knows: what was just done, and whether these are invented people."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from linkwell.desk.guard import cookie_name, desk_of


def everywhere(request: HttpRequest) -> dict[str, Any]:
    """Context of every page; nothing of the desk for whoever has no key."""
    desk = desk_of(request)
    if not desk.door.knows(request.COOKIES.get(cookie_name(desk), "")):
        return {"outside": True}
    # what a step says while it runs waits for the page it leads to
    return {"notices": Notices([] if desk.jobs.busy else desk.notices), "steps_url": "/"}


class Notices:
    """Words shown once: taken off the list when a page is drawn that shows them."""

    def __init__(self, waiting: list[str]) -> None:
        self._waiting = waiting

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def __iter__(self) -> Any:
        while self._waiting:
            yield self._waiting.pop(0)
