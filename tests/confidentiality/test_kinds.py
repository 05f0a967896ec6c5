import copy
import dataclasses
import json
import pickle

import pytest

from linkwell.confidentiality.kinds import Internal, ZoneReport
from linkwell.confidentiality.release import (
    Release,
    ReleasedCell,
    ReleasedEffect,
    ReleasedShare,
    ReleasedTable,
)
from linkwell.errors import RefusedByRule
from linkwell.vault.zones import Home, ZoneName


@pytest.mark.parametrize(
    "leak",
    [str, json.dumps, pickle.dumps, copy.copy, copy.deepcopy, "{}".format, int, float, list, bool, hash,
     lambda value: f"{value}", lambda value: f"{value:d}", lambda value: value == 12345],
)  # fmt: skip
def test_an_internal_value_has_no_way_out(leak):
    with pytest.raises(TypeError):
        leak(Internal(12345))


def test_the_repr_of_an_internal_value_hides_it():
    assert "12345" not in repr(Internal(12345)) + repr([Internal(12345)])


def test_code_that_goes_on_computing_gets_the_value_back():
    assert Internal(20).map(lambda value: value + 1).inside() == 21


@pytest.mark.parametrize("kind", [Release, ReleasedCell, ReleasedEffect, ReleasedShare, ReleasedTable])
def test_a_released_object_cannot_be_forged(kind):
    names = [f.name for f in dataclasses.fields(kind)]
    with pytest.raises(TypeError, match="release desk"):
        kind(**dict.fromkeys(names, 3))
    with pytest.raises(TypeError, match="release desk"):
        kind(**dict.fromkeys(names, 3), seal=object())


def test_a_true_release_cannot_be_changed_or_pickled(desk, table, ask):
    release = desk.release(ask(), permission_single_provider=True)
    with pytest.raises((TypeError, ValueError)):
        dataclasses.replace(release.method, base="5")
    with pytest.raises(dataclasses.FrozenInstanceError):
        release.population = 5
    with pytest.raises(TypeError):
        pickle.dumps(release)


def test_a_zone_report_is_written_into_its_own_zone_only(tmp_path):
    home = Home.create(tmp_path / "home", name="Test", demo_seed=1)
    report = ZoneReport(ZoneName.IDENTITY, "link quality", b"1,423 links")
    report.write(home.zone(ZoneName.IDENTITY), "links/quality.html")
    assert (home.path / "identity/links/quality.html").read_bytes() == b"1,423 links"
    with pytest.raises(RefusedByRule):
        report.write(home.zone(ZoneName.RELEASED), "quality.html")
    assert "1,423" not in repr(report)
    with pytest.raises(TypeError):
        pickle.dumps(report)
