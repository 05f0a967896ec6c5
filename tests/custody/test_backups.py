"""A backup of a real home by the commands a person types: sealed apart, restored whole, drilled honestly."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from tests import registries

from linkwell.custody.demo import password_of
from linkwell.specification.file import render
from linkwell.vault.keys import public_pem
from linkwell.vault.zones import Home

LINKWELL = (sys.executable, "-c", "from linkwell.cli.main import main; main()", "custodian")


@dataclass
class Site:
    """A home of a custodian with one accepted supply, and a way to run commands there."""

    home: Home
    environment: dict[str, str]
    folder: Path
    receipt: Path
    token: str = ""

    def run(self, *command: str, exit_code: int = 0, **environment: str) -> dict[str, object]:
        """Run a `linkwell custodian` command and return what it says for machines."""
        done = subprocess.run(
            [*LINKWELL, *command, "--json"],
            env={**self.environment, **environment}, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == exit_code, (command, done.stdout, done.stderr)
        return dict(json.loads(done.stdout.splitlines()[0])) if done.stdout else {}

    def database(self) -> dict[str, str]:
        """The environment for another, empty database, where databases are a server's."""
        return registries.empty()

    @property
    def keys(self) -> list[str]:
        recovery = self.home.path / "keys" / "recovery"
        return [f"--key={recovery / f'{name}-recovery.key.pem'}" for name in ("identity", "content")]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, sample_specification, sample_split) -> Site:
    made = make_site(tmp_path_factory.mktemp("backups"), sample_specification, sample_split)
    package = str(made.folder / "supply.lwp")
    supply = made.run("receive", package, "--agreement=DSA-2026-001", "--as=integrator")["supply"]
    made.run("accept", str(supply), "--as=integrator")
    return made


MADE: list[Site] = []
"""The first site of this process; every other one begins as its copy."""


def make_site(folder: Path, sample_specification, sample_split) -> Site:
    """A custodian's home with a provider enrolled, and its sealed file beside it, not sent yet."""
    if not MADE:
        kept = Path(tempfile.mkdtemp(prefix="linkwell-site-"))
        atexit.register(shutil.rmtree, kept, ignore_errors=True)
        MADE.append(_first_site(kept, sample_specification, sample_split))
    home = MADE[0].home
    shutil.copytree(MADE[0].folder, folder, dirs_exist_ok=True)
    ours = replace(home, path=folder / home.path.name)
    environment = {
        **MADE[0].environment, "LINKWELL_HOME": str(ours.path), **registries.copy(home.path, ours.path)
    }  # fmt: skip
    return Site(ours, environment, folder, folder / "receipt.json", MADE[0].token)


def _first_site(folder: Path, sample_specification, sample_split) -> Site:
    from linkwell.supply.seal import package_id, seal
    from linkwell.vault.custodian_keys import create_custodian_keys
    from linkwell.vault.keys import new_key

    home = Home.create(folder / "home", name="Stats NZ (demonstration)", demo_seed=1)
    sender, package = new_key(), folder / "supply.lwp"
    custodian = create_custodian_keys(home)
    seal(
        sample_split, sample_specification, signing_key=sender, custodian=custodian, out=package,
        verdict_digest="ab" * 48, agreement="DSA-2026-001", organisation="Riverbend Community Trust",
        package=package_id(b"a secret of thirty-two bytes, say"),
    )  # fmt: skip
    (folder / "spec.toml").write_text(render(sample_specification))
    (folder / "sender.pem").write_text(public_pem(sender.public_key()))
    environment = {
        **os.environ, "LINKWELL_HOME": str(home.path), "LINKWELL_PASSWORD": password_of(home, "integrator"),
        **registries.of(home.path),
    }  # fmt: skip
    made = Site(home, environment, folder, folder / "receipt.json")
    made.run("init", "--name", home.name, "--demo-seed", "1")
    enrolled = made.run(
        "enrol-provider", "--code=aroha", "--name=Riverbend", "--agreement=DSA-2026-001", "--as=integrator",
        f"--specification={folder / 'spec.toml'}", f"--sender-key={folder / 'sender.pem'}",
    )  # fmt: skip
    made.token = str(enrolled["upload_token"])
    return made


@pytest.fixture(scope="module")
def backup(site: Site) -> Path:
    out = site.folder / "monday.lwb"
    site.run("backup", f"--out={out}")
    return out


def test_a_restored_home_is_the_home_and_its_record_goes_on(site: Site, backup: Path, tmp_path: Path) -> None:
    database, home = site.database(), tmp_path / "again"
    done = site.run("restore", str(backup), f"--home={home}", *site.keys, **database)
    assert done["closed"] == []
    for name in ("identity/supplies", "research/supplies"):
        old = {path.name: path.read_bytes() for path in (site.home.path / name).rglob("*") if path.is_file()}
        new = {path.name: path.read_bytes() for path in (home / name).rglob("*") if path.is_file()}
        assert old == new
        assert len(old) >= 1
    record = site.run("verify-record", f"--home={home}", "--as=integrator", **database)
    assert record["ok"]
    supplies = site.run("receive", f"--home={home}", "--as=integrator", **database)["supplies"]
    assert [each["state"] for each in supplies] == ["accepted"]  # type: ignore[attr-defined]
    assert not list(home.rglob("*recovery.key.pem"))
    assert not (home / "intake" / "quarantine").exists()


def test_a_drill_passes_leaves_a_dated_report_and_says_what_it_cannot_know(site: Site, backup: Path) -> None:
    reports = site.folder / "drills"
    done = site.run("drill", str(backup), *site.keys, f"--reports={reports}")
    assert done["passed"]
    assert [check["ok"] for check in done["checks"]] == [True] * 6  # type: ignore[attr-defined]
    text = Path(str(done["report"])).read_text("utf-8")
    assert "cannot know" in text
    assert "What happened after the backup was made" in text
    assert "(DEMONSTRATION)" in text
    assert sorted(path.suffix for path in reports.iterdir()) == [".json", ".txt"]


def test_no_keeper_of_one_recovery_key_can_open_both_halves(site: Site, backup: Path, tmp_path: Path) -> None:
    for key, opened, closed in (
        (site.keys[0], {"registry", "identity"}, ["content", "disclosure"]),
        (site.keys[1], {"registry", "content", "disclosure"}, ["identity"]),
    ):
        home = tmp_path / closed[0]
        done = site.run("restore", str(backup), f"--home={home}", key, **site.database())
        assert set(done["opened"]) == opened  # type: ignore[call-overload]
        assert done["closed"] == closed
        assert not (home / "keys" / f"{closed[0]}.key.pem").exists()
    assert not any((tmp_path / "identity" / "identity").iterdir())


def test_a_backup_changed_by_one_bit_is_refused_and_leaves_nothing(
    site: Site, backup: Path, tmp_path: Path
) -> None:
    with tarfile.open(backup) as tar:
        places = [member.offset_data + member.size // 2 for member in tar]
    for number, at in enumerate(places):
        changed = tmp_path / f"{number}.lwb"
        data = bytearray(backup.read_bytes())
        data[at] ^= 1
        changed.write_bytes(bytes(data))
        home = tmp_path / f"home-{number}"
        done = subprocess.run(
            [*LINKWELL, "restore", str(changed), f"--home={home}", *site.keys],
            env=site.environment | site.database(), capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode in (2, 4), (number, done.stderr)
        assert not home.exists()
        assert not (tmp_path / f".home-{number}.part").exists()


def test_a_drill_finds_that_a_backup_is_older_than_a_receipt_somebody_holds(site: Site, backup: Path) -> None:
    supply = Path(str(site.home.path)) / "identity" / "supplies"
    reference = next(supply.iterdir()).name
    later = subprocess.run(
        [sys.executable, "-c", LATER_RECEIPT, reference], env=site.environment, capture_output=True, text=True
    )
    assert later.returncode == 0, later.stderr
    site.receipt.write_text(later.stdout)
    done = site.run(
        "drill", str(backup), *site.keys, f"--reports={site.folder / 'older'}", f"--receipt={site.receipt}",
        exit_code=1,
    )  # fmt: skip
    failed = [check for check in done["checks"] if check["ok"] is False]  # type: ignore[attr-defined]
    assert ["the tail was cut" in check["words"] for check in failed] == [True]


LATER_RECEIPT = """
import os, sys, json, pathlib
from linkwell.portal.start import start
home = start(pathlib.Path(os.environ["LINKWELL_HOME"]))
from django.db import transaction
from linkwell.custody.audit.record import checkpoint, record
from linkwell.custody.supplies.actions import find
from linkwell.ledger.receipts import Receipt, issue
from linkwell.vault.custodian_keys import receipt_key
with transaction.atomic():
    record("test.later", by="linkwell", subject="test")
old = Receipt.from_json(find(sys.argv[1]).receipts.first().document)
new = issue(old.kind, old.facts, signing_key=receipt_key(home), checkpoint=checkpoint(), demo=True)
print(new.to_json())
"""


def test_a_backup_is_not_written_into_a_home_or_over_anything(site: Site, backup: Path) -> None:
    inside = site.run("backup", f"--out={site.home.path / 'b.lwb'}", exit_code=2)
    assert "lost with it" in str(inside["what"])
    over = site.run("backup", f"--out={backup}", exit_code=2)
    assert "exists already" in str(over["what"])
    full = site.run("restore", str(backup), f"--home={site.home.path}", *site.keys, exit_code=2)
    assert "not empty" in str(full["what"])
    nothing = ("restore", str(site.folder / "spec.toml"), f"--home={site.folder / 'x'}")
    assert "not a backup" in str(site.run(*nothing, *site.keys, exit_code=2)["what"])


def test_no_personal_value_is_readable_in_a_backup(backup: Path) -> None:
    data = backup.read_bytes()
    assert b"Anahera" not in data
    assert "Tāmati".encode() not in data
    assert b"SQLite format" not in data
