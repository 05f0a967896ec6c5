"""What researchers can ask for, taken from a refresh's own facts when it is built: the web opens no data file."""

from __future__ import annotations

import json
import tomllib
from typing import Any

from linkwell.vault.zones import Home, ZoneName


def catalogue_of(home: Home, label: str) -> dict[str, Any]:
    """Datasets with their rows, measures with meaning and coverage, and the share of clients found.

    Returns:
        {"tables": {name: rows}, "measures": [{code, label, domain, kind, source, covers_from, covers_to}],
        "clients": n, "clients_linked": n}
    """
    research = home.zone(ZoneName.RESEARCH)
    facts = json.loads((research / "refreshes" / label / "facts.json").read_text("utf-8"))
    source = research / "sources" / "measures.toml"
    document = tomllib.loads(source.read_text("utf-8")) if source.exists() else {}
    found = document.get("measure", document)
    entries = found.values() if isinstance(found, dict) else found
    measures = [_plain(code_of(found, entry), entry) for entry in entries if isinstance(entry, dict)]
    return {
        "tables": facts.get("rows", {}),
        "clients": facts.get("clients", 0),
        "clients_linked": facts.get("clients_linked", 0),
        "measures": sorted(measures, key=lambda entry: (str(entry["domain"]), str(entry["label"]))),
    }


def code_of(found: object, entry: dict[str, Any]) -> str:
    """A measure's code: inside its entry, or the key it stands under."""
    if "code" in entry:
        return str(entry["code"])
    assert isinstance(found, dict)
    return next(str(code) for code, other in found.items() if other is entry)


def _plain(code: str, entry: dict[str, Any]) -> dict[str, Any]:
    names = ("label", "domain", "kind", "source", "covers_from", "covers_to")
    return {"code": code, **{name: str(entry.get(name, "")) for name in names}}
