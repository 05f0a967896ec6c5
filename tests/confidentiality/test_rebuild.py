"""A restored, lost or damaged ledger stops releases until it is rebuilt from what was released."""

import shutil

import numpy as np
import pytest

from linkwell.confidentiality.desk import ReleaseDesk
from linkwell.confidentiality.person_index import write_person_index
from linkwell.confidentiality.rebuild import rebuild
from linkwell.confidentiality.request import MeanTable, ModelInput
from linkwell.errors import RefusedByRule
from linkwell.vault.zones import ZoneName

PERMITTED = {"permission_single_provider": True}
AMOUNTS = np.random.default_rng(1).gamma(2, 100, 3001)


def people(start, count):
    return np.arange(start, start + count)


def released(home, ask, table, numbers):
    """One release a number, about different cohorts, with counts, a mean and a regression; written out."""
    with ReleaseDesk.open(home) as desk:
        for n in numbers:
            units = people(1 + 300 * n, 290)
            mean = MeanTable(
                "m", ("g",), (("g",),), np.zeros(290, dtype=np.int64), units, AMOUNTS[units], "w", "days"
            )
            model = ModelInput("r", "ols", "w", AMOUNTS[units], units, {"x": AMOUNTS[units - 1]}, ("x",))
            release = desk.release(
                ask(table({"g": units}), mean, models=(model,), population=units), **PERMITTED
            )
            release.write(home.zone(ZoneName.RELEASED).folder(release.release_id))


def answers(home, ask, table):
    """What is said about every cohort but for one person, and again about the cohorts themselves."""
    found = []
    with ReleaseDesk.open(home) as desk:
        for n in range(4):
            for less in (1, 0):
                units = people(1 + 300 * n, 290 - less)
                mean = MeanTable("m", ("g",), (("g",),), np.zeros(len(units), dtype=np.int64), units,
                                 AMOUNTS[units], "w", "days")  # fmt: skip
                model = ModelInput("r", "ols", "w", AMOUNTS[units], units, {"x": AMOUNTS[units - 1]}, ("x",))
                request = ask(table({"g": units}), mean, models=(model,), population=units, purpose="later")
                told = desk.release(request, **PERMITTED)
                cells = (*told.tables["t"].cells, *told.tables["m"].cells)
                found.append([(c.value, c.mark, c.mean) for c in cells] + [told.models["r"].coefficients])
    return found


def disclosure(home):
    return home.zone(ZoneName.DISCLOSURE).path


def twin_of(home, tmp_path):
    """A copy of the whole home, to compare with."""
    from linkwell.vault.zones import Home

    shutil.copytree(home.path, tmp_path / "twin")
    return Home.open(tmp_path / "twin")


def test_a_restored_backup_stops_releases_until_rebuilt_and_then_answers_the_same(home, ask, table, tmp_path):
    released(home, ask, table, [0, 1])
    shutil.copytree(disclosure(home), tmp_path / "backup")
    released(home, ask, table, [2, 3])
    twin = twin_of(home, tmp_path)
    shutil.rmtree(disclosure(home))
    shutil.copytree(tmp_path / "backup", disclosure(home))
    with pytest.raises(RefusedByRule, match="tail was cut") as stopped:
        ReleaseDesk.open(home)
    assert "rebuild-ledger" in stopped.value.fix
    done = rebuild(home)
    assert (done.entries, done.from_copies) == (4, 2)
    assert (disclosure(home) / done.put_aside).exists()
    assert answers(home, ask, table) == answers(twin, ask, table)


@pytest.mark.parametrize("harm", ["lost", "damaged"])
def test_a_lost_or_damaged_ledger_is_rebuilt_from_its_first_entry(home, ask, table, tmp_path, harm):
    released(home, ask, table, [0, 1, 2, 3])
    twin = twin_of(home, tmp_path)
    ledger = disclosure(home) / "releases.sqlite"
    ledger.unlink() if harm == "lost" else ledger.write_bytes(b"not a database at all" * 100)
    with pytest.raises(RefusedByRule):
        ReleaseDesk.open(home)
    assert rebuild(home).from_copies == 4
    assert answers(home, ask, table) == answers(twin, ask, table)


@pytest.mark.parametrize("harm", ["missing", "altered", "another secret"])
def test_nothing_is_rebuilt_from_copies_that_are_not_whole(home, ask, table, harm):
    released(home, ask, table, [0, 1, 2])
    copies = sorted((home.path / "released/ledger").iterdir())
    if harm == "missing":
        copies[1].unlink()
    elif harm == "altered":
        copies[1].write_bytes(copies[1].read_bytes()[:-1] + b"x")
    else:
        (disclosure(home) / "rounding.secret").write_bytes(bytes(32))
    (disclosure(home) / "releases.sqlite").unlink()
    with pytest.raises(RefusedByRule):
        rebuild(home)
    assert not (disclosure(home) / "releases.sqlite").exists()


def test_a_release_that_left_without_its_copy_is_not_forgotten(home, ask, table):
    released(home, ask, table, [0, 1])
    newest = sorted((home.path / "released/ledger").iterdir())[-1]
    newest.unlink()
    (disclosure(home) / "releases.sqlite").unlink()
    with pytest.raises(RefusedByRule, match="tail was cut"):
        rebuild(home)


def test_a_whole_ledger_stays_what_it_is(home, ask, table):
    released(home, ask, table, [0, 1])
    for _ in range(2):
        done = rebuild(home)
        assert (done.entries, done.from_copies, done.put_aside) == (2, 0, "")
    with ReleaseDesk.open(home) as desk:
        assert desk.head().seq == 2


def test_an_older_disclosure_zone_is_seen_by_the_copies_alone(home, ask, table, tmp_path):
    released(home, ask, table, [0])
    shutil.copytree(disclosure(home), tmp_path / "backup")
    released(home, ask, table, [1])
    for folder in (home.path / "released").glob("R*"):
        shutil.rmtree(folder)
    shutil.rmtree(disclosure(home))
    shutil.copytree(tmp_path / "backup", disclosure(home))
    with pytest.raises(RefusedByRule, match="tail was cut"):
        ReleaseDesk.open(home)


def test_the_copies_are_sealed(home, ask, table):
    released(home, ask, table, [0])
    copy = next((home.path / "released/ledger").iterdir())
    assert b"insights" not in copy.read_bytes()
    assert copy.stat().st_mode & 0o077 == 0


def test_other_rules_are_a_recorded_event(home, ask, table):
    write_person_index(home.zone(ZoneName.DISCLOSURE), "three", people(1, 3000), people(1, 3000))
    with ReleaseDesk.open(home) as desk:
        desk.release(ask(table({"g": people(1, 60)})), **PERMITTED)
    with ReleaseDesk.open(home, profile="nz-grr") as desk:
        desk.release(ask(table({"g": people(1, 60)}), family="business"), **PERMITTED)
        desk.release(ask(table({"h": people(100, 60)})), actor="checker", **PERMITTED)
        events = list(desk._ledger.events())
    assert [event.verb for event in events] == ["released", "released", "rules changed", "released"]
    assert (events[2].actor, events[2].subject, events[2].details["profile"]) == (
        "checker",
        "insights",
        "nz-grr",
    )
    (disclosure(home) / "releases.sqlite").unlink()
    assert rebuild(home).entries == 4
