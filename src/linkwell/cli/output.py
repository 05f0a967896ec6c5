"""How commands speak: a line of progress per stage, an ending that says what, where and what next."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

Tick = Callable[[int, int], None]
"""Called by the library with (done, total) while it works."""

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of words.")


def finish(result: dict[str, Any], lines: list[str], *, as_json: bool, next_step: str = "") -> None:
    """Print the end of a command: `result` for machines, or `lines` and the next step for people."""
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False, default=str))
        return
    for line in lines:
        click.echo(line)
    if next_step:
        click.echo(f"\nNext: {next_step}")


def named(path: Path) -> str:
    """A path as it is typed into the next command."""
    return f'"{path}"' if " " in str(path) else str(path)


@contextmanager
def progress(label: str, *, quiet: bool = False, line: bool = False) -> Iterator[Tick]:
    """Show a bar with count and time left on a terminal; silent under --json or when piped.

    Args:
        line: what is counted are bytes on a line: show how much, how fast, and how long still.
    """
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda done, total: None
        return
    counted = (
        (DownloadColumn(), TransferSpeedColumn()) if line else (MofNCompleteColumn(), TimeElapsedColumn())
    )
    columns = (TextColumn("{task.description}"), BarColumn(), *counted, TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
