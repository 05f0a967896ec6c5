"""Two project databases, or two refreshes, side by side: what may help to join them is what was approved
alone. Ids, order, row groups, statistics, dates of files and what is left in unused bytes add nothing.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pytest
from bench.integration import joining
from tests.integration.conftest import make_supply, make_world

from linkwell.integration import build_project, build_refresh, import_population
from linkwell.vault.zones import Home

PEOPLE = 3000
COLUMNS = {
    "person": ["snz_uid", "snz_birth_year_nbr", "snz_sex_gender_code"],
    "residence": ["snz_uid", "snz_household_uid", "region_code"],
    "measure": ["snz_uid", "measure_code", "snz_entity_uid"],
    "enrolment": ["snz_uid", "snz_unit_uid", "snz_record_uid", "start_date"],
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("attack")
    home = Home.create(folder / "home", name="Demo custodian", demo_seed=3)
    supply = make_supply(home, clients=400)
    import_population(make_world(folder / "world", people=PEOPLE, hospitals=PEOPLE // 5), home)
    for label in ("r1", "r2"):
        build_refresh(home, supplies=[supply], label=label)
    for project, label in (("a", "r1"), ("b", "r1"), ("c", "r2")):
        build_project(home, refresh=label, project=project, columns=COLUMNS)
    return home


def files(home: Home) -> dict[str, Path]:
    return {
        **{name: home.path / f"projects/{name}/project.duckdb" for name in "abc"},
        **{label: home.path / f"research/refreshes/{label}/refresh.duckdb" for label in ("r1", "r2")},
    }


PAIRS = [("a", "b"), ("a", "c"), ("r1", "r2"), ("r1", "a")]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_no_feature_joins_people_better_than_their_approved_attributes(built, one, other) -> None:
    truth = joining.truth(built, one, other)
    views = [joining.view(files(built)[name]) for name in (one, other)]
    results = joining.attack(*views, truth)
    assert len(results) == 10
    for result in results:
        assert abs(result.z) < 4.5, f"{result.feature}: {result.right} right, {result.expected:.1f} by chance"


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_no_bit_of_an_id_tells_of_a_bit_of_the_other(built, one, other) -> None:
    truth = joining.truth(built, one, other)
    assert joining.bits_together(truth) < joining.chance_bound(len(truth))


@pytest.mark.parametrize(("kept", "others"), [("a", ("r1", "b")), ("c", ("r2",)), ("r1", ("r2",))])
def test_no_id_of_another_file_lies_in_unused_bytes(built, kept, others) -> None:
    data = files(built)[kept].read_bytes()
    for other in others:
        assert joining.ids_within(data, joining.all_ids(files(built)[other])) == 0


def test_the_attack_joins_everybody_where_order_was_kept(built, tmp_path) -> None:
    """An attack that finds nothing proves something only if it would have found it."""
    truth = joining.truth(built, "a", "b")
    leaky = tmp_path / "leaky.duckdb"
    with duckdb.connect(str(leaky)) as con:
        con.execute(f"ATTACH '{files(built)['a']}' AS a (READ_ONLY)")
        con.register("truth", truth.as_arrow())
        for (table,) in con.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = 'a'"
        ).fetchall():
            con.execute(f"CREATE TABLE {table} AS SELECT t.* REPLACE (truth.other AS snz_uid) "
                        f"FROM a.{table} t JOIN truth ON truth.one = t.snz_uid ORDER BY t.rowid")  # fmt: skip
    views = joining.view(files(built)["a"]), joining.view(leaky)
    found = {result.feature: result for result in joining.attack(*views, truth)}
    assert found["place in person"].z > 20
    raw = leaky.read_bytes()
    assert joining.ids_within(raw, truth.other) == len(np.unique(truth.other))


def test_times_and_modes_of_the_files_say_nothing_of_a_row(built) -> None:
    for name in "abc":
        with duckdb.connect(str(files(built)[name]), read_only=True) as con:
            kinds = con.execute("SELECT DISTINCT data_type FROM duckdb_columns() WHERE NOT internal")
            assert not [kind for (kind,) in kinds.fetchall() if "TIMESTAMP" in kind]
        assert files(built)[name].stat().st_mode & 0o077 == 0
