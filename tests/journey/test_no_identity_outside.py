"""Nothing that names a person is anywhere but in the zones that may hold it."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest

from tests import registries
from tests.journey.canaries import CANARIES, needles
from tests.journey.looking import files_outside_identity, sightings, texts_of

pytestmark = pytest.mark.slow
SUPPLY = "DSA-DEMO-001-001"


def test_the_canaries_walked_the_road(with_canaries: tuple[Path, dict[str, Any]]) -> None:
    """A search that finds nothing proves something only if there was something to find."""
    home, summary = with_canaries
    identity = (home / "identity" / "supplies" / SUPPLY / "identity.csv").read_text("utf-8")
    assert all(each.last_name in identity for each in CANARIES)
    assert summary["people_linked"] > 0


def test_no_canary_surfaces_outside_intake_and_identity(
    with_canaries: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    home, _ = with_canaries
    paths = files_outside_identity(home)
    assert {path.relative_to(home).parts[0] for path in paths} >= {
        "research",
        "projects",
        "released",
        "portal",
        "disclosure",
    }
    assert sightings([*paths, *registries.written(home, tmp_path)], needles()) == []


def test_the_search_finds_what_is_there(with_canaries: tuple[Path, dict[str, Any]]) -> None:
    home, _ = with_canaries
    seen = sightings([home / "identity" / "spine" / "spine.parquet"], needles())
    assert {needle for _, needle in seen} >= {each.last_name for each in CANARIES}


def test_no_number_of_any_participant_surfaces(
    with_canaries: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    home, _ = with_canaries
    with (home / "identity" / "supplies" / SUPPLY / "identity.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        rows = list(csv.DictReader(file))
    numbers = {row[name] for row in rows for name in ("nhi", "msd", "ird") if row.get(name)}
    assert len(numbers) > 50
    for path in [*files_outside_identity(home), *registries.written(home, tmp_path)]:
        for place, text in texts_of(path):
            found = numbers.intersection(re.findall(r"[A-Z0-9]{7,9}", text))
            # three letters and four digits turn up by chance in random bytes; a decoded column has no chance
            assert not found or "raw bytes" in place, f"{place} holds {len(found)} numbers of participants"


def test_receipts_at_the_provider_name_nobody(with_canaries: tuple[Path, dict[str, Any]]) -> None:
    home, _ = with_canaries
    receipts = [path for path in (home / "provider" / "receipts").rglob("*") if path.is_file()]
    assert receipts
    assert sightings(receipts, needles()) == []


def test_identity_and_content_are_apart(with_canaries: tuple[Path, dict[str, Any]]) -> None:
    home, _ = with_canaries
    identity = (
        (home / "identity" / "supplies" / SUPPLY / "identity.csv")
        .read_text("utf-8")
        .splitlines()[0]
        .split(",")
    )
    for table in (home / "research" / "supplies" / SUPPLY).glob("*.csv"):
        content = table.read_text("utf-8").splitlines()[0].split(",")
        assert set(identity) & set(content) == {"record_key", "client_ref"}


def test_client_references_differ_between_the_halves(with_canaries: tuple[Path, dict[str, Any]]) -> None:
    home, _ = with_canaries

    def references(path: Path) -> set[str]:
        with path.open(encoding="utf-8", newline="") as file:
            return {row["client_ref"] for row in csv.DictReader(file)} - {""}

    identity = references(home / "identity" / "supplies" / SUPPLY / "identity.csv")
    for table in (home / "research" / "supplies" / SUPPLY).glob("*.csv"):
        assert identity.isdisjoint(references(table))
