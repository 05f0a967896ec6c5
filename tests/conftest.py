"""Fixtures more than one room needs: a data home for Django's settings, one with keys, and a small sealed supply."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from linkwell.specification.base import base_specification
from linkwell.specification.model import Specification
from linkwell.supply.manifest import Manifest
from linkwell.supply.seal import package_id, seal
from linkwell.supply.split import Split, SplitTable
from linkwell.vault.custodian_keys import CustodianKeys, create_custodian_keys
from linkwell.vault.keys import PrivateKey, fingerprint, new_key
from linkwell.vault.zones import Home

AGREEMENT = "DSA-2026-001"

# Settings need a data home before Django loads. Named here and not in pyproject.toml, because pytest-django would
# load them from there before this file is read.
_settings_home = Path(tempfile.mkdtemp(prefix="linkwell-tests-")) / "home"
Home.create(_settings_home, name="Stats NZ (demonstration)", demo_seed=1)
os.environ["LINKWELL_HOME"] = str(_settings_home)
os.environ["DJANGO_SETTINGS_MODULE"] = "linkwell.portal.settings"
atexit.register(shutil.rmtree, _settings_home.parent, ignore_errors=True)


@dataclass(frozen=True)
class SealedSupply:
    """A package with everything a custodian or a sender needs to handle it."""

    path: Path
    manifest: Manifest
    split: Split
    specification: Specification
    home: Home
    custodian: CustodianKeys
    sender: PrivateKey
    agreement: str = AGREEMENT

    @property
    def sender_keys(self) -> set[str]:
        return {fingerprint(self.sender.public_key())}


@pytest.fixture(autouse=True)
def quick_passwords(request: pytest.FixtureRequest) -> None:
    """Hash passwords quickly in tests that use the registry; the real hasher has its own test."""
    if {"db", "transactional_db", "live_server"} & set(request.fixturenames):
        settings = request.getfixturevalue("settings")
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def custodian_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """One demonstration home with keys for a whole run; tests that write into zones use `fresh_home`."""
    home = Home.create(tmp_path_factory.mktemp("home"), name="Stats NZ (demonstration)", demo_seed=1)
    create_custodian_keys(home)
    return home


@pytest.fixture
def fresh_home(tmp_path: Path) -> Home:
    """A demonstration home of this test's own, with keys."""
    home = Home.create(tmp_path / "home", name="Stats NZ (demonstration)", demo_seed=1)
    create_custodian_keys(home)
    return home


@pytest.fixture(scope="session")
def sample_specification() -> Specification:
    """The base specification as a demonstration provider's own."""
    return replace(base_specification(), organisation="Te Puna Aroha", demo=True)


@pytest.fixture(scope="session")
def sample_split(sample_specification: Specification) -> Split:
    """Three invented people, their enrolments and two interactions, split as they would leave."""
    return split_of(sample_specification, people=3)


@pytest.fixture
def seal_to(
    tmp_path: Path, sample_specification: Specification, sample_split: Split
) -> Callable[..., SealedSupply]:
    """Seal a split (the sample one unless told) to a home's keys; returns the package and all about it."""

    def make(
        home: Home, *, split: Split | None = None, name: str = "supply.lwp", **facts: object
    ) -> SealedSupply:
        custodian, sender = create_custodian_keys(home), new_key()
        arguments = {
            "verdict_digest": "ab" * 48,
            "agreement": AGREEMENT,
            "organisation": "Te Puna Aroha",
            "package": package_id(b"a secret of thirty-two bytes, say"),
            **facts,
        }
        path = tmp_path / "sealed" / name
        leaving = split or sample_split
        manifest = seal(
            leaving, sample_specification, signing_key=sender, custodian=custodian, out=path, **arguments
        )  # type: ignore[arg-type]
        return SealedSupply(path, manifest, leaving, sample_specification, home, custodian, sender)

    return make


def split_of(spec: Specification, *, people: int) -> Split:
    """An invented split with every column of `spec`: one enrolment each, and interactions for most."""
    keys = [f"{number + 1:032x}" for number in range(people)]
    known = {
        "person": {
            "first_name": "Anahera",
            "last_name": "Tāmati",
            "date_of_birth": "1990-01-31",
            "gender": "2",
        },
        "enrolment": {"initiative": "Whānau support", "start_date": "2022-03-01", "end_status": "current"},
        "interaction": {"service_type": "visit", "service_date": "2022-04-01", "attendance": "attended"},
    }
    tables = {}
    for table in spec.tables:
        fields = [field.name for field in table.fields if field.name != "client_key"]
        about = keys[1:] if table.name == "interaction" else keys
        rows = [(key, key[::-1], *(known[table.name].get(field, "") for field in fields)) for key in about]
        tables[table.name] = SplitTable(table.name, ("record_key", "client_ref", *fields), rows)
    identity = next(table.name for table in spec.tables if table.compartment == "identity")
    return Split(tables[identity], tuple(table for name, table in tables.items() if name != identity))
