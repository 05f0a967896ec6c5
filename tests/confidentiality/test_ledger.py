"""The release ledger: it only grows, it survives a kill, and its loss stops releases."""

import shutil
import sqlite3
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from linkwell.confidentiality.desk import ReleaseDesk
from linkwell.errors import RefusedByRule

PERMITTED = {"permission_single_provider": True}

PRELUDE = """
import os, sys, time
from pathlib import Path
import numpy as np
from linkwell.confidentiality.desk import ReleaseDesk, ReleaseRefused
from linkwell.confidentiality.release_ledger import ReleaseLedger
from linkwell.confidentiality.request import CountTable, ReleaseRequest
from linkwell.vault.zones import Home

def ask(first, count, purpose="a test"):
    units = np.arange(first, first + count)
    table = CountTable("t", ("group",), (("g",),), np.zeros(count, dtype=np.int64), units)
    return ReleaseRequest("one", "insights", purpose, units, (table,))

home = Home.open(Path(sys.argv[1]))
"""


def run(home, script, *arguments):
    return subprocess.Popen(
        [sys.executable, "-c", PRELUDE + textwrap.dedent(script), str(home.path), *arguments],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


ONCE = """
with ReleaseDesk.open(home) as desk:
    release = desk.release(ask(1, 77, sys.argv[2]), permission_single_provider=True)
print(release.tables["t"].cell("g").value)
"""


def test_repeats_in_new_processes_give_one_number(home):
    children = [run(home, ONCE, purpose) for purpose in ("one", "two", "one")]
    answers = [child.communicate()[0] for child in children]
    assert [child.returncode for child in children] == [0] * 3
    assert len(set(answers)) == 1


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_kill_between_computing_and_recording_releases_nothing(home, ask, moment):
    child = run(home, """
    real = ReleaseLedger.record
    def killed(self, **facts):
        if sys.argv[2] == "after":
            real(self, **facts)
        os._exit(9)
    ReleaseLedger.record = killed
    with ReleaseDesk.open(home) as desk:
        desk.release(ask(1, 77), permission_single_provider=True)
    print("released")
    """, moment)  # fmt: skip
    assert child.communicate()[0] == ""
    assert child.returncode == 9
    with ReleaseDesk.open(home) as desk:
        assert desk.head() is None
        near = desk.release(ask(population=np.arange(1, 77)), **PERMITTED)  # nothing to be near to
    assert near.ledger_entry == 1


def test_a_kill_after_recording_gives_the_recorded_release_again(home):
    child = run(home, """
    import linkwell.confidentiality.desk as module
    module.write_head = lambda *_: os._exit(9)
    with ReleaseDesk.open(home) as desk:
        desk.release(ask(1, 77), permission_single_provider=True)
    """)  # fmt: skip
    child.communicate()
    assert child.returncode == 9
    again = run(home, """
    with ReleaseDesk.open(home) as desk:
        print(desk.release(ask(1, 77), permission_single_provider=True).ledger_entry, desk.head().seq)
    """)  # fmt: skip
    assert again.communicate()[0].split() == ["1", "1"]


def test_two_requests_at_once_cannot_slip_past_each_other(home):
    script = """
    with ReleaseDesk.open(home) as desk:
        while not Path(sys.argv[3]).exists():
            time.sleep(0.005)
        release = desk.release(ask(1, int(sys.argv[2])), permission_single_provider=True)
        print(*desk.why(release.release_id).inside()["t"])
    """
    start = home.path / "start"
    with ReleaseDesk.open(home):
        children = [run(home, script, str(size), str(start)) for size in (200, 201, 202)]
    start.touch()
    assert sorted(child.communicate()[0].strip() for child in children) == ["carried", "carried", "repeated"]


def test_entries_are_never_changed_or_removed(desk, zone, ask):
    desk.release(ask(), **PERMITTED)
    base = sqlite3.connect(zone / "releases.sqlite")
    for table in ("event", "release", "block", "people", "effect", "refusal", "about"):
        replaced = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
        for action in (f"DELETE FROM {table}", f"UPDATE {table} SET rowid = rowid + 1", replaced):
            if base.execute(f"SELECT count(*) FROM {table}").fetchone()[0]:
                with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                    base.execute(action)
    base.close()


def released_twice(home, ask):
    """Two releases; returns a copy of the ledger after the first."""
    with ReleaseDesk.open(home) as desk:
        desk.release(ask(population=np.arange(1, 101)), **PERMITTED)
        older = home.path / "older.sqlite"
        shutil.copy(home.path / "disclosure/releases.sqlite", older)
        desk.release(ask(population=np.arange(200, 401)), **PERMITTED)
        return older, desk.head()


def test_an_older_ledger_stops_releases(home, ask):
    older, _ = released_twice(home, ask)
    shutil.copy(older, home.path / "disclosure/releases.sqlite")
    with pytest.raises(RefusedByRule, match="tail was cut"):
        ReleaseDesk.open(home)


def test_an_older_disclosure_zone_is_seen_by_the_registry_or_by_what_was_released(home, ask):
    older, head = released_twice(home, ask)
    shutil.copy(older, home.path / "disclosure/releases.sqlite")
    (home.path / "disclosure/releases.head").unlink()
    with pytest.raises(RefusedByRule, match="tail was cut"):
        ReleaseDesk.open(home, expected_head=head)
    shutil.rmtree(home.path / "released/ledger")
    (home.path / "released/R000002-0123abcd").mkdir()
    with pytest.raises(RefusedByRule, match="older than a release"):
        ReleaseDesk.open(home)


def test_a_lost_ledger_stops_releases(home, ask):
    released_twice(home, ask)
    (home.path / "disclosure/releases.sqlite").unlink()
    with pytest.raises(RefusedByRule, match="missing") as stopped:
        ReleaseDesk.open(home)
    assert "backup" in stopped.value.fix
    assert not (home.path / "disclosure/releases.sqlite").exists()


def test_a_ledger_with_a_rewritten_entry_stops_releases(home, ask):
    released_twice(home, ask)
    base = sqlite3.connect(home.path / "disclosure/releases.sqlite")
    base.execute("DROP TRIGGER event_UPDATE")
    base.execute("UPDATE event SET body = replace(CAST(body AS TEXT), 'a test', 'a jest') WHERE seq = 1")
    base.commit()
    base.close()
    with pytest.raises(RefusedByRule, match="changed after it was written"):
        ReleaseDesk.open(home)


def test_a_block_that_was_altered_stops_the_next_release(home, ask):
    released_twice(home, ask)
    base = sqlite3.connect(home.path / "disclosure/releases.sqlite")
    base.execute("DROP TRIGGER block_UPDATE")
    base.execute("UPDATE block SET shown = zeroblob(8) WHERE seq = 1")
    base.commit()
    base.close()
    with ReleaseDesk.open(home) as desk, pytest.raises(RefusedByRule, match="altered"):
        desk.release(ask(population=np.arange(500, 700)), **PERMITTED)


def test_a_file_that_is_no_ledger_stops_releases(home):
    (home.path / "disclosure/releases.sqlite").write_bytes(b"not a database at all" * 100)
    with pytest.raises(RefusedByRule, match="cannot be read"):
        ReleaseDesk.open(home)


def test_another_rounding_secret_stops_releases(home, ask):
    released_twice(home, ask)
    (home.path / "disclosure/rounding.secret").write_bytes(bytes(32))
    with pytest.raises(RefusedByRule, match="another rounding secret"):
        ReleaseDesk.open(home)


def test_a_lost_rounding_secret_is_not_drawn_anew(home, ask, zone):
    released_twice(home, ask)
    (zone / "rounding.secret").unlink()
    with pytest.raises(RefusedByRule, match="secret is missing"):
        ReleaseDesk.open(zone)
    assert not (zone / "rounding.secret").exists()


def test_the_ledger_and_the_secret_are_for_the_desk_only(home, ask):
    released_twice(home, ask)
    for name in ("releases.sqlite", "releases.head", "rounding.secret", "projects/one.parquet"):
        assert (home.path / "disclosure" / name).stat().st_mode & 0o077 == 0


def test_what_a_desk_remembers_never_goes_stale(home, ask, table):
    """A second desk releases behind the first one's back; the first still guards against it."""
    with ReleaseDesk.open(home) as one, ReleaseDesk.open(home) as other:
        one.release(ask(table({"x": np.arange(900, 990)})), **PERMITTED)
        told = other.release(ask(table({"g": np.arange(1, 61)}), purpose="b"), **PERMITTED).tables["t"]
        near = one.release(ask(table({"h": np.arange(1, 60)}), purpose="c"), **PERMITTED).tables["t"]
    assert near.cells[0].value == told.cells[0].value
