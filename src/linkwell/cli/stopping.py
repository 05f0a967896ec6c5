"""Ctrl-C is remembered, so that a library that swallows it once does not swallow the wish to stop."""

from __future__ import annotations

import signal
import threading
from types import FrameType

_asked = threading.Event()


def listen() -> None:
    """Remember Ctrl-C as well as raising it; where whoever called ignores or handles it, that stays so."""
    _asked.clear()
    in_main = threading.current_thread() is threading.main_thread()
    if in_main and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _remember)


def _remember(number: int, frame: FrameType | None) -> None:
    _asked.set()
    raise KeyboardInterrupt


def heed() -> None:
    """Stop here if somebody asked to: for long work, between one step and the next.

    Raises:
        KeyboardInterrupt
    """
    if _asked.is_set():
        raise KeyboardInterrupt
