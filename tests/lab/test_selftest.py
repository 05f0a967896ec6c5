"""The self-test: what it tries fails in a locked worker, and gets through where nothing is locked."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import duckdb
import pytest

from linkwell.errors import RefusedByRule
from linkwell.lab.isolation import isolate
from linkwell.lab.limits import Limits
from linkwell.lab.probes import PROBES, STATEMENTS, tried
from linkwell.lab.selftest import SelfTest, Tried, self_test
from tests.lab.conftest import SMALL

WITHOUT_HARM = ["read", "list", "write", "connect", "datagram", "local socket", "signal", "link"]
"""Probes a process that is not locked may make on itself and go on."""


def test_every_attempt_of_the_self_test_fails_in_a_worker() -> None:
    found = self_test(SMALL)
    assert [each.what for each in found.tried if not each.held] == []
    assert len(found.tried) == len(PROBES) + len(STATEMENTS) + 2
    assert set(found.layers) == {"limits", "namespaces", "files", "calls"}
    found.refuse()


@pytest.mark.parametrize("name", WITHOUT_HARM)
def test_a_probe_gets_through_where_nothing_is_locked(tmp_path: Path, name: str) -> None:
    """Attempts that fail prove something only if they would have got through."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.txt").write_text("x")
    with socket.create_server(("127.0.0.1", 0)) as listening, duckdb.connect() as connection:
        given = {"file": str(tmp_path / "outside" / "secret.txt"), "folder": str(tmp_path / "outside"),
                 "own": str(tmp_path), "parent": os.getpid(), "port": listening.getsockname()[1],
                 "database": ""}  # fmt: skip
        assert tried({"name": name, "given": given}, connection)


@pytest.mark.parametrize("name", ["engine read", "engine write", "engine setting"])
def test_a_statement_gets_through_an_engine_that_is_not_locked(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.txt").write_text("x")
    given = {"file": str(tmp_path / "secret.txt"), "folder": str(tmp_path)}
    with duckdb.connect() as connection:
        assert tried({"name": name, "given": given}, connection)


def test_a_lab_whose_self_test_got_out_is_not_served() -> None:
    found = SelfTest({}, (Tried("read a file outside", held=True), Tried("send a datagram", held=False)))
    with pytest.raises(RefusedByRule, match="send a datagram"):
        found.refuse()


def test_a_process_with_threads_is_not_locked_in(tmp_path: Path) -> None:
    with duckdb.connect(config={"threads": "2"}), pytest.raises(RefusedByRule, match="threads"):
        isolate(Limits(), read=[], write=[tmp_path])
