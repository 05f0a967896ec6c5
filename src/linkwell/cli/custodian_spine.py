"""`linkwell custodian spine`, `population`, `hand-out`, `hand-in`, `catalogue`: what is linked
to, handed over, and what can be asked for.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from linkwell.cli.custodian_sign_in import as_option, home_option, signed_in
from linkwell.cli.output import finish, json_option, progress
from linkwell.errors import WrongUse


@click.command(epilog="Example:\n\n  linkwell custodian spine /srv/sources --as lee")
@click.argument("sources", type=click.Path(path_type=Path, exists=True))
@home_option
@as_option
@json_option
def spine(sources: Path, home: Path, username: str, as_json: bool) -> None:
    """Build the spine from several sources and bring its population in (linkers only).

    SOURCES is a folder with sources.toml: which lists make the spine, which are linked to it, and what proves
    that somebody is resident. Built again, everybody keeps their place; the supplies are then linked again.
    """
    by = signed_in(home, username)
    from linkwell.custody.populations import actions

    actions.start_spine(by=by, how="built")
    with progress("Building the spine", quiet=as_json) as tick:
        facts, population = actions.build(sources, tick)
    report = home / "identity" / "spine" / "coverage.html"
    left = sum(facts.measures_left.values())
    finish(
        {**asdict(facts), "digest": population.digest, "coverage": str(report)},
        [
            f"The spine holds {facts.people:,} people; {facts.duplicates:,} repeats were brought together, "
            f"{facts.kept_ids:,} people kept their place.",
            *(f"Resident on {day}: {n:,}." for day, n in facts.residents.items()),
            *([f"{left:,} rows of measures are of people who are not on the spine."] if left else []),
            f"Coverage report, for linkers only: {report}",
        ],
        as_json=as_json,
        next_step="linkwell custodian link SUPPLY",
    )


@click.command(epilog="Example:\n\n  linkwell custodian population /srv/population --as lee")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@home_option
@as_option
@json_option
def population(folder: Path, home: Path, username: str, as_json: bool) -> None:
    """Bring in a spine that was made elsewhere, with its residents and measures (linkers only).

    FOLDER holds spine.parquet, residents.parquet, measures.parquet and measures.toml, and perhaps
    resident_population.parquet and population.toml (see docs/integration.md).
    """
    by = signed_in(home, username)
    from linkwell.custody.populations import actions

    actions.start_spine(by=by, how="brought in")
    with progress("Bringing the population in", quiet=as_json) as tick:
        facts = actions.bring_in(folder, tick)
    finish(
        asdict(facts),
        [f"{facts.people:,} people, {facts.residents:,} of them residents, {facts.measures:,} measures."],
        as_json=as_json,
        next_step="linkwell custodian link SUPPLY",
    )


@click.command(
    "hand-out",
    epilog="Examples:\n\n  linkwell custodian hand-out DSA-2026-001-001 content --out details --as ana\n\n"
    "  linkwell custodian hand-out DSA-2026-001-001 links --out map --as lee",
)
@click.argument("supply")
@click.argument("what", type=click.Choice(["content", "links"]))
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="A new folder.")
@click.option("--form", type=click.Choice(["parquet", "csv"]), default="parquet", show_default=True)
@home_option
@as_option
@json_option
def hand_out(supply: str, what: str, out: Path, form: str, home: Path, username: str, as_json: bool) -> None:
    """Hand an accepted supply to an environment that exists already, with dictionary and checksums.

    CONTENT (a data integrator) is the agreed service details; LINKS (a linker) is the link map. They are for
    different hands: together they say who did what.
    """
    by = signed_in(home, username)
    from linkwell.custody.permissions import check
    from linkwell.custody.populations import actions
    from linkwell.custody.populations.permissions import HAND_OUT_CONTENT, HAND_OUT_LINKS
    from linkwell.custody.supplies.actions import find
    from linkwell.integration import handing

    check(by, HAND_OUT_LINKS if what == "links" else HAND_OUT_CONTENT)
    if out.exists() and any(out.iterdir()):
        raise WrongUse("This folder already holds something.", where=out.name, fix="Choose a new folder.")
    given = actions.hand_out(by=by, supply=find(supply), what=what)
    write = handing.hand_out_links if what == "links" else handing.hand_out_content
    done = write(given, out, form=form)
    rows = ", ".join(f"{n:,} {name}" for name, n in done.rows.items())
    finish(
        {"supply": supply, "what": what, "folder": str(out), "rows": done.rows, "sha384": done.files},
        [f"{out}: {rows} rows, with dictionary.csv, manifest.json and SHA384SUMS."],
        as_json=as_json,
        next_step=f"check it where it arrives: cd {out} && sha384sum --check SHA384SUMS",
    )


@click.command(
    "hand-in", epilog="Example:\n\n  linkwell custodian hand-in DSA-2026-001-001 links.csv --as lee"
)
@click.argument("supply")
@click.argument("links", type=click.Path(path_type=Path, dir_okay=False))
@home_option
@as_option
@json_option
def hand_in(supply: str, links: Path, home: Path, username: str, as_json: bool) -> None:
    """Take in links of an accepted supply that were made elsewhere, against this home's spine (a linker).

    LINKS is CSV or Parquet with record_key and spine_person (empty or -1: nobody), and perhaps decision
    (link, review, none) and posterior. Nothing is taken in unless every row fits.
    """
    by = signed_in(home, username)
    from linkwell.custody.linkage.permissions import LINK
    from linkwell.custody.permissions import check
    from linkwell.custody.populations import actions
    from linkwell.custody.supplies.actions import find

    check(by, LINK)
    found = find(supply)
    done = actions.hand_in(by=by, supply=found, links=actions.read_links(found, links))
    counts = done.counts["linked"]
    finish(
        {"supply": done.reference, "state": done.state, **counts},
        [f"{counts['found']:,} of {counts['people']:,} records are linked; {counts['unsure']:,} are unsure."],
        as_json=as_json,
        next_step="linkwell custodian load (a data integrator)",
    )


@click.command(epilog="Example:\n\n  linkwell custodian catalogue --out catalogue.json --as rae")
@click.option("--refresh", help="Label of the refresh (the newest).")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write it here as JSON.")
@home_option
@as_option
@json_option
def catalogue(refresh: str | None, out: Path | None, home: Path, username: str, as_json: bool) -> None:
    """What researchers can ask for: datasets, variables, meanings, coverage, caveats, measures; no row."""
    by = signed_in(home, username)
    from linkwell.custody.permissions import check
    from linkwell.custody.refreshes.actions import find, latest_ready
    from linkwell.custody.refreshes.permissions import SEE_CATALOGUE
    from linkwell.vault.zones import write_whole

    check(by, SEE_CATALOGUE)
    found = find(refresh) if refresh else latest_ready()
    if found is None or not found.catalogue:
        raise WrongUse("No refresh is ready.", fix="Make one: linkwell custodian load")
    told: dict[str, Any] = {"refresh": found.label, **found.catalogue}
    if out is not None:
        write_whole(out, (json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode(), mode=0o644)
    datasets = told.get("datasets", [])
    lines = [
        f"{each['name']:<20} {len(each['variables']):>3} variables   {each['label']}" for each in datasets
    ]
    finish(
        told,
        [*lines, f"{len(told['measures'])} measures.", *([f"Written: {out}"] if out else [])],
        as_json=as_json,
    )


SPINE = (spine, population, hand_out, hand_in, catalogue)
