"""What the child processes of `linkwell serve` share: they do not outlive it."""

from __future__ import annotations

import os
import threading
import time


def end_with_parent() -> None:
    """End this process when the one that started it is gone, even if that was killed."""
    threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()


def _watch(parent: int) -> None:
    # A killed `serve` cannot stop its children; one that stayed would hold the port or the worker's lock.
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)
