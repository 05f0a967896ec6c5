"""A run is made again from its report: every decision the same; another input is refused, not compared."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from linkwell.cli.tools import link as command
from linkwell.errors import RefusedByRule, WrongUse
from linkwell.linkage import LinkSettings, PreparedSpine, link, replay, report

Rows = list[dict[str, Any]]


@pytest.fixture
def run(ordinary: Rows, prepared: PreparedSpine, settings: LinkSettings, folder: Path) -> Path:
    """A list and, in `out`, what linking it with a threshold of its own wrote."""
    names = [name for name in ordinary[0] if name not in ("spine_id", "middle_name")]
    columns = {n: [None if row[n] is None else str(row[n]) for row in ordinary[:60]] for n in names}
    table = pa.table({"rec_id": [f"k{row['spine_id']}" for row in ordinary[:60]], **columns})
    pyarrow.csv.write_csv(table, folder / "list.csv")
    out = folder / "out"
    out.mkdir()
    result = link(folder / "list.csv", prepared, settings=replace(settings, link_at=0.97))
    pq.write_table(result.links, out / "links.parquet")
    report.write(result, out)
    return folder


def test_every_decision_comes_out_the_same_on_other_threads(
    run: Path, prepared: PreparedSpine, settings: LinkSettings
) -> None:
    again = replay(run / "list.csv", prepared, run / "out", settings=replace(settings, threads=1))
    assert (again.records, again.same, again.holds) == (60, 60, True)


def test_another_list_spine_or_configuration_is_refused_by_name(
    run: Path, spine: pa.Table, prepared: PreparedSpine, settings: LinkSettings
) -> None:
    with pytest.raises(RefusedByRule) as told:
        replay(run / "list.csv", spine.slice(0, 3000), run / "out", settings=settings)
    assert "the spine" in told.value.where
    model = run / "model"
    model.mkdir()
    packaged = Path(report.__file__).parent / "model.toml"
    (model / "model.toml").write_text(packaged.read_text("utf-8") + "\n# edited\n", "utf-8")
    with pytest.raises(RefusedByRule) as told:
        replay(run / "list.csv", prepared, run / "out", settings=replace(settings, model_folder=model))
    assert "the model files" in told.value.where
    with (run / "list.csv").open("a") as file:
        file.write('"k1","Another","Person",,,,,\n')
    with pytest.raises(RefusedByRule) as told:
        replay(run / "list.csv", prepared, run / "out", settings=settings)
    assert "the list" in told.value.where


def test_a_decision_that_was_changed_afterwards_is_found(
    run: Path, prepared: PreparedSpine, settings: LinkSettings
) -> None:
    path = run / "out" / "links.parquet"
    links, schema = pq.read_table(path).to_pylist(), pq.read_schema(path)
    links[7]["person"] = 1
    pq.write_table(pa.Table.from_pylist(links, schema), path)
    again = replay(run / "list.csv", prepared, run / "out", settings=settings)
    assert (again.same, again.holds) == (59, False)


def test_a_folder_without_a_run_is_refused(
    run: Path, prepared: PreparedSpine, settings: LinkSettings
) -> None:
    with pytest.raises(WrongUse, match="no run"):
        replay(run / "list.csv", prepared, run, settings=settings)


def test_the_command_repeats_a_run_and_ends_with_one_where_it_does_not_hold(
    run: Path, prepared: PreparedSpine
) -> None:
    arguments = [str(run / "list.csv"), str(prepared.path), "--replay", str(run / "out")]
    done = CliRunner().invoke(command, arguments)
    assert "60 of 60 decisions came out the same" in done.output
    assert done.exit_code == 0
    links = pq.read_table(run / "out" / "links.parquet")
    pq.write_table(links.slice(0, 59), run / "out" / "links.parquet")
    assert CliRunner().invoke(command, arguments).exit_code == 1
    assert sorted(path.name for path in (run / "out").iterdir()) == [
        "links.parquet", "report.html", "report.json",
    ]  # fmt: skip
