"""`linkwell desk`: the provider's whole road on pages of this computer, without a terminal."""

from __future__ import annotations

from pathlib import Path

import click

from linkwell.cli.output import json_option

_EPILOG = """\b
Examples:
  linkwell desk                              open your desk in the browser
  linkwell desk --workspace D:\\Linkwell      keep its folder somewhere else
  linkwell desk --no-browser                 print the address instead of opening it
"""


@click.command(epilog=_EPILOG)
@click.option(
    "--workspace",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="Folder the desk keeps its work in (default: Linkwell in your own folder); not one copied "
    "to the internet.",
)
@click.option(
    "--port", type=click.IntRange(1024, 65535), default=None, help="Port to use (default: a free one)."
)
@click.option("--no-browser", is_flag=True, help="Print the address; do not open a browser.")
@json_option
def desk(workspace: Path | None, port: int | None, no_browser: bool, as_json: bool) -> None:
    """Do the whole road in your browser, on this computer only.

    Get ready, choose files, describe, check, see what leaves, then hand over or seal and send. Nothing leaves
    this computer until you press Send. Stop any time: the desk goes on where you stopped.
    """
    import json

    from linkwell.desk.server import start
    from linkwell.desk.workspace import DEFAULT_FOLDER

    def say(text: str) -> None:
        click.echo(json.dumps({"says": text}, ensure_ascii=False) if as_json else text)

    start(workspace or Path.home() / DEFAULT_FOLDER, port=port or 0, browser=not no_browser, say=say)
