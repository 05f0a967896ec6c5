"""`python -m linkwell.portal.worker QUEUE …`: a worker process for one or more queues."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from linkwell.errors import LinkwellError
from linkwell.portal.children import end_with_parent
from linkwell.portal.start import start


def main(queues: list[str]) -> int:
    """Work until stopped; ends by itself when the process that started it is gone."""
    try:
        start(Path(os.environ.get("LINKWELL_HOME", "")), migrate=False)
        from linkwell.custody.jobs.worker import work_for_ever

        end_with_parent()
        if queues == ["heavy"]:
            os.nice(10)  # pages come first
        work_for_ever(tuple(queues))
    except LinkwellError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
