"""Setting up a data home: keys, the custodian organisation, the population and the prepared spine;
repeatable.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from linkwell.custody.linkage.jobs import link_settings, spine_paths
from linkwell.custody.organisations.actions import found_custodian
from linkwell.custody.organisations.models import Organisation
from linkwell.custody.organisations.roles import CUSTODIAN_CODE
from linkwell.vault.custodian_keys import create_custodian_keys, public_bundle
from linkwell.vault.zones import Home, write_whole

Tick = Callable[[int, int], None]


def set_up(
    home: Home, *, population: Path | None = None, recovery: Path | None = None, progress: Tick | None = None
) -> Organisation:
    """Make what a home needs before anything can arrive; every part does nothing twice.

    Args:
        population: folder with spine, residents and measures to bring in; None leaves it for later.
        recovery: folder the private recovery keys are written to, to be kept by other people;
            None is only fit for a demonstration.
    """
    create_custodian_keys(home, recovery=recovery)
    custodian = found_custodian(code=CUSTODIAN_CODE, name=home.name)
    if population is not None:
        bring_in_population(home, population, progress)
    return custodian


def bring_in_population(home: Home, population: Path, progress: Tick | None = None) -> None:
    """Bring spine and measures into their zones and prepare the spine for linking.

    Raises:
        WrongUse: a file is missing or lacks a column.
    """
    from linkwell import integration, linkage

    integration.import_population(population, home, progress)
    source, prepared = spine_paths(home)
    linkage.prepare_spine(source, prepared, settings=link_settings(home), progress=progress)


def write_public_bundle(home: Home, path: Path) -> None:
    """Write the custodian's public keys as the file providers are given."""
    write_whole(path, (json.dumps(public_bundle(home), indent=1) + "\n").encode(), mode=0o644)
