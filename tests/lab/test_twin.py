"""The twin and the real project: a script written on one runs on the other; a count leaves by the desk
alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linkwell.confidentiality.desk import ReleaseDesk, ReleaseRefused
from linkwell.confidentiality.request import CountTable
from linkwell.errors import RefusedByRule, WrongUse
from linkwell.integration import build_project, build_refresh, database, import_population
from linkwell.integration.refresh import TABLES, refresh_folder
from linkwell.integration.variables import describe
from linkwell.lab.count import Count, members_of, rehearse, request_for
from linkwell.lab.derived import received
from linkwell.lab.inside import first_order
from linkwell.lab.limits import Limits
from linkwell.lab.nest import Nest
from linkwell.lab.pipe import Pipe
from linkwell.lab.refusals import LabRefused
from linkwell.lab.session import Session
from linkwell.lab.twin import Column, make_twin, tables_of
from linkwell.lab.workspace import Workspace
from linkwell.vault.zones import Home, ZoneName
from tests.integration.conftest import make_supply, make_world
from tests.lab.conftest import SMALL

LONG = replace(SMALL, seconds=120)


@dataclass(frozen=True)
class World:
    """A real small project, and the twin made from its catalogue alone."""

    home: Home
    nest: Nest
    catalogue: dict[str, Any]
    columns: dict[str, list[str]]
    twin: Path

    @property
    def real(self) -> Path:
        return self.home.zone(ZoneName.PROJECTS) / "p" / "project.duckdb"

    def session(self, *, twin: bool) -> Session:
        work = self.home.zone(ZoneName.PROJECTS).folder("p", "work")
        return Session(self.nest, self.twin if twin else self.real, work, LONG, look=twin)

    def count(self, workspace: Workspace, asked: Count) -> Any:
        """A request for a count, as the release desk gets it."""
        with self.session(twin=True) as twin:
            prepared = rehearse(asked, workspace, twin)
        with self.session(twin=False) as real:
            members = members_of(prepared, workspace, real)
        return request_for(prepared, members, project="p", purpose="A first look")

    def write(self, workspace: Workspace, text: str) -> dict[str, Any]:
        with self.session(twin=True) as twin:
            return workspace.write(text, twin, by="ana")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("lab")
    home = Home.create(folder / "home", name="Demo custodian", demo_seed=3)
    supply = make_supply(home, clients=400)
    import_population(make_world(folder / "world", people=3000, hospitals=600), home)
    facts = build_refresh(home, supplies=[supply], label="r1")
    with database.reading(refresh_folder(home, "r1") / "refresh.duckdb") as connection:
        datasets = describe(connection, [table for table in TABLES if table in facts.rows], [supply])
    catalogue = {"datasets": datasets, "measures": [{"code": "visit"}]}
    columns = {each["name"]: [variable["name"] for variable in each["variables"]] for each in datasets}
    columns["catalogue"] = ["measure_code", "label", "covers_from_date"]
    build_project(home, refresh="r1", project="p", columns=columns)
    make_twin(tables_of(catalogue, columns), folder / "twin.duckdb")
    with Nest() as nest:
        yield World(home, nest, catalogue, columns, folder / "twin.duckdb")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace.json")


def test_the_twin_has_the_tables_columns_and_types_of_the_project_and_no_row_of_it(lab: World) -> None:
    with lab.session(twin=False) as real, lab.session(twin=True) as twin:
        assert real.tables() == twin.tables()
    with database.reading(lab.real) as real, database.reading(lab.twin) as twin:
        ids = [
            {uid for (uid,) in each.execute("SELECT snz_uid FROM person").fetchall()} for each in (real, twin)
        ]
    assert not ids[0] & ids[1]


def test_the_same_catalogue_makes_the_same_twin_and_its_rows_hang_together(
    lab: World, tmp_path: Path
) -> None:
    make_twin(tables_of(lab.catalogue, lab.columns), tmp_path / "again.duckdb")
    with database.reading(lab.twin) as one, database.reading(tmp_path / "again.duckdb") as other:
        for table in lab.columns:
            query = f"SELECT * FROM {table} ORDER BY ALL"
            assert one.execute(query).fetchall() == other.execute(query).fetchall()
        joined = one.execute(
            "SELECT count(*) FROM service_event v JOIN enrolment e USING (snz_record_uid) "
            "WHERE v.snz_uid = e.snz_uid"
        ).fetchall()[0][0]
        assert joined == one.execute("SELECT count(*) FROM service_event").fetchall()[0][0]


def _condition(name: str, kind: str) -> str:
    if name.endswith("_uid"):
        return f"{name} IS NOT NULL"
    return {"VARCHAR": f"{name} <> 'x' OR lower({name}) LIKE 'a%'", "BOOLEAN": f"NOT {name}",
            "DATE": f"{name} >= DATE '2021-03-01' OR year({name}) = 2020"}.get(
                kind, f"{name} * 2 > 3")  # fmt: skip


def _told(name: str, kind: str) -> str:
    return {"VARCHAR": f"max(left({name}, 3))", "BOOLEAN": f"bool_or({name})",
            "DATE": f"date_diff('day', min({name}), max({name}))"}.get(kind, f"avg({name})")  # fmt: skip


def _same(lab_sessions: tuple[Session, Session], text: str) -> None:
    real, twin = (session.run(f"CREATE OR REPLACE TABLE t AS {text}") for session in lab_sessions)
    assert real["columns"] == twin["columns"]
    members = [session.members("t", unit="snz_uid", by={}) for session in lab_sessions]
    assert all(each.units.dtype == np.int64 for each in members)


@pytest.fixture(scope="module")
def both(lab: World) -> Iterator[tuple[Session, Session]]:
    with lab.session(twin=False) as real, lab.session(twin=True) as twin:
        yield real, twin


PEOPLE_TABLES = ("person", "residence", "resident_population", "measure", "enrolment", "service_event")


def test_every_variable_of_the_catalogue_is_used_alike_on_both(both: tuple[Session, Session]) -> None:
    tables = both[1].tables()
    for table in PEOPLE_TABLES:
        names = [(name, kind) for name, kind in tables[table] if name not in ("snz_uid", "snz_unit_uid")]
        where = " OR ".join(_condition(name, kind) for name, kind in names)
        _same(both, f"SELECT snz_uid, {', '.join(name for name, _ in names)} FROM {table} WHERE {where}")
        told = [f"{_told(n, k)} AS x{i}" for i, (n, k) in enumerate(names) if not n.endswith("_uid")]
        _same(both, f"SELECT {', '.join(['snz_uid', *told])} FROM {table} GROUP BY snz_uid")
    for table in set(tables) - set(PEOPLE_TABLES):
        columns = ", ".join(name for name, _ in tables[table])
        answers = [session.run(f"SELECT {columns} FROM {table}") for session in both]
        assert answers[0]["columns"] == answers[1]["columns"]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_a_generated_script_runs_unchanged_on_both(
    both: tuple[Session, Session], data: st.DataObject
) -> None:
    tables = both[1].tables()
    one, other = (data.draw(st.sampled_from(PEOPLE_TABLES)) for _ in range(2))
    a = data.draw(st.sampled_from([c for c in tables[one] if c[0] != "snz_uid"]))
    b = data.draw(st.sampled_from([c for c in tables[other] if not c[0].endswith("_uid")]))
    kind = data.draw(st.sampled_from(["JOIN", "LEFT JOIN", "SEMI JOIN"]))
    inner = f"SELECT snz_uid, {_told(*b)} AS told FROM {other} WHERE {_condition(*b)} GROUP BY snz_uid"
    told = "" if kind == "SEMI JOIN" else ", b.told"
    first = f"a.{a[0]}" if a[0].endswith("_uid") else f"a.{a[0]} AS first"
    _same(both, f"SELECT a.snz_uid, {first}{told} FROM {one} a {kind} ({inner}) b ON a.snz_uid = b.snz_uid "
                f"WHERE {_condition('a.' + a[0], a[1])}")  # fmt: skip


@pytest.fixture(scope="module")
def scripts() -> Iterator[Nest]:
    with Nest(scripts=True) as made:
        yield made


OVER = {"VARCHAR": "np.char.upper(np.ma.filled({}, '').astype(str))", "BOOLEAN": "~{}",
        "BIGINT": "{} % 7 == 0", "DOUBLE": "np.log1p(np.abs({}))"}  # fmt: skip
"""What a script does with a column, by its type."""


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_a_generated_python_script_makes_the_same_columns_on_both(
    lab: World, both: tuple[Session, Session], scripts: Nest, data: st.DataObject
) -> None:
    tables = both[1].tables()
    table = data.draw(st.sampled_from(PEOPLE_TABLES))
    columns = data.draw(
        st.lists(st.sampled_from([c for c in tables[table] if not c[0].endswith("_uid")]), min_size=1,
                 max_size=3, unique=True))  # fmt: skip
    told = [_told(*each) for each in columns]
    kinds = [kind if kind in ("VARCHAR", "BOOLEAN") else "BIGINT" if kind == "DATE" else "DOUBLE"
             for _, kind in columns]  # fmt: skip
    asked = ", ".join(f"{each} AS x{n}" for n, each in enumerate(told))
    made = [f"x{n}=p['x{n}'], y{n}=" + OVER[kind].format(f"p['x{n}']") for n, kind in enumerate(kinds)]
    text = (
        f"# reads: {table}\n# makes: out\nimport numpy as np\n"
        f'p = data.sql("SELECT snz_uid, {asked} FROM {table} WHERE snz_uid > 0 GROUP BY snz_uid")'
        ".fetchnumpy()\n"
        f'make("out", snz_uid=p["snz_uid"], {", ".join(made)})\n'
    )
    limits, shapes = Limits(seconds=60), []
    for twin in (False, True):
        # a session of its own for each script, out of the nest of scripts, as in the lab
        work = lab.home.zone(ZoneName.PROJECTS).folder("p", "work")
        with Session(scripts, lab.twin if twin else lab.real, work, limits) as session:
            _, (units, *streams) = session.export([table], secret=7)
        with Pipe(scripts, limits) as process:
            sizes = [(table, len(streams[0]))]
            answer, parts = process.order(first_order(text, sizes, limits), *streams)
        shapes.append(received(answer.get("made"), parts, len(units) // 8)[0].shape)
    assert [name for name, _ in shapes[0]] == [name for name, _ in shapes[1]]
    assert shapes[0] == shapes[1]


# -- the workspace and counts -------------------------------------------------------------------------------


def test_a_count_is_released_rounded_and_recorded(lab: World, workspace: Workspace) -> None:
    answer = lab.write(workspace, "CREATE TABLE born AS SELECT snz_uid, snz_sex_gender_code AS sex, "
                                  "snz_birth_year_nbr > 1980 AS late FROM person")  # fmt: skip
    assert [name for name, _ in answer["columns"]] == ["snz_uid", "sex", "late"]
    request = lab.count(workspace, Count("born", {"sex": ("1", "2")}))
    with database.reading(lab.real) as connection:
        truth = dict(connection.execute(
            "SELECT snz_sex_gender_code, count(*) FROM person GROUP BY 1").fetchall())  # fmt: skip
    with ReleaseDesk.open(lab.home) as desk:
        released = desk.release(request, permission_single_provider=False)
        again = desk.release(request, permission_single_provider=False)
    table = released.tables["born"]
    for code in ("1", "2"):
        value = table.cell(code).value
        assert value is not None
        assert value % 3 == 0
        assert abs(value - truth[code]) <= 3
    assert set(table.labels) == {("1",), ("2",)}
    assert again.as_dict() == released.as_dict()


def test_labels_nobody_gave_are_the_twins_and_never_the_data(lab: World, workspace: Workspace) -> None:
    lab.write(workspace, "CREATE TABLE lived AS SELECT snz_uid, region_code FROM residence")
    request = lab.count(workspace, Count("lived", {"region_code": ()}))
    assert isinstance(request.tables[0], CountTable)
    with database.reading(lab.twin) as twin:
        known = {code for (code,) in twin.execute("SELECT DISTINCT region_code FROM residence").fetchall()}
    assert {label for (label,) in request.tables[0].labels} == known


def test_what_fails_on_the_real_data_sounds_like_too_few_people(lab: World, workspace: Workspace) -> None:
    """Whether a statement fails on somebody's row would be told by its failing."""
    lab.write(workspace, "CREATE TABLE few AS SELECT snz_uid FROM person WHERE snz_birth_year_nbr = 3")
    bad = "CREATE TABLE worse AS SELECT snz_uid, ({})::INTEGER AS y FROM residence"
    only_real = "CASE WHEN region_code LIKE 'region%' THEN '1' ELSE region_code || 'x' END"
    lab.write(workspace, bad.format(only_real))
    with lab.session(twin=False) as real, pytest.raises(LabRefused):
        real.run(bad.format(only_real))
    told = []
    with ReleaseDesk.open(lab.home) as desk:
        for name in ("few", "worse"):
            with pytest.raises(ReleaseRefused) as refused:
                desk.release(lab.count(workspace, Count(name)), permission_single_provider=False)
            told.append((refused.value.what, refused.value.why, refused.value.fix))
    assert told[0] == told[1]


def test_a_count_from_what_a_provider_supplied_asks_for_its_permission(
    lab: World, workspace: Workspace
) -> None:
    lab.write(workspace, "CREATE TABLE e AS SELECT snz_uid FROM enrolment")
    lab.write(
        workspace, "CREATE TABLE both AS SELECT p.snz_uid FROM person p JOIN e ON p.snz_uid = e.snz_uid"
    )
    request = lab.count(workspace, Count("both"))
    assert request.single_provider
    with ReleaseDesk.open(lab.home) as desk, pytest.raises(RefusedByRule, match="permission"):
        desk.release(request, permission_single_provider=False)


def test_a_mean_counts_each_person_once(lab: World, workspace: Workspace) -> None:
    lab.write(workspace, "CREATE TABLE paid AS SELECT snz_uid, value_amt FROM measure")
    request = lab.count(workspace, Count("paid", amount="value_amt"))
    pairs = np.stack([request.tables[0].cells, request.tables[0].units])
    assert len(np.unique(pairs, axis=1).T) == pairs.shape[1]


def test_of_a_total_a_persons_rows_are_added(lab: World, workspace: Workspace) -> None:
    lab.write(workspace, "CREATE TABLE paid AS SELECT snz_uid, 1 AS one FROM measure")
    (mean,) = lab.count(workspace, Count("paid", amount="one")).tables
    asked = Count("paid", amount="one", with_total=True, percents=(25, 75))
    added, spread = lab.count(workspace, asked).tables
    assert set(mean.values) == {1.0}
    assert max(added.values) > 1
    assert np.array_equal(added.values, spread.values)
    assert added.with_totals
    assert spread.percents == (25, 75)


def test_a_workspace_keeps_what_was_written_and_only_what_the_twin_took(
    lab: World, workspace: Workspace
) -> None:
    lab.write(workspace, "CREATE TABLE a AS SELECT snz_uid FROM person")
    lab.write(workspace, "CREATE TABLE b AS SELECT snz_uid FROM a")
    lab.write(workspace, "CREATE OR REPLACE TABLE a AS SELECT snz_uid FROM residence")
    with pytest.raises(LabRefused):
        lab.write(workspace, "CREATE TABLE c AS SELECT nope FROM a")
    lab.write(workspace, "SELECT * FROM a")
    assert [(e.number, e.kind, e.name, e.by) for e in workspace.history()] == [
        (1, "make", "a", "ana"), (2, "make", "b", "ana"), (3, "make", "a", "ana")]  # fmt: skip
    assert [e.number for e in workspace.needed(["b"])] == [1, 2]
    assert [e.number for e in workspace.needed(["a"])] == [3]
    lab.write(workspace, "DROP TABLE a")
    assert list(workspace.tables()) == ["b"]
    with pytest.raises(WrongUse):
        workspace.needed(["a"])
    assert b"snz_uid" in workspace.path.read_bytes()


def test_a_count_that_cannot_be_is_said_before_any_real_row_is_read(lab: World, workspace: Workspace) -> None:
    lab.write(workspace, "CREATE TABLE a AS SELECT snz_uid, snz_sex_gender_code AS sex FROM person")
    with lab.session(twin=True) as twin, pytest.raises(WrongUse):
        rehearse(Count("nothing"), workspace, twin)
    with lab.session(twin=True) as twin, pytest.raises(LabRefused):
        rehearse(Count("a", {"nope": ()}), workspace, twin)
    with lab.session(twin=True) as twin, pytest.raises(WrongUse, match="columns"):
        rehearse(Count("a", dict.fromkeys("abcd", ())), workspace, twin)
    with lab.session(twin=True) as twin, pytest.raises(WrongUse, match="by itself"):
        rehearse(Count("a", {"sex": ("1", "All")}), workspace, twin)
    lab.write(workspace, "CREATE TABLE none AS SELECT * FROM a WHERE sex = 'never'")
    with lab.session(twin=True) as twin, pytest.raises(WrongUse, match="labels"):
        rehearse(Count("none", {"sex": ()}), workspace, twin)


@pytest.mark.parametrize(
    "tables",
    [
        {"person": (Column('x"; DROP TABLE y; --', "VARCHAR"),)},
        {"person": (Column("a", "VARCHAR) AS SELECT 1; --"),)},
        {"../person": (Column("a", "VARCHAR"),)},
    ],
)
def test_a_catalogue_with_names_no_table_has_makes_no_twin(tmp_path: Path, tables: Any) -> None:
    with pytest.raises(WrongUse):
        make_twin(tables, tmp_path / "twin.duckdb")
    assert not list(tmp_path.iterdir())


def test_what_is_no_catalogue_is_said(lab: World) -> None:
    for wrong in ({}, {"datasets": [{}], "measures": []}, {"datasets": 3, "measures": []}):
        with pytest.raises(WrongUse):
            tables_of(wrong)
    with pytest.raises(WrongUse, match="lacks"):
        tables_of(lab.catalogue, {"person": ["snz_uid", "unheard_of"]})
