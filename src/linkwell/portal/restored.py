"""`python -m linkwell.portal.restored`: looks at the restored home in LINKWELL_HOME and prints what it found.

Reads {"opened": […], "checkpoints": […]} from standard input; prints {"checks": […], "to_do": […]}.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from linkwell.ledger.chain import Checkpoint
from linkwell.portal.start import start


def main() -> None:
    """Look, and print."""
    asked = json.load(sys.stdin)
    home = Path(os.environ["LINKWELL_HOME"])
    start(home, migrate=False)
    from linkwell.custody.backups.checks import checks, to_do

    witnessed = [Checkpoint(**point) for point in asked["checkpoints"]]
    found = checks(home, opened=frozenset(asked["opened"]), witnessed=witnessed)
    json.dump({"checks": [check.as_dict() for check in found], "to_do": to_do()}, sys.stdout)


if __name__ == "__main__":
    main()
