"""The format is as docs/package-format.md says: a program written from it alone opens our files."""

import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from linkwell.ledger.canonical import canonical_json, parse_canonical
from linkwell.supply.package import MAGIC
from linkwell.supply.split import Split
from linkwell.vault.custodian_keys import zone_key_path
from linkwell.vault.keys import sign
from linkwell.vault.zones import Home, ZoneName

OPENER = Path(__file__).parents[2] / "docs" / "open_package.py"


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(OPENER), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


def test_the_opener_in_docs_uses_nothing_of_ours() -> None:
    assert "linkwell." not in OPENER.read_text("utf-8").replace("linkwell seal", "")
    assert "import linkwell" not in OPENER.read_text("utf-8")


@pytest.mark.parametrize("half", ["identity", "content"])
@pytest.mark.parametrize("which", ["zone", "recovery"])
def test_anyone_with_a_key_can_open_its_half_without_us(
    seal_to: Callable[..., Any],
    custodian_home: Home,
    sample_split: Split,
    tmp_path: Path,
    half: str,
    which: str,
) -> None:
    supply = seal_to(custodian_home)
    recovery = custodian_home.zone(ZoneName.KEYS) / "recovery" / f"{half}-recovery.key.pem"
    key = zone_key_path(custodian_home, half) if which == "zone" else recovery
    ended = run(supply.path, half, key, tmp_path)
    assert ended.returncode == 0, ended.stderr
    tables = (sample_split.identity,) if half == "identity" else sample_split.content
    for table in tables:
        assert (tmp_path / f"{table.name}.csv").read_bytes() == table.to_csv_bytes()


def test_with_the_other_halfs_key_it_opens_nothing(
    seal_to: Callable[..., Any], custodian_home: Home, tmp_path: Path
) -> None:
    supply = seal_to(custodian_home)
    ended = run(supply.path, "identity", zone_key_path(custodian_home, "content"), tmp_path)
    assert ended.returncode != 0
    assert not list(tmp_path.glob("*.csv"))


@pytest.mark.parametrize(
    "change",
    [
        lambda tables: tables[-1].update(sha384="00" * 48),  # the first table is right, the last is not
        lambda tables: tables[0].update(name="../elsewhere"),
        lambda tables: tables.pop(),
    ],
)
def test_it_writes_nothing_unless_everything_verifies(
    seal_to: Callable[..., Any], custodian_home: Home, tmp_path: Path, change: Callable[[Any], Any]
) -> None:
    supply = seal_to(custodian_home)
    fields = parse_canonical(supply.manifest.to_bytes())
    change(fields["compartments"][1]["tables"])
    page, data = canonical_json(fields), supply.path.read_bytes()
    signature, start = sign(supply.sender, page), supply.manifest.compartments[0].offset
    head = MAGIC + struct.pack(">I", len(page)) + page + struct.pack(">H", len(signature)) + signature
    lie, out = tmp_path / "lie.lwp", tmp_path / "deep" / "out"
    lie.write_bytes(head + bytes(start - len(head)) + data[start:])
    out.mkdir(parents=True)
    assert run(lie, "content", zone_key_path(custodian_home, "content"), out).returncode != 0
    assert not list((tmp_path / "deep").rglob("*.csv"))
