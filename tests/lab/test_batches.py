"""Python scripts in the lab: none gets out, none carries one person's data in other people's rows."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pytest

from linkwell.errors import LinkwellError, RefusedByRule, WrongUse
from linkwell.lab import trials
from linkwell.lab.batches import run, script_in
from linkwell.lab.derived import NO_NUMBER, Column, Derived, keep, kept, received, sent
from linkwell.lab.inside import first_order
from linkwell.lab.limits import Limits
from linkwell.lab.nest import Nest
from linkwell.lab.pipe import Pipe
from linkwell.lab.refusals import LabRefused, Refusal
from linkwell.lab.session import Session
from tests.lab.attempts import PLANTED
from tests.lab.conftest import SMALL, Place
from tests.lab.scripts import ALLOWED, CARRIED, EVERYBODY, HEAD, HEAVY, MADE, TRICKS

BIG = replace(SMALL, memory_bytes=Limits().memory_bytes, seconds=200.0)


@pytest.fixture(scope="module")
def nest() -> Iterator[Nest]:
    with Nest(scripts=True) as made:
        yield made


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two to a household; a note, an income and something rare that say who somebody is."""
    path = tmp_path_factory.mktemp("people") / "project.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute(
            "CREATE TABLE person AS SELECT range + 1 AS snz_uid, range // 2 AS snz_household_uid, "
            f"1930 + range % 80 AS birth, CASE WHEN range = 16 THEN '{PLANTED}' ELSE 'plain' END AS note, "
            "CASE WHEN range // 2 = 4 THEN 987654 ELSE 1 END AS income, "
            "CASE WHEN range IN (300, 900, 1500) THEN 1 ELSE 0 END AS rare, "
            "CASE WHEN range <> 700 THEN 5 END AS k FROM range(2000)"
        )
    return path


def once(nest: Nest, text: str, limits: Limits = BIG) -> list[Derived]:
    """What one run of a script made, as the parent takes it."""
    with Pipe(nest, limits) as process:
        answer, parts = process.order(first_order(text, [], limits))
    return received(answer.get("made"), parts, 1)


def made(nest: Nest, people: Path, body: str) -> list[Derived]:
    """What a whole run of a script made."""
    script = script_in("it.py", (HEAD + EVERYBODY + body).encode())
    with Session(nest, people, people.parent / "work", BIG) as session:
        return run(script, session, nest, BIG)[0]


@pytest.mark.parametrize("name", TRICKS)
def test_what_a_script_says_is_taken_only_as_it_must_be(nest: Nest, people: Path, name: str) -> None:
    with pytest.raises(LabRefused) as refused:
        made(nest, people, TRICKS[name])
    assert refused.value.kind in ("made", "script", "memory", "engine", "size", "apart")
    assert "hospital" not in str(refused.value)


def test_heavy_scripts_end_by_a_limit(nest: Nest) -> None:
    limits = replace(BIG, seconds=1.0)

    def ends(name: str) -> tuple[str, str, bool]:
        started = time.monotonic()
        try:
            once(nest, HEAVY[name] + '\nmake("out", snz_uid=[1], x=[1])', limits)
            return name, "through", False
        except (LabRefused, Refusal) as refused:
            return name, refused.kind, time.monotonic() - started < limits.seconds + 20

    with ThreadPoolExecutor(4) as several:
        found = list(several.map(ends, HEAVY))
    assert [each for each in found if each[1] not in ("time", "memory", "script") or not each[2]] == []


@pytest.mark.parametrize("name", CARRIED)
def test_no_script_writes_one_person_into_the_rows_of_others(nest: Nest, people: Path, name: str) -> None:
    with pytest.raises(LabRefused) as refused:
        made(nest, people, CARRIED[name].replace("{planted}", PLANTED))
    assert refused.value.kind == "apart"


def test_what_is_each_persons_own_goes_through(nest: Nest, people: Path) -> None:
    (table,) = made(nest, people, ALLOWED)
    kinds = ["BIGINT", "DOUBLE", "BOOLEAN", "VARCHAR", "BIGINT", "DOUBLE", "DOUBLE", "BIGINT", "VARCHAR"]
    kinds.append("BOOLEAN")
    assert [kind for _, kind in table.shape] == kinds
    at = dict(zip(table.units.tolist(), table.columns["x"].values.tolist(), strict=True))
    births = {uid: 1930 + (uid - 1) % 80 for uid in range(1, 2001)}
    assert at == {uid: np.log(birth) for uid, birth in births.items() if birth > 1940}
    assert table.columns["m"].values.tolist().count(NO_NUMBER) == 1
    assert table.columns["b"].values.tolist().count(-1) == 1
    assert [column.kind for column in table.made(table.shape).columns.values()] == kinds[1:]  # type: ignore[union-attr]
    assert table.made(table.shape[:-1]) is None
    notes = table.columns["z"]
    assert [notes.labels[code] for code in notes.values].count(PLANTED) == 1


def test_a_mistake_is_told_by_its_class_and_line_and_nothing_else(nest: Nest, people: Path) -> None:
    with pytest.raises(LabRefused) as refused:
        made(nest, people, "x = int(p['note'][0])\n" + MADE)
    assert (refused.value.where, refused.value.why) == ("line 5 of the script", "Its error was a ValueError.")


def test_every_door_of_a_script_holds(nest: Nest) -> None:
    found = trials.tried(nest)
    assert [name for name, held in found.items() if not held] == []
    assert len(found) > 20
    trials.refuse_open_doors(nest)


def test_a_nest_with_an_open_door_runs_nothing(nest: Nest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "DOORS", 'make("doors", snz_uid=[1], a_door=[True])')
    with pytest.raises(RefusedByRule, match="a door"):
        trials.refuse_open_doors(nest)


@pytest.mark.parametrize(
    "wrong",
    [
        ("it.txt", HEAD),
        ("it.py", "x = 1"),
        ("it.py", "# reads: person\n# makes: a b"),
        ("it.py", "# reads: person\n# makes: person"),
        ("it.py", "# reads: person\n# makes: other_uid"),
        ("it.py", HEAD + "x = (1"),
        ("it.py", HEAD + "x = 'ana@example.org'"),
        ("it.py", HEAD + "# call 021 555 0123 9\n"),
        ("it.py", HEAD + "x" * 70_000),
        ("it.py", HEAD + "\0"),
    ],
)
def test_a_file_that_is_no_script_is_refused_before_it_is_run(wrong: tuple[str, str]) -> None:
    with pytest.raises(LinkwellError):
        script_in(wrong[0], wrong[1].encode())
    with pytest.raises(WrongUse):
        script_in("it.py", b"\xff\xfe")


def test_a_kept_table_comes_back_as_it_was(place: Place, tmp_path: Path) -> None:
    units = np.array([3, 5, 9], dtype=np.int64)
    columns = {
        "yes": Column("BOOLEAN", np.array([1, 0, 1], dtype="<i1")),
        "number": Column("BIGINT", np.array([7, NO_NUMBER, 2**60], dtype="<i8")),
        "amount": Column("DOUBLE", np.array([0.5, np.nan, 2.0], dtype="<f8")),
        "word": Column("VARCHAR", np.array([1, -1, 0], dtype="<i4"), ("a'b", "tāne")),
    }
    keep(tmp_path / "abc", [Derived("first", units, columns), Derived("second", units[:0], {})])
    assert kept(tmp_path / "abc", "first").same_as(Derived("first", units, columns))
    assert [received(*sent([Derived("one", units, columns)]), 9)[0].shape] == [
        (("snz_uid", "BIGINT"), ("yes", "BOOLEAN"), ("number", "BIGINT"), ("amount", "DOUBLE"),
         ("word", "VARCHAR"))
    ]  # fmt: skip
    with Session(
        place.nest, place.database, place.folder / "work", SMALL, look=True, kept=tmp_path
    ) as session:
        session.load("first", "abc")
        assert session.run("SELECT * FROM first ORDER BY snz_uid")["rows"] == [
            ["3", "True", "7", "0.5", "tāne"], ["5", "False", None, None, None],
            ["9", "True", str(2**60), "2.0", "a'b"],
        ]  # fmt: skip
        for table, batch in (("first", "abcd"), ("third", "abc"), ("first", "../abc")):
            with pytest.raises(LabRefused):
                session.load(table, batch)
        assert session.members("first", unit="snz_uid", by={"word": ["tāne"]}).codes[0].tolist() == [
            0,
            -1,
            -1,
        ]
