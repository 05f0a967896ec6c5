"""`linkwell synthetic`: an invented population, and an invented organisation with a messy spreadsheet."""

from __future__ import annotations

from pathlib import Path

import click

from linkwell.cli.output import finish, json_option, named, progress
from linkwell.synthetic.population import SCENARIOS
from linkwell.synthetic.population import population as make_population
from linkwell.synthetic.provider import provider as make_provider


@click.group()
def synthetic() -> None:
    """Make an invented population and provider: nobody in them exists.

    \b
    Examples:
      linkwell synthetic population --people 200000 --seed 1 --out world
      linkwell synthetic provider --world world --out world/provider
    """


@synthetic.command()
@click.option(
    "--people", type=click.IntRange(min=1000), default=200_000, show_default=True, help="Size of the spine."
)
@click.option(
    "--participants", type=click.IntRange(min=0), default=1500, show_default=True, help="How many take part."
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Same seed, same world."
)
@click.option("--scenario", type=click.Choice(SCENARIOS), default="default", show_default=True,
              help="default: true effects; null: none; hidden: a cause no data show.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The world's folder.")
@json_option
def population(people: int, participants: int, seed: int, scenario: str, out: Path, as_json: bool) -> None:
    """Make a spine, its people's histories, and the truth about who takes part.

    \b
    Examples:
      linkwell synthetic population --people 200000 --seed 1 --out world
      linkwell synthetic population --people 20000 --participants 400 --seed 7 --out small --json
    """
    with progress("Inventing people", quiet=as_json) as tick:
        facts = make_population(
            people, seed, out, participants=participants, scenario=scenario, progress=tick
        )
    lines = [
        f"Invented {facts.people:,} people ({facts.residents:,} living here), {facts.measures:,} dated facts "
        f"about them and {facts.participants:,} participants.",
        f"The world is in {out}; the truth, which no step reads, is in {out / 'truth'}.",
    ]
    next_step = f"linkwell synthetic provider --world {out} --out {out / 'provider'}"
    finish(facts.as_dict(), lines, as_json=as_json, next_step=next_step)


@synthetic.command()
@click.option(
    "--world", type=click.Path(path_type=Path), required=True, help="A folder made by `population`."
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The organisation's folder.")
@click.option(
    "--interactions", type=click.IntRange(min=0), default=20_000, show_default=True, help="How many visits."
)
@click.option("--seed", type=click.IntRange(min=0), default=None, help="Another seed than the world's.")
@json_option
def provider(world: Path, out: Path, interactions: int, seed: int | None, as_json: bool) -> None:
    """Write what an organisation would have: a messy spreadsheet of participants and a CSV of visits.

    \b
    Examples:
      linkwell synthetic provider --world world --out world/provider
      linkwell synthetic provider --world small --out small/provider --interactions 5000 --json
    """
    with progress("Writing the organisation's files", quiet=as_json) as tick:
        facts = make_provider(world, out, interactions=interactions, seed=seed, progress=tick)
    lines = [
        f"Wrote {facts.rows:,} enrolments of {facts.clients:,} clients and {facts.interactions:,} visits.",
        f"The files are {out / 'participants.xlsx'} and {out / 'interactions.csv'}.",
    ]
    files = " ".join(named(out / name) for name in ("participants.xlsx", "interactions.csv"))
    next_step = f"linkwell describe {files} --out specification.toml"
    finish(facts.as_dict(), lines, as_json=as_json, next_step=next_step)
