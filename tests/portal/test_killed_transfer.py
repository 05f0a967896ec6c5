"""Client and portal killed while a package is on its way: nothing that lay there is lost, the digest right.

`python -m bench.supply.killing` does the same with a gibibyte and twenty shots.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from bench.supply.killing import walk

pytestmark = pytest.mark.slow


def test_a_transfer_whose_ends_are_killed_comes_to_the_right_digest_and_one_receipt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LINKWELL_HOME", "DJANGO_SETTINGS_MODULE"):
        monkeypatch.delenv(name, raising=False)  # the portal is a process of its own, with its own home
    found = walk(tmp_path, mebibytes=24, kills=5, seed=7)
    assert found["bytes lost after a kill"] == 0
    assert (found["digest right"], found["receipts"]) == (True, 1)
    assert sum(found["killed"].values()) >= 3
