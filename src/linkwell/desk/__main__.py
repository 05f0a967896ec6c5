"""`py -m linkwell.desk`: for a shortcut on the desktop, where no commands are known by name."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from pathlib import Path

from linkwell.desk.server import start
from linkwell.desk.workspace import DEFAULT_FOLDER
from linkwell.errors import LinkwellError


def main() -> int:
    """Open the desk in its usual folder."""
    try:
        start(Path.home() / DEFAULT_FOLDER, say=_say)
    except LinkwellError as error:
        _say(str(error))
        return error.exit_code
    return 0


def _say(text: str) -> None:
    if sys.stdout is not None:  # started by `pyw`, which has no window to write in
        if isinstance(sys.stdout, TextIOWrapper):  # an old console may know no macrons: say the rest
            sys.stdout.reconfigure(errors="replace")
        print(text)


if __name__ == "__main__":
    sys.exit(main())
