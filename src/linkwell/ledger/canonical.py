"""One way to write a value as bytes, so that the same content has the same fingerprint on every machine."""

from __future__ import annotations

import json
from typing import Any


def canonical_json(obj: Any) -> bytes:
    """Write `obj` as UTF-8 JSON with sorted keys and no spaces.

    Args:
        obj: dicts with text keys, lists or tuples, text, integers, booleans and None.

    Raises:
        TypeError: a float, a key that is not text or any other type. Floats are refused because their text
            differs between languages; write amounts as integers or text.
        ValueError: text that is not valid Unicode (a lone surrogate).
    """
    _refuse_unstable(obj)
    return json.dumps(obj, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _refuse_unstable(obj: Any) -> None:
    if isinstance(obj, dict):
        for key, value in obj.items():
            if not isinstance(key, str):
                raise TypeError(f"canonical JSON needs text keys, not {type(key).__name__}")
            _refuse_unstable(value)
    elif isinstance(obj, list | tuple):
        for value in obj:
            _refuse_unstable(value)
    elif not (obj is None or isinstance(obj, str | bool | int)):
        raise TypeError(f"canonical JSON cannot hold a {type(obj).__name__}")
