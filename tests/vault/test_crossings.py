"""The table of crossings is true: its functions exist, its page is current, and its places are zones."""

import ast
import importlib
from pathlib import Path

import pytest

from linkwell.vault.crossings import PLACES, Crossing, as_markdown, crossings

SOURCE = Path(__file__).parents[2] / "src" / "linkwell"
# Modules that name two zones and move nothing between them, and why.
MOVES_NOTHING = {
    "confidentiality/ledger_files.py": "places only",
    "custody/home.py": "places only",
    "intake/opened.py": "places, and removing what lies there",
    "custody/retention/jobs.py": "removes what is kept in each zone, where it lies",
}
DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("row", crossings(), ids=lambda row: row.function)
def test_every_named_function_exists(row: Crossing) -> None:
    module, _, names = row.function.partition(":")
    found: object = importlib.import_module(module)
    for name in names.split("."):
        found = getattr(found, name)
    assert callable(found)
    assert found.__doc__, "a crossing says what it does"


def test_the_page_in_docs_is_the_table() -> None:
    page = (DOCS / "crossings.md").read_text("utf-8")
    assert page == as_markdown(crossings()), "run: python -m linkwell.vault.crossings > docs/crossings.md"


def test_no_crossing_leads_from_a_project_or_content_back_to_identity() -> None:
    for row in crossings():
        assert {row.origin, *row.to} <= PLACES
        if row.origin in {"research", "projects", "disclosure", "released"}:
            assert "identity" not in row.to


def zones_named(path: Path) -> set[str]:
    """The zones a module names, but for the keys it is allowed to hold and the registry."""
    found = {
        node.attr
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "ZoneName"
    }
    return found - {"KEYS", "PORTAL"}


def test_whatever_names_two_zones_is_in_the_table() -> None:
    """A new way across cannot be written without a row (or a reason in MOVES_NOTHING)."""
    in_table = {row.function.partition(":")[0] for row in crossings()}
    for path in SOURCE.rglob("*.py"):
        place = path.relative_to(SOURCE).as_posix()
        if len(zones_named(path)) < 2 or place in MOVES_NOTHING or path.parent.name == "vault":
            continue
        module = f"linkwell.{place.removesuffix('.py').replace('/', '.')}"
        rooms = {module, module.rpartition(".")[0]}  # a room may offer the function under its own name
        assert rooms & in_table, f"{place} names {sorted(zones_named(path))}: give it a row in crossings.toml"


def test_a_function_crosses_once() -> None:
    names = [row.function for row in crossings()]
    assert len(names) == len(set(names))
