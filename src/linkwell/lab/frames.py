"""How a worker's answers travel: a line of JSON that says how many bytes follow, and the bytes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, BinaryIO


def say(answers: BinaryIO, answer: dict[str, Any], parts: Sequence[bytes] = ()) -> None:
    """Send one answer."""
    head = json.dumps({"answer": answer, "parts": [len(part) for part in parts]}).encode()
    answers.write(head + b"\n")
    for part in parts:
        answers.write(part)
    answers.flush()
