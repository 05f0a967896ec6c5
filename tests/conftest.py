"""A data home of its own for every test run: settings need one before Django loads."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from linkwell.vault.zones import Home

_home = Path(tempfile.mkdtemp(prefix="linkwell-tests-")) / "home"
Home.create(_home, name="Stats NZ (demonstration)", demo_seed=1)
os.environ["LINKWELL_HOME"] = str(_home)
atexit.register(shutil.rmtree, _home.parent, ignore_errors=True)


@pytest.fixture(autouse=True)
def quick_passwords(request: pytest.FixtureRequest) -> None:
    """Hash passwords quickly in tests that use the registry; the real number of rounds has its own test."""
    if {"db", "transactional_db", "live_server"} & set(request.fixturenames):
        settings = request.getfixturevalue("settings")
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
