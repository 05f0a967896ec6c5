"""A finished walk opens its portal, prints who can sign in, and ends at Ctrl-C with nothing left running."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.journey.conftest import LINKWELL, SIZES, environment

pytestmark = pytest.mark.slow


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_the_portal_opens_and_ctrl_c_stops_it(undisturbed: dict[str, Any], tmp_path: Path) -> None:
    port, said = free_port(), tmp_path / "said.txt"
    # a run of the tests in the background ignores Ctrl-C, and what it starts would as well
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with said.open("w") as file:
        process = subprocess.Popen(
            [*LINKWELL, "demo", "--port", str(port), "--home", undisturbed["home"], *SIZES],
            stdout=file, stderr=subprocess.STDOUT, start_new_session=True,
            env=environment(Path(undisturbed["home"])),
        )  # fmt: skip
    try:
        page = wait_for(f"http://localhost:{port}/", process)
        assert page.status_code == 200
        assert "default-src 'none'" in page.headers["content-security-policy"]
        words = said.read_text()
        for who in ("provider", "integrator", "linker", "checker", "researcher"):
            assert re.search(rf"^\s+{who}\s+\S+", words, re.MULTILINE), f"no sign-in printed for {who}"
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=120)
    assert "Traceback" not in said.read_text()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://localhost:{port}/")


def wait_for(url: str, process: subprocess.Popen[Any]) -> httpx.Response:
    for _ in range(300):
        assert process.poll() is None, "it ended before it answered"
        try:
            return httpx.get(url, timeout=5)
        except httpx.TransportError:
            time.sleep(0.2)
    raise AssertionError("it never answered")
