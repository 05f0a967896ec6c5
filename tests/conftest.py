"""Fixtures more than one room needs: a data home for Django's settings, one with keys, and a small sealed
supply.
"""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from hypothesis import HealthCheck
from hypothesis import settings as property_settings

from linkwell.specification.base import base_specification
from linkwell.specification.model import Specification
from linkwell.standards.clock import today
from linkwell.supply.manifest import Manifest
from linkwell.supply.seal import package_id, seal
from linkwell.supply.split import Split, SplitTable
from linkwell.vault.custodian_keys import CustodianKeys, create_custodian_keys
from linkwell.vault.keys import PrivateKey, fingerprint, new_key
from linkwell.vault.zones import Home

gc.disable()  # while tests are collected nothing becomes garbage: looking for it took a quarter of the time
pytest_plugins = ["tests.skips", "tests.spreading", "pytester"]

AGREEMENT = "DSA-2026-001"

# Nothing in the tests asserts on time: a slow machine is not a fault of the product.
property_settings.register_profile("linkwell", deadline=None, suppress_health_check=[HealthCheck.too_slow])
property_settings.load_profile("linkwell")

# Settings need a data home before Django loads. Named and loaded here and not by pyproject.toml, because
# pytest-django would read them from there before this file.
_settings_home = Path(tempfile.mkdtemp(prefix="linkwell-tests-")) / "home"
Home.create(_settings_home, name="Stats NZ (demonstration)", demo_seed=1)
os.environ["LINKWELL_HOME"] = str(_settings_home)
os.environ["DJANGO_SETTINGS_MODULE"] = "linkwell.portal.settings"
assert settings.DATABASES
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


DATABASE_ROOMS = ("custody", "journey", "portal", "security")
"""Rooms in which every test touches the registry."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark whatever uses the registry's database, so that it is run on PostgreSQL as well."""
    for item in items:
        if item.get_closest_marker("one_database"):
            continue
        here = Path(__file__).parent
        room = item.path.relative_to(here).parts[0] if here in item.path.parents else ""
        reads_one = item.path.name == "test_database.py"
        if (
            reads_one
            or room in DATABASE_ROOMS
            or {"db", "transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
        ):
            item.add_marker(pytest.mark.database)
            if not reads_one and room not in (*DATABASE_ROOMS, "browser"):
                raise pytest.UsageError(f"{item.nodeid} uses the registry: `make postgres` looks elsewhere")


def pytest_collection_finish() -> None:
    """From here garbage is looked for again; not in what was imported and collected, which stays."""
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True)
def quick_passwords(request: pytest.FixtureRequest) -> None:
    """Hash passwords quickly in tests that use the registry; the real hasher has its own test."""
    if {"db", "transactional_db", "live_server"} & set(request.fixturenames):
        changed = request.getfixturevalue("settings")
        changed.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: Any
) -> Iterator[None]:
    """On a server the test database goes whoever is still connected: a browser's last request, whose thread
    keeps its connection for the next one, may be alive when the tests have ended.
    """
    yield
    from django.db import connection

    if connection.vendor == "postgresql":
        name = connection.creation._get_test_db_name()
        with django_db_blocker.unblock():
            connection.close()
            with connection._nodb_cursor() as cursor:
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Whether pytest-django leaves the test database alone: on a server it goes as told above."""
    return "LINKWELL_DATABASE" in os.environ


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
    return replace(base_specification(), organisation="Riverbend Community Trust", demo=True)


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
            "organisation": "Riverbend Community Trust",
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


@pytest.fixture
def flushable(transactional_db: None) -> Iterator[None]:
    """The database refuses to empty the record even after a test: its triggers step aside for that."""
    guard_record(True)
    yield
    guard_record(False)


def guard_record(on: bool) -> None:
    """Put the triggers that keep the record in place, or take them away, on either database."""
    from django.db import connection

    from linkwell.custody.audit import guard

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE custody_auditevent {'ENABLE' if on else 'DISABLE'} TRIGGER USER")
        return
    with connection.cursor() as cursor:
        for verb in ("UPDATE", "DELETE", "REPLACE"):
            cursor.execute(f"DROP TRIGGER IF EXISTS custody_auditevent_no_{verb}")
    if on:
        with connection.schema_editor(atomic=False) as editor:
            guard.guard_record(None, editor)


@pytest.fixture
def unguarded_record(db: None) -> None:
    """A test's own transaction in which the record's triggers are away, as for somebody with the disk."""
    guard_record(False)


@dataclass
class Registry:
    """A registry with invented people of every kind, two providers, and a sealed supply of the first."""

    home: Home
    people: dict[str, object]
    agreement: object
    other_agreement: object
    token: str
    other_token: str
    sealed: SealedSupply

    def person(self, name: str):  # type: ignore[no-untyped-def]
        """Somebody by sign-in name."""
        return self.people[name]


PASSWORD = "four plain words here"


@pytest.fixture
def password() -> str:
    """The password of everybody in `registry`."""
    return PASSWORD


@pytest.fixture(scope="session")
def kept_registries() -> list[Any]:
    """The registry as it was when the first test of this process had made it."""
    return []


@pytest.fixture
def registry(
    db: None,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    kept_registries: list[Any],
) -> Registry:
    """The registry in this test's own home; `provider` belongs to the first provider, `other` to the
    second.
    """
    from tests import put_back

    request.getfixturevalue("settings").LINKWELL_HOME = tmp_path / "home"
    if kept_registries:
        return put_back.put_back(kept_registries[0], tmp_path)
    made = made_registry(request.getfixturevalue("fresh_home"), request.getfixturevalue("seal_to"))
    kept_registries.append(put_back.keep(made, tmp_path_factory.mktemp("kept")))
    return made


def made_registry(fresh_home: Home, seal_to: Callable[..., SealedSupply]) -> Registry:
    """The registry, made by the actions people take."""
    from datetime import timedelta

    from linkwell.custody.agreements.actions import enrol_provider, issue_upload_token
    from linkwell.custody.organisations.actions import add_person, first_manager
    from linkwell.custody.organisations.roles import PLACES, Kind, Role
    from linkwell.custody.setup import set_up
    from linkwell.specification.file import render
    from linkwell.vault.keys import public_pem

    sealed, custodian = seal_to(fresh_home), set_up(fresh_home)
    people: dict[str, object] = {
        "manager": first_manager(username="manager", name="Mere Manager", password=PASSWORD)
    }
    agreements, tokens = [], []
    for code, reference in (("aroha", AGREEMENT), ("other", "DSA-2026-002")):
        agreement = enrol_provider(
            by=people["manager"],
            code=code,
            name=f"Riverbend {code.title()}",
            agreement=reference,
            specification_toml=render(sealed.specification),
            specification_digest=sealed.specification.digest,
            sender_key_pem=public_pem(sealed.sender.public_key()),
            permits_single_provider_output=True,
            starts=today(),
            ends=today() + timedelta(days=365),
        ).agreement
        agreements.append(agreement)
        tokens.append(issue_upload_token(by=people["manager"], agreement=agreement))
    entries = [
        (role.value, custodian, role)
        for role in Role
        if Kind.CUSTODIAN in PLACES[role] and role is not Role.CUSTODIAN_MANAGER
    ]
    entries = [entry for entry in entries if not entry[0].startswith("provider")]
    entries += [
        ("provider", agreements[0].organisation, Role.PROVIDER_LEAD),
        ("provider_staff", agreements[0].organisation, Role.PROVIDER_STAFF),
        ("other", agreements[1].organisation, Role.PROVIDER_LEAD),
    ]
    for name, organisation, role in entries:
        people[name] = add_person(
            by=people["manager"],
            username=name,
            name=name.title(),
            password=PASSWORD,
            organisation=organisation,
            roles=[role],
        )
    return Registry(fresh_home, people, agreements[0], agreements[1], tokens[0], tokens[1], sealed)
