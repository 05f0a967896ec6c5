"""Tools on a caller's own files. They refuse any path inside a data home: there, links are made by
custody's actions."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from linkwell.cli.output import finish, json_option, progress
from linkwell.errors import RefusedByRule, WrongUse
from linkwell.vault.zones import data_home_of, written_whole

if TYPE_CHECKING:
    from linkwell.linkage import LinkResult, LinkSettings

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(
    epilog="""\b
Examples:
  linkwell link clients.csv spine.parquet --out links
  linkwell link clients.csv spine.parquet --out links --map kname=last_name --map born=dob
  linkwell link clients.parquet spine.parquet --out links --memory 1GB --json
  linkwell link clients.csv spine.duckdb --out links --explain C0017
  linkwell link clients.csv spine.parquet --replay links
"""
)
@click.argument("extract", type=_FILE)
@click.argument("spine", type=_FILE)
@click.option(
    "--out",
    "out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for links.parquet, review.parquet, report.html and report.json.",
)
@click.option(
    "--map", "maps", multiple=True, metavar="THEIRS=OURS", help="A column of EXTRACT and the field it holds."
)
@click.option("--map-spine", "spine_maps", multiple=True, metavar="THEIRS=OURS", help="The same for SPINE.")
@click.option("--link-at", type=click.FloatRange(0, 1), help="How sure a link must be (default 0.95).")
@click.option(
    "--review-at", type=click.FloatRange(0, 1), help="From here a person should look (default 0.2)."
)
@click.option(
    "--memory",
    help="Memory the engine may use (2GB; up to 500MB for a prepared spine); more spills to disk in --out.",
)
@click.option("--threads", default=2, show_default=True, type=click.IntRange(1, 256))
@click.option(
    "--keep-spine", type=_FILE, help="Keep the prepared spine here (.duckdb) and use it again next time."
)
@click.option("--sample", type=click.IntRange(1, 100_000), help="Draw this many links for people to judge.")
@click.option(
    "--last",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder of the last run: its links are compared, and judgements in its sample are kept to.",
)
@click.option("--nhi-map", type=_FILE, help="Two columns: a secondary NHI number and its primary.")
@click.option("--explain", metavar="RECORD", help="Say in words why this record was linked, or not.")
@click.option(
    "--also", multiple=True, metavar="COLUMN", help="A further column of both files to compare as text."
)
@click.option(
    "--model",
    "model_folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder of edited passes.toml, levels.toml and the like.",
)
@click.option(
    "--replay",
    "again",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Instead of --out: make the run in this folder again and hold every decision against it.",
)
@json_option
def link(
    extract: Path,
    spine: Path,
    out: Path | None,
    maps: tuple[str, ...],
    spine_maps: tuple[str, ...],
    link_at: float | None,
    review_at: float | None,
    memory: str | None,
    threads: int,
    keep_spine: Path | None,
    sample: int | None,
    last: Path | None,
    nhi_map: Path | None,
    explain: str | None,
    also: tuple[str, ...],
    model_folder: Path | None,
    again: Path | None,
    as_json: bool,
) -> None:
    """Link a list of people to a spine.

    EXTRACT is the list and SPINE the list of everyone, as Parquet or CSV. SPINE may also be a prepared spine
    (.duckdb). Common column names are recognised: rec_id, spine_id, first_name, middle_name, last_name,
    prior_last_name, dob, gender or sex, nhi, ird, msd, nsn, area and others like them; name the rest with
    --map.

    The results hold identity. Keep them as you keep names and birth dates.
    """
    from linkwell.linkage import LinkSettings, report

    if (out is None) == (again is None):
        raise WrongUse(
            "A run needs one folder.", fix="Give --out FOLDER to link, or --replay FOLDER to repeat."
        )
    outside_homes([extract, spine, *(path for path in (out, again, keep_spine, last, nhi_map) if path)])
    labels, checked = _judged(last)
    settings = LinkSettings(
        link_at=link_at,
        review_at=review_at,
        memory_limit=memory,
        threads=threads,
        temp_folder=(out or again or Path()) / ".work",
        extract_columns=column_pairs(maps),
        spine_columns=column_pairs(spine_maps),
        labels=labels,
        nhi_map=nhi_map,
        also=also,
        model_folder=model_folder,
    )
    if again is not None or out is None:
        _repeated(extract, spine, again or Path(), settings, quiet=as_json)
        return
    result = _run(extract, spine, settings, keep_spine, quiet=as_json)
    written = _write(result, out)
    if sample:
        written += _sampled(result, extract, spine, settings, sample, out)
    notes = report.notes(result)
    reasons = [*checked, *_changes(result, last), *(result.explain(explain) if explain else [])]
    q = result.quality
    finish(
        {
            "records": q.records,
            "linked": q.linked,
            "review": q.review,
            "unlinked": q.unlinked,
            "link_rate": q.link_rate,
            "false_links": q.false_links,
            "missed_links": q.missed_links,
            "near_exact_share": q.near_exact_share,
            "conflicts": q.conflicts,
            "files": [str(path) for path in written],
            **({"notes": notes} if notes else {}),
            **({"said": reasons} if reasons else {}),
        },
        [
            f"Linked {q.linked:,} of {q.records:,} records ({100 * q.link_rate:.1f} %); {q.review:,} for "
            f"a person to look at, {q.unlinked:,} not linked.",
            f"Expected false links: {q.false_links:,.1f}. Expected missed links: {q.missed_links:,.1f}.",
            *notes,
            *reasons,
            f"Results: {out}",
        ],
        as_json=as_json,
        next_step=f"open {out / 'report.html'}, then look at {out / 'review.parquet'}.",
    )


def _repeated(extract: Path, spine: Path, folder: Path, settings: LinkSettings, *, quiet: bool) -> None:
    """Make a run again; exit 1 where a decision is not the same."""
    from linkwell import linkage

    with progress("Linking again", quiet=quiet) as tick:
        told = linkage.replay(extract, spine, folder, settings=settings, progress=tick)
    work = folder / ".work"
    if work.exists() and not any(work.iterdir()):
        work.rmdir()
    said = f"{told.same:,} of {told.records:,} decisions came out the same, to the last digit."
    finish({"records": told.records, "same": told.same, "holds": told.holds}, [said], as_json=quiet)
    if not told.holds:
        raise SystemExit(1)


def _judged(last: Path | None) -> tuple[Any, list[str]]:
    """The judgements of the last run's sample, and what they say of its links."""
    if last is None or not (last / "sample-sheet.csv").exists():
        return None, []
    import pyarrow.parquet as pq

    from linkwell.linkage import clerical

    labels, strata = clerical.read(last)
    if not labels.num_rows:
        return None, []
    told = clerical.estimate(labels, strata, pq.read_table(last / "links.parquet"))
    return labels, [
        f"{told.judged:,} judged pairs: about {told.false_links:,.0f} false links in the last run "
        f"({told.low:,.0f} to {told.high:,.0f}; the model expected {told.expected:,.0f})."
    ]


def _changes(result: LinkResult, last: Path | None) -> list[str]:
    if last is None or not (last / "links.parquet").exists():
        return []
    import pyarrow.parquet as pq

    from linkwell.linkage import refresh

    rows = refresh.compare(pq.read_table(last / "links.parquet"), result.links, result.groups)
    return ["Beside the last run:"] + [
        f"  {row.kind}, {row.name}: {row.kept:,} kept, {row.changed:,} changed person, {row.new:,} new, "
        f"{row.lost:,} lost."
        for row in rows
        if row.kind == "all" or row.changed + row.new + row.lost
    ]


def _sampled(
    result: LinkResult, extract: Path, spine: Path, settings: LinkSettings, size: int, out: Path
) -> list[Path]:
    from linkwell.linkage import clerical

    if spine.suffix == ".duckdb":
        raise WrongUse(
            "A sample shows people as the spine has them.",
            where=spine.name,
            fix="Name the spine's own file, and keep the prepared one with --keep-spine.",
        )
    return [*clerical.write(clerical.sample(result, extract, spine, size=size, settings=settings), out)]


def _run(extract: Path, spine: Path, settings: LinkSettings, keep: Path | None, *, quiet: bool) -> LinkResult:
    from linkwell import linkage

    prepared: Any = spine
    if keep is not None and spine.suffix != ".duckdb":
        with progress("Preparing the spine", quiet=quiet) as tick:
            prepared = linkage.prepare_spine(spine, keep, settings=settings, progress=tick)
    with progress("Linking", quiet=quiet) as tick:
        return linkage.link(extract, prepared, settings=settings, progress=tick)


def _write(result: LinkResult, out: Path) -> list[Path]:
    import pyarrow.parquet as pq

    from linkwell.linkage import report

    paths = []
    for name, table in (("links.parquet", result.links), ("review.parquet", result.review)):
        with written_whole(out / name) as part:
            pq.write_table(table, part, compression="zstd")
        (out / name).chmod(0o600)
        paths.append(out / name)
    paths += report.write(result, out)
    work = out / ".work"
    if work.exists() and not any(work.iterdir()):
        work.rmdir()
    return paths


def outside_homes(paths: Iterable[Path]) -> None:
    """Refuse paths inside a data home."""
    for path in paths:
        if data_home_of(path) is not None:
            raise RefusedByRule(
                "This path lies inside a data home.",
                where=path.name,
                why="Links inside a home are made by steps that check permission and leave a record.",
                fix="Use `linkwell custodian link`, or work on a copy of your own files outside the home.",
            )


def column_pairs(maps: tuple[str, ...]) -> dict[str, str]:
    """--map THEIRS=OURS as a dictionary."""
    pairs = {}
    for text in maps:
        theirs, equals, ours = text.partition("=")
        if not (theirs and equals and ours):
            raise WrongUse(
                "A map needs both names.",
                where=text,
                fix="Write --map THEIRS=OURS, e.g. --map kname=last_name.",
            )
        pairs[theirs.strip()] = ours.strip()
    return pairs
