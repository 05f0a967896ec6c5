"""A desk in a folder of the test's own, and a browser that has (or has not) its key."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings

from linkwell.desk.desk import Desk
from linkwell.desk.settings import desk_settings
from linkwell.desk.workspace import open_workspace

HOST = "127.0.0.1:8350"


class Visitor(Client):
    """Django's test browser at the desk's address; `told` and `text` read what a page says."""

    def __init__(self, desk: Desk, **extra: Any) -> None:
        super().__init__(HTTP_HOST=HOST, REMOTE_ADDR="127.0.0.1", **extra)
        self.desk = desk

    def opened(self) -> Visitor:
        """Come in with a fresh key."""
        answer = self.get("/open/", {"key": self.desk.door.new_key()})
        assert answer.status_code == 302
        return self

    def text(self, path: str) -> str:
        """The page at `path`, which must be there."""
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.content.decode()

    def press(self, path: str, **data: Any) -> Any:
        """Post a form and follow on until a page stands, waiting for a long step to end."""
        answer = self.post(path, data, follow=True)
        until = time.monotonic() + 60
        while "Refresh" in answer.headers and time.monotonic() < until:
            answer = self.get("/working/?wait=1", follow=True)
        return answer


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk of this test's own, as Django sees it."""
    made = Desk(open_workspace(tmp_path / "desk"), browsing=tmp_path)
    made.workspace.files.mkdir()
    settings = desk_settings(made)
    for name in (
        "DATABASES",
        "LOGGING_CONFIG",
    ):  # may not be changed under a running Django; the desk uses neither
        del settings[name]
    with override_settings(**settings):
        yield made


@pytest.fixture
def visitor(desk: Desk) -> Visitor:
    """Somebody with the key."""
    return Visitor(desk).opened()


@pytest.fixture
def stranger(desk: Desk) -> Visitor:
    """Somebody without it."""
    return Visitor(desk)


@pytest.fixture
def described(visitor: Visitor) -> Visitor:
    """Somebody who practises and has described the invented files."""
    visitor.press("/practise/")
    answer = visitor.press("/describe/start/", initiative="Steady Steps")
    assert answer.redirect_chain[-1][0] == "/describe/"
    return visitor


@pytest.fixture
def checked(described: Visitor) -> Visitor:
    """The same, after the check."""
    assert "people are ready to go" in described.press("/check/").content.decode()
    return described
