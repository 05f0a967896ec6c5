"""A served lab: its locks were tried, a project's turn is one session, and what is told was released."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pytest

from linkwell.confidentiality.desk import ReleaseDesk, ReleaseRefused
from linkwell.confidentiality.person_index import write_person_index
from linkwell.errors import RefusedByRule, TryAgain
from linkwell.lab import serving
from linkwell.lab.count import Count
from linkwell.lab.refusals import LabRefused
from linkwell.lab.selftest import SelfTest, Tried
from linkwell.lab.serving import Lab, ProjectLab, at_once, serve
from linkwell.lab.turns import turn
from linkwell.lab.twin import Column, make_twin
from linkwell.vault.zones import Home, ZoneName
from tests.lab.conftest import SMALL

PERSON = (
    Column("snz_uid", "BIGINT"),
    Column("sex_code", "VARCHAR", ("1", "2")),
    Column("age_nbr", "INTEGER"),
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    made = Home.create(tmp_path_factory.mktemp("lab") / "home", name="Demo", demo_seed=1)
    ids = np.arange(1, 3001, dtype=np.int64)
    write_person_index(made.zone(ZoneName.DISCLOSURE), "p", ids, ids * 7919)
    folder = made.zone(ZoneName.PROJECTS).folder("p")
    with duckdb.connect(str(folder / "project.duckdb")) as con:
        con.execute(
            "CREATE TABLE person AS SELECT range + 1 AS snz_uid, (1 + range % 2)::VARCHAR AS sex_code, "
            "(range % 90)::INTEGER AS age_nbr FROM range(3000)"
        )
    make_twin({"person": PERSON}, folder / "twin.duckdb")
    return made


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with serve(tmp_path_factory.mktemp("queue"), SMALL) as served:
        yield served


@pytest.fixture
def project(home: Home) -> ProjectLab:
    folder = home.zone(ZoneName.PROJECTS).folder("p")
    (folder / "workspace.json").unlink(missing_ok=True)
    return ProjectLab("p", folder / "project.duckdb", folder / "twin.duckdb", folder)


def test_a_cohort_is_written_on_the_twin_and_counted_on_the_data(
    lab: Lab, home: Home, project: ProjectLab
) -> None:
    lab.write(
        project, "CREATE TABLE grown AS SELECT snz_uid, sex_code FROM person WHERE age_nbr >= 18", by="ana"
    )
    with ReleaseDesk.open(home) as desk:
        found = lab.count(project, Count("grown", {"sex_code": ()}), desk, purpose="A look", by="ana")
        head = desk.head()
    table = found.tables["grown"]
    assert head is not None
    assert found.ledger_entry == head.seq
    assert {table.cell(code).value for code in "12"} <= {1191, 1194, 1197}
    assert not list((project.folder / "work").iterdir())


def test_a_count_of_few_is_refused_and_only_its_reference_told(
    lab: Lab, home: Home, project: ProjectLab
) -> None:
    lab.write(project, "CREATE TABLE few AS SELECT snz_uid FROM person WHERE age_nbr > 200", by="ana")
    with ReleaseDesk.open(home) as desk, pytest.raises(ReleaseRefused, match="reference"):
        lab.count(project, Count("few"), desk, purpose="A look", by="ana")


def test_a_second_session_of_a_project_is_asked_to_wait(lab: Lab, project: ProjectLab) -> None:
    with turn(lab.queue, project.code), pytest.raises(TryAgain):
        lab.write(project, "CREATE TABLE x AS SELECT snz_uid FROM person", by="ana")
    assert project.workspace.history() == []


def test_rehearsal_and_count_share_one_limit(lab: Lab, project: ProjectLab) -> None:
    short = replace(lab, limits=replace(SMALL, seconds=10.0))
    bomb = (
        "CREATE TABLE x AS SELECT "
        + ", ".join(f"sum(a.snz_uid) AS c{n}" for n in range(3))
        + " FROM person a"
    )
    with pytest.raises(LabRefused) as refused:
        short.write(project, bomb, by="ana")
    assert refused.value.kind == "person"
    with short.session(project) as start, start(True) as twin, pytest.raises(LabRefused) as refused:
        twin.run("SELECT sum(hash) FROM (SELECT a.age_nbr * b.age_nbr * c.age_nbr AS hash "
                 "FROM person a, person b, person c, person d)")  # fmt: skip
    assert refused.value.kind == "time"


def test_a_crossed_count_waits_in_the_queue_whoever_it_is_about(lab: Lab, project: ProjectLab) -> None:
    lab.write(
        project, "CREATE TABLE a AS SELECT snz_uid, sex_code, age_nbr > 40 AS old FROM person", by="ana"
    )
    one = lab.ask(project, Count("a", {"sex_code": ()}), purpose="A look")
    crossed = lab.ask(project, Count("a", {"sex_code": (), "old": ()}), purpose="A look")
    assert (at_once(one), at_once(crossed)) == (True, False)


def test_a_lab_whose_locks_do_not_hold_is_not_served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(
        serving, "self_test", lambda limits: SelfTest({}, (Tried("read a file", held=False),))
    )
    with pytest.raises(RefusedByRule, match="read a file"), serve(tmp_path / "queue"):
        pytest.fail("it was served")
