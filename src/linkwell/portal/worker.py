"""`python -m linkwell.portal.worker QUEUE …`: a worker process for one or more queues."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

from linkwell.errors import LinkwellError
from linkwell.portal.start import start


def main(queues: list[str]) -> int:
    """Work until stopped; ends by itself when the process that started it is gone."""
    try:
        start(Path(os.environ.get("LINKWELL_HOME", "")), migrate=False)
        from linkwell.custody.jobs.worker import work_for_ever

        threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
        work_for_ever(tuple(queues))
    except LinkwellError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


def _end_with_parent(parent: int) -> None:
    # A killed `serve` leaves its children behind; a worker without it would hold the lock for ever.
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
