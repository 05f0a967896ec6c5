"""`linkwell confidentialise`: safe tables, densities and regressions from an analyst's own file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from linkwell.cli.output import finish, json_option
from linkwell.errors import WrongUse

if TYPE_CHECKING:
    from linkwell.confidentiality.own_files import Confidentialised
    from linkwell.confidentiality.release import Release

_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command(
    epilog="""\b
Examples:
  linkwell confidentialise people.parquet --by region --by age --person id --ledger ledger --out tables
  linkwell confidentialise people.csv --by sex --person id --mean wages --unit dollars --total --quantile 50
      --ledger ledger --out tables
  linkwell confidentialise survey.csv --by region --person id --weight weight --ledger ledger --out tables
  linkwell confidentialise people.csv --person id --model "ols: wages ~ age + sex" --ledger ledger --out model
  linkwell confidentialise people.csv --person id --density age --ledger ledger --out density
  linkwell confidentialise people.csv --by age --codes age=ages.txt --person id --ledger ledger --out tables
  linkwell confidentialise long.csv --long --by dimension --by category --person id --ledger ledger --out t
"""
)
@click.argument("data", type=_FILE)
@click.option("--by", multiple=True, metavar="COLUMN", help="A column to count by; repeat for more.")
@click.option("--person", required=True, metavar="COLUMN", help="Who: the same identifier in every file.")
@click.option("--ledger", required=True, type=_FOLDER, help="Folder that remembers every release. Keep it.")
@click.option("--out", required=True, type=_FOLDER, help="Folder for the table (CSV) and release.json.")
@click.option("--mean", default="", metavar="COLUMN", help="Amounts to average as well.")
@click.option("--total", is_flag=True, help="Totals of the amounts besides their means.")
@click.option(
    "--quantile", "percents", multiple=True, type=int, metavar="PERCENT",
    help="A quantile of the amounts: 5, 10, ... 95; repeat for more.",
)  # fmt: skip
@click.option("--weight", default="", metavar="COLUMN", help="Survey weights: weighted counts, or means.")
@click.option("--model", default="", metavar="FORMULA", help='A regression: "ols: wages ~ age + sex".')
@click.option("--density", default="", metavar="COLUMN", help="How many people have how much.")
@click.option(
    "--unit", default="units", show_default=True, help="What the amounts are: dollars, days, events."
)
@click.option(
    "--entity", "entities", multiple=True, metavar="KIND=COLUMN", help="Organisations behind each row."
)
@click.option(
    "--codes", multiple=True, metavar="COLUMN=FILE", help="A column's whole code list, one label a line."
)
@click.option(
    "--levels", multiple=True, metavar="COLUMN=FILE",
    help="A coarser level to propose merges by: lines of label,group.",
)  # fmt: skip
@click.option("--long", is_flag=True, help="--by is a heading and a category; several rows a person.")
@click.option("--profile", default="nz-fixed", show_default=True, help="The rules: nz-fixed or nz-grr.")
@json_option
def confidentialise(
    data: Path,
    by: tuple[str, ...],
    person: str,
    ledger: Path,
    out: Path,
    mean: str,
    total: bool,
    percents: tuple[int, ...],
    weight: str,
    model: str,
    density: str,
    unit: str,
    entities: tuple[str, ...],
    codes: tuple[str, ...],
    levels: tuple[str, ...],
    long: bool,
    profile: str,
    as_json: bool,
) -> None:
    """Make safe numbers from DATA (CSV or Parquet): a table (--by), a density or a regression; a row each.

    Every count is rounded at random to a multiple of 3, always alike for the same people; groups of fewer
    than six are hidden; and what was released before from this ledger is remembered, so that two tables
    cannot be subtracted to find one person. Paths inside a data home are refused: numbers leave those by
    `linkwell custodian release`.
    """
    if sum(map(bool, (by, model, density))) != 1:
        raise WrongUse("Ask for one thing at a time.", fix="Give --by (a table), --model or --density.")
    if out.resolve() == data.resolve().parent:
        raise WrongUse(
            "The tables would land beside the file itself, and may replace it.",
            where=str(out),
            fix="Give another folder with --out.",
        )
    lists = {name: _lines(Path(path)) for name, path in _pairs(codes)}
    facts: dict[str, Any] = {"person": person, "ledger": ledger, "profile": profile, "name": data.stem}
    if model or density:
        from linkwell.confidentiality.own_models import confidentialise_density, confidentialise_model

        release = (
            confidentialise_model(data, model=model, codes=lists, **facts)
            if model
            else confidentialise_density(data, column=density, **facts)
        )
        _end(release, _told_of(release), {}, out, ledger, as_json=as_json)
        return
    from linkwell.confidentiality.own_files import confidentialise as run

    found = run(
        data, by=by, mean=mean, with_totals=total, percents=percents, unit=unit, weight=weight,
        entities=dict(_pairs(entities)), codes=lists, long=long,
        levels={name: _groups(Path(path)) for name, path in _pairs(levels)}, **facts,
    )  # fmt: skip
    more = {
        "lost_percent": round(found.lost_percent, 1),
        "merges": [str(merge) for merge in found.merges],
    }
    _end(found.release, _lost(found, data.stem), more, out, ledger, as_json=as_json)


def _end(
    release: Release, lines: list[str], more: dict[str, Any], out: Path, ledger: Path, *, as_json: bool
) -> None:
    """Write what was released, and say so."""
    files = release.write(out)
    tables = release.tables.values()
    result = {
        "release_id": release.release_id,
        "cells": sum(len(table.values) for table in tables),
        "hidden": sum(table.hidden for table in tables),
        **more,
        "files": [str(file) for file in files],
    }
    finish(
        result,
        [*lines, f"Written: {', '.join(file.name for file in files)} in {out}"],
        as_json=as_json,
        next_step=f"keep {ledger}: without it nothing more can be released safely.",
    )


def _lost(found: Confidentialised, name: str) -> list[str]:
    table = found.release.tables[name]
    return [
        f"{len(table.values):,} cells, {table.hidden:,} of them hidden (S); "
        f"{found.lost_percent:.0f} % of cells with people lost.",
        *(f"To lose fewer: {merge}" for merge in found.merges),
    ]


def _told_of(release: Release) -> list[str]:
    """What a regression or a density came to, in a line."""
    hidden = [model.name for model in release.models.values() if model.mark == "S"]
    if hidden:
        return ["This regression cannot be told (S): too few people stand behind a term, it is a table of "
                "means by another name, or nearly one that was told before. Use broader groups."]  # fmt: skip
    tables = [f"{len(t.values):,} bins, {t.hidden:,} of them hidden (S)." for t in release.tables.values()]
    return tables + [f"{len(m.terms)} coefficients, {m.people:,} people." for m in release.models.values()]


def _pairs(texts: tuple[str, ...]) -> list[tuple[str, str]]:
    found = [text.partition("=")[::2] for text in texts]
    if any(not left or not right for left, right in found):
        raise WrongUse("Write it as NAME=VALUE.", where=" ".join(texts))
    return found


def _groups(path: Path) -> dict[str, str]:
    rows = [line.rpartition(",")[::2] for line in _lines(path)]
    if any(not label or not group for label, group in rows):
        raise WrongUse("A line of this file is not label,group.", where=path.name)
    return {label.strip(): group.strip() for label, group in rows}


def _lines(path: Path) -> tuple[str, ...]:
    try:
        return tuple(line.strip() for line in path.read_text("utf-8").splitlines() if line.strip())
    except OSError as problem:
        raise WrongUse("This code list cannot be read.", where=path.name) from problem
