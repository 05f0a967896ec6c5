"""`linkwell demo`: the whole road with invented people, as the very commands a person would type.

Each stage is one `linkwell` command, run in this process with `--json`. What ended is kept in `demo.json`, so
a killed run goes on where it stopped; every command is safe to run again.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import shlex
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from linkwell.cli.demo.stages import STAGES
from linkwell.cli.demo.walk import Stage, Walk
from linkwell.cli.main import cli
from linkwell.cli.output import json_option
from linkwell.cli.stopping import heed
from linkwell.errors import WrongUse
from linkwell.vault.zones import write_whole

PROGRESS_FILE = "demo.json"


@click.command(
    epilog="""\b
Examples:
  linkwell demo                                  walk the road, then open http://localhost:8000
  linkwell demo --no-serve --home some-folder    the same for a script, without the portal
  linkwell demo --people 20000 --participants 400 --interactions 5000 --home small
"""
)
@click.option(
    "--home", type=click.Path(path_type=Path), envvar="LINKWELL_HOME", default="demo-home", show_default=True,
    help="Folder for everything the demonstration makes.",
)  # fmt: skip
@click.option("--people", type=click.IntRange(1000), default=200_000, show_default=True, help="On the spine.")
@click.option("--participants", type=click.IntRange(1), default=1500, show_default=True, help="Taking part.")
@click.option("--interactions", type=click.IntRange(0), default=20_000, show_default=True, help="Visits.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Same seed, same numbers.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--serve/--no-serve", default=True, help="Open the portal at the end.")
@click.option("--fresh", is_flag=True, help="Throw away what an earlier walk made, and start again.")
@click.option(
    "--stop-after", type=click.Choice([stage.name for stage in STAGES]), help="Stop after this stage."
)
@json_option
def demo(
    home: Path, people: int, participants: int, interactions: int, seed: int, port: int, serve: bool,
    fresh: bool, stop_after: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Walk the whole road with invented people, from a messy spreadsheet to a released report.

    Nobody in it is real. Stopped at any point, the same command goes on from there.
    """
    home = home.resolve()
    settings = {"people": people, "participants": participants, "interactions": interactions, "seed": seed}
    if serve and not as_json and stop_after is None:
        from linkwell.cli.serve import refuse_taken

        refuse_taken("127.0.0.1", port)  # better said before a minute's work than after it
    done = _begin(home, settings, fresh=fresh)
    walk = Walk(home, people, participants, interactions, seed, results=done["results"])
    _say(f"The whole road, with {people:,} invented people. Everything is kept in {home}\n", as_json)
    _walk_on(walk, done, stop_after, as_json)
    if stop_after is not None:
        _finish_early(walk, stop_after, as_json)
        return
    summary = _summary(walk, done)
    click.echo(json.dumps(summary, ensure_ascii=False) if as_json else _in_words(summary))
    if serve and not as_json:
        _open_portal(home, port)


def _begin(home: Path, settings: dict[str, int], *, fresh: bool) -> dict[str, Any]:
    """What an earlier run ended; a folder of anything else is left alone."""
    marker = home / PROGRESS_FILE
    if not marker.exists():
        if home.exists() and any(home.iterdir()):
            raise WrongUse(
                "This folder holds something else than a demonstration.",
                where=str(home),
                why="The demonstration never writes among other people's files.",
                fix="Name an empty or new folder with --home.",
            )
        return _write(marker, settings)
    done: dict[str, Any] = json.loads(marker.read_text("utf-8"))
    if fresh:
        shutil.rmtree(home)
        return _write(marker, settings)
    if done["settings"] != settings:
        raise WrongUse(
            "This folder holds a demonstration with other sizes or another seed.",
            where=str(home),
            fix="Give the same sizes, name another folder with --home, or start again with --fresh.",
        )
    return done


def _write(marker: Path, settings: dict[str, int]) -> dict[str, Any]:
    done: dict[str, Any] = {"settings": settings, "results": {}, "seconds": {}}
    write_whole(marker, json.dumps(done).encode())
    return done


def _walk_on(walk: Walk, done: dict[str, Any], stop_after: str | None, as_json: bool) -> None:
    for number, stage in enumerate(STAGES, start=1):
        heed()
        label = f"{number:>2}/{len(STAGES)} {stage.title}"
        if stage.name in done["results"]:
            _say(f"{label:<34} {stage.say(walk)} (done before)", as_json)
        else:
            started = time.monotonic()
            walk.results[stage.name] = _run(stage, walk)
            done["seconds"][stage.name] = round(time.monotonic() - started, 2)
            write_whole(walk.home / PROGRESS_FILE, json.dumps(done, ensure_ascii=False).encode())
            _say(f"{label:<34} {stage.say(walk)} ({done['seconds'][stage.name]:.1f} s)", as_json)
            _say(f"      $ linkwell {_shown(stage.command(walk), walk.home)}", as_json, dim=True)
        if stage.name == stop_after:
            return


def _run(stage: Stage, walk: Walk) -> dict[str, Any]:
    """Run one stage's command in this process and return the JSON it prints."""
    said = io.StringIO()
    with _environment(stage.environment(walk)), stage.around(walk), contextlib.redirect_stdout(said):
        cli.main(args=[*stage.command(walk), "--json"], standalone_mode=False)
    result: dict[str, Any] = json.loads(said.getvalue().strip().splitlines()[-1])
    return stage.after(walk, result)


@contextlib.contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _shown(arguments: list[str], home: Path) -> str:
    text = shlex.join(argument.removeprefix(f"{home}/") for argument in arguments)
    return text.replace(f" --home {shlex.quote(str(home))}", "")


def _say(line: str, as_json: bool, *, dim: bool = False) -> None:
    if not as_json:
        click.secho(line, dim=dim)


def _finish_early(walk: Walk, stage: str, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"home": str(walk.home), "stopped_after": stage}))
    else:
        click.echo(
            f"\nStopped after {stage}, as asked. The same command without --stop-after goes on from here."
        )


def _summary(walk: Walk, done: dict[str, Any]) -> dict[str, Any]:
    sealed, accepted, linked, released = (
        walk.results[name] for name in ("seal", "accept", "link", "release")
    )
    return {
        "home": str(walk.home),
        "rows_read": sum(sealed["read"].values()),
        "rows_refused": sum(sealed["refused"].values()),
        "people_supplied": accepted["counts"]["accepted"]["people"],
        "people_linked": linked["counts"]["linked"]["found"],
        "people_analysed": _in_report(Path(released["report"])),
        "link_rate": linked["counts"]["linked"]["found"] / max(1, linked["counts"]["linked"]["people"]),
        "linkage_against_truth": linked["against_truth"],
        "receipt": walk.results["send"]["receipt"],
        "linkage_report": linked["report"],
        "insights_report": released["report"],
        "seconds": round(sum(done["seconds"].values()), 1),
        "state": _state(walk),
    }


def _in_report(report: Path) -> int | None:
    """People the report is about, as it tells them: rounded, and one person with several records once."""
    with (report.parent / "flow.csv").open(encoding="utf-8", newline="") as table:
        told = next(row["people"] for row in csv.DictReader(table) if row["step"] == "Found")
    return int(told) if told.isdecimal() else None


def _state(walk: Walk) -> dict[str, Any]:
    """Fingerprints of what was done, without nonces and times: equal for walks with equal settings."""
    result = walk.results
    return {
        "specification": result["seal"]["specification"],
        "verdict": result["check"]["verdict"],
        "tables": result["accept"]["tables_digest"],
        "links": result["link"]["links_digest"],
        "refresh": result["load"]["digest"],
        "released": result["release"]["tables_digest"],
    }


def _in_words(summary: dict[str, Any]) -> str:
    truth, people = summary["linkage_against_truth"], summary["people_analysed"]
    analysed = "A hidden number of people" if people is None else f"{people:,} people"
    return f"""
What happened
  {summary["rows_read"]:,} rows read, {summary["rows_refused"]:,} refused (they stayed with the provider)
  {summary["people_supplied"]:,} people's records supplied, {summary["people_linked"]:,} found on the spine \
({100 * summary["link_rate"]:.1f} %)
  {analysed} analysed: several records of one person count once, and numbers are rounded
  Against the truth of this invented world: {100 * truth["precision"]:.2f} % of links are right, \
{100 * truth["recall"]:.2f} % of those who can be found were found
  The road took {summary["seconds"]:.0f} seconds

Where things lie
  Receipt          {summary["receipt"]}
  Linkage report   {summary["linkage_report"]}   (linkers only)
  Insights report  {summary["insights_report"]}"""


def _open_portal(home: Path, port: int) -> None:
    from linkwell.portal.start import start

    start(home)  # a walk that was done before has not started Django
    from linkwell.cli.serve import demo_sign_ins, run

    click.echo(f"\nThe portal is at http://localhost:{port}   (Ctrl-C stops it)")
    for line in demo_sign_ins(home):
        click.echo(line)
    run(home, bind="127.0.0.1", port=port, threads=8)
