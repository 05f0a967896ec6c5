"""What researchers can ask for, taken from a refresh's own facts when it is built: the web opens no data
file.
"""

from __future__ import annotations

import json
import tomllib
from typing import Any

from linkwell.vault.zones import Home, ZoneName

FEWEST = 100
"""Below this many clients no share is shown: a researcher's screen is an output."""


def catalogue_of(home: Home, label: str) -> dict[str, Any]:
    """Datasets with about how many rows, measures with meaning and coverage, and the share of clients found.

    Returns:
        {"tables": {name: rows to two figures}, "measures": [{code, label, domain, kind, source, covers_from,
        covers_to}], "found_percent": whole per cent, or None when there are too few clients to say}
    """
    research = home.zone(ZoneName.RESEARCH)
    facts = json.loads((research / "refreshes" / label / "facts.json").read_text("utf-8"))
    source = research / "sources" / "measures.toml"
    document = tomllib.loads(source.read_text("utf-8")) if source.exists() else {}
    found = document.get("measure", document)
    entries = found.values() if isinstance(found, dict) else found
    measures = [_plain(code_of(found, entry), entry) for entry in entries if isinstance(entry, dict)]
    clients, linked = facts.get("clients", 0), facts.get("clients_linked", 0)
    return {
        "tables": {name: about(rows) for name, rows in facts.get("rows", {}).items()},
        "found_percent": round(100 * linked / clients) if clients >= FEWEST else None,
        "measures": sorted(measures, key=lambda entry: (str(entry["domain"]), str(entry["label"]))),
    }


def about(rows: int) -> int:
    """A number of rows to two figures, and nothing below a hundred: exact numbers need the release desk."""
    if rows < 100:
        return 0
    place = 10 ** (len(str(rows)) - 2)
    return round(rows / place) * place


def code_of(found: object, entry: dict[str, Any]) -> str:
    """A measure's code: inside its entry, or the key it stands under."""
    if "code" in entry:
        return str(entry["code"])
    assert isinstance(found, dict)
    return next(str(code) for code, other in found.items() if other is entry)


def _plain(code: str, entry: dict[str, Any]) -> dict[str, Any]:
    names = ("label", "domain", "kind", "source", "covers_from", "covers_to")
    return {"code": code, **{name: str(entry.get(name, "")) for name in names}}
