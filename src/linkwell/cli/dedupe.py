"""`linkwell dedupe`: which records of one list are the same person."""

from __future__ import annotations

from pathlib import Path

import click

from linkwell.cli.output import finish, json_option, progress
from linkwell.cli.tools import column_pairs, outside_homes
from linkwell.vault.zones import written_whole


@click.command(
    epilog="""\b
Examples:
  linkwell dedupe clients.csv --out clients-once
  linkwell dedupe clients.csv --out clients-once --map kname=last_name --map born=dob
"""
)
@click.argument("list_", metavar="LIST", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--out",
    "out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for clusters.parquet and pairs.parquet.",
)
@click.option(
    "--map", "maps", multiple=True, metavar="THEIRS=OURS", help="A column of LIST and the field it holds."
)
@click.option("--link-at", type=click.FloatRange(0, 1), help="How sure a pair must be (default 0.95).")
@click.option("--memory", help="Memory the engine may use (2GB).")
@click.option("--threads", default=2, show_default=True, type=click.IntRange(1, 256))
@json_option
def dedupe(
    list_: Path,
    out: Path,
    maps: tuple[str, ...],
    link_at: float | None,
    memory: str | None,
    threads: int,
    as_json: bool,
) -> None:
    """Find the records of one list that are the same person.

    LIST is Parquet or CSV with columns as for `linkwell link`. clusters.parquet gives every record its person
    (by the first record of that person); pairs.parquet has each pair with how sure it is, and those a person
    should look at. Nothing in LIST is changed.
    """
    import pyarrow.parquet as pq

    from linkwell import linkage

    outside_homes([list_, out])
    settings = linkage.LinkSettings(
        link_at=link_at,
        memory_limit=memory,
        threads=threads,
        temp_folder=out / ".work",
        extract_columns=column_pairs(maps),
    )
    with progress("Comparing", quiet=as_json) as tick:
        result = linkage.dedupe(list_, settings=settings, progress=tick)
    written = []
    for name, table in (("clusters.parquet", result.clusters), ("pairs.parquet", result.pairs)):
        with written_whole(out / name) as part:
            pq.write_table(table, part, compression="zstd")
        (out / name).chmod(0o600)
        written.append(out / name)
    if (out / ".work").exists() and not any((out / ".work").iterdir()):
        (out / ".work").rmdir()
    finish(
        {
            "records": result.records,
            "people": result.people,
            "repeats": result.repeats,
            "review": result.review,
            "false_pairs": result.false_pairs,
            "files": [str(path) for path in written],
        },
        [
            f"{result.records:,} records are {result.people:,} people: {result.repeats:,} are repeats.",
            f"{result.review:,} pairs for a person to look at. "
            f"Expected wrong pairs: {result.false_pairs:,.1f}.",
            f"Results: {out}",
        ],
        as_json=as_json,
        next_step=f"look at {out / 'pairs.parquet'}, then keep one record of each cluster.",
    )
