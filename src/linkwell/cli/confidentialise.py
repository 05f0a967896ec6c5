"""`linkwell confidentialise`: a safe table of counts or means from an analyst's own file."""

from __future__ import annotations

from pathlib import Path

import click

from linkwell.cli.output import finish, json_option
from linkwell.errors import WrongUse

_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command(
    epilog="""\b
Examples:
  linkwell confidentialise people.parquet --by region --by age --person id --ledger ledger --out tables
  linkwell confidentialise people.csv --by sex --person id --mean wages --unit dollars --ledger ledger --out t
  linkwell confidentialise people.csv --by age --codes age=ages.txt --person id --ledger ledger --out tables
  linkwell confidentialise long.csv --long --by dimension --by category --person id --ledger ledger --out t
"""
)
@click.argument("data", type=_FILE)
@click.option(
    "--by", multiple=True, required=True, metavar="COLUMN", help="A column to count by; repeat for more."
)
@click.option("--person", required=True, metavar="COLUMN", help="Who: the same identifier in every file.")
@click.option("--ledger", required=True, type=_FOLDER, help="Folder that remembers every release. Keep it.")
@click.option("--out", required=True, type=_FOLDER, help="Folder for the table (CSV) and release.json.")
@click.option("--mean", default="", metavar="COLUMN", help="Amounts to average as well.")
@click.option(
    "--unit", default="units", show_default=True, help="What the amounts are: dollars, days, events."
)
@click.option(
    "--entity", "entities", multiple=True, metavar="KIND=COLUMN", help="Organisations behind each row."
)
@click.option(
    "--codes", multiple=True, metavar="COLUMN=FILE", help="A column's whole code list, one label a line."
)
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
    unit: str,
    entities: tuple[str, ...],
    codes: tuple[str, ...],
    long: bool,
    profile: str,
    as_json: bool,
) -> None:
    """Make a safe table from DATA (CSV or Parquet), one row a person.

    Every number is rounded at random to a multiple of 3, always alike for the same people; groups of fewer
    than six are hidden; and what was released before from this ledger is remembered, so that two tables
    cannot be subtracted to find one person. Paths inside a data home are refused: numbers leave those by
    `linkwell custodian release`.
    """
    from linkwell.confidentiality.own_files import confidentialise as run

    lists = {name: _lines(Path(path)) for name, path in _pairs(codes)}
    found = run(
        data, by=by, person=person, ledger=ledger, mean=mean, unit=unit, entities=dict(_pairs(entities)),
        codes=lists,
        profile=profile, long=long, name=data.stem,
    )  # fmt: skip
    files = found.release.write(out)
    table = found.release.tables[data.stem]
    result = {
        "release_id": found.release.release_id, "cells": len(table.values), "hidden": table.hidden,
        "lost_percent": round(found.lost_percent, 1), "merges": [str(merge) for merge in found.merges],
        "files": [str(file) for file in files],
    }  # fmt: skip
    lines = [
        f"{len(table.values):,} cells, {table.hidden:,} of them hidden (S); "
        f"{found.lost_percent:.0f} % of cells with people lost.",
        *(f"To lose fewer: {merge}" for merge in found.merges),
        f"Written: {', '.join(file.name for file in files)} in {out}",
    ]
    finish(
        result,
        lines,
        as_json=as_json,
        next_step=f"keep {ledger}: without it nothing more can be released safely.",
    )


def _pairs(texts: tuple[str, ...]) -> list[tuple[str, str]]:
    found = [text.partition("=")[::2] for text in texts]
    if any(not left or not right for left, right in found):
        raise WrongUse("Write it as NAME=VALUE.", where=" ".join(texts))
    return found


def _lines(path: Path) -> tuple[str, ...]:
    try:
        return tuple(line.strip() for line in path.read_text("utf-8").splitlines() if line.strip())
    except OSError as problem:
        raise WrongUse("This code list cannot be read.", where=path.name) from problem
