"""Rows in order: more than fit in memory lie on disk, and come back as they were."""

import random
from pathlib import Path

import pytest

from linkwell.supply import ordered
from linkwell.supply.changes import people_of
from linkwell.supply.ordered import OnDisk, in_order, laid_down
from linkwell.supply.split import Split, SplitTable

ODD = ("", "Mā", 'Te "Ahi"', "a,b", "two\nlines", "cr\rhere", "\u2028", " ", "'", "0" * 7_000)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if memory were small."""
    monkeypatch.setattr(ordered, "MOST_IN_MEMORY", 7)
    monkeypatch.setattr(ordered, "_TOGETHER", 3)


def rows(count: int, seed: int = 1) -> list[tuple[str, ...]]:
    draw = random.Random(seed)
    return [(f"{draw.getrandbits(16):04x}", draw.choice(ODD), draw.choice(ODD)) for _ in range(count)]


@pytest.mark.parametrize("count", [0, 1, 7, 8, 14, 15, 200])
def test_rows_come_back_sorted_and_unchanged(small: None, tmp_path: Path, count: int) -> None:
    found = in_order(iter(rows(count)), tmp_path)
    assert isinstance(found, OnDisk) is (count > 7)
    assert list(found) == sorted(rows(count))
    assert len(found) == count
    if count:
        assert (found[0], found[-1], found[: count // 2]) == (
            min(rows(count)), max(rows(count)), sorted(rows(count))[: count // 2],
        )  # fmt: skip


def test_nothing_with_a_name_lies_on_the_disk(small: None, tmp_path: Path) -> None:
    found = in_order(rows(100), tmp_path / "private")
    assert isinstance(found, OnDisk)
    assert not list((tmp_path / "private").iterdir())


def test_two_readers_do_not_move_each_other(small: None, tmp_path: Path) -> None:
    found = laid_down(sorted(rows(900)), tmp_path)
    assert list(zip(found, found, strict=True)) == [(row, row) for row in sorted(rows(900))]


def test_a_table_on_disk_is_the_same_csv_as_one_in_memory(small: None, tmp_path: Path) -> None:
    columns, there = ("record_key", "client_ref", "note"), sorted(rows(300))
    memory, disk = SplitTable("a", columns, there), SplitTable("a", columns, in_order(rows(300), tmp_path))
    assert memory.to_csv_bytes() == disk.to_csv_bytes()
    assert len(memory.to_csv_bytes()) == memory.size == disk.size


def test_what_is_remembered_of_people_does_not_depend_on_where_their_rows_lay(tmp_path: Path) -> None:
    """Also of people with several records, and with rows in one table only."""
    draw = random.Random(3)
    keys = [f"{draw.getrandbits(128):032x}" for _ in range(60)]
    refs = [f"{number % 45:032x}" for number in range(60)]
    person = [(key, ref, "name") for key, ref in zip(keys, refs, strict=True)]
    tables = {name: [(draw.choice(keys), "", str(draw.random())) for _ in range(150)] for name in ("b", "a")}
    columns = ("record_key", "client_ref", "cell")

    def known(folder: Path | None) -> object:
        made = {name: in_order(found, folder) for name, found in {"person": person, **tables}.items()}
        split = Split(
            SplitTable("person", columns, made["person"]),
            tuple(SplitTable(name, columns, made[name]) for name in tables),
        )
        return people_of(split, {ref: ref for ref in refs}, b"c" * 32)

    expected = known(None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ordered, "MOST_IN_MEMORY", 7)
        assert known(tmp_path) == expected
    assert len(expected) == 45  # type: ignore[arg-type]
