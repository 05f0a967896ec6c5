"""What researchers can ask for, taken from a refresh when it is built: the web opens no data file."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from linkwell.vault.zones import Home, ZoneName

if TYPE_CHECKING:
    from linkwell.integration import SupplyForRefresh

FEWEST = 100
"""Below this many clients no share is shown: a researcher's screen is an output."""


def catalogue_of(home: Home, label: str, supplies: Sequence[SupplyForRefresh] = ()) -> dict[str, Any]:
    """Datasets with variables, measures with meaning and coverage, and the share of clients found.

    Returns:
        {"tables": {name: rows to two figures}, "datasets": as `integration.variables.describe` says,
        "suppliers": [{code, found_percent}] of those that may be named,
        "measures": [{code, label, domain, kind, source, covers_from,
        covers_to}], "found_percent": whole per cent, or None when there are too few clients to say}
    """
    from linkwell.integration import database
    from linkwell.integration.refresh import TABLES
    from linkwell.integration.variables import about, describe

    research = home.zone(ZoneName.RESEARCH)
    facts = json.loads((research / "refreshes" / label / "facts.json").read_text("utf-8"))
    held = [table for table in TABLES if table in facts["rows"]]  # an ad hoc load holds the supplied alone
    with database.reading(research / "refreshes" / label / "refresh.duckdb") as connection:
        datasets = describe(connection, held, supplies)
        quality = connection.execute(
            "SELECT organisation_code, clients_nbr, linked_nbr FROM supply_quality WHERE trait_code = 'all' "
            "ORDER BY ALL"
        ).fetchall()
    named = {code for dataset in datasets for code in dataset["suppliers"]}
    source = research / "sources" / "measures.toml"
    document = tomllib.loads(source.read_text("utf-8")) if source.exists() else {}
    found = document.get("measure", document)
    entries = found.values() if isinstance(found, dict) else found
    measures = [_plain(code_of(found, entry), entry) for entry in entries if isinstance(entry, dict)]
    clients, linked = facts.get("clients", 0), facts.get("clients_linked", 0)
    return {
        "tables": {name: about(rows) for name, rows in facts.get("rows", {}).items()},
        "datasets": datasets,
        "suppliers": [
            {"code": code, "found_percent": _percent(found, people)}
            for code, people, found in quality
            if code in named
        ],
        "found_percent": _percent(linked, clients),
        "measures": sorted(measures, key=lambda entry: (str(entry["domain"]), str(entry["label"]))),
    }


def _percent(found: int, people: int) -> int | None:
    return round(100 * found / people) if people >= FEWEST else None


def code_of(found: object, entry: dict[str, Any]) -> str:
    """A measure's code: inside its entry, or the key it stands under."""
    if "code" in entry:
        return str(entry["code"])
    assert isinstance(found, dict)
    return next(str(code) for code, other in found.items() if other is entry)


def _plain(code: str, entry: dict[str, Any]) -> dict[str, Any]:
    names = ("label", "domain", "kind", "source", "covers_from", "covers_to")
    return {"code": code, **{name: str(entry.get(name, "")) for name in names}}
