"""`python -m linkwell.portal.documents > docs/states.md`: prints the page of states and permissions."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from linkwell.portal.start import start
from linkwell.vault.zones import Home


def states() -> str:
    """The whole page: what the registry allows, and the addresses it is asked by."""
    from linkwell.custody.documents import page
    from linkwell.portal.addresses import table

    return page() + "\n".join(["", *table()])


def main() -> None:
    """Start Django in a home of its own, since the models need one, and print the page."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.pop("LINKWELL_HOME", None)
        Home.create(Path(folder) / "home", name="nobody", demo_seed=0)
        start(Path(folder) / "home", migrate=False)
        sys.stdout.write(states())


if __name__ == "__main__":
    main()
