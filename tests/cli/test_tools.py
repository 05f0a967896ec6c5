"""`linkwell link`: a tool on the caller's own files, never inside a data home."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from linkwell.cli.tools import link
from linkwell.errors import RefusedByRule, WrongUse
from linkwell.vault.zones import Home


@pytest.fixture
def files(tmp_path: Path) -> Path:
    people = [
        (n, given, surname, f"19{60 + n}-0{n}-1{n}")
        for n, (given, surname) in enumerate(
            [
                ("Wiremu", "Parata"),
                ("Mere", "Ngata"),
                ("Sione", "Leota"),
                ("Joan", "Hay"),
                ("Harpreet", "Singh"),
            ],
            1,
        )
    ]
    columns = list(zip(*people, strict=True))
    pq.write_table(
        pa.table(dict(zip(("spine_id", "first_name", "last_name", "dob"), columns, strict=True))),
        tmp_path / "spine.parquet",
    )
    pyarrow.csv.write_csv(
        pa.table(
            {
                "client": ["x1", "x2"],
                "given": ["MERE", "Zoe"],
                "kname": ["NGATA", "Nobody"],
                "born": ["12/02/1962", "01/05/2001"],
            }
        ),
        tmp_path / "list.csv",
    )
    return tmp_path


def run(*arguments: str | Path) -> dict[str, object]:
    outcome = CliRunner().invoke(
        link, [str(a) for a in arguments], catch_exceptions=False, standalone_mode=False
    )
    return dict(json.loads(outcome.output)) if "--json" in arguments else {"text": outcome.output}


MAPS = ("--map", "client=record", "--map", "kname=last_name", "--map", "born=dob")


def test_a_list_is_linked_and_four_files_are_written(files: Path) -> None:
    out = files / "out"
    told = run(files / "list.csv", files / "spine.parquet", "--out", out, *MAPS, "--json")
    assert told["linked"] == 1
    assert sorted(path.name for path in out.iterdir()) == [
        "links.parquet",
        "report.html",
        "report.json",
        "review.parquet",
    ]
    rows = pq.read_table(out / "links.parquet").to_pylist()
    assert [(row["record"], row["person"], row["decision"]) for row in rows] == [
        ("x1", 2, "link"),
        ("x2", None, "none"),
    ]
    assert all(path.stat().st_mode & 0o077 == 0 for path in out.iterdir())


def test_the_end_says_what_where_and_what_next(files: Path) -> None:
    told = str(run(files / "list.csv", files / "spine.parquet", "--out", files / "out", *MAPS)["text"])
    assert "Linked 1 of 2 records" in told
    assert "report.html" in told
    assert "Next:" in told


def test_a_prepared_spine_can_be_kept_and_used(files: Path) -> None:
    kept = files / "spine.duckdb"
    run(
        files / "list.csv",
        files / "spine.parquet",
        "--out",
        files / "a",
        *MAPS,
        "--keep-spine",
        kept,
        "--json",
    )
    told = run(files / "list.csv", kept, "--out", files / "b", *MAPS, "--json")
    assert told["linked"] == 1
    assert pq.read_table(files / "a" / "links.parquet").equals(pq.read_table(files / "b" / "links.parquet"))


@pytest.mark.parametrize("which", ["extract", "spine", "out"])
def test_any_path_inside_a_data_home_is_refused(which: str, files: Path) -> None:
    home = Home.create(files / "home", name="A custodian")
    paths = {"extract": files / "list.csv", "spine": files / "spine.parquet", "out": files / "out"}
    inside = home.path / "identity" / paths[which].name
    if which != "out":
        inside.write_bytes(paths[which].read_bytes())
    paths[which] = inside
    with pytest.raises(RefusedByRule, match="inside a data home"):
        run(paths["extract"], paths["spine"], "--out", paths["out"], *MAPS)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--map", "kname"), "both names"),
        (("--map", "nosuch=last_name"), "does not have"),
        (("--map", "kname=nosuch"), "does not know"),
    ],
)
def test_a_wrong_map_is_explained(arguments: tuple[str, ...], message: str, files: Path) -> None:
    with pytest.raises(WrongUse, match=message):
        run(files / "list.csv", files / "spine.parquet", "--out", files / "out", *arguments)


def test_a_missing_or_unreadable_file_is_explained(files: Path) -> None:
    with pytest.raises(WrongUse, match="does not exist"):
        run(files / "nobody.csv", files / "spine.parquet", "--out", files / "out")
    (files / "broken.parquet").write_bytes(b"not a parquet file")
    with pytest.raises(WrongUse, match="could not be read"):
        run(files / "broken.parquet", files / "spine.parquet", "--out", files / "out")
    (files / "list.docx").write_bytes(b"")
    with pytest.raises(WrongUse, match="Parquet and CSV"):
        run(files / "list.docx", files / "spine.parquet", "--out", files / "out")
