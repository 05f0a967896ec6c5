"""`python -m linkwell.portal.documents > docs/states.md`: prints the page of states and permissions."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from linkwell.portal.start import start
from linkwell.vault.zones import Home


def main() -> None:
    """Start Django in a home of its own, since the models need one, and print the page."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.pop("LINKWELL_HOME", None)
        Home.create(Path(folder) / "home", name="nobody", demo_seed=0)
        start(Path(folder) / "home", migrate=False)
        from linkwell.custody.documents import page

        sys.stdout.write(page())


if __name__ == "__main__":
    main()
