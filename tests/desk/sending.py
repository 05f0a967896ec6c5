"""A small portal to send to, for tests of the desk."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from unittest.mock import patch

from tests.supply.conftest import Portal, TusHandler

from linkwell.vault.zones import Home

TOKEN = "a-token-for-the-desk"


@contextmanager
def running_portal(home: Home) -> Iterator[Portal]:
    """A tus server of `home` that takes this token."""
    state = Portal(home)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (TusHandler,), {"portal": state}))
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    with patch("tests.supply.conftest.TOKEN", TOKEN):
        thread.start()
        yield state
        server.shutdown()
        thread.join()
    server.server_close()
