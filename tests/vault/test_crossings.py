"""The table of crossings is true: its functions exist, its page is current, and its places are zones."""

import importlib
from pathlib import Path

import pytest

from linkwell.vault.crossings import PLACES, Crossing, as_markdown, crossings

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


def test_a_function_crosses_once() -> None:
    names = [row.function for row in crossings()]
    assert len(names) == len(set(names))
