"""`linkwell impact`: the difference on an analyst's own table, or a refusal with its reasons."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from linkwell.cli.inputs import sheet_option
from linkwell.cli.output import finish, json_option
from linkwell.errors import RefusedByRule, WrongUse
from linkwell.vault.zones import data_home_of

REFUSED = 4


@click.command(
    epilog="""\b
Examples:
  linkwell impact --table people.csv --treated started --outcome days_after --covariates age,sex,days_before
  linkwell impact --table nsw.parquet --treated treat --outcome re78 --covariates age,educ,re75,re75=0 \\
      --past re75 --balance squares --json
  linkwell impact --table people.csv --treated group --treated-value yes --outcome work \\
      --covariates age,area --method match --neighbours 3 --caliper 0.2
  linkwell impact --table panel.csv --method did --person id --period year --started first_year --outcome y
"""
)
@click.option(
    "--table",
    "table",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="CSV, Parquet or a workbook (.xlsx, .xls, .ods), one row per person (did: per person and period).",
)
@sheet_option
@click.option("--treated", help="Column that says who took part: yes/no, 0/1, true/false.")
@click.option("--treated-value", help="The value that means taking part, where it does not say so itself.")
@click.option("--outcome", required=True, help="Column of what came of it.")
@click.option(
    "--covariates", default="", help="Columns to make alike, comma between; NAME=VALUE is a yes/no of it."
)
@click.option("--past", default="", help="Covariates that are earlier values of the outcome: stricter gates.")
@click.option("--categorical", default="", help="Columns of numbers that are only labels.")
@click.option(
    "--method",
    type=click.Choice(["entropy", "match", "aipw", "did"]),
    default="entropy",
    show_default=True,
    help="Entropy balancing; matching on the score; AIPW; group-time effects.",
)
@click.option(
    "--balance",
    type=click.Choice(["means", "squares"]),
    default="means",
    show_default=True,
    help="What entropy balancing makes equal: means, or means and squares of amounts.",
)
@click.option(
    "--neighbours", type=click.IntRange(1, 50), default=1, show_default=True, help="match: partners each."
)
@click.option(
    "--caliper",
    type=click.FloatRange(min=0, min_open=True),
    help="match: furthest partner, in standard deviations of the logit (0.2 is usual).",
)
@click.option("--replace", is_flag=True, help="match: a person may be several people's partner.")
@click.option(
    "--missing",
    type=click.Choice(["drop", "flag"]),
    default="drop",
    show_default=True,
    help="Rows with a missing covariate: leave out, or make alike in being missing too.",
)
@click.option(
    "--off-support",
    type=click.Choice(["keep", "drop"]),
    default="keep",
    show_default=True,
    help="Participants outside everything seen among the others.",
)
@click.option("--cluster", help="Column of who belongs together (a person, household or school).")
@click.option(
    "--bootstrap",
    "draws",
    type=click.IntRange(0, 10_000),
    help="Draws; 0 is the formula. Unasked: 400 for fewer than 500 participants.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="For the bootstrap.")
@click.option("--person", help="did: column of the person.")
@click.option("--period", help="did: column of the period, a number.")
@click.option("--started", help="did: column of the first treated period; 0 or empty is never.")
@click.option(
    "--controls",
    type=click.Choice(["never", "not_yet"]),
    default="never",
    show_default=True,
    help="did: who participants are compared with.",
)
@json_option
def impact(table: Path, as_json: bool, method: str, **how: Any) -> int:
    """Compare people who took part with similar people who did not.

    Prints the estimate of the effect on participants with its 95 % interval, how alike the groups are, what
    the comparison is worth in people, and every gate. When a gate is red no estimate is given and the exit
    code is 4.

    The table is yours: nothing is kept, and paths inside a data home are refused.
    """
    if data_home_of(table) is not None:
        raise RefusedByRule(
            "This path lies inside a data home.", where=table.name,
            why="Numbers from a data home leave through the release desk only.",
            fix="Use `linkwell custodian insights`, or work on your own files outside the home.",
        )  # fmt: skip
    from linkwell.insights.estimate_report import words

    facts = _panel(table, how) if method == "did" else _table(table, method, how)
    next_step = "" if facts["refused"] else (
        "read the gates first: amber ones are cautions to print beside the number.")  # fmt: skip
    finish(facts, words(facts), as_json=as_json, next_step=next_step)
    return REFUSED if facts["refused"] else 0


def _table(path: Path, method: str, how: dict[str, Any]) -> dict[str, Any]:
    from linkwell.insights.estimate import Plan, compare
    from linkwell.insights.estimate_report import compared_facts
    from linkwell.insights.headings import chosen, read_file

    if not how["treated"]:
        raise WrongUse("Say which column tells who took part.", fix="Add --treated COLUMN.")
    table = read_file(path, how["sheet"])
    plan = Plan(
        method=method, balance=how["balance"], past=chosen(table, how["past"]),  # type: ignore[arg-type]
        categorical=chosen(table, how["categorical"]), neighbours=how["neighbours"], caliper=how["caliper"],
        replace=how["replace"], missing=how["missing"], off_support=how["off_support"], draws=how["draws"],
        seed=how["seed"],
    )  # fmt: skip
    names = chosen(table, how["covariates"])
    unknown = [name for name in (*plan.past, *plan.categorical) if name not in names]
    if unknown:
        raise WrongUse(
            f"Not among the covariates: {', '.join(unknown)}.", fix="Name them in --covariates too."
        )
    found = compare(
        table, treated=how["treated"], outcome=how["outcome"], names=names, plan=plan,
        treated_value=how["treated_value"], cluster=how["cluster"],
    )  # fmt: skip
    return compared_facts(found)


def _panel(path: Path, how: dict[str, Any]) -> dict[str, Any]:
    from linkwell.insights.estimate_report import panel_facts
    from linkwell.insights.headings import chosen, read_file
    from linkwell.insights.panel import compare_panel

    missing = [f"--{name}" for name in ("person", "period", "started") if not how[name]]
    if missing:
        raise WrongUse(f"The method did needs {', '.join(missing)} too.",
                       why="Starts spread over time need one row per person and period.")  # fmt: skip
    if how["cluster"]:
        raise WrongUse("The method did takes no --cluster.",
                       why="It sums up by person; its range would be too narrow for people of one group.",
                       fix="Leave it out, or give the table one row per group and period, with the group as "
                       "--person.")  # fmt: skip
    table = read_file(path, how["sheet"])
    found = compare_panel(
        table, person=how["person"], period=how["period"], started=how["started"],
        outcome=how["outcome"], names=chosen(table, how["covariates"]), controls=how["controls"],
    )  # fmt: skip
    return panel_facts(found)
