"""Small worlds, made once for all tests of the room."""

from __future__ import annotations

from pathlib import Path

import pytest

from linkwell.synthetic.population import population
from linkwell.synthetic.provider import provider

PEOPLE, PARTICIPANTS, INTERACTIONS = 12_000, 120, 1500


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A world of 12,000 people with its provider."""
    folder = tmp_path_factory.mktemp("synthetic") / "world"
    population(PEOPLE, 11, folder, participants=PARTICIPANTS)
    provider(folder, folder / "provider", interactions=INTERACTIONS)
    return folder
