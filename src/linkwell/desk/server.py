"""Start the desk on loopback, open the browser with a one-time key, stop when told to (on Windows too)."""

from __future__ import annotations

import logging
import os
import socketserver
import threading
import time
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

from linkwell.desk.desk import Desk
from linkwell.desk.door import running_at, say_running
from linkwell.desk.settings import desk_settings
from linkwell.desk.workspace import open_workspace
from linkwell.errors import TryAgain

HOST = "127.0.0.1"
FIRST_PORT = 8350
IDLE_SECONDS = 8 * 60 * 60


class QuietHandler(WSGIRequestHandler):
    """Writes no request down: a log of pages is nobody's business."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class DeskServer(ThreadedWSGIServer):
    """A server a page can stop; threads end with it."""

    daemon_threads = True
    busy: Callable[[], bool] = staticmethod(lambda: False)

    def __init__(self, port: int) -> None:
        # On Windows "reuse" would let another program take the same port.
        super().__init__((HOST, port), QuietHandler, allow_reuse_address=os.name != "nt")

    def server_bind(self) -> None:
        """Bind without asking any name server what this computer is called."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.server_address[1]
        self.setup_environ()
        self.last_used = time.monotonic()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Note that somebody is there."""
        self.last_used = time.monotonic()
        super().process_request(request, client_address)

    def service_actions(self) -> None:
        """A desk nobody has used for hours closes by itself, with what it has in memory."""
        if time.monotonic() - self.last_used > IDLE_SECONDS and not self.busy():
            self.last_used = time.monotonic()
            threading.Thread(target=self.shutdown, daemon=True).start()

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that went away in the middle is no news."""


def start(folder: Path, *, port: int = 0, browser: bool = True, say: Callable[[str], None] = print) -> None:
    """Serve until the desk is closed or Ctrl-C is pressed.

    If this desk already runs, a fresh key is asked of it and the browser opened there.

    Raises:
        WrongUse, TryAgain: the folder or the port cannot be used.
    """
    workspace = open_workspace(folder)
    if address := _of_running(workspace.running):
        _open(address, browser=browser, say=say, already=True)
        return
    server = _bind(port)
    bound = server.server_address[1]
    desk = Desk(workspace, origins=(f"{HOST}:{bound}", f"localhost:{bound}"))
    desk.browsing = _where_files_lie(desk)
    server.busy = lambda: desk.jobs.busy
    desk.close = lambda: threading.Timer(0.5, server.shutdown).start()
    logging.basicConfig(filename=workspace.log, level=logging.ERROR, format="%(asctime)s %(message)s")
    logging.getLogger("django").setLevel(logging.CRITICAL)  # its messages may quote what was typed
    serve(server, desk)
    say_running(workspace.running, port=bound, knock=desk.door.knock)
    try:
        address = f"http://{HOST}:{bound}/open/?key={desk.door.new_key()}"
        _open(address, browser=browser, say=say, already=False)
        server.serve_forever(poll_interval=0.2)
    except KeyboardInterrupt:
        pass
    finally:
        workspace.running.unlink(missing_ok=True)
        server.server_close()
    say("The desk is closed. Everything you did is kept; start it again to go on.")


def _where_files_lie(desk: Desk) -> Path:
    """The folder to look for files in first: where those chosen before lie, else the person's own folder."""
    folders = (path.parent for path in reversed(desk.choices.paths()) if path.parent != desk.workspace.files)
    return next((folder for folder in folders if folder.is_dir()), Path.home())


def serve(server: DeskServer, desk: Desk) -> None:
    """Set Django up for this desk and give the server its application."""
    import django
    from django.core.wsgi import get_wsgi_application

    if not settings.configured:
        settings.configure(**desk_settings(desk))
    desk.workspace.files.mkdir(mode=0o700, exist_ok=True)
    django.setup()
    server.set_app(get_wsgi_application())


def _bind(port: int) -> DeskServer:
    tried = (port,) if port else (*range(FIRST_PORT, FIRST_PORT + 20), 0)
    for each in tried:
        try:
            return DeskServer(each)
        except OSError:
            continue
    raise TryAgain(
        "Another program uses the desk's place on this computer.",
        where=f"{HOST}:{port}",
        fix="Leave out --port, so that a free one is found.",
    )


def _of_running(path: Path) -> str:
    """The address of a desk of this folder that runs already, with a fresh key; "" when none answers."""
    said = running_at(path)
    if said is None:
        return ""
    port, knock = said
    try:
        answer = httpx.post(
            f"http://{HOST}:{port}/knock/", headers={"X-Linkwell-Knock": knock}, timeout=3, trust_env=False
        )
        return f"http://{HOST}:{port}/open/?key={answer.json()['key']}" if answer.status_code == 200 else ""
    except (httpx.HTTPError, ValueError, KeyError):
        return ""


def _open(address: str, *, browser: bool, say: Callable[[str], None], already: bool) -> None:
    opened = browser and webbrowser.open(address)
    say("Your desk is open already." if already else "Your desk is open. It works on this computer only.")
    if not opened:
        say(f"Open this address in your browser (it works once, for 15 minutes):\n{address}")
    if not already:
        say("To stop: press “Close the desk” on the page, or Ctrl-C here. What you did is kept.")
