"""What changed since last time: whole persons, found by keyed digests, and the same end by every way."""

import csv
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linkwell.errors import RefusedByRule, WrongUse
from linkwell.intake.applying import Applied, apply
from linkwell.supply.changes import People, Reconciliation, part_of, people_of, reconcile
from linkwell.supply.manifest import REPLACES, Changes, Delivery
from linkwell.supply.split import Split, SplitTable, client_ref, record_key

CLIENT = b"c" * 32
HALVES = ("identity", "content")
Files = Mapping[str, tuple[str, list[str]]]
"""A provider's files: client number to (name, visits)."""


def split_of(files: Files, supply: bytes) -> Split:
    """As `split` makes it: everything of a person under a record key of this supply."""
    people, visits = [], []
    for ordinal, (number, (name, days)) in enumerate(sorted(files.items())):
        key = record_key(supply, ordinal)
        people.append((key, client_ref(CLIENT, "identity", number), name))
        visits += [(key, client_ref(CLIENT, "content", number), day) for day in days]
    columns = ("record_key", "client_ref")
    return Split(
        SplitTable("person", (*columns, "name"), sorted(people)),
        (SplitTable("visit", (*columns, "day"), sorted(visits)),),
    )


def refs_of(files: Files) -> dict[str, str]:
    return {client_ref(CLIENT, "identity", each): client_ref(CLIENT, "content", each) for each in files}


def people(files: Files, supply: bytes = b"s" * 32) -> People:
    found = people_of(split_of(files, supply), refs_of(files), CLIENT)
    assert found is not None
    return found


class Custodian:
    """The two zones, each with the tables of what was accepted last."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.number = folder, 0

    def accept(self, split: Split) -> dict[str, Applied]:
        """Put a supply's tables in a folder of their own, and a part onto the one before."""
        said = {}
        for half, tables in split.halves().items():
            now = self.folder / half / str(self.number + 1)
            now.mkdir(parents=True)
            for table in tables:
                (now / table.name).write_bytes(table.to_csv_bytes())
            if split.replaces:
                files = {table.name: now / table.name for table in tables if table.name != REPLACES}
                before = {name: self.folder / half / str(self.number) / name for name in files}
                said[half] = apply(files, before, now / REPLACES, named=half == "identity")
        self.number += 1
        return said

    def path(self, half: str, table: str) -> Path:
        return self.folder / half / str(self.number) / table

    def holds(self) -> dict[str, list[list[str]]]:
        """Everybody by name with their visits, joined by the record key as research and linkers would."""
        rows = {
            name: list(csv.reader(self.path(half, name).read_text("utf-8").splitlines()))[1:]
            for half, name in (("identity", "person"), ("content", "visit"))
        }
        assert all(found == sorted(found) for found in rows.values())
        days: dict[str, list[str]] = {}
        for key, _, day in rows["visit"]:
            days.setdefault(key, []).append(day)
        refs = {key: ref for key, ref, _ in rows["visit"]}
        return {ref: [name, refs.get(key, ""), *sorted(days.get(key, []))]
                for key, ref, name in rows["person"]}  # fmt: skip


FILES = st.dictionaries(
    st.sampled_from("ABCDEFGH"),
    st.tuples(st.sampled_from(["Ana", "Rua, “Toru”", ""]), st.lists(st.sampled_from("1234"), max_size=3)),
    min_size=1,
)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(FILES, min_size=2, max_size=5), st.data())
def test_any_way_of_parts_ends_where_a_full_supply_of_the_same_content_ends(
    tmp_path_factory: pytest.TempPathFactory, states: list[Files], data: st.DataObject
) -> None:
    in_parts, in_full = (Custodian(tmp_path_factory.mktemp("zone")) for _ in range(2))
    in_parts.accept(split_of(states[0], b"0" * 32))
    held: dict[str, tuple[str, list[str]]] = dict(states[0])
    for number, now in enumerate(states[1:], start=1):
        secret = bytes([number]) * 32
        before = people(held)
        kind = data.draw(st.sampled_from([Delivery.DELTA, Delivery.CORRECTION, Delivery.DELETION]))
        try:
            part = part_of(split_of(now, secret), kind, before=before, now=people(now, secret), secret=secret)
        except WrongUse:
            continue  # nothing of this kind: both sides stay as they are
        said = in_parts.accept(part.split)
        assert Changes(**vars(said["identity"])) == part.changes
        if kind is Delivery.DELTA:
            held = dict(now)
        if kind is Delivery.CORRECTION:
            held = {each: now.get(each, was) for each, was in held.items()}
        if kind is Delivery.DELETION:
            held = {each: was for each, was in held.items() if each in now}
        assert part.people == people(held, secret)  # what the provider remembers is what the custodian holds
    in_full.accept(split_of(held, b"f" * 32))
    assert in_parts.holds() == in_full.holds()


OLD: Files = {"A": ("Ana", ["1"]), "B": ("Rua", ["1", "2"]), "C": ("Toru", [])}
NEW: Files = {"A": ("Ana", ["1"]), "B": ("Rua", ["2"]), "D": ("Whā", ["4"])}


def part(kind: Delivery) -> Split:
    now = split_of(NEW, b"n" * 32)
    return part_of(now, kind, before=people(OLD), now=people(NEW), secret=b"n" * 32).split


def test_new_changed_and_gone_are_counted_before_anything_is_sent() -> None:
    found = reconcile(people(OLD), people(NEW))
    assert (found.counts, found.same) == (Changes(1, 1, 1), 1)
    assert found.words() == "1 new, 1 changed, 1 gone, 1 the same"
    many = Reconciliation(frozenset(map(str, range(1412))), frozenset("abc"), frozenset(), 9)
    assert many.words() == "1,412 new, 3 changed, 0 gone, 9 the same"


def test_another_order_of_rows_or_another_supplys_keys_change_nobody() -> None:
    upside_down = dict(reversed(OLD.items()))
    assert people(OLD, b"1" * 32) == people(upside_down, b"2" * 32)


@pytest.mark.parametrize(
    ("kind", "names", "replaced"),
    [(Delivery.DELTA, ["Rua", "Whā"], 2), (Delivery.CORRECTION, ["Rua"], 1), (Delivery.DELETION, [], 1)],
)
def test_a_part_holds_only_the_people_it_is_about(kind: Delivery, names: list[str], replaced: int) -> None:
    found = part(kind)
    assert sorted(row[2] for row in found.identity.rows) == names
    lists = [found.replaces[half] for half in HALVES]
    assert [len(table.rows) for table in lists] == [replaced, replaced]
    assert not {row[0] for row in lists[0].rows} & {row[0] for row in lists[1].rows}
    assert not {row[1] for row in lists[0].rows} & {row[1] for row in lists[1].rows}


def test_what_says_nothing_is_not_sealed() -> None:
    for kind in (Delivery.DELTA, Delivery.CORRECTION, Delivery.DELETION):
        with pytest.raises(WrongUse, match="nothing to send"):
            part_of(split_of(OLD, b"n" * 32), kind, before=people(OLD), now=people(OLD), secret=b"n" * 32)


def test_what_is_remembered_holds_no_name_and_no_client_number() -> None:
    said = repr(people({"CLIENT-77": ("Anahera", ["2022-04-01"])}))
    assert not any(word in said for word in ("CLIENT-77", "Anahera", "2022"))


def test_somebody_without_a_client_number_cannot_be_followed() -> None:
    split = split_of(OLD, b"s" * 32)
    nameless = SplitTable("person", split.identity.columns, [("0" * 32, "", "Ana")])
    assert people_of(Split(nameless, split.content), refs_of(OLD), CLIENT) is None


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ({"A": ("Ana", ["1"]), "C": ("Toru", [])}, "people who are not there"),  # B was never sent
        ({**OLD, "D": ("Whā", [])}, "there already"),  # D came in another way
    ],
)
def test_a_part_on_top_of_something_else_is_refused(tmp_path: Path, state: Files, sentence: str) -> None:
    zone = Custodian(tmp_path)
    zone.accept(split_of(state, b"x" * 32))
    before = zone.holds()
    with pytest.raises(RefusedByRule, match=sentence):
        zone.accept(part(Delivery.DELTA))
    assert zone.holds() == before


def test_other_columns_than_before_are_refused(tmp_path: Path) -> None:
    zone = Custodian(tmp_path)
    old = split_of(OLD, b"x" * 32)
    wider = SplitTable("person", (*old.identity.columns, "nhi"), [(*row, "") for row in old.identity.rows])
    zone.accept(Split(wider, old.content))
    with pytest.raises(RefusedByRule, match="columns are others"):
        zone.accept(part(Delivery.DELTA))
